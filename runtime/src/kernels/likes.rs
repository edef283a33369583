//! Tuples of likes: the gradients that one backward kernel gives.

use super::domain::OUTPUTS;
use super::like::Like;
use super::rank::Order;
use super::results::Results;
use super::sink::Sink;
use crate::Float;

/// One to eight [`Like`]s.
pub trait Likes<T: Float> {
    /// What the formula gives: as many values.
    type Values: Results<T>;
    /// The gradients, each of its like's shape and type.
    type Gradients;
    /// How many there are.
    const COUNT: usize = <Self::Values as Results<T>>::COUNT;
    /// Whether all likes are floats.
    const ALL_SCALAR: bool;
    /// Ends the likes.
    fn end(self);
    /// The shapes, empty for those that there are not.
    fn shapes(&self) -> [&[usize]; OUTPUTS];
    /// The gradients of floats.
    fn gradients_from_scalars(&self, values: Self::Values) -> Self::Gradients;
    /// The gradients from what their sinks kept, in a domain of `len` elements.
    fn gradients_from_sinks(
        &self,
        sinks: <Self::Values as Results<T>>::Sinks,
        len: usize,
        order: Order,
    ) -> Self::Gradients;
}

/// The type of each element of a tuple.
macro_rules! each {
    ($index:tt, $T:ty) => {
        $T
    };
}

macro_rules! likes_tuple {
    ($($index:tt $L:ident $element:ident),+) => {
        impl<T: Float, $($L: Like<T>),+> Likes<T> for ($($L,)+) {
            type Values = ($(each!($index, T),)+);
            type Gradients = ($($L::Gradient,)+);
            const ALL_SCALAR: bool = $($L::LIKE_IS_SCALAR)&&+;

            #[inline(always)]
            fn end(self) {
                $(self.$index.like_end();)+
            }
            #[inline]
            fn shapes(&self) -> [&[usize]; OUTPUTS] {
                let mut shapes: [&[usize]; OUTPUTS] = [&[]; OUTPUTS];
                $(shapes[$index] = self.$index.like_shape();)+
                shapes
            }
            #[inline(always)]
            fn gradients_from_scalars(&self, values: Self::Values) -> Self::Gradients {
                ($(self.$index.like_scalar(values.$index),)+)
            }
            fn gradients_from_sinks(
                &self,
                [$($element),+]: <Self::Values as Results<T>>::Sinks,
                len: usize,
                order: Order,
            ) -> Self::Gradients {
                ($(match $element {
                    Sink::Total([sum, lost]) if $L::LIKE_IS_SCALAR => {
                        self.$index.like_scalar(sum + lost)
                    }
                    sink => self.$index.like_from(sink.finish(len), order),
                },)+)
            }
        }
    };
}
likes_tuple!(0 A a);
likes_tuple!(0 A a, 1 B b);
likes_tuple!(0 A a, 1 B b, 2 C c);
likes_tuple!(0 A a, 1 B b, 2 C c, 3 D d);
likes_tuple!(0 A a, 1 B b, 2 C c, 3 D d, 4 E e);
likes_tuple!(0 A a, 1 B b, 2 C c, 3 D d, 4 E e, 5 F f);
likes_tuple!(0 A a, 1 B b, 2 C c, 3 D d, 4 E e, 5 F f, 6 G g);
likes_tuple!(0 A a, 1 B b, 2 C c, 3 D d, 4 E e, 5 F f, 6 G g, 7 H h);
