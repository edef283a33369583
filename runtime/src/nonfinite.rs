//! Which operation first gave an infinity or a NaN (feature `find-nonfinite`).
//!
//! With the feature, what `#[differentiable]` writes shows every number that it computes to this module, which
//! remembers the first infinity and the first NaN of each thread. So a loss that is not finite leads to the
//! operation that made it so, forward or backward. For that each operation is computed
//! by itself and its result read once more, which takes time; without the feature nothing of this is there.
//!
//! ```
//! use chainrule::nonfinite;
//! use chainrule::ndarray::{Array1, array};
//! use chainrule::prelude::*;
//!
//! #[differentiable]
//! fn entropy(p: &Array1<f64>) -> f64 {
//!     let terms = p * p.ln();
//!     -terms.sum()
//! }
//!
//! nonfinite::clear();
//! let (value, _) = entropy::value_and_grad(&array![0.5, 0.0]);
//! assert!(value.is_nan());
//! let found = nonfinite::found();
//! assert_eq!((found[0].operation, &found[0].index[..]), ("ln", &[1][..]));
//! assert!(found[0].to_string().starts_with("`ln` is -inf at [1] of shape [2], "));
//! assert!(found[1].to_string().starts_with("`terms` (*) is NaN at [1] of shape [2], "));
//! ```
//!
//! A [`Trainer`](crate::train::Trainer) clears before each step, and its error tells what was found.

use std::cell::RefCell;
use std::fmt::{self, Display, Formatter};
use std::panic::Location;

use ndarray::{ArrayBase, Data, Dimension};

use crate::Float;
use crate::differentiable::Nothing;

/// An operation that gave an infinity or a NaN.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// The name that its result has in the program, or empty if it has none.
    pub name: &'static str,
    /// The operation; several, if the backward pass computes them together.
    pub operation: &'static str,
    /// The first element that is not finite.
    pub value: f64,
    /// Where it stands in the result.
    pub index: Vec<usize>,
    /// The result's shape; empty for a float.
    pub shape: Vec<usize>,
    /// Where the operation stands in the program.
    pub location: &'static Location<'static>,
}

impl Display for Found {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, operation, value, index, shape, location } = self;
        match *name {
            "" => write!(formatter, "`{operation}` is {value}")?,
            name => write!(formatter, "`{name}` ({operation}) is {value}")?,
        }
        if !shape.is_empty() {
            write!(formatter, " at {index:?} of shape {shape:?}")?;
        }
        write!(formatter, ", {location}")
    }
}

thread_local! {
    static FOUND: RefCell<Vec<Found>> = const { RefCell::new(Vec::new()) };
}

/// The first infinity and the first NaN that derivatives computed on this thread since [`clear`], in the order
/// in which they came: none, one or both.
pub fn found() -> Vec<Found> {
    FOUND.with_borrow(Clone::clone)
}

/// Forgets what was found on this thread.
pub fn clear() {
    FOUND.with_borrow_mut(Vec::clear);
}

/// Remembers what another thread found, if this one found nothing before.
#[cfg(feature = "parallel")]
pub(crate) fn take_over(found: Vec<Found>) {
    FOUND.with_borrow_mut(|own| {
        if own.is_empty() {
            *own = found;
        }
    });
}

/// A number that is not finite, its index and the shape of what it stands in.
#[doc(hidden)]
#[derive(Debug)]
pub struct Spot(f64, Vec<usize>, Vec<usize>);

/// What can be looked through for a number that is not finite.
#[doc(hidden)]
pub trait Watched {
    /// Calls `tell` with the first number that is not finite, for each part of a tuple.
    fn look(&self, tell: &mut dyn FnMut(Spot));
}

impl<T: Float> Watched for T {
    fn look(&self, tell: &mut dyn FnMut(Spot)) {
        if !self.is_finite() {
            tell(Spot(self.to_f64_lossless(), Vec::new(), Vec::new()));
        }
    }
}

impl<T: Float, S: Data<Elem = T>, D: Dimension> Watched for ArrayBase<S, D> {
    fn look(&self, tell: &mut dyn FnMut(Spot)) {
        if self.iter().all(|element| element.is_finite()) {
            return;
        }
        let view = self.view().into_dyn();
        let mut elements = view.indexed_iter();
        if let Some((index, element)) = elements.find(|(_, element)| !element.is_finite()) {
            let (index, shape) = (index.slice().to_vec(), self.shape().to_vec());
            tell(Spot(element.to_f64_lossless(), index, shape));
        }
    }
}

/// What a constant field of a struct receives.
impl Watched for Nothing {
    fn look(&self, _: &mut dyn FnMut(Spot)) {}
}

macro_rules! watched_tuples {
    ($(($($part:ident)+))*) => {$(
        impl<$($part: Watched),+> Watched for ($($part,)+) {
            fn look(&self, tell: &mut dyn FnMut(Spot)) {
                #[allow(non_snake_case)]
                let ($($part,)+) = self;
                $($part.look(tell);)+
            }
        }
    )*};
}
watched_tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) }

/// Passes a value on, and remembers it if it is the first that is not finite.
#[doc(hidden)]
#[inline]
#[track_caller]
pub fn watch<V: Watched>(value: V, name: &'static str, operation: &'static str) -> V {
    let location = Location::caller();
    value.look(&mut |Spot(value, index, shape)| {
        FOUND.with_borrow_mut(|found| {
            if found.iter().all(|found| found.value.is_nan() != value.is_nan()) {
                found.push(Found { name, operation, value, index, shape, location });
            }
        });
    });
    value
}
