//! Elementary functions of `f32` without branches or tables.
//!
//! Each follows the classical plan (Muller, Elementary Functions, 3rd ed., 2016): the argument is reduced
//! exactly to a small interval, a polynomial is evaluated there, and the result is scaled back. The
//! coefficients are minimax fits of our own, by the Remez algorithm, whose errors the comments give
//! relative to the function.

use super::Elementary;
use super::polynomial::polynomial;

/// Adding it rounds to an integer, which then stands in the low bits: 1.5 * 2^23.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts; the first has so few digits that a multiple of it by an exponent is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// The bits of sqrt(1/2), the least mantissa that a logarithm is reduced to.
const SQRT_HALF: u32 = 0x3f35_04f3;
const ONE: u32 = 0x3f80_0000;

/// `2^n` as a product of two: each is a normal number where their product is none.
#[inline(always)]
fn power_of_two(n: f32) -> [f32; 2] {
    let half = (0.5 * n + ROUND) - ROUND;
    [half, n - half].map(|n| f32::from_bits((n + (ROUND + 127.0)).to_bits() << 23))
}

/// `[n, r]` with `x = n ln 2 + r` and `|r| <= ln(2) / 2`.
#[inline(always)]
fn reduce(x: f32) -> [f32; 2] {
    let n = x.mul_add(std::f32::consts::LOG2_E, ROUND) - ROUND;
    [n, n.mul_add(-LN_2[1], n.mul_add(-LN_2[0], x))]
}

/// `exp(r) - 1` for `|r| <= ln(2) / 2`, to 2^-26.
#[inline(always)]
fn exp_m1_reduced(r: f32) -> f32 {
    let q = polynomial!(r: 0.5, 1.666_654_2e-1, 4.166_628e-2, 8.366_673e-3, 1.394_660_6e-3);
    (r * r).mul_add(q, r)
}

/// `[e, f]` with `x = 2^e (1 + f)`, for normal positive `x`.
#[inline(always)]
fn exponent_and_fraction(x: f32) -> [f32; 2] {
    let bits = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let mantissa = (bits & 0x007f_ffff) + SQRT_HALF;
    // The biased exponent, written into the last digits of 2^23.
    let exponent = f32::from_bits((bits >> 23) | 0x4b00_0000) - (8_388_608.0 + 127.0);
    [exponent, f32::from_bits(mantissa) - 1.0]
}

/// `ln(2^e (1 + f))` in two parts, the first exact and a multiple of `e`.
#[inline(always)]
fn ln_parts(e: f32, f: f32) -> [f32; 2] {
    let p = polynomial!(f:
        3.333_331e-1, -2.499_998_7e-1, 2.000_222_7e-1, -1.666_925_3e-1, 1.421_866_3e-1,
        -1.238_433_3e-1, 1.187_292_86e-1, -1.178_988_44e-1, 6.915_558e-2);
    let square = f * f;
    let tail = square.mul_add(-0.5, e.mul_add(LN_2[1], square * f * p));
    [e * LN_2[0], f + tail]
}

/// `x` as a quarter turn's number, modulo 4, and what is left, at most pi / 4; computed in `f64`.
#[inline(always)]
fn quarter_turns(x: f32) -> (u32, f32) {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const PI_2: [f64; 2] = [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17];
    let x = f64::from(x);
    let rounded = x.mul_add(std::f64::consts::FRAC_2_PI, ROUND);
    let n = rounded - ROUND;
    let rest = n.mul_add(-PI_2[1], n.mul_add(-PI_2[0], x));
    (rounded.to_bits() as u32, rest as f32)
}

/// The sine of `turns` quarter turns and `r`.
#[inline(always)]
fn sin_turned(turns: u32, r: f32) -> f32 {
    let z = r * r;
    let sin = (r * z)
        .mul_add(polynomial!(z: -1.666_666_7e-1, 8.333_329e-3, -1.983_932_5e-4, 2.718_216_8e-6), r);
    let cos = (z * z).mul_add(
        polynomial!(z: 4.166_664_6e-2, -1.388_736e-3, 2.443_753_3e-5),
        z.mul_add(-0.5, 1.0),
    );
    let value = if turns & 1 == 0 { sin } else { cos };
    f32::from_bits(value.to_bits() ^ ((turns & 2) << 30))
}

impl Elementary for f32 {
    const SIN_COS_LIMIT: f32 = 268_435_456.0;

    #[inline(always)]
    fn vector_exp(x: f32) -> f32 {
        // Beyond these it is 0 and infinite; written so that NaN stays.
        let x = if x < -104.0 { -104.0 } else { x };
        let x = if x > 89.0 { 89.0 } else { x };
        let [n, r] = reduce(x);
        let [a, b] = power_of_two(n);
        (1.0 + exp_m1_reduced(r)) * a * b
    }

