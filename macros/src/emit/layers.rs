//! A map that costs nothing to copy: what a block inside writes in its copy stands beside what both have.

use std::borrow::Borrow;
use std::hash::Hash;
use std::rc::Rc;

use crate::graph::collections::HashMap;

/// A map, or with `()` a set. Copies share what was there before, and each has what it changed since: it is dropped
/// with the block that it was made for, and then the map changes in place again.
pub(super) struct Layers<K, V = ()> {
    shared: Rc<HashMap<K, V>>,
    /// What was changed while it was shared; nothing for what was taken out.
    own: HashMap<K, Option<V>>,
}

impl<K, V> Default for Layers<K, V> {
    fn default() -> Self {
        Layers { shared: Rc::default(), own: HashMap::default() }
    }
}

impl<K: Clone, V: Clone> Clone for Layers<K, V> {
    fn clone(&self) -> Self {
        Layers { shared: self.shared.clone(), own: self.own.clone() }
    }
}

impl<K: Eq + Hash, V> Layers<K, V> {
    pub(super) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match self.own.get(key) {
            Some(own) => own.as_ref(),
            None => self.shared.get(key),
        }
    }

    pub(super) fn contains<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// True for what was changed while there are copies of what was there before.
    pub(super) fn is_own<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.own.contains_key(key)
    }

    /// Takes out of that what `forgets` says.
    pub(super) fn forget_own(&mut self, forgets: impl Fn(&V) -> bool) {
        for own in self.own.values_mut() {
            if own.as_ref().is_some_and(&forgets) {
                *own = None;
            }
        }
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        match self.alone() {
            Some(all) => {
                all.insert(key, value);
            }
            None => {
                self.own.insert(key, Some(value));
            }
        }
    }

    pub(super) fn remove(&mut self, key: K) {
        match self.alone() {
            Some(all) => {
                all.remove(&key);
            }
            None => {
                self.own.insert(key, None);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Layers::default();
    }

    /// Everything, to be changed in place, if nobody else has it.
    fn alone(&mut self) -> Option<&mut HashMap<K, V>> {
        let all = Rc::get_mut(&mut self.shared)?;
        for (key, own) in self.own.drain() {
            match own {
                Some(value) => all.insert(key, value),
                None => all.remove(&key),
            };
        }
        Some(all)
    }
}

impl<K: Eq + Hash> Extend<K> for Layers<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        keys.into_iter().for_each(|key| self.insert(key, ()));
    }
}

impl<'k, K: Eq + Hash + Copy + 'k> Extend<&'k K> for Layers<K> {
    fn extend<I: IntoIterator<Item = &'k K>>(&mut self, keys: I) {
        self.extend(keys.into_iter().copied());
    }
}
