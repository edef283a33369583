//! Ranks as types: what a kernel gives for its operands' ranks.

use std::marker::PhantomData;

use ndarray::{Array, ArrayView, ArrayView2, DimMax, Dimension};

use super::like::Like;
use crate::{Float, memory};

/// The rank of a float.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

/// The rank of an array with dimension type `D`.
#[derive(Clone, Copy, Debug)]
pub struct Nd<D>(PhantomData<D>);

/// [`Scalar`] or [`Nd`].
pub trait Rank {
    /// A value of this rank: `T` itself or an owned array.
    type Of<T: Float>;
    /// An operand of this rank as kernels read it: `T` itself or a view.
    type View<'a, T: Float>;
    /// Whether this is [`Scalar`]; a kernel of scalars alone is evaluated directly.
    const IS_SCALAR: bool;

    /// A view, erased: what the engine of elementwise kernels works on.
    fn source<'a, T: Float>(view: &'a Self::View<'_, T>) -> Source<'a, T>;
    /// An operand, copied.
    fn to_owned<T: Float>(view: Self::View<'_, T>) -> Self::Of<T>;
    /// The elements in C order.
    fn into_elements<T: Float>(value: Self::Of<T>) -> Vec<T>;
    /// A value as the gradient of `like`, whose shape it has.
    ///
    /// # Panics
    /// If it has another shape.
    fn into_like<T: Float, L: Like<T>>(value: Self::Of<T>, like: L) -> L::Gradient;
    /// A result from its elements in C order of `shape`, axes reversed if `layout` says so.
    fn from_elements<T: Float>(elements: Vec<T>, shape: &[usize], layout: Order) -> Self::Of<T>;
    /// A result of a kernel of scalars.
    fn from_scalar<T: Float>(value: T) -> Self::Of<T>;
    /// An operand that is a matrix, as one.
    fn as_matrix<'a, T: Float>(view: &'a Self::View<'_, T>) -> Option<ArrayView2<'a, T>>;
    /// A matrix, as an operand of this rank where matrices can be that.
    fn from_matrix<T: Float>(matrix: ArrayView2<'_, T>) -> Option<Self::View<'_, T>>;
}

/// In which order a kernel's results lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Last axis fastest.
    C,
    /// First axis fastest.
    Fortran,
}

/// An operand without its types.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a, T> {
    /// One value, the same everywhere.
    Value(T),
    /// Elements in memory. `first` is where index 0 of every axis lies.
    Elements {
        /// Where index 0 of every axis lies; valid for reads at every index inside `shape` for `'a`.
        first: *const T,
        /// Lengths of the axes.
        shape: &'a [usize],
        /// Distances in elements, signed (stored as `isize`).
        strides: &'a [isize],
    },
}

// SAFETY: the elements are borrowed for `'a` and only read.
unsafe impl<T: Sync> Sync for Source<'_, T> {}

impl<'a, T> Source<'a, T> {
    /// The shape; empty for one value.
    pub fn shape(&self) -> &'a [usize] {
        match self {
            Source::Value(_) => &[],
            Source::Elements { shape, .. } => shape,
        }
    }
}

impl Rank for Scalar {
    type Of<T: Float> = T;
    type View<'a, T: Float> = T;
    const IS_SCALAR: bool = true;

    #[inline(always)]
    fn source<'a, T: Float>(view: &'a T) -> Source<'a, T> {
        Source::Value(*view)
    }
    #[inline(always)]
    fn to_owned<T: Float>(view: T) -> T {
        view
    }
    fn into_elements<T: Float>(value: T) -> Vec<T> {
        vec![value]
    }
    #[inline]
    #[track_caller]
    fn into_like<T: Float, L: Like<T>>(value: T, like: L) -> L::Gradient {
        if !L::LIKE_IS_SCALAR {
            check_like(&[], like.like_shape());
        }
        like.like_scalar(value)
    }
    #[inline]
    fn from_elements<T: Float>(elements: Vec<T>, _: &[usize], _: Order) -> T {
        elements[0]
    }
    #[inline(always)]
    fn from_scalar<T: Float>(value: T) -> T {
        value
    }
    #[inline(always)]
    fn as_matrix<'a, T: Float>(_: &'a T) -> Option<ArrayView2<'a, T>> {
        None
    }
    #[inline(always)]
    fn from_matrix<T: Float>(_: ArrayView2<'_, T>) -> Option<T> {
        None
    }
}