    #[inline(always)]
    fn vector_exp2(x: f32) -> f32 {
        let x = if x < -151.0 { -151.0 } else { x };
        let x = if x > 129.0 { 129.0 } else { x };
        let n = (x + ROUND) - ROUND;
        let [a, b] = power_of_two(n);
        (1.0 + exp_m1_reduced((x - n) * std::f32::consts::LN_2)) * a * b
    }

    #[inline(always)]
    fn vector_exp_m1(x: f32) -> f32 {
        let bounded = if x < -18.0 { -18.0 } else { x };
        let bounded = if bounded > 89.0 { 89.0 } else { bounded };
        let [n, r] = reduce(bounded);
        let [a, b] = power_of_two(n);
        // 2^n (exp(r) - 1) + (2^n - 1), in halves of 2^n so that 2^128 is not needed.
        let value = if n == 0.0 {
            exp_m1_reduced(r)
        } else {
            let half = 0.5 * a * b;
            2.0 * half.mul_add(exp_m1_reduced(r), half - 0.5)
        };
        value.copysign(x)
    }

    #[inline(always)]
    fn vector_ln(x: f32) -> f32 {
        // Subnormal numbers are scaled to normal ones.
        let is_small = x < f32::MIN_POSITIVE;
        let [e, f] = exponent_and_fraction(if is_small { x * 8_388_608.0 } else { x });
        let [high, low] = ln_parts(if is_small { e - 23.0 } else { e }, f);
        outside_ln(x, high + low)
    }

    #[inline(always)]
    fn vector_log2(x: f32) -> f32 {
        let is_small = x < f32::MIN_POSITIVE;
        let [e, f] = exponent_and_fraction(if is_small { x * 8_388_608.0 } else { x });
        let [_, low] = ln_parts(0.0, f);
        let e = if is_small { e - 23.0 } else { e };
        outside_ln(x, low.mul_add(std::f32::consts::LOG2_E, e))
    }

    #[inline(always)]
    fn vector_log10(x: f32) -> f32 {
        const LOG10_2: [f32; 2] = [0.301_025_4, 4.605_039e-6];
        let is_small = x < f32::MIN_POSITIVE;
        let [e, f] = exponent_and_fraction(if is_small { x * 8_388_608.0 } else { x });
        let [_, low] = ln_parts(0.0, f);
        let e = if is_small { e - 23.0 } else { e };
        let low = e.mul_add(LOG10_2[1], low * std::f32::consts::LOG10_E);
        outside_ln(x, e.mul_add(LOG10_2[0], low))
    }

    #[inline(always)]
    fn vector_ln_1p(x: f32) -> f32 {
        let [e, _] = exponent_and_fraction(1.0 + x);
        let [a, b] = power_of_two(-e);
        let scale = a * b;
        // (1 + x) / 2^e - 1, rounded once: what 1 + x loses is not lost here.
        let [high, low] = ln_parts(e, x.mul_add(scale, scale - 1.0));
        let value = outside_ln(1.0 + x, high + low);
        if x == 0.0 || x == f32::INFINITY { x } else { value }
    }

    #[inline(always)]
    fn vector_tanh(x: f32) -> f32 {
        // From here on it rounds to 1.
        let twice = 2.0 * x.abs();
        let twice = if twice > 20.0 { 20.0 } else { twice };
        let [n, r] = reduce(twice);
        let power = f32::from_bits((n + (ROUND + 127.0)).to_bits() << 23);
        let t = power.mul_add(exp_m1_reduced(r), power - 1.0);
        let value = t / (t + 2.0);
        // Near 0 the roundings of the quotient would add up to more than 2 ulp.
        let z = x * x;
        let near = (x.abs() * z).mul_add(
            polynomial!(z: -3.333_332_2e-1, 1.333_235_7e-1, -5.372_367_4e-2, 1.942_537_4e-2),
            x.abs(),
        );
        (if x.abs() < 0.35 { near } else { value }).copysign(x)
    }

    #[inline(always)]
    fn vector_sin(x: f32) -> f32 {
        let (turns, r) = quarter_turns(x);
        let value = sin_turned(turns, r);
        if x == 0.0 { x } else { value }
    }

    #[inline(always)]
    fn vector_cos(x: f32) -> f32 {
        let (turns, r) = quarter_turns(x);
        sin_turned(turns.wrapping_add(1), r)
    }
}

/// What a logarithm is where its argument `x` is not positive and finite; else `value`.
#[inline(always)]
fn outside_ln(x: f32, value: f32) -> f32 {
    let value = if x < f32::INFINITY { value } else { x };
    let value = if x < 0.0 { f32::NAN } else { value };
    if x == 0.0 { f32::NEG_INFINITY } else { value }
}
