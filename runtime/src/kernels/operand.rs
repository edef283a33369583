//! What a kernel accepts as an operand.

use ndarray::{Array, ArrayBase, ArrayRef, ArrayView, Data, Dimension};

use super::{Nd, Rank, Scalar};
use crate::{Float, memory};

/// A float, an array, or a reference to one, as operand of a kernel on elements of type `T`.
///
/// `T` is a parameter, not an associated type: so the type of a float literal beside an array is
/// inferred from the array.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a float or an array of floats of type `{T}`",
    label = "expected a float or an array of floats",
    note = "if this is a method of yours that is called like one of arrays, say the type and it is yours: `let part: &{Self} = &whole.part;`"
)]
pub trait Operand<T: Float> {
    /// [`Scalar`] or [`Nd`].
    type Rank: Rank;
    /// The value as kernels read it: the float itself, or a view.
    #[doc(hidden)]
    fn operand_view(&self) -> <Self::Rank as Rank>::View<'_, T>;
    /// The value for a product with the transpose of it, whose left operand has so many rows: where that is faster it
    /// lies by columns.
    #[doc(hidden)]
    #[inline(always)]
    fn operand_beside(&self, _rows: usize) -> <Self::Rank as Rank>::View<'_, T> {
        self.operand_view()
    }
    /// The value, owned: moved where it is, copied where it is borrowed.
    #[doc(hidden)]
    fn operand_owned(self) -> <Self::Rank as Rank>::Of<T>
    where
        Self: Sized,
    {
        Self::Rank::to_owned(self.operand_view())
    }
    /// Ends the operand; its memory, if it is an array that was moved here, is kept for another one.
    #[doc(hidden)]
    #[inline(always)]
    fn operand_end(self)
    where
        Self: Sized,
    {
    }
}

macro_rules! operand_float {
    ($($float:ident)*) => {$(
        impl Operand<$float> for $float {
            type Rank = Scalar;
            #[inline(always)]
            fn operand_view(&self) -> $float {
                *self
            }
        }
    )*};
}
operand_float!(f32 f64);

impl<T: Float, S: Data<Elem = T>, D: Dimension> Operand<T> for ArrayBase<S, D> {
    type Rank = Nd<D>;
    #[inline]
    fn operand_view(&self) -> ArrayView<'_, T, D> {
        self.view()
    }
    fn operand_owned(self) -> Array<T, D> {
        self.try_into_owned_nocopy().unwrap_or_else(|shown| <Nd<D> as Rank>::to_owned(shown.view()))
    }
    #[inline(always)]
    fn operand_end(self) {
        if let Ok(array) = self.try_into_owned_nocopy() {
            memory::give(array.into_raw_vec_and_offset().0);
        }
    }
}

impl<T: Float, D: Dimension> Operand<T> for ArrayRef<T, D> {
    type Rank = Nd<D>;
    #[inline]
    fn operand_view(&self) -> ArrayView<'_, T, D> {
        self.view()
    }
}

impl<T: Float, X: Operand<T> + ?Sized> Operand<T> for &X {
    type Rank = X::Rank;
    #[inline(always)]
    fn operand_view(&self) -> <X::Rank as Rank>::View<'_, T> {
        (**self).operand_view()
    }
    #[inline(always)]
    fn operand_beside(&self, rows: usize) -> <X::Rank as Rank>::View<'_, T> {
        (**self).operand_beside(rows)
    }
}

impl<T: Float, X: Operand<T> + ?Sized> Operand<T> for &mut X {
    type Rank = X::Rank;
    #[inline(always)]
    fn operand_view(&self) -> <X::Rank as Rank>::View<'_, T> {
        (**self).operand_view()
    }
    #[inline(always)]
    fn operand_beside(&self, rows: usize) -> <X::Rank as Rank>::View<'_, T> {
        (**self).operand_beside(rows)
    }
}
