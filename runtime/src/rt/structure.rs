//! Cotangents of operations that only move elements.

use ndarray::{
    Array, Array1, ArrayBase, ArrayD, ArrayView, Axis, Data, Dimension, IntoDimension, RemoveAxis,
    Slice,
};

use super::zeros;
use crate::Float;
use crate::kernels::{Like, Nd, Operand, Order, Rank};

/// The elements of `x`, in C order, in another shape.
///
/// # Panics
/// If the numbers of elements differ.
#[track_caller]
pub fn to_shape<T, X, D, S>(x: X, shape: S) -> Array<T, S::Dim>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
    S: IntoDimension,
{
    let (view, shape) = (x.operand_view(), shape.into_dimension());
    match view.to_shape(shape.clone()) {
        Ok(reshaped) => reshaped.into_owned(),
        Err(_) => panic!("reshape: shape {:?} into shape {:?}", view.shape(), shape.slice()),
    }
}

/// The elements of `x`, in C order, as a vector.
pub fn flatten<T, X, D>(x: X) -> Array1<T>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    x.operand_view().iter().copied().collect()
}

/// The axes of `x` in another order.
///
/// # Panics
/// If `axes` is not a permutation of all axes.
#[track_caller]
pub fn permuted_axes<T, X, D, P>(x: X, axes: P) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
    P: IntoDimension<Dim = D>,
{
    x.operand_owned().permuted_axes(axes)
}

/// `x` with two of its axes exchanged.
///
/// # Panics
/// If there are not so many axes.
#[track_caller]
pub fn swap_axes<T, X, D>(x: X, a: usize, b: usize) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let mut x = x.operand_owned();
    let ndim = x.ndim();
    assert!(a < ndim && b < ndim, "swap_axes: axes {a} and {b} of shape {:?}", x.shape());
    x.swap_axes(a, b);
    x
}

/// `x` with the elements along `axis` in reverse order.
///
/// # Panics
/// If there are not so many axes.
#[track_caller]
pub fn invert_axis<T, X, D>(x: X, axis: Axis) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    let mut x = x.operand_owned();
    let number = axis.index();
    assert!(number < x.ndim(), "invert_axis: axis {number} of shape {:?}", x.shape());
    x.invert_axis(axis);
    x
}

/// The axes in reverse order.
pub fn transpose<T, X, D>(x: X) -> Array<T, D>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    x.operand_owned().reversed_axes()
}

/// With a number of axes that the type does not say.
pub fn into_dyn<T, X, D>(x: X) -> ArrayD<T>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
{
    x.operand_owned().into_dyn()
}

/// `x` spread to `shape`.
///
/// # Panics
/// If it does not broadcast there.
#[track_caller]
pub fn broadcast<T, X, D, S>(x: X, shape: S) -> Array<T, S::Dim>
where
    T: Float,
    D: Dimension,
    X: Operand<T, Rank = Nd<D>>,
    S: IntoDimension,
{
    let (view, shape) = (x.operand_view(), shape.into_dimension());
    match view.broadcast(shape.clone()) {
        Some(spread) => spread.to_owned(),
        None => panic!("broadcast: shape {:?} to shape {:?}", view.shape(), shape.slice()),
    }
}

/// The parts of `x` at `indices` of `axis`, in their order.
///
/// # Panics
/// If an index is not under the axis' length.
#[track_caller]
pub fn select<T, X, D>(x: X, axis: Axis, indices: &[usize]) -> Array<T, D>
where
    T: Float,
    D: RemoveAxis,
    X: Operand<T, Rank = Nd<D>>,
{
    x.operand_view().select(axis, indices)
}

/// The cotangent of [`select`]: what came from one index twice is summed.
#[track_caller]
pub fn select_back<T, Y, D, L>(dy: Y, axis: Axis, indices: &[usize], like: L) -> Array<T, D>
where
    T: Float,
    D: RemoveAxis,
    Y: Operand<T, Rank = Nd<D>>,
    L: Like<T, Gradient = Array<T, D>>,
{
    let mut dx = zeros(like);
    for (part, index) in dy.operand_view().axis_iter(axis).zip(indices) {
        let mut into = dx.index_axis_mut(axis, *index);
        into += &part;
    }
    dx
}

/// Arrays put together along an axis.
///
/// # Panics
/// If their other axes differ.
#[track_caller]
pub fn concatenate<T: Float, D: RemoveAxis>(
    axis: Axis,
    parts: &[ArrayView<'_, T, D>],
) -> Array<T, D> {
    ndarray::concatenate(axis, parts)
        .unwrap_or_else(|_| panic!("concatenate along axis {}: {}", axis.index(), shapes(parts)))
}

/// Arrays put together along a new axis.
///
/// # Panics
/// If their shapes differ.
#[track_caller]
pub fn stack<T, D>(axis: Axis, parts: &[ArrayView<'_, T, D>]) -> Array<T, D::Larger>
where
    T: Float,
    D: Dimension,
    D::Larger: RemoveAxis,
{
    ndarray::stack(axis, parts)
        .unwrap_or_else(|_| panic!("stack along axis {}: {}", axis.index(), shapes(parts)))
}

/// Zeros for what `concatenate(axis, parts)` gives.
///
/// # Panics
/// If there are no parts, or their other axes differ.
#[track_caller]
pub fn room_to_concatenate<S, D>(axis: Axis, parts: &[ArrayBase<S, D>]) -> Array<S::Elem, D>
where
    S: Data<Elem: Float>,
    D: Dimension,
{
    let others = |part: &ArrayBase<S, D>| {
        let mut shape = part.raw_dim();
        shape[axis.index()] = 0;
        shape
    };
    let mut shape = match parts {
        [first, rest @ ..] if rest.iter().all(|part| others(part) == others(first)) => {
            others(first)
        }
        _ => panic!("concatenate along axis {}: {}", axis.index(), shapes(parts)),
    };
    shape[axis.index()] = parts.iter().map(|part| part.len_of(axis)).sum();
    Array::zeros(shape)
}

/// Zeros for what `stack(axis, parts)` gives.
///
/// # Panics
/// If there are no parts, or their shapes differ.
#[track_caller]
pub fn room_to_stack<S, D>(axis: Axis, parts: &[ArrayBase<S, D>]) -> Array<S::Elem, D::Larger>
where
    S: Data<Elem: Float>,
    D: Dimension,
{
    match parts {
        [first, rest @ ..] if rest.iter().all(|part| part.shape() == first.shape()) => {
            let mut shape = first.view().insert_axis(axis).raw_dim();
            shape[axis.index()] = parts.len();
            Array::zeros(shape)
        }
        _ => panic!("stack along axis {}: {}", axis.index(), shapes(parts)),
    }
}

fn shapes<S: Data, D: Dimension>(parts: &[ArrayBase<S, D>]) -> String {
    if parts.is_empty() {
        return "there are no arrays".to_owned();
    }
    let shapes: Vec<String> = parts.iter().map(|part| format!("{:?}", part.shape())).collect();
    format!("shapes {} do not fit", shapes.join(", "))
}

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
