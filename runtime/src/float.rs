//! The scalars that can be differentiated.

use std::iter::{Product, Sum};

use ndarray::NdFloat;
use num_traits::FromPrimitive;

use crate::differentiable::{Accumulator, Contribution, Differentiable};
use crate::kernels::{Elementary, Like, Multiply, Operand, Scalar};
use crate::memory::Kept;
use crate::rt::ScalarResult;

/// A floating point number that derivatives can be taken of: `f32` or `f64`.
///
/// It implies what ndarray's float methods, `dot`, sums and scalar operands ask for, so that a
/// generic function needs no other bound. As in ndarray, a generic scalar stands on the right of an
/// array: `&x * scale`.
///
/// ```
/// use chainrule::Float;
/// use chainrule::ndarray::{Array1, array};
/// fn scaled_sum<T: Float>(x: &Array1<T>, scale: T) -> T {
///     (x * scale).mapv(T::tanh).sum()
/// }
/// assert_eq!(scaled_sum(&array![0.0_f32, 0.0], 2.0), 0.0);
/// ```
pub trait Float:
    NdFloat
    + FromPrimitive
    + Sum
    + Product
    + Default
    + Differentiable<Gradient = Self, Acc = Self>
    + Accumulator<Gradient = Self>
    + Contribution<Self>
    + ScalarResult
    + Elementary
    + Multiply
    + Kept
    + Operand<Self, Rank = Scalar>
    + Like<Self, Gradient = Self>
    + crate::rt::Shown
    + crate::ext::Elementwise<Elem = Self, Output = Self>
{
    /// The nearest value of this type to `value`.
    fn from_f64_lossy(value: f64) -> Self;
    /// This value as an `f64`.
    fn to_f64_lossless(self) -> f64;
}

impl Float for f32 {
    #[inline(always)]
    fn from_f64_lossy(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn to_f64_lossless(self) -> f64 {
        f64::from(self)
    }
}

impl Float for f64 {
    #[inline(always)]
    fn from_f64_lossy(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn to_f64_lossless(self) -> f64 {
        self
    }
}
