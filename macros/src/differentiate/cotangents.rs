//! What each value has received so far.

use super::{cotangent_name, Reversal};
use crate::graph::collections::HashMap;
use crate::graph::{Op, Origin, Ty, Value};
use crate::ops;

/// A cotangent in one of two forms.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cotangent {
    /// A float or array of the value's own shape.
    Dense(Value),
    /// An accumulator: of a struct, of a list, or from a callee.
    Accumulator(Value),
}

impl Cotangent {
    pub(super) fn value(self) -> Value {
        match self {
            Cotangent::Dense(value) | Cotangent::Accumulator(value) => value,
        }
    }

    /// Another value in the same form.
    pub(super) fn with(self, value: Value) -> Cotangent {
        match self {
            Cotangent::Dense(_) => Cotangent::Dense(value),
            Cotangent::Accumulator(_) => Cotangent::Accumulator(value),
        }
    }
}

/// The cotangents so far; a value that is not here has received nothing.
#[derive(Default)]
pub(super) struct Cotangents {
    of: HashMap<Value, Cotangent>,
}

impl Cotangents {
    pub(super) fn seed(&mut self, value: Value, cotangent: Cotangent) {
        self.of.insert(value, cotangent);
    }

    pub(super) fn replace(&mut self, value: Value, cotangent: Cotangent) {
        self.of.insert(value, cotangent);
    }

    pub(super) fn has(&self, value: Value) -> bool {
        self.of.contains_key(&value)
    }

    pub(super) fn get(&self, value: Value) -> Option<Cotangent> {
        self.of.get(&value).copied()
    }

    /// The cotangent in whichever form it is.
    pub(super) fn any(&self, value: Value) -> Value {
        self.of[&value].value()
    }
}

impl Reversal {
    /// Adds to what `value` has received: sums, never assigns.
    pub(super) fn contribute(&mut self, value: Value, gave: Cotangent, origin: Origin) {
        let is_float = self.graph.ty(value).is_float();
        let before = match self.cotangents.get(value) {
            Some(Cotangent::Dense(zero)) if self.zeros.contains(&zero) => None,
            before => before,
        };
        let next = match (before, gave) {
            // The accumulator of a float is the float.
            (None, Cotangent::Accumulator(gave)) if is_float => {
                self.graph.info_mut(gave).ty = self.graph.ty(value).clone();
                Cotangent::Dense(gave)
            }
            (None, gave) => gave,
            (Some(Cotangent::Dense(sum)), Cotangent::Dense(gave)) => {
                Cotangent::Dense(self.plus(value, sum, gave, origin))
            }
            (Some(Cotangent::Dense(sum)), Cotangent::Accumulator(gave)) => {
                let gave = if is_float { gave } else { self.densified(value, gave, origin) };
                Cotangent::Dense(self.plus(value, sum, gave, origin))
            }
            (
                Some(Cotangent::Accumulator(sum)),
                Cotangent::Dense(gave) | Cotangent::Accumulator(gave),
            ) => Cotangent::Accumulator(self.push(
                Op::AddAll,
                vec![sum, gave],
                Ty::Accumulator,
                value,
                origin,
            )),
        };
        if let Cotangent::Dense(cotangent) = next {
            self.name(cotangent, value);
        }
        self.cotangents.replace(value, next);
    }

    fn plus(&mut self, of: Value, a: Value, b: Value, origin: Origin) -> Value {
        let ty = self.graph.ty(of).clone();
        let row = ops::row(if ty.is_float() { "Add" } else { "Plus" });
        self.push(Op::Row(row), vec![a, b], ty, of, origin)
    }

    /// `d` and the value's name, and its shape, for a cotangent that has none yet.
    fn name(&mut self, cotangent: Value, of: Value) {
        let name = self.graph.info(of).name.as_deref().map(cotangent_name);
        let is_defined_here = self.nodes.last().is_some_and(|node| node.outs.contains(&cotangent));
        let info = self.graph.info_mut(cotangent);
        if info.name.is_none() && is_defined_here {
            info.name = name;
        }
        if info.shape_of.is_none() && is_defined_here {
            info.shape_of = Some(of);
        }
    }

    /// What `value` has received, as a float or array of its shape.
    pub(super) fn dense(&mut self, value: Value, origin: Origin) -> Value {
        match self.cotangents.get(value) {
            Some(Cotangent::Dense(cotangent)) => cotangent,
            Some(Cotangent::Accumulator(accumulator)) => {
                let dense = self.densified(value, accumulator, origin);
                self.cotangents.replace(value, Cotangent::Dense(dense));
                dense
            }
            None => {
                let ty = self.graph.ty(value).clone();
                self.push(Op::Row(ops::row("Zeros")), vec![value], ty, value, origin)
            }
        }
    }

    fn densified(&mut self, value: Value, accumulator: Value, origin: Origin) -> Value {
        let ty = self.graph.ty(value).clone();
        self.push(Op::Dense, vec![value, accumulator], ty, value, origin)
    }

    /// What `value` has received, as an accumulator to add to.
    pub(super) fn accumulator(&mut self, value: Value, origin: Origin) -> Value {
        match self.cotangents.get(value) {
            Some(Cotangent::Accumulator(accumulator)) => accumulator,
            Some(Cotangent::Dense(dense)) => {
                let empty = self.push(Op::Accumulator, vec![value], Ty::Accumulator, value, origin);
                self.push(Op::AddAll, vec![empty, dense], Ty::Accumulator, value, origin)
            }
            None => self.push(Op::Accumulator, vec![value], Ty::Accumulator, value, origin),
        }
    }

    /// What a parameter has received in all; an empty accumulator if nothing.
    pub(super) fn received(&mut self, param: Value) -> Value {
        match self.cotangents.get(param) {
            Some(Cotangent::Dense(cotangent) | Cotangent::Accumulator(cotangent)) => cotangent,
            None if self.graph.ty(param).is_float() => self.dense(param, Origin::default()),
            None => {
                self.push(Op::Accumulator, vec![param], Ty::Accumulator, param, Origin::default())
            }
        }
    }
}
