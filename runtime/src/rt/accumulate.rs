//! Accumulators: made, added to, finished.

use crate::Float;
use crate::differentiable::{Accumulator, ArrayAcc, Contribution, Differentiable, Lazy, VecAcc};
use crate::kernels::{Operand, Rank};
use ndarray::Dimension;

/// An empty accumulator of a gradient of `value`, knowing its shape.
#[inline]
pub fn accumulator<X: Differentiable + ?Sized>(value: &X) -> X::Acc {
    value.accumulator()
}

/// Adds `contribution` to `acc`.
///
/// # Panics
/// If the shapes differ.
#[inline]
#[track_caller]
pub fn add<A: ?Sized, C: Contribution<A>>(acc: &mut A, contribution: C) {
    contribution.add_to(acc);
}

/// The gradient that an accumulator made by [`accumulator`] holds.
#[inline]
#[track_caller]
pub fn finish<A: Accumulator>(acc: A) -> A::Gradient {
    acc.finish()
}

/// Keeps the memory of a gradient's arrays for arrays to come; they have no elements then.
pub fn release<G: Differentiable>(gradient: &mut G) {
    gradient.release_memory();
}

/// A copy of an array, in memory that was kept.
#[inline]
pub fn copied<T: Float, X: Operand<T>>(array: &X) -> <X::Rank as Rank>::Of<T> {
    array.operand_owned()
}

/// Ends an array that nothing took over; its memory is kept for arrays to come.
#[inline(always)]
pub fn recycle<T: Float, X: Operand<T>>(array: X) {
    array.operand_end();
}

/// The gradient that `acc` holds, zeros of `like`'s shape where nothing arrived.
///
/// # Panics
/// If something of another shape arrived.
#[inline]
#[track_caller]
pub fn dense<A: Accumulator, L: Dense<A>>(like: L, acc: A) -> A::Gradient {
    finish_into(like.empty(), acc)
}

/// [`dense`] beside `like`, the empty accumulator of the value itself: that of a struct too.
///
/// # Panics
/// If something of another shape arrived.
#[inline]
#[track_caller]
pub fn filled<A: Accumulator>(like: &A, acc: A) -> A::Gradient {
    finish_into(like.clone(), acc)
}

/// A gradient of zeros, in the shape that `like` knows.
#[inline]
pub fn zeros_like<A: Accumulator>(like: &A) -> A::Gradient {
    like.clone().finish()
}

/// The gradient of what arrived in `acc`, in the shape that `empty` knows.
#[inline]
#[track_caller]
fn finish_into<A: Accumulator>(mut empty: A, acc: A) -> A::Gradient {
    empty.merge(acc);
    empty.finish()
}

/// The accumulator that holds `gradient` alone.
#[inline]
pub fn into_acc<G: Differentiable<Gradient = G>>(gradient: G) -> G::Acc {
    G::Acc::from_gradient(gradient)
}

/// The accumulator of type `A` that holds `gradient` alone, where `A` is known from the context.
#[inline]
pub fn into_acc_of<A: Accumulator>(gradient: A::Gradient) -> A {
    A::from_gradient(gradient)
}

/// What `acc` holds; a zero stays behind, whose shape is no longer known.
#[inline]
pub fn take<A: Default>(acc: &mut A) -> A {
    std::mem::take(acc)
}

/// A value, or an accumulator, that knows the shape of an accumulator `A`.
pub trait Dense<A> {
    /// A zero that knows its shape.
    fn empty(&self) -> A;
}

impl<X: Differentiable + ?Sized> Dense<X::Acc> for X {
    fn empty(&self) -> X::Acc {
        self.accumulator()
    }
}

impl<T: Float, D: Dimension> Dense<Lazy<T, D>> for &Lazy<T, D> {
    fn empty(&self) -> Lazy<T, D> {
        Lazy::empty(self)
    }
}

impl<A> Dense<VecAcc<A>> for &VecAcc<A>
where
    for<'a> &'a A: Dense<A>,
{
    fn empty(&self) -> VecAcc<A> {
        self.as_slice().iter().map(|element| element.empty()).collect()
    }
}

impl<A, const N: usize> Dense<ArrayAcc<A, N>> for &ArrayAcc<A, N>
where
    for<'a> &'a A: Dense<A>,
{
    fn empty(&self) -> ArrayAcc<A, N> {
        ArrayAcc(self.0.each_ref().map(|element| element.empty()))
    }
}

/// What was pushed at a position receives what stands there, and the list is as long as before.
#[inline]
pub fn take_pushed<A: Default>(list: &mut VecAcc<A>, position: usize) -> A {
    list.pop_at(position)
}

/// The sum of all elements of an accumulator of a list, which is left empty: what `x` receives in
/// `[x; n]`.
#[inline]
#[track_caller]
pub fn total<L: Elements>(list: &mut L) -> L::Element {
    list.total()
}

/// An accumulator of a list.
pub trait Elements {
    /// The accumulator of one element.
    type Element;
    /// Takes all elements out and adds them up.
    fn total(&mut self) -> Self::Element;
}

impl<A: Accumulator + Default> Elements for VecAcc<A> {
    type Element = A;
    fn total(&mut self) -> A {
        let mut sum = A::default();
        for element in self.as_mut_slice() {
            sum.merge(std::mem::take(element));
        }
        sum
    }
}

impl<A: Accumulator + Default, const N: usize> Elements for ArrayAcc<A, N> {
    type Element = A;
    fn total(&mut self) -> A {
        let mut sum = A::default();
        for element in &mut self.0 {
            sum.merge(std::mem::take(element));
        }
        sum
    }
}
