//! Elementary functions in kernels: vector code where the processor allows, std's elsewhere.

mod double;
mod polynomial;
mod single;
#[cfg(test)]
mod tests;

use std::cell::Cell;

use crate::Float;

/// The elementary functions that a formula uses, as a kernel hands them to it.
///
/// Over arrays, on a processor with fused multiply-adds, they are branch-free bodies that become vector
/// code where the formula is inlined into the kernel's loop; at most 2 ulp from the true value, for all
/// arguments, infinities, NaN, signed zeros and subnormal numbers included. For floats alone, and on
/// other processors, they are the float type's own, to the bit.
#[derive(Debug)]
pub struct Math {
    is_vector: bool,
    /// Whether an argument was met that a vector body is not made for: then its block is computed
    /// again with std's functions.
    is_outside: Cell<bool>,
}

impl Math {
    /// The float types' own functions.
    #[inline(always)]
    pub(super) const fn std() -> Math {
        Math { is_vector: false, is_outside: Cell::new(false) }
    }

    /// Vector bodies, for code that is compiled for a processor with fused multiply-adds.
    #[inline(always)]
    pub(super) const fn vector() -> Math {
        Math { is_vector: true, is_outside: Cell::new(false) }
    }

    /// Whether what was computed has to be computed again with [`Math::std`].
    #[inline(always)]
    pub(super) fn is_outside(&self) -> bool {
        self.is_outside.get()
    }

    /// The logistic function `1 / (1 + exp(-x))`.
    #[inline(always)]
    pub fn sigmoid<T: Float>(&self, x: T) -> T {
        T::one() / (T::one() + self.exp(-x))
    }

    /// `x * sigmoid(x)`.
    #[inline(always)]
    pub fn silu<T: Float>(&self, x: T) -> T {
        x * self.sigmoid(x)
    }

    /// `ln(1 + exp(x))`, computed without overflow.
    #[inline(always)]
    pub fn softplus<T: Float>(&self, x: T) -> T {
        x.max(T::zero()) + self.ln_1p(self.exp(-x.abs()))
    }

    /// The sine.
    #[inline(always)]
    pub fn sin<T: Float>(&self, x: T) -> T {
        if self.is_vector {
            self.check(x);
            T::vector_sin(x)
        } else {
            x.sin()
        }
    }

    /// The cosine.
    #[inline(always)]
    pub fn cos<T: Float>(&self, x: T) -> T {
        if self.is_vector {
            self.check(x);
            T::vector_cos(x)
        } else {
            x.cos()
        }
    }

    #[inline(always)]
    fn check<T: Float>(&self, x: T) {
        self.is_outside.set(self.is_outside.get() | (x.abs() > T::SIN_COS_LIMIT));
    }
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = $vector:ident;)*) => {
        impl Math {
            $(
                $(#[$doc])*
                #[inline(always)]
                pub fn $name<T: Float>(&self, x: T) -> T {
                    if self.is_vector { T::$vector(x) } else { x.$name() }
                }
            )*
        }

        /// Branch-free bodies of elementary functions, made to be inlined into loops.
        ///
        /// They use fused multiply-adds throughout, so they are fast only in code that is compiled
        /// for a processor that has them; their results are the same everywhere.
        pub trait Elementary {
            /// The largest magnitude that [`vector_sin`](Self::vector_sin) and
            /// [`vector_cos`](Self::vector_cos) are made for.
            const SIN_COS_LIMIT: Self;
            /// The sine, for magnitudes up to `SIN_COS_LIMIT`.
            fn vector_sin(x: Self) -> Self;
            /// The cosine, for magnitudes up to `SIN_COS_LIMIT`.
            fn vector_cos(x: Self) -> Self;
            $(
                $(#[$doc])*
                fn $vector(x: Self) -> Self;
            )*
        }
    };
}
functions! {
    /// The exponential.
    exp = vector_exp;
    /// The power of two.
    exp2 = vector_exp2;
    /// `exp(x) - 1`, accurate near 0.
    exp_m1 = vector_exp_m1;
    /// The natural logarithm.
    ln = vector_ln;
    /// The base 2 logarithm.
    log2 = vector_log2;
    /// The base 10 logarithm.
    log10 = vector_log10;
    /// `ln(1 + x)`, accurate near 0.
    ln_1p = vector_ln_1p;
    /// The hyperbolic tangent.
    tanh = vector_tanh;
}
