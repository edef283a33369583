//! What the formula of an elementwise kernel gives: one value, or a tuple of several.

use std::mem::MaybeUninit;

use super::domain::OUTPUTS;
use super::rank::{Order, Rank};
use super::sink::Sink;
use super::small::{SMALL, Small};
use super::sweep::{BLOCK, Block};
use crate::Float;

/// Where a block of each result is written; empty for results that there are not.
pub type Outputs<'a, T> = [&'a mut [MaybeUninit<T>]; OUTPUTS];

/// A value of type `T`, or a tuple of up to eight.
#[diagnostic::on_unimplemented(
    message = "the formula of an elementwise kernel gives `{Self}`, not a float of type `{T}`"
)]
pub trait Results<T: Float>: Copy {
    /// The number of values.
    const COUNT: usize;
    /// What a kernel over operands of joined rank `K` gives.
    type Out<K: Rank>;
    /// A sink for each value.
    type Sinks: AsMut<[Sink<T>]>;
    /// A block for each value, to be summed from.
    type Scratch: AsMut<[Block<T>]>;
    /// The few elements of each value in a kernel over as many.
    type Small: AsRef<[Small<T>]>;
    /// Zeros for each value.
    fn small() -> Self::Small;
    /// Writes the values at `index`.
    fn put(self, index: usize, into: &mut Self::Small);
    /// A sink for each value, made from its number.
    fn sinks(make: impl FnMut(usize) -> Sink<T>) -> Self::Sinks;
    /// Blocks without contents.
    fn scratch() -> Self::Scratch;
    /// Writes the values at `index` of each output.
    fn store(self, index: usize, outputs: &mut Outputs<'_, T>);
    /// The results of a kernel of scalars.
    fn into_scalars<K: Rank>(self) -> Self::Out<K>;
    /// The results from what their sinks kept, in a domain of `len` elements.
    fn from_sinks<K: Rank>(
        sinks: Self::Sinks,
        len: usize,
        shape: &[usize],
        order: Order,
    ) -> Self::Out<K>;
}

impl<T: Float> Results<T> for T {
    const COUNT: usize = 1;
    type Out<K: Rank> = K::Of<T>;
    type Sinks = [Sink<T>; 1];
    type Scratch = [Block<T>; 1];
    type Small = [Small<T>; 1];

    #[inline(always)]
    fn small() -> Self::Small {
        [[T::zero(); SMALL]; 1]
    }
    #[inline(always)]
    fn put(self, index: usize, into: &mut Self::Small) {
        into[0][index] = self;
    }

    #[inline]
    fn sinks(mut make: impl FnMut(usize) -> Sink<T>) -> Self::Sinks {
        [make(0)]
    }
    #[inline(always)]
    fn scratch() -> Self::Scratch {
        [[const { MaybeUninit::uninit() }; BLOCK]; 1]
    }
    #[inline(always)]
    fn store(self, index: usize, outputs: &mut Outputs<'_, T>) {
        outputs[0][index].write(self);
    }
    #[inline(always)]
    fn into_scalars<K: Rank>(self) -> K::Of<T> {
        K::from_scalar(self)
    }
    fn from_sinks<K: Rank>(
        [first]: Self::Sinks,
        len: usize,
        shape: &[usize],
        order: Order,
    ) -> K::Of<T> {
        K::from_elements(first.finish(len), shape, order)
    }
}

/// The type of each element of a tuple.
macro_rules! each {
    ($index:tt, $T:ty) => {
        $T
    };
}

macro_rules! results_tuple {
    ($count:literal: $($index:tt $element:ident),+) => {
        impl<T: Float> Results<T> for ($(each!($index, T),)+) {
            const COUNT: usize = $count;
            type Out<K: Rank> = ($(each!($index, K::Of<T>),)+);
    type Sinks = [Sink<T>; $count];
    type Scratch = [Block<T>; $count];
    type Small = [Small<T>; $count];

    #[inline(always)]
    fn small() -> Self::Small {
        [[T::zero(); SMALL]; $count]
    }
    #[inline(always)]
    fn put(self, index: usize, into: &mut Self::Small) {
        $(into[$index][index] = self.$index;)+
    }

    #[inline]
    fn sinks(mut make: impl FnMut(usize) -> Sink<T>) -> Self::Sinks {
        // Every kernel compiles this: `array::from_fn` would be several functions more.
        [$(make($index)),+]
    }
    #[inline(always)]
    fn scratch() -> Self::Scratch {
        [[const { MaybeUninit::uninit() }; BLOCK]; $count]
    }
            #[inline(always)]
            fn store(self, index: usize, outputs: &mut Outputs<'_, T>) {
                $(outputs[$index][index].write(self.$index);)+
            }
            #[inline(always)]
            fn into_scalars<K: Rank>(self) -> Self::Out<K> {
                ($(K::from_scalar(self.$index),)+)
            }
            fn from_sinks<K: Rank>(
                [$($element),+]: Self::Sinks,
                len: usize,
                shape: &[usize],
                order: Order,
            ) -> Self::Out<K> {
                ($(K::from_elements($element.finish(len), shape, order),)+)
            }
        }
    };
}
results_tuple!(1: 0 a);
results_tuple!(2: 0 a, 1 b);
results_tuple!(3: 0 a, 1 b, 2 c);
results_tuple!(4: 0 a, 1 b, 2 c, 3 d);
results_tuple!(5: 0 a, 1 b, 2 c, 3 d, 4 e);
results_tuple!(6: 0 a, 1 b, 2 c, 3 d, 4 e, 5 f);
results_tuple!(7: 0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g);
results_tuple!(8: 0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h);
