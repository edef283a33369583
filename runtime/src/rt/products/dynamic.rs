//! Products of arrays whose rank is known at run time only.

use ndarray::{ArrayD, ArrayView, ArrayView1, ArrayView2, ArrayViewD, Dimension, Ix1, Ix2, arr0};

use super::backward::{DotNt, DotTn};
use super::dot::Dot;
use crate::Float;
use crate::kernels::{Nd, Scalar};

/// An array of rank 0, 1 or 2.
enum Ranked<'a, T> {
    Zero(T),
    One(ArrayView1<'a, T>),
    Two(ArrayView2<'a, T>),
}
use Ranked::{One, Two, Zero};

fn ranked<T: Float>(x: ArrayViewD<'_, T>) -> Option<Ranked<'_, T>> {
    fn to<T: Float, D: Dimension>(x: ArrayViewD<'_, T>) -> ArrayView<'_, T, D> {
        x.into_dimensionality().expect("the rank was just looked at")
    }
    match x.ndim() {
        0 => Some(Zero(x.sum())),
        1 => Some(One(to::<T, Ix1>(x))),
        2 => Some(Two(to::<T, Ix2>(x))),
        _ => None,
    }
}

#[cold]
#[track_caller]
fn no_product(name: &str, a: &[usize], b: &[usize]) -> ! {
    panic!("{name}: shapes {a:?} and {b:?}: arrays of ranks 1 and 2 are expected")
}

#[track_caller]
pub(super) fn dot<T: Float>(a: ArrayViewD<'_, T>, b: ArrayViewD<'_, T>) -> ArrayD<T> {
    match (ranked(a.view()), ranked(b.view())) {
        (Some(One(a)), Some(One(b))) => arr0(<Nd<Ix1> as Dot<Nd<Ix1>>>::dot(a, b)).into_dyn(),
        (Some(One(a)), Some(Two(b))) => <Nd<Ix1> as Dot<Nd<Ix2>>>::dot(a, b).into_dyn(),
        (Some(Two(a)), Some(One(b))) => <Nd<Ix2> as Dot<Nd<Ix1>>>::dot(a, b).into_dyn(),
        (Some(Two(a)), Some(Two(b))) => <Nd<Ix2> as Dot<Nd<Ix2>>>::dot(a, b).into_dyn(),
        _ => no_product("dot", a.shape(), b.shape()),
    }
}

#[track_caller]
pub(super) fn dot_nt<T: Float>(dy: ArrayViewD<'_, T>, b: ArrayViewD<'_, T>) -> ArrayD<T> {
    match (ranked(dy.view()), ranked(b.view())) {
        (Some(Zero(dy)), Some(One(b))) => Scalar::dot_nt(dy, b).into_dyn(),
        (Some(One(dy)), Some(Two(b))) => <Nd<Ix1> as DotNt<Nd<Ix2>>>::dot_nt(dy, b).into_dyn(),
        (Some(One(dy)), Some(One(b))) => <Nd<Ix1> as DotNt<Nd<Ix1>>>::dot_nt(dy, b).into_dyn(),
        (Some(Two(dy)), Some(Two(b))) => <Nd<Ix2> as DotNt<Nd<Ix2>>>::dot_nt(dy, b).into_dyn(),
        _ => no_product("gradient of dot", dy.shape(), b.shape()),
    }
}

#[track_caller]
pub(super) fn dot_tn<T: Float>(a: ArrayViewD<'_, T>, dy: ArrayViewD<'_, T>) -> ArrayD<T> {
    match (ranked(a.view()), ranked(dy.view())) {
        (Some(One(a)), Some(Zero(dy))) => <Nd<Ix1> as DotTn<Scalar>>::dot_tn(a, dy).into_dyn(),
        (Some(One(a)), Some(One(dy))) => <Nd<Ix1> as DotTn<Nd<Ix1>>>::dot_tn(a, dy).into_dyn(),
        (Some(Two(a)), Some(One(dy))) => <Nd<Ix2> as DotTn<Nd<Ix1>>>::dot_tn(a, dy).into_dyn(),
        (Some(Two(a)), Some(Two(dy))) => <Nd<Ix2> as DotTn<Nd<Ix2>>>::dot_tn(a, dy).into_dyn(),
        _ => no_product("gradient of dot", a.shape(), dy.shape()),
    }
}
