//! Markers that carry, through generated calls, which arguments are active.
//!
//! They are zero-sized and passed by value, so a caller needs no turbofish; what an inactive
//! argument would have cost (a product in the backward pass, a value kept for it) is dropped by
//! rustc when the generic function is instantiated.

/// Whether an argument, or a value that depends on several, is active.
pub trait Activity: Copy + Send + Sync + 'static {
    /// True for [`Yes`].
    const IS: bool;
    /// Active if either is.
    type Or<B: Activity>: Activity;
    /// A residual that is kept only where the value is active.
    type Kept<T>;
    /// The marker's value.
    fn marker() -> Self;
    /// Keeps `value` (or drops it).
    fn keep<T>(value: T) -> Self::Kept<T>;
    /// Computes and keeps a value (or does nothing).
    fn compute<T>(value: impl FnOnce() -> T) -> Self::Kept<T>;
    /// The kept value. Generated code asks for it only where `IS` holds.
    fn kept<T>(value: &Self::Kept<T>) -> &T;
    /// The kept value, to be added to. Generated code asks for it only where `IS` holds.
    fn kept_mut<T>(value: &mut Self::Kept<T>) -> &mut T;
    /// The kept value, moved out. Generated code asks for it only where `IS` holds.
    fn take<T>(value: Self::Kept<T>) -> T;
}

/// The marker of an active argument.
#[derive(Clone, Copy, Debug)]
pub struct Yes;

/// The marker of a constant argument.
#[derive(Clone, Copy, Debug)]
pub struct No;

/// The marker of an argument that the callee takes as a constant.
#[diagnostic::on_unimplemented(
    message = "an active value is passed for an argument that this function takes as a constant",
    label = "nothing would flow through one of the arguments of this call",
    note = "leave the argument out of the function's `constant(..)`, or name it in its `wrt(..)`; or wrap \
            the value in `stop_gradient(..)` here"
)]
pub trait Constant: Activity {}

impl Constant for No {}

/// So that `value_and_grad`, whose markers are known, does not say once more what the hidden function
/// of the same body says of its type parameters: of those nothing is known but [`Activity`].
impl Constant for Yes {}

/// The marker of a value that depends on two arguments.
pub type Or<A, B> = <A as Activity>::Or<B>;

/// The marker of a value that depends on what either argument depends on.
pub fn or<A: Activity, B: Activity>(_: A, _: B) -> Or<A, B> {
    <Or<A, B>>::marker()
}

impl Activity for Yes {
    const IS: bool = true;
    type Or<B: Activity> = Yes;
    type Kept<T> = T;
    fn marker() -> Self {
        Yes
    }
    fn keep<T>(value: T) -> T {
        value
    }
    fn compute<T>(value: impl FnOnce() -> T) -> T {
        value()
    }
    fn kept<T>(value: &T) -> &T {
        value
    }
    fn kept_mut<T>(value: &mut T) -> &mut T {
        value
    }
    fn take<T>(value: T) -> T {
        value
    }
}

impl Activity for No {
    const IS: bool = false;
    type Or<B: Activity> = B;
    type Kept<T> = ();
    fn marker() -> Self {
        No
    }
    fn keep<T>(_: T) {}
    fn compute<T>(_: impl FnOnce() -> T) {}
    fn kept<T>(_: &()) -> &T {
        unreachable!("a value was not kept, since nothing active depends on it")
    }
    fn kept_mut<T>(_: &mut ()) -> &mut T {
        unreachable!("a value was not kept, since nothing active depends on it")
    }
    fn take<T>(_: ()) -> T {
        unreachable!("a value was not computed, since nothing active depends on it")
    }
}
