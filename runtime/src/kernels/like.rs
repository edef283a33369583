//! What tells a kernel the shape of a result: the value that a cotangent belongs to.

use std::marker::PhantomData;

use ndarray::{Array, ArrayBase, ArrayD, ArrayRef, Data, Dimension, IxDyn};

use super::domain::joined_shape;
use super::few::Few;
use super::{Nd, Operand, Rank, rank::Order};
use crate::Float;
use crate::differentiable::Lazy;

/// A value whose shape a gradient is to have: a float, an array, a reference to one, or an
/// accumulator that knows its shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a float or an array of floats of type `{T}`",
    label = "expected a float or an array of floats"
)]
pub trait Like<T: Float> {
    /// The type of a gradient of this value.
    type Gradient;
    /// Whether the value is a float.
    #[doc(hidden)]
    const LIKE_IS_SCALAR: bool;
    /// The shape; empty for a float.
    #[doc(hidden)]
    fn like_shape(&self) -> &[usize];
    /// The gradient from its elements.
    #[doc(hidden)]
    fn like_from(&self, elements: Vec<T>, order: Order) -> Self::Gradient;
    /// The gradient from an array of the same shape.
    #[doc(hidden)]
    fn like_from_array<E: Dimension>(&self, value: Array<T, E>) -> Self::Gradient;
    /// Ends the like; its memory, if it is an array that was moved here, is kept for another one.
    #[doc(hidden)]
    #[inline(always)]
    fn like_end(self)
    where
        Self: Sized,
    {
    }
    /// The gradient from its only element, for a float.
    #[doc(hidden)]
    fn like_scalar(&self, value: T) -> Self::Gradient {
        self.like_from(vec![value], Order::C)
    }
}

/// In the place of a like: the sum of all elements, a float.
#[derive(Clone, Copy, Debug)]
pub struct Total;

impl<T: Float> Like<T> for Total {
    type Gradient = T;
    const LIKE_IS_SCALAR: bool = true;
    #[inline(always)]
    fn like_shape(&self) -> &[usize] {
        &[]
    }
    #[inline]
    fn like_from(&self, elements: Vec<T>, _: Order) -> T {
        elements[0]
    }
    fn like_from_array<E: Dimension>(&self, value: Array<T, E>) -> T {
        value.sum()
    }
    #[inline(always)]
    fn like_scalar(&self, value: T) -> T {
        value
    }
}

/// In the place of a like: the shape that several broadcast to.
#[derive(Clone, Debug)]
pub struct JoinedShape<T> {
    shape: Few<usize>,
    elements: PhantomData<T>,
}

impl<T> JoinedShape<T> {
    /// The shape that all of these broadcast to.
    ///
    /// # Panics
    /// If they do not broadcast together.
    #[track_caller]
    pub(crate) fn of(shapes: &[&[usize]]) -> Self {
        Self { shape: joined_shape(shapes.iter().copied()), elements: PhantomData }
    }
}

impl<T: Float> Like<T> for JoinedShape<T> {
    type Gradient = ArrayD<T>;
    const LIKE_IS_SCALAR: bool = false;
    #[inline]
    fn like_shape(&self) -> &[usize] {
        self.shape.as_slice()
    }
    fn like_from(&self, elements: Vec<T>, order: Order) -> ArrayD<T> {
        Nd::<IxDyn>::from_elements(elements, self.like_shape(), order)
    }
    fn like_from_array<E: Dimension>(&self, value: Array<T, E>) -> ArrayD<T> {
        value.into_dyn()
    }
}

macro_rules! like_float {
    ($($float:ident)*) => {$(
        impl Like<$float> for $float {
            type Gradient = $float;
            const LIKE_IS_SCALAR: bool = true;
            #[inline(always)]
            fn like_shape(&self) -> &[usize] {
                &[]
            }
            #[inline]
            fn like_from(&self, elements: Vec<$float>, _: Order) -> $float {
                elements[0]
            }
            fn like_from_array<E: Dimension>(&self, value: Array<$float, E>) -> $float {
                value.sum()
            }
            #[inline(always)]
            fn like_scalar(&self, value: $float) -> $float {
                value
            }
        }
    )*};
}
like_float!(f32 f64);

impl<T: Float, S: Data<Elem = T>, D: Dimension> Like<T> for ArrayBase<S, D> {
    type Gradient = Array<T, D>;
    const LIKE_IS_SCALAR: bool = false;
    #[inline]
    fn like_end(self) {
        Operand::<T>::operand_end(self);
    }
    #[inline]
    fn like_shape(&self) -> &[usize] {
        self.shape()
    }
    fn like_from(&self, elements: Vec<T>, order: Order) -> Array<T, D> {
        Nd::<D>::from_elements(elements, self.shape(), order)
    }
    fn like_from_array<E: Dimension>(&self, value: Array<T, E>) -> Array<T, D> {
        value.into_dimensionality().expect("the shape is the like's")
    }
}

impl<T: Float, D: Dimension> Like<T> for ArrayRef<T, D> {
    type Gradient = Array<T, D>;
    const LIKE_IS_SCALAR: bool = false;
    #[inline]
    fn like_shape(&self) -> &[usize] {
        self.shape()
    }
    fn like_from(&self, elements: Vec<T>, order: Order) -> Array<T, D> {
        Nd::<D>::from_elements(elements, self.shape(), order)
    }
    fn like_from_array<E: Dimension>(&self, value: Array<T, E>) -> Array<T, D> {
        value.into_dimensionality().expect("the shape is the like's")
    }
}

impl<T: Float, D: Dimension> Like<T> for Lazy<T, D> {
    type Gradient = Array<T, D>;
    const LIKE_IS_SCALAR: bool = false;
    #[track_caller]
    fn like_shape(&self) -> &[usize] {
        self.shape().expect("an accumulator gives a shape only if it knows its own")
    }
    fn like_from(&self, elements: Vec<T>, order: Order) -> Array<T, D> {
        Nd::<D>::from_elements(elements, self.like_shape(), order)
    }
    fn like_from_array<E: Dimension>(&self, value: Array<T, E>) -> Array<T, D> {
        value.into_dimensionality().expect("the shape is the like's")
    }
}

impl<T: Float, X: Like<T> + ?Sized> Like<T> for &X {
    type Gradient = X::Gradient;
    const LIKE_IS_SCALAR: bool = X::LIKE_IS_SCALAR;
    #[inline(always)]
    fn like_shape(&self) -> &[usize] {
        (**self).like_shape()
    }
    fn like_from(&self, elements: Vec<T>, order: Order) -> X::Gradient {
        (**self).like_from(elements, order)
    }
    fn like_from_array<E: Dimension>(&self, value: Array<T, E>) -> X::Gradient {
        (**self).like_from_array(value)
    }
    #[inline(always)]
    fn like_scalar(&self, value: T) -> X::Gradient {
        (**self).like_scalar(value)
    }
}

impl<T: Float, X: Like<T> + ?Sized> Like<T> for &mut X {
    type Gradient = X::Gradient;
    const LIKE_IS_SCALAR: bool = X::LIKE_IS_SCALAR;
    #[inline(always)]
    fn like_shape(&self) -> &[usize] {
        (**self).like_shape()
    }
    fn like_from(&self, elements: Vec<T>, order: Order) -> X::Gradient {
        (**self).like_from(elements, order)
    }
    fn like_from_array<E: Dimension>(&self, value: Array<T, E>) -> X::Gradient {
        (**self).like_from_array(value)
    }
    #[inline(always)]
    fn like_scalar(&self, value: T) -> X::Gradient {
        (**self).like_scalar(value)
    }
}
