//! Casts between types of numbers.

use crate::Float;
use crate::differentiable::Nothing;

/// A number, or a reference to one, that `as` makes a float.
pub trait Cast {
    /// The type of its cotangent: for a float its own, for an integer [`Nothing`].
    type Cotangent;
    /// The cotangent of the number, from that of the float which it became.
    fn cotangent<T: Float>(dy: T) -> Self::Cotangent;
}

impl Cast for f32 {
    type Cotangent = f32;
    #[inline(always)]
    fn cotangent<T: Float>(dy: T) -> f32 {
        as_f32(dy)
    }
}

impl Cast for f64 {
    type Cotangent = f64;
    #[inline(always)]
    fn cotangent<T: Float>(dy: T) -> f64 {
        as_f64(dy)
    }
}

macro_rules! cast_of_constants {
    ($($constant:ident)*) => {$(
        impl Cast for $constant {
            type Cotangent = Nothing;
            #[inline(always)]
            fn cotangent<T: Float>(_: T) -> Nothing {
                Nothing
            }
        }
    )*};
}
cast_of_constants!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool);

impl<X: Cast + ?Sized> Cast for &X {
    type Cotangent = X::Cotangent;
    #[inline(always)]
    fn cotangent<T: Float>(dy: T) -> X::Cotangent {
        X::cotangent(dy)
    }
}

/// The cotangent of `like` in `like as f64` or `like as f32`, whose own is `dy`: in the type of
/// `like`, rounded to it; [`Nothing`] for an integer.
///
/// ```
/// use chainrule::rt::{Nothing, cast_like};
/// assert_eq!(cast_like(0.1_f64, 3.0_f32), 0.1_f32);
/// let Nothing = cast_like(0.1_f64, &3_usize);
/// ```
#[inline(always)]
pub fn cast_like<T: Float, L: Cast>(dy: T, _like: L) -> L::Cotangent {
    L::cotangent(dy)
}

/// A tangent that `as` makes another float: of an integer there is [`Nothing`], which is 0.
pub trait CastTangent {
    /// As an `f32`.
    fn as_f32(&self) -> f32;
    /// As an `f64`.
    fn as_f64(&self) -> f64;
}

impl<T: Float> CastTangent for T {
    #[inline(always)]
    fn as_f32(&self) -> f32 {
        as_f32(*self)
    }
    #[inline(always)]
    fn as_f64(&self) -> f64 {
        as_f64(*self)
    }
}

impl CastTangent for Nothing {
    fn as_f32(&self) -> f32 {
        0.0
    }
    fn as_f64(&self) -> f64 {
        0.0
    }
}

/// The tangent of `x as f32`, from that of `x`.
#[inline(always)]
pub fn tangent_as_f32<X: CastTangent>(x: &X) -> f32 {
    x.as_f32()
}

/// The tangent of `x as f64`, from that of `x`.
#[inline(always)]
pub fn tangent_as_f64<X: CastTangent>(x: &X) -> f64 {
    x.as_f64()
}

/// `x as f32`, for a float of either type.
#[inline(always)]
pub fn as_f32<T: Float>(x: T) -> f32 {
    // Exact in both steps for an `f32`, and one rounding for an `f64`.
    x.to_f64_lossless() as f32
}

/// `x as f64`, for a float of either type.
#[inline(always)]
pub fn as_f64<T: Float>(x: T) -> f64 {
    x.to_f64_lossless()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rt::{add, plus};

    #[test]
    fn a_cotangent_has_the_type_of_what_was_cast() {
        let third = 1.0_f64 / 3.0;
        let narrow: f32 = cast_like(third, 2.0_f32);
        assert_eq!(narrow, third as f32);
        let wide: f64 = cast_like(narrow, &2.0_f64);
        assert_eq!(wide, f64::from(narrow));
        let same: (f32, f64) = (cast_like(narrow, &&2.0_f32), cast_like(third, 2.0_f64));
        assert_eq!(same, (narrow, third));
    }

    #[test]
    fn an_integer_has_none() {
        let count = [3_usize, 4];
        let Nothing = cast_like(1.0_f32, count[0]);
        let Nothing = cast_like(1.0_f64, &count[1]);
        let Nothing = cast_like(1.0_f64, -1_i128);
        let Nothing = plus(cast_like(1.0, 7_u8), cast_like(1.0, true));
        add(&mut Nothing, cast_like(1.0, 'a' as u32));
    }

    #[test]
    fn floats_are_cast_as_rust_does() {
        for x in [0.1, -0.0, 1e300, 1e-320, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(as_f32(x).to_bits(), (x as f32).to_bits());
            assert_eq!(as_f64(x).to_bits(), x.to_bits());
            let narrow = x as f32;
            assert_eq!(as_f32(narrow).to_bits(), narrow.to_bits());
            assert_eq!(as_f64(narrow).to_bits(), f64::from(narrow).to_bits());
        }
        assert!(as_f32(f64::NAN).is_nan() && as_f64(f32::NAN).is_nan());
    }
}
