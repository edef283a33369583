//! Elementary functions without branches, which the compiler turns into vector code where they are inlined.
//!
//! They are as exact as the workloads' checks ask for, not to the last digit.

/// `a b + c`, in one rounding where that is one instruction.
#[inline(always)]
pub(super) fn fma<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// The same in double precision.
#[inline(always)]
pub(super) fn fma64<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// A polynomial by Horner's rule, its highest coefficient first.
#[inline(always)]
fn polynomial<const FUSED: bool, const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    coefficients.into_iter().reduce(|sum, c| fma::<FUSED>(sum, x, c)).unwrap_or(0.0)
}

#[inline(always)]
fn polynomial64<const FUSED: bool, const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.into_iter().reduce(|sum, c| fma64::<FUSED>(sum, x, c)).unwrap_or(0.0)
}

/// Added and taken off again, it rounds a small number to an integer, which then stands in the low bits.
const ROUND: f32 = 12_582_912.0;
const ROUND64: f64 = 6_755_399_441_055_744.0;

/// The exponential: `2^n` times the series of the rest, which is at most half of `ln 2`.
#[inline(always)]
pub(super) fn exp<const FUSED: bool>(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let shifted = fma::<FUSED>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    // ln 2 in two parts, the first of which has so few digits that its product with n is exact.
    let r = fma::<FUSED>(n, -0.693_359_4, x);
    let r = fma::<FUSED>(n, 2.121_944_4e-4, r);
    let series = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    polynomial::<FUSED, 7>(r, series) * power
}

/// The logistic function.
#[inline(always)]
pub(super) fn sigmoid<const FUSED: bool>(x: f32) -> f32 {
    1.0 / (1.0 + exp::<FUSED>(-x))
}

/// The hyperbolic tangent, a quotient of polynomials with the coefficients that Eigen publishes.
#[inline(always)]
pub(super) fn tanh<const FUSED: bool>(x: f32) -> f32 {
    let x = x.clamp(-7.905_311, 7.905_311);
    let square = x * x;
    let above = [
        -2.760_768_5e-16,
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297e-8,
        1.485_722_3e-5,
        6.372_619e-4,
        4.893_524_6e-3,
    ];
    let below = [1.198_258_4e-6, 1.185_347e-4, 2.268_434_6e-3, 4.893_525e-3];
    x * polynomial::<FUSED, 7>(square, above) / polynomial::<FUSED, 4>(square, below)
}

/// The exponential in double precision.
#[inline(always)]
pub(super) fn exp64<const FUSED: bool>(x: f64) -> f64 {
    let x = x.clamp(-708.0, 708.0);
    let shifted = fma64::<FUSED>(x, std::f64::consts::LOG2_E, ROUND64);
    let n = shifted - ROUND64;
    let r = fma64::<FUSED>(n, -6.931_471_803_691_238e-1, x);
    let r = fma64::<FUSED>(n, -1.908_214_929_270_587_7e-10, r);
    let series = [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let power = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    polynomial64::<FUSED, 13>(r, series) * power
}

/// The hyperbolic tangent in double precision; exact to the last digit of one, not of the result.
#[inline(always)]
pub(super) fn tanh64<const FUSED: bool>(x: f64) -> f64 {
    let e = exp64::<FUSED>(-2.0 * x.abs());
    ((1.0 - e) / (1.0 + e)).copysign(x)
}

/// Sine and cosine of an angle of moderate size: the series around the nearest multiple of a right angle,
/// exchanged and turned as its number says.
#[inline(always)]
pub(super) fn sin_cos64<const FUSED: bool>(x: f64) -> (f64, f64) {
    let shifted = fma64::<FUSED>(x, std::f64::consts::FRAC_2_PI, ROUND64);
    let n = shifted - ROUND64;
    let quadrant = shifted.to_bits();
    let r = fma64::<FUSED>(n, -1.570_796_326_734_125_6, x);
    let r = fma64::<FUSED>(n, -6.077_100_506_506_192e-11, r);
    let square = r * r;
    let odd = [
        1.0 / 6_227_020_800.0,
        -1.0 / 39_916_800.0,
        1.0 / 362_880.0,
        -1.0 / 5040.0,
        1.0 / 120.0,
        -1.0 / 6.0,
    ];
    let even = [
        -1.0 / 87_178_291_200.0,
        1.0 / 479_001_600.0,
        -1.0 / 3_628_800.0,
        1.0 / 40_320.0,
        -1.0 / 720.0,
        1.0 / 24.0,
    ];
    let sin = fma64::<FUSED>(polynomial64::<FUSED, 6>(square, odd) * square, r, r);
    let half = fma64::<FUSED>(square, -0.5, 1.0);
    let cos = fma64::<FUSED>(polynomial64::<FUSED, 6>(square, even), square * square, half);
    let (sin, cos) = if quadrant & 1 == 0 { (sin, cos) } else { (cos, sin) };
    let turned = |x: f64, quadrant: u64| f64::from_bits(x.to_bits() ^ ((quadrant & 2) << 62));
    (turned(sin, quadrant), turned(cos, quadrant.wrapping_add(1)))
}
