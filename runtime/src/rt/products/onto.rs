//! Products added to a sum where it lies: what a weight receives in every turn of a loop.

use ndarray::{Array, Array2, ArrayView1, ArrayView2, Dimension};

use super::backward::{DotNt, DotTn};
use super::count::one_product;
use super::dot::Dot;
use crate::Float;
use crate::differentiable::{Contribution, Lazy};
use crate::kernels::{Operand, Rank};

macro_rules! onto {
    ($($(#[$doc:meta])* $name:ident, $Added:ident $added:ident = $product:ident by $Product:ident :: $method:ident;)*) => {$(
        /// A product that is computed where it is added to a sum.
        #[derive(Clone, Copy, Debug)]
        pub struct $Added<A, B>(A, B);

        /// The product, to be added to a sum where that lies.
        #[inline(always)]
        pub fn $added<A, B>(a: A, b: B) -> $Added<A, B> {
            $Added(a, b)
        }

        impl<T, D, A, B> Contribution<Lazy<T, D>> for $Added<A, B>
        where
            T: Float,
            D: Dimension,
            A: Operand<T>,
            B: Operand<T>,
            A::Rank: $Product<B::Rank>,
            <A::Rank as $Product<B::Rank>>::Output: Rank<Of<T> = Array<T, D>>,
        {
            #[track_caller]
            fn add_to(self, acc: &mut Lazy<T, D>) {
                let $Added(a, b) = self;
                match acc.arrived_mut() {
                    Some(sum) => $Added(a, b).add_to(sum),
                    None => super::$product(a, b).add_to(acc),
                }
            }
        }

        impl<T, D, A, B> Contribution<Array<T, D>> for $Added<A, B>
        where
            T: Float,
            D: Dimension,
            A: Operand<T>,
            B: Operand<T>,
            A::Rank: $Product<B::Rank>,
            <A::Rank as $Product<B::Rank>>::Output: Rank<Of<T> = Array<T, D>>,
        {
            #[track_caller]
            fn add_to(self, sum: &mut Array<T, D>) {
                let $Added(a, b) = self;
                if A::Rank::$method::<T>(sum, &a.operand_view(), &b.operand_view()) {
                    one_product();
                    a.operand_end();
                    b.operand_end();
                } else {
                    super::$product(a, b).add_to(sum);
                }
            }
        }

        impl<T, A, B> Contribution<T> for $Added<A, B>
        where
            T: Float + Contribution<T>,
            A: Operand<T>,
            B: Operand<T>,
            A::Rank: $Product<B::Rank>,
            <A::Rank as $Product<B::Rank>>::Output: Rank<Of<T> = T>,
        {
            #[track_caller]
            fn add_to(self, acc: &mut T) {
                super::$product(self.0, self.1).add_to(acc);
            }
        }

        $(#[$doc])*
        ///
        /// # Panics
        /// If the shapes do not fit.
        #[inline]
        #[track_caller]
        pub fn $name<A, B, Sum>(mut sum: Sum, a: A, b: B) -> Sum
        where
            $Added<A, B>: Contribution<Sum>,
        {
            $Added(a, b).add_to(&mut sum);
            sum
        }
    )*};
}
onto! {
    /// `sum` and `dot(a, b)`.
    plus_dot, DotToAdd dot_to_add = dot by Dot::dot_onto;
    /// `sum` and `dot_nt(a, b)`.
    plus_dot_nt, DotNtToAdd dot_nt_to_add = dot_nt by DotNt::dot_nt_onto;
    /// `sum` and `dot_tn(a, b)`.
    plus_dot_tn, DotTnToAdd dot_tn_to_add = dot_tn by DotTn::dot_tn_onto;
}

/// Adds `a b` to `sum`, if the shapes fit.
pub(super) fn matrices<T: Float>(
    sum: &mut Array2<T>,
    a: ArrayView2<'_, T>,
    b: ArrayView2<'_, T>,
) -> bool {
    let fits = a.ncols() == b.nrows() && sum.dim() == (a.nrows(), b.ncols());
    if fits {
        T::multiply(a, b, sum.view_mut(), true);
    }
    fits
}

/// Adds `column row` to `sum`, if the shapes fit.
pub(super) fn outer<T: Float>(
    sum: &mut Array2<T>,
    column: ArrayView1<'_, T>,
    row: ArrayView1<'_, T>,
) -> bool {
    let fits = sum.dim() == (column.len(), row.len());
    if fits {
        T::add_outer(column, row, sum.view_mut());
    }
    fits
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, array};

    use super::*;
    use crate::rt::dot_tn;

    #[test]
    fn a_product_is_added_where_the_sum_lies() {
        let a = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
        let b = array![[1.0_f64, -1.0], [0.5, 2.0], [0.0, 1.0]];
        let sum: Array2<f64> = array![[10.0, 20.0], [30.0, 40.0]];
        assert_eq!(plus_dot_tn(sum.clone(), &a, &b), &sum + &a.t().dot(&b));
        assert_eq!(plus_dot(sum.clone(), &a.t(), &b), &sum + &a.t().dot(&b));
        assert_eq!(plus_dot_nt(sum.clone(), &a.t(), &b.t()), &sum + &a.t().dot(&b));
        let row: Array1<f64> = array![1.0, 2.0, 3.0];
        let outer: Array2<f64> = dot_tn(&row, &row);
        assert_eq!(plus_dot_tn(outer.clone(), &row, &row), &outer * 2.0);
        assert_eq!(plus_dot(1.0, &row, &row), 15.0);
    }

    #[test]
    #[should_panic(expected = "[2, 2]")]
    fn a_sum_of_another_shape_is_named() {
        let a = array![[1.0_f64, 2.0, 3.0]];
        let _: Array2<f64> = plus_dot_tn(Array2::zeros((2, 2)), &a, &a);
    }
}
