//! Cotangents as wholes: summed, spread, made from nothing.

use ndarray::{ArrayD, Axis, Dimension};

use super::ScalarResult;
use crate::differentiable::{Accumulator, Contribution, Differentiable};
use crate::kernels::{JoinedShape, Like, Likes, Nd, Operand, Order, Rank, Scalar, Total, map_to1};
use crate::{Float, memory};

/// `value` summed over the axes along which `like` was broadcast; unchanged (an owned array is moved)
/// if the shapes agree.
///
/// # Panics
/// If `like` does not broadcast to the shape of `value`.
#[inline]
#[track_caller]
pub fn sum_to<T, L, V>(like: L, value: V) -> L::Gradient
where
    T: Float,
    L: Like<T>,
    V: Operand<T>,
{
    // Of two floats there is nothing to compare.
    let are_floats = V::Rank::IS_SCALAR && L::LIKE_IS_SCALAR;
    if are_floats || V::Rank::source(&value.operand_view()).shape() == like.like_shape() {
        let sum = V::Rank::into_like(value.operand_owned(), &like);
        like.like_end();
        sum
    } else {
        map_to1(like, value, |x| x)
    }
}

/// The sum of two gradients or accumulators of one type, in the place of the first.
///
/// # Panics
/// If their shapes differ.
#[inline]
#[track_caller]
pub fn plus<G: Contribution<G>>(mut a: G, b: G) -> G {
    b.add_to(&mut a);
    a
}

/// Adds a gradient or an accumulator to another one of its type.
///
/// # Panics
/// If their shapes differ.
#[inline]
#[track_caller]
pub fn accumulate<G: Contribution<G>>(sum: &mut G, part: G) {
    part.add_to(sum);
}

/// The float `dy` at every element of `like`'s shape.
#[inline]
#[track_caller]
pub fn expand<T, L, Y>(dy: Y, like: L) -> L::Gradient
where
    T: Float,
    L: Like<T>,
    Y: Operand<T, Rank = Scalar>,
{
    map_to1(like, dy, |dy| dy)
}

/// What an array of `like`'s shape becomes by `assign` or `fill`: `value` at every place.
///
/// # Panics
/// If `value` does not broadcast to `like`'s shape.
#[inline]
#[track_caller]
pub fn assigned<T, L, V>(like: L, value: V) -> L::Gradient
where
    T: Float,
    L: Like<T>,
    V: Operand<T>,
{
    let given = V::Rank::source(&value.operand_view()).shape().to_vec();
    if given == like.like_shape() {
        return V::Rank::into_like(value.operand_owned(), like);
    }
    let elements = V::Rank::into_elements(value.operand_owned());
    let given = ArrayD::from_shape_vec(given, elements)
        .expect("an operand has as many elements as its shape says");
    let shape = like.like_shape();
    match given.broadcast(shape) {
        Some(spread) => {
            let elements = spread.iter().copied().collect();
            like.like_from(elements, Order::C)
        }
        None => panic!("assign: shape {:?} does not broadcast to {shape:?}", given.shape()),
    }
}

/// The tangent of a broadcast operand at every place of `like`'s shape; an array of that shape already is
/// moved.
///
/// # Panics
/// If `value` does not broadcast to `like`'s shape.
#[inline]
#[track_caller]
pub fn spread<T, L, V>(like: L, value: V) -> L::Gradient
where
    T: Float,
    L: Like<T>,
    V: Operand<T>,
{
    assigned(like, value)
}

/// In the place of a like: asks a kernel for the sum of all elements.
#[inline(always)]
pub fn sum_of_all() -> Total {
    Total
}

/// The shape that likes broadcast to, in the place of a like.
///
/// # Panics
/// If they do not broadcast together.
#[inline]
#[track_caller]
pub fn joined<T: Float, L: Likes<T>>(likes: L) -> JoinedShape<T> {
    JoinedShape::of(&likes.shapes()[..L::COUNT])
}

/// Zeros of a value's shape, whatever it is.
#[inline]
pub fn zero_gradient<X: Differentiable + ?Sized>(value: &X) -> X::Gradient {
    value.zero_gradient()
}

/// `dy`, which lacks `axis`, repeated along it to `like`'s shape.
///
/// # Panics
/// If the other axes' lengths differ.
#[track_caller]
pub fn expand_axis<T, L, Y, D>(dy: Y, axis: Axis, like: L) -> L::Gradient
where
    T: Float,
    L: Like<T>,
    D: Dimension,
    Y: Operand<T, Rank = Nd<D>>,
{
    map_to1(like, dy.operand_view().insert_axis(axis), |dy| dy)
}

/// Zeros of `like`'s shape.
#[inline]
pub fn zeros<T: Float, L: Like<T>>(like: L) -> L::Gradient {
    if L::LIKE_IS_SCALAR {
        return like.like_scalar(T::zero());
    }
    let len = like.like_shape().iter().product();
    let zeros = like.like_from(memory::zeros(len), Order::C);
    like.like_end();
    zeros
}

/// The constant `value` in the type of `_beside`.
#[inline(always)]
pub fn lit<T: Float>(_beside: T, value: f64) -> T {
    T::from_f64_lossy(value)
}

/// The number of elements, as a float.
#[inline]
pub fn count<T: Float, X: Like<T>>(x: X) -> T {
    T::from_f64_lossy(x.like_shape().iter().product::<usize>() as f64)
}

/// The length of `axis`, as a float.
///
/// # Panics
/// If there is no such axis.
#[inline]
#[track_caller]
pub fn count_axis<T: Float, X: Like<T>>(x: X, axis: Axis) -> T {
    T::from_f64_lossy(x.like_shape()[axis.index()] as f64)
}

/// The cotangent 1 of a scalar result.
#[inline]
pub fn seed<Y: ScalarResult>(_: &Y) -> Y {
    Y::ONE
}

/// The cotangent 1 of a scalar result, as an accumulator.
#[inline]
pub fn seed_acc<Y: ScalarResult + Differentiable>(_: &Y) -> Y::Acc {
    Y::one_acc()
}

/// The cotangent 1 of a scalar result, as a gradient.
#[inline]
pub fn seed_gradient<Y: ScalarResult + Differentiable>(_: &Y) -> Y::Gradient {
    Y::one_acc().finish()
}

/// The cotangent 1 of a scalar result of type `Y`.
#[inline]
pub fn scalar_one<Y: ScalarResult>() -> Y {
    Y::ONE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bound as generated code has it: it must not hide what a float's accumulator is.
    fn seeded<T>(y: f64, z: T) -> (f64, T)
    where
        T: Float,
        for<'a> f64: ScalarResult,
        for<'a> T: ScalarResult,
    {
        let dy: f64 = seed_acc(&y);
        let dz: <T as Differentiable>::Acc = seed_acc(&z);
        (dy, dz)
    }

    #[test]
    fn a_float_is_seeded_with_one() {
        assert_eq!(seeded(3.0, 4.0_f32), (1.0, 1.0));
        assert_eq!((seed(&3.0), scalar_one::<f32>()), (1.0, 1.0));
    }
}
