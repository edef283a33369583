//! The accumulator of a constant.

use super::Contribution;

/// The accumulator of a constant field: drops what it is given.
///
/// Generated code cannot see which fields of a struct are constants, so it adds to all that it reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl<C> Contribution<Nothing> for C {
    #[inline(always)]
    fn add_to(self, _: &mut Nothing) {}
}
