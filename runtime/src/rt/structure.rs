//! Cotangents of operations that only move elements.

use ndarray::{Array, Axis, Dimension, IntoDimension, RemoveAxis, Slice};

use crate::Float;
use crate::kernels::{Like, Nd, Operand, Order, Rank};

/// `dy` with its elements, in C order, in `like`'s shape: the cotangent of a reshape.
///
/// # Panics
/// If the numbers of elements differ.
#[track_caller]
pub fn reshape_like<T, Y, L>(dy: Y, like: L) -> L::Gradient
where
    T: Float,
    Y: Operand<T>,
    L: Like<T>,
{
    let elements = Y::Rank::into_elements(dy.operand_owned());
    let len: usize = like.like_shape().iter().product();
    assert!(
        elements.len() == len,
        "reshape: {} elements into shape {:?}",
        elements.len(),
        like.like_shape()
    );
    like.like_from(elements, Order::C)
}

/// The cotangent of `x.permuted_axes(axes)`.
///
/// # Panics
/// If `axes` is not a permutation of all axes.
#[track_caller]
pub fn permute_back<T, Y, D, P>(dy: Y, axes: P) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    Y: Operand<T, Rank = Nd<D>>,
    P: IntoDimension<Dim = D>,
{
    let dy = dy.operand_owned();
    let axes = axes.into_dimension();
    let mut inverse = D::zeros(dy.ndim());
    for (to, &from) in axes.slice().iter().enumerate() {
        inverse[from] = to;
    }
    dy.permuted_axes(inverse)
}

/// `dy` with an axis of length 1 put in.
pub fn insert_axis<T, X, D>(x: X, axis: Axis) -> Array<T, D::Larger>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    x.operand_owned().insert_axis(axis)
}

/// `dy` without `axis`, which has length 1.
///
/// # Panics
/// If `axis` has another length.
#[track_caller]
pub fn remove_axis<T, X, D>(x: X, axis: Axis) -> Array<T, D::Smaller>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
{
    let x = x.operand_owned();
    assert!(x.len_of(axis) == 1, "remove_axis: axis {} of shape {:?}", axis.index(), x.shape());
    x.remove_axis(axis)
}

/// The part of `dy` that belongs to `like`: as long as `like` along `axis`, beginning at `offset`. The
/// cotangent of one of several concatenated arrays.
///
/// # Panics
/// If that part is not inside `dy`, or the other axes differ.
#[track_caller]
pub fn split_like<T, Y, D, L>(dy: Y, axis: Axis, like: L, offset: usize) -> L::Gradient
where
    T: Float,
    D: Dimension,
    Y: Operand<T, Rank = Nd<D>>,
    L: Like<T>,
{
    let len = like.like_shape()[axis.index()];
    let part = dy.operand_view();
    let part = part.slice_axis(axis, Slice::from(offset..offset + len));
    Nd::<D>::into_like(part.to_owned(), like)
}

/// `dy` in the dimension type of `like`: the cotangent of `into_dyn` and `into_dimensionality`.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn from_dyn<T, Y, L>(dy: Y, like: L) -> L::Gradient
where
    T: Float,
    Y: Operand<T>,
    L: Like<T>,
{
    Y::Rank::into_like(dy.operand_owned(), like)
}
