//! `f32` and `f64` alike, for what is written once for both.

use std::iter::Sum;

use ndarray::{LinalgScalar, ScalarOperand};

/// A float that arrays and sums are made of.
pub trait Number:
    LinalgScalar + ScalarOperand + num_traits::Float + num_traits::NumAssign + Sum + Send + Sync
{
    /// The nearest number.
    fn of(x: f64) -> Self;
    /// The number as `f64`.
    fn double(self) -> f64;
}

impl Number for f32 {
    fn of(x: f64) -> Self {
        x as f32
    }

    fn double(self) -> f64 {
        self.into()
    }
}

impl Number for f64 {
    fn of(x: f64) -> Self {
        x
    }

    fn double(self) -> f64 {
        self
    }
}

/// The sum of squares, in `f64`.
pub fn squares<'a, A: Number>(numbers: impl IntoIterator<Item = &'a A>) -> f64 {
    numbers.into_iter().map(|x| x.double() * x.double()).sum()
}
