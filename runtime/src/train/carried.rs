//! What goes from step to step beside the parameters.

use std::cell::RefCell;

use crate::Differentiable;
use crate::files::archive::{Archive, Check};

/// No leaf's name holds a colon, so this is no parameter's.
pub(super) const CARRIED: &str = "carried:";
pub(super) const BEST_CARRIED: &str = "best.carried:";

/// A state of the caller's, which checkpoints hold.
pub(super) trait Carried {
    fn add_to(&self, archive: &mut Archive);
    fn compare<'a>(&self, check: &mut Check<'a>, prefix: &'a str);
    fn set_to(&self, archive: &Archive);
}

impl<S: Differentiable> Carried for RefCell<S> {
    fn add_to(&self, archive: &mut Archive) {
        archive.add(CARRIED, &*self.borrow());
    }
    fn compare<'a>(&self, check: &mut Check<'a>, prefix: &'a str) {
        check.leaves(prefix, &*self.borrow());
    }
    fn set_to(&self, archive: &Archive) {
        archive.write_to(CARRIED, &mut *self.borrow_mut());
    }
}
