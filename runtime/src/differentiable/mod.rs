//! Values that have a gradient, and the walk over their named leaves.

use std::fmt::Debug;

mod accumulators;
mod arrays;
mod contribution;
mod floats;
mod lazy;
mod nothing;
mod path;
mod references;
mod sequences;
#[cfg(test)]
mod tests;
mod tuples;
mod visit;

#[doc(hidden)]
pub use accumulators::{ArrayAcc, VecAcc};
#[doc(hidden)]
pub use contribution::Contribution;
#[doc(hidden)]
pub use lazy::Lazy;
pub(crate) use lazy::add_arrays;
#[doc(hidden)]
pub use nothing::Nothing;
pub use path::LeafPath;
pub use visit::{Visit, VisitMut, VisitWith};

/// A value made of floats: a float, an array, or a struct, tuple, `Vec`, array or `Option` of these.
///
/// Derived for structs by `#[derive(Differentiable)]`, which also makes the gradient's type
/// (`Net` gets `NetGradient`, with the same names for the fields that hold floats).
///
/// ```
/// use chainrule::Differentiable;
/// use chainrule::ndarray::array;
/// let parameters = (array![[1.0, 2.0]], vec![3.0_f32]);
/// assert_eq!(parameters.zero_gradient(), (array![[0.0, 0.0]], vec![0.0]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no gradient: it is not made of floats",
    label = "not a float, an array of floats, or a struct that derives `Differentiable`",
    note = "put `#[derive(Differentiable)]` on a struct of floats and arrays, or leave this value \
            out with `#[differentiable(constant)]` (a field) or `constant(..)` (an argument)"
)]
pub trait Differentiable {
    /// What a gradient with respect to this value is: of the same shape, and owned.
    type Gradient: Differentiable<Gradient = Self::Gradient> + Clone + Debug + Send;

    /// The type in which the generated code sums up contributions to a gradient.
    #[doc(hidden)]
    type Acc: Accumulator<Gradient = Self::Gradient>;

    /// A gradient of this value's shape, filled with zeros.
    fn zero_gradient(&self) -> Self::Gradient {
        self.accumulator().finish()
    }

    /// An empty accumulator that knows this value's shape.
    #[doc(hidden)]
    fn accumulator(&self) -> Self::Acc;

    /// Shows every leaf to `visitor`, in the order of declaration, named below `path`.
    fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V);

    /// Like [`visit`](Self::visit), and lets `visitor` write the leaves.
    ///
    /// # Panics
    /// If a leaf is borrowed immutably (an `ArrayView`, a shared reference): it cannot be written.
    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V);

    /// Shows every leaf together with the same leaf of `gradient`; the former may be written.
    ///
    /// # Panics
    /// If a leaf is borrowed immutably, or if the shapes differ (a `Vec` of another length).
    fn visit_with<V: VisitWith>(
        &mut self,
        gradient: &Self::Gradient,
        path: &mut LeafPath,
        visitor: &mut V,
    );

    /// Keeps the memory of owned arrays for arrays to come, and leaves them without elements.
    #[doc(hidden)]
    fn release_memory(&mut self) {}
}

/// Sums up contributions to a gradient of one value.
///
/// `Default` is a zero of unknown shape; [`Differentiable::accumulator`] gives a zero of the value's
/// shape. The first contribution to an array is moved in, so no zeros are written.
#[doc(hidden)]
pub trait Accumulator: Default + Clone + Send {
    /// The gradient that [`finish`](Self::finish) gives.
    type Gradient;
    /// The sum of all contributions; zeros of the known shape where none arrived.
    fn finish(self) -> Self::Gradient;
    /// Adds a whole gradient.
    fn add_gradient(&mut self, gradient: Self::Gradient);
    /// The sum that holds this gradient alone.
    fn from_gradient(gradient: Self::Gradient) -> Self {
        let mut sum = Self::default();
        sum.add_gradient(gradient);
        sum
    }
    /// Adds another accumulator; a shape that only one of them knows is kept.
    fn merge(&mut self, other: Self);
}