impl<D: Dimension> Rank for Nd<D> {
    type Of<T: Float> = Array<T, D>;
    type View<'a, T: Float> = ArrayView<'a, T, D>;
    const IS_SCALAR: bool = false;

    #[inline(always)]
    fn source<'a, T: Float>(view: &'a ArrayView<'_, T, D>) -> Source<'a, T> {
        Source::Elements { first: view.as_ptr(), shape: view.shape(), strides: view.strides() }
    }
    fn to_owned<T: Float>(view: ArrayView<'_, T, D>) -> Array<T, D> {
        match view.as_slice() {
            Some(elements) => Array::from_shape_vec(view.raw_dim(), memory::copied(elements))
                .expect("as many elements as the view has"),
            None => view.to_owned(),
        }
    }
    fn into_elements<T: Float>(value: Array<T, D>) -> Vec<T> {
        if value.is_standard_layout() {
            let len = value.len();
            let (mut elements, offset) = value.into_raw_vec_and_offset();
            // An array that was sliced in place keeps elements before and behind its own.
            elements.drain(..offset.unwrap_or(0));
            elements.truncate(len);
            elements
        } else {
            value.iter().copied().collect()
        }
    }
    #[track_caller]
    fn into_like<T: Float, L: Like<T>>(value: Array<T, D>, like: L) -> L::Gradient {
        check_like(value.shape(), like.like_shape());
        like.like_from_array(value)
    }
    #[inline]
    fn from_elements<T: Float>(elements: Vec<T>, shape: &[usize], order: Order) -> Array<T, D> {
        use ndarray::ShapeBuilder;
        let mut dim = D::zeros(shape.len());
        dim.slice_mut().copy_from_slice(shape);
        let len = shape.iter().product::<usize>();
        assert!(elements.len() == len, "a kernel gives as many elements as its domain has");
        let shape = dim.set_f(order == Order::Fortran);
        // SAFETY: there are as many elements as the shape has, by the line before the last.
        unsafe { Array::from_shape_vec_unchecked(shape, elements) }
    }
    #[inline]
    fn from_scalar<T: Float>(value: T) -> Array<T, D> {
        Array::from_elem(D::default(), value)
    }
    #[inline]
    fn as_matrix<'a, T: Float>(view: &'a ArrayView<'_, T, D>) -> Option<ArrayView2<'a, T>> {
        view.view().into_dimensionality().ok()
    }
    #[inline]
    fn from_matrix<T: Float>(matrix: ArrayView2<'_, T>) -> Option<ArrayView<'_, T, D>> {
        matrix.into_dimensionality().ok()
    }
}

#[track_caller]
fn check_like(shape: &[usize], like: &[usize]) {
    assert!(shape == like, "gradient: shape {shape:?} where {like:?} is expected");
}

/// The rank of an elementwise operation on operands of two ranks, as ndarray co-broadcasts.
#[diagnostic::on_unimplemented(
    message = "arrays of these ranks do not broadcast together",
    label = "ndarray has no common dimension type for `{Self}` and `{R}`"
)]
pub trait Join<R: Rank>: Rank {
    /// The joined rank.
    type Output: Rank;
}

/// The rank of an elementwise operation on operands of ranks `A` and `B`.
pub type Joined<A, B> = <A as Join<B>>::Output;

impl Join<Scalar> for Scalar {
    type Output = Scalar;
}

impl<D: Dimension> Join<Nd<D>> for Scalar {
    type Output = Nd<D>;
}

impl<D: Dimension> Join<Scalar> for Nd<D> {
    type Output = Nd<D>;
}

impl<D: Dimension + DimMax<E>, E: Dimension> Join<Nd<E>> for Nd<D> {
    type Output = Nd<<D as DimMax<E>>::Output>;
}
