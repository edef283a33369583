//! Which value a name stands for.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::function::LocalFunction;
use crate::graph::Value;

/// What is known of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding {
    pub(super) value: Value,
    /// True for a constant that may change behind the graph's back (`let mut rng`): an expression
    /// that mentions it cannot be evaluated again.
    pub(super) is_mutable: bool,
    /// True if the user's name is a reference to the value, and ours is the value itself: an element
    /// that `iter()` lends.
    pub(super) is_lent: bool,
    /// True if the user's name is a copy, and ours may be a reference to what was copied.
    pub(super) is_owned: bool,
}

impl Binding {
    pub(super) fn of(value: Value) -> Binding {
        Binding { value, is_mutable: false, is_lent: false, is_owned: false }
    }
}

/// The names in scope, innermost last.
#[derive(Clone, Default)]
pub(super) struct Scopes {
    levels: Vec<Level>,
    /// Names of ours for variables of the user's, which stay what they are where the user's names come to stand for
    /// something else.
    pins: HashMap<String, Variable>,
}

#[derive(Clone, Default)]
struct Level {
    names: HashMap<String, Binding>,
    functions: HashMap<String, Rc<LocalFunction>>,
    /// Names for places that are lent mutably.
    aliases: HashMap<String, Rc<syn::Expr>>,
}

/// A variable: its name and the level at which it was declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Variable {
    pub(super) level: usize,
    pub(super) name: String,
}

impl Scopes {
    pub(super) fn enter(&mut self) {
        self.levels.push(Level::default());
    }

    pub(super) fn leave(&mut self) {
        self.levels.pop();
    }

    /// How many levels there are.
    pub(super) fn depth(&self) -> usize {
        self.levels.len()
    }

    pub(super) fn bind(&mut self, name: &str, value: Value) {
        self.bind_as(name, Binding::of(value));
    }

    pub(super) fn bind_as(&mut self, name: &str, binding: Binding) {
        self.unname(name);
        if let Some(level) = self.levels.last_mut() {
            level.functions.remove(name);
            level.aliases.remove(name);
            level.names.insert(name.to_owned(), binding);
        }
    }

    /// Lets a name of ours stand for a variable.
    pub(super) fn pin(&mut self, pin: &str, variable: Variable) {
        self.pins.insert(pin.to_owned(), variable);
    }

    /// The name of the variable that a pin stands for.
    pub(super) fn unpinned<'n>(&'n self, name: &'n str) -> &'n str {
        self.pins.get(name).map_or(name, |variable| &variable.name)
    }

    /// Another variable takes this name, here where it was declared: what is pinned keeps its value.
    fn unname(&mut self, name: &str) {
        let at = self.levels.len().saturating_sub(1);
        let is_meant = |variable: &&mut Variable| variable.level == at && variable.name == name;
        let mut pinned: Vec<&mut Variable> = self.pins.values_mut().filter(is_meant).collect();
        if pinned.is_empty() {
            return;
        }
        let Some(level) = self.levels.last_mut() else { return };
        let hidden = (0..).map(|number| format!("%{name}{number}"));
        let free = hidden.into_iter().find(|hidden| !level.names.contains_key(hidden));
        if let (Some(free), Some(old)) = (free, level.names.remove(name)) {
            pinned.iter_mut().for_each(|variable| variable.name.clone_from(&free));
            level.names.insert(free, old);
        }
    }

    pub(super) fn bind_function(&mut self, name: &str, function: Rc<LocalFunction>) {
        if let Some(level) = self.levels.last_mut() {
            level.functions.insert(name.to_owned(), function);
        }
    }

    /// Lets a name stand for a place: `let mut part = x.slice_mut(..)`.
    pub(super) fn bind_alias(&mut self, name: &str, place: syn::Expr) {
        if let Some(level) = self.levels.last_mut() {
            level.names.remove(name);
            level.aliases.insert(name.to_owned(), Rc::new(place));
        }
    }

    /// The place that a name stands for.
    pub(super) fn alias(&self, name: &str) -> Option<Rc<syn::Expr>> {
        self.levels
            .iter()
            .rev()
            .find_map(|level| match level.aliases.get(name) {
                Some(place) => Some(Some(place.clone())),
                None => level.names.contains_key(name).then_some(None),
            })
            .flatten()
    }

    /// The local closure or function of this name.
    pub(super) fn function(&self, name: &str) -> Option<Rc<LocalFunction>> {
        self.levels
            .iter()
            .rev()
            .find_map(|level| match level.functions.get(name) {
                Some(function) => Some(Some(function.clone())),
                None => level.names.contains_key(name).then_some(None),
            })
            .flatten()
    }

    /// The functions alone, which a `fn` sees of what stands around it.
    pub(super) fn of_items(&self) -> Scopes {
        let items = |level: &Level| {
            let functions = level.functions.iter().filter(|(_, function)| function.is_item());
            let functions = functions.map(|(name, function)| (name.clone(), function.clone()));
            Level { functions: functions.collect(), ..Level::default() }
        };
        Scopes { levels: self.levels.iter().map(items).collect(), ..Scopes::default() }
    }

    /// Lets a name that is in scope stand for another value: an assignment.
    pub(super) fn assign(&mut self, name: &str, value: Value) {
        if let Some(variable) = self.variable(name) {
            self.set(&variable, value);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Binding> {
        if let Some(Variable { level, name }) = self.pins.get(name) {
            return self.levels.get(*level)?.names.get(name).copied();
        }
        self.levels.iter().rev().find_map(|level| level.names.get(name)).copied()
    }

    /// The variable that a name means here.
    pub(super) fn variable(&self, name: &str) -> Option<Variable> {
        if let Some(variable) = self.pins.get(name) {
            return Some(variable.clone());
        }
        let level = (0..self.levels.len())
            .rev()
            .find(|level| self.levels[*level].names.contains_key(name))?;
        Some(Variable { level, name: name.to_owned() })
    }

    /// What a variable holds.
    pub(super) fn held(&self, variable: &Variable) -> Option<Value> {
        Some(self.levels.get(variable.level)?.names.get(&variable.name)?.value)
    }

    pub(super) fn set(&mut self, variable: &Variable, value: Value) {
        let binding = self
            .levels
            .get_mut(variable.level)
            .and_then(|level| level.names.get_mut(&variable.name));
        if let Some(binding) = binding {
            binding.value = value;
        }
    }

    /// The variables below a level that hold other values than in `before`.
    pub(super) fn changed_since(&self, before: &Scopes, below: usize) -> BTreeSet<Variable> {
        let mut changed = BTreeSet::new();
        for (level, (now, then)) in self.levels.iter().zip(&before.levels).enumerate().take(below) {
            for (name, binding) in &then.names {
                if now.names.get(name).is_some_and(|now| now.value != binding.value) {
                    changed.insert(Variable { level, name: name.clone() });
                }
            }
        }
        changed
    }
}
