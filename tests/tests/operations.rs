//! Every row of the table against finite differences, from its own domain, in f64 and f32.

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::*;
use chainrule::prelude::*;
use chainrule_tests::{AsTangents, check, forward_agrees, matching, points, sampled, weights_of};

/// The first of the gradients, or the only one.
trait First {
    type First;
    fn first(self) -> Self::First;
}

impl<T, D> First for Array<T, D> {
    type First = Self;
    fn first(self) -> Self {
        self
    }
}

impl<A, B> First for (A, B) {
    type First = A;
    fn first(self) -> A {
        self.0
    }
}

impl<A, B, C> First for (A, B, C) {
    type First = A;
    fn first(self) -> A {
        self.0
    }
}

fn first<G: First>(gradients: G) -> G::First {
    gradients.first()
}

/// The gradients as a tuple, also where there is one.
trait InTuple {
    type Tuple;
    fn in_tuple(self) -> Self::Tuple;
}

impl<T, D> InTuple for Array<T, D> {
    type Tuple = (Self,);
    fn in_tuple(self) -> (Self,) {
        (self,)
    }
}

impl<A, B> InTuple for (A, B) {
    type Tuple = Self;
    fn in_tuple(self) -> Self {
        self
    }
}

fn in_tuple<G: InTuple>(gradients: G) -> G::Tuple {
    gradients.in_tuple()
}

chainrule_macros::__operation_tests! {}
