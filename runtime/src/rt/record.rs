//! What the turns of a loop keep for their adjoints.

use std::ops::Deref;

/// What was kept of each turn, where the number of turns is known before the first: there is room for all of
/// them from the beginning.
#[derive(Clone, Debug)]
pub struct Record<T> {
    turns: Vec<T>,
}

/// An empty record, with room for a turn for each item of `range`.
///
/// ```
/// let mut saved = chainrule::rt::record(0..2);
/// saved.push(1.5);
/// saved.push(2.5);
/// assert_eq!(*saved, [1.5, 2.5]);
/// ```
#[inline]
pub fn record<T>(range: impl Iterator) -> Record<T> {
    Record { turns: Vec::with_capacity(range.size_hint().0) }
}

impl<T> Record<T> {
    /// Keeps something of the next turn. As there is room for it, nothing here can call the allocator, for which
    /// what the loop carries would have to leave its registers in every turn.
    ///
    /// # Panics
    /// If the range has no more items.
    #[inline(always)]
    pub fn push(&mut self, turn: T) {
        assert!(self.turns.len() < self.turns.capacity(), "a loop has more turns than items");
        self.turns.push(turn);
    }
}

/// By value, for an adjoint that runs once.
impl<T> IntoIterator for Record<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.turns.into_iter()
    }
}

impl<T> Deref for Record<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.turns
    }
}
