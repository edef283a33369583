//! Which value a name stands for.

use std::collections::HashMap;

use crate::graph::Value;

/// What is known of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    pub(super) value: Value,
    /// True for a constant that may change behind the graph's back (`let mut rng`): an expression
    /// that mentions it cannot be evaluated again.
    pub(super) is_mutable: bool,
}

/// The names in scope, innermost last.
#[derive(Default)]
pub(super) struct Scopes {
    levels: Vec<HashMap<String, Binding>>,
    closures: usize,
}

impl Scopes {
    pub(super) fn enter(&mut self) {
        self.levels.push(HashMap::new());
    }

    pub(super) fn leave(&mut self) {
        self.levels.pop();
    }

    /// How many closures surround what is being read.
    pub(super) fn in_closure(&self) -> usize {
        self.closures
    }

    pub(super) fn enter_closure(&mut self) {
        self.closures += 1;
        self.enter();
    }

    pub(super) fn leave_closure(&mut self) {
        self.closures -= 1;
        self.leave();
    }

    pub(super) fn bind(&mut self, name: &str, value: Value) {
        self.bind_as(name, Binding { value, is_mutable: false });
    }

    pub(super) fn bind_as(&mut self, name: &str, binding: Binding) {
        if let Some(level) = self.levels.last_mut() {
            level.insert(name.to_owned(), binding);
        }
    }

    /// Lets a name that is in scope stand for another value: an assignment.
    pub(super) fn assign(&mut self, name: &str, value: Value) {
        for level in self.levels.iter_mut().rev() {
            if let Some(binding) = level.get_mut(name) {
                binding.value = value;
                return;
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Binding> {
        self.levels.iter().rev().find_map(|level| level.get(name)).copied()
    }
}
