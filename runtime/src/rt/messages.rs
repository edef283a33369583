//! Bounds that exist for the sake of what rustc says when they do not hold.

use crate::differentiable::Differentiable;

/// A result that has a gradient: one float.
#[diagnostic::on_unimplemented(
    message = "the gradient of a function needs a scalar value, and this one returns `{Self}`",
    label = "`grad` of an array-valued function",
    note = "call `vjp` with a cotangent of the result's shape, or return a float: `.sum()`, `.mean()`"
)]
// It does not imply `Differentiable`: in a generic function whose `where` clause asks for it, rustc 1.95 would
// take that promise in the place of the type's own accumulator, and stop with an internal error where it
// inlines (release builds).
pub trait ScalarResult: Sized {
    /// The cotangent 1.
    const ONE: Self;
    /// The cotangent 1, as an accumulator.
    fn one_acc() -> Self::Acc
    where
        Self: Differentiable;
}

// Written out twice rather than by a macro: rustc shows these lines to the user.

impl ScalarResult for f32 {
    const ONE: f32 = 1.0;
    #[inline]
    fn one_acc() -> f32 {
        Self::ONE
    }
}

impl ScalarResult for f64 {
    const ONE: f64 = 1.0;
    #[inline]
    fn one_acc() -> f64 {
        Self::ONE
    }
}

/// Forward mode, which nothing has that was not asked for it.
#[diagnostic::on_unimplemented(
    message = "this function has no `jvp`: it was not asked for one",
    label = "forward mode is off",
    note = "write `#[differentiable(forward)]` on it"
)]
pub trait Forward {}

/// Second order, which nothing has that was not asked for it.
#[diagnostic::on_unimplemented(
    message = "this function has no second derivatives: it was not asked for them",
    label = "second order is off",
    note = "write `#[differentiable(second_order)]` on it"
)]
pub trait SecondOrder {}

/// A function without `#[differentiable(forward)]`.
#[derive(Clone, Copy, Debug)]
pub struct NotAsked;

/// What a function that is called with an active value must be. Nothing else implements it.
#[diagnostic::on_unimplemented(
    message = "this function is called with an active value and is not `#[differentiable]`",
    label = "an active value goes in here",
    note = "put `#[differentiable]` on the function, or wrap the call in `stop_gradient(..)` if no \
            derivative is to flow through it"
)]
pub trait CalleeIsDifferentiable {}

/// What a function that is called in forward mode must be. Nothing else implements it.
#[diagnostic::on_unimplemented(
    message = "this function is called by one with `forward` or `second_order`, and was not asked for the same",
    label = "a tangent goes in here",
    note = "write `#[differentiable(forward)]` on the function that is called, or `second_order` where its \
            caller has that"
)]
pub trait CalleeIsForward {}

/// What a function must be whose derivative is taken in a differentiable function. Nothing else implements it.
#[diagnostic::on_unimplemented(
    message = "the derivative of a function is called with an active value, and has no derivative itself",
    label = "an active value goes in here",
    note = "write `#[differentiable(second_order)]` on the function whose derivative this is, which must give \
            a float where its gradient is asked for; with `aux` it has `grad` alone"
)]
pub trait HasDerivatives {}

/// What a function must be that is called with an active value. Nothing implements it.
#[diagnostic::on_unimplemented(
    message = "this function is called with an active value and has `aux`: a caller's derivative would not know \
               what becomes of the extra result",
    label = "an active value goes in here",
    note = "take `aux` off the function that is called, so that all of its result is differentiated, and wrap in \
            `stop_gradient(..)` what is not to be; or give the extra result in a function of its own"
)]
pub trait CalleeHasNoAux {}

/// A struct of which an earlier state is still needed where it is written, or passed on.
#[diagnostic::on_unimplemented(
    message = "derivatives need what this was before, and `{Self}` cannot be copied",
    label = "a copy is kept of what is written or passed on here",
    note = "put `#[derive(Clone)]` on `{Self}`"
)]
pub trait Copies: Sized {
    /// The copy.
    fn copy_of(&self) -> Self;
}

impl<T: Clone> Copies for T {
    #[inline(always)]
    fn copy_of(&self) -> T {
        self.clone()
    }
}

/// A copy of a struct.
#[inline(always)]
pub fn copy_of<T: Copies>(value: &T) -> T {
    value.copy_of()
}
