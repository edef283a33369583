//! What can be added to an accumulator: always `+=`, never `=`.

use ndarray::{Array, ArrayBase, ArrayRef, CowRepr, Data, Dimension, Ix1, OwnedArcRepr, ViewRepr};

use super::lazy::add_arrays;
use super::{ArrayAcc, Lazy, VecAcc};
use crate::Float;
use crate::kernels::Operand;

/// A value that can be added to an accumulator of type `Acc`, or to a dense gradient.
#[diagnostic::on_unimplemented(
    message = "a derivative of type `{Self}` cannot be added to one of type `{Acc}`",
    label = "the types of these values do not fit"
)]
pub trait Contribution<Acc: ?Sized> {
    /// Adds `self` to `acc`.
    fn add_to(self, acc: &mut Acc);
}

macro_rules! contribution_of_floats {
    ($($float:ident)*) => {$(
        impl Contribution<$float> for $float {
            #[inline]
            fn add_to(self, acc: &mut $float) {
                *acc += self;
            }
        }
        impl Contribution<$float> for &$float {
            #[inline]
            fn add_to(self, acc: &mut $float) {
                *acc += *self;
            }
        }
    )*};
}
contribution_of_floats!(f32 f64);

// Into a lazy array: everything that can be read as an array.

impl<T: Float, D: Dimension, S: Data<Elem = T>> Contribution<Lazy<T, D>> for &ArrayBase<S, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Lazy<T, D>) {
        (&**self as &ArrayRef<T, D>).add_to(acc);
    }
}

// Into a dense array.

impl<T: Float, D: Dimension> Contribution<Array<T, D>> for Array<T, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Array<T, D>) {
        add_arrays(acc, &self);
        Operand::<T>::operand_end(self);
    }
}

impl<T: Float, D: Dimension> Contribution<Array<T, D>> for Lazy<T, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Array<T, D>) {
        if let Some(sum) = self.into_arrived() {
            sum.add_to(acc);
        }
    }
}

impl<T: Float, D: Dimension> Contribution<Array<T, D>> for &Lazy<T, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Array<T, D>) {
        if let Some(sum) = self.arrived() {
            add_arrays(acc, sum);
        }
    }
}

impl<T: Float, D: Dimension> Contribution<Array<T, D>> for &ArrayRef<T, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Array<T, D>) {
        add_arrays(acc, self);
    }
}

impl<T: Float, D: Dimension, S: Data<Elem = T>> Contribution<Array<T, D>> for &ArrayBase<S, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Array<T, D>) {
        add_arrays(acc, self);
    }
}

// Into a list, of which the vector is a view.

impl<T: Float, S: Data<Elem = T>> Contribution<VecAcc<T>> for &ArrayBase<S, Ix1> {
    #[track_caller]
    fn add_to(self, acc: &mut VecAcc<T>) {
        for (index, element) in self.iter().enumerate() {
            *acc.at(index) += *element;
        }
    }
}

impl<T: Float, S: Data<Elem = T>, const N: usize> Contribution<ArrayAcc<T, N>>
    for &ArrayBase<S, Ix1>
{
    fn add_to(self, acc: &mut ArrayAcc<T, N>) {
        acc.0.iter_mut().zip(self).for_each(|(acc, element)| *acc += *element);
    }
}

// Views and shared arrays by value, into either.
macro_rules! contribution_of_views {
    ($([$($lifetime:lifetime)?] $repr:ty;)*) => {$(
        impl<$($lifetime,)? T: Float, D: Dimension> Contribution<Lazy<T, D>>
            for ArrayBase<$repr, D>
        {
            #[track_caller]
            fn add_to(self, acc: &mut Lazy<T, D>) {
                (&self).add_to(acc);
            }
        }
        impl<$($lifetime,)? T: Float, D: Dimension> Contribution<Array<T, D>>
            for ArrayBase<$repr, D>
        {
            #[track_caller]
            fn add_to(self, acc: &mut Array<T, D>) {
                (&self).add_to(acc);
            }
        }
    )*};
}
contribution_of_views! {
    ['a] ViewRepr<&'a T>;
    ['a] ViewRepr<&'a mut T>;
    ['a] CowRepr<'a, T>;
    [] OwnedArcRepr<T>;
}
