//! Elementary functions of `f64` without branches or tables; see [`single`](super::single) for the
//! plan.

use super::Elementary;
use super::polynomial::polynomial;

/// Adding it rounds to an integer, which then stands in the low bits: 1.5 * 2^52.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has so few digits that a multiple of it by an exponent is exact.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
/// The bits of sqrt(1/2), the least mantissa that a logarithm is reduced to.
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE: u64 = 0x3ff0_0000_0000_0000;
/// 2^52: takes a subnormal number to a normal one.
const TO_NORMAL: f64 = 4_503_599_627_370_496.0;

/// `2^n` as a product of two: each is a normal number where their product is none.
#[inline(always)]
fn power_of_two(n: f64) -> [f64; 2] {
    let half = (0.5 * n + ROUND) - ROUND;
    [half, n - half].map(|n| f64::from_bits((n + (ROUND + 1023.0)).to_bits() << 52))
}

/// `[n, r]` with `x = n ln 2 + r` and `|r| <= ln(2) / 2`.
#[inline(always)]
fn reduce(x: f64) -> [f64; 2] {
    let n = x.mul_add(std::f64::consts::LOG2_E, ROUND) - ROUND;
    [n, n.mul_add(-LN_2[1], n.mul_add(-LN_2[0], x))]
}

/// `exp(r) - 1` for `|r| <= ln(2) / 2`, to 2^-61.
#[inline(always)]
fn exp_m1_reduced(r: f64) -> f64 {
    let q = polynomial!(r:
        0.5, 0.166_666_666_666_666_77, 0.041_666_666_666_666_7, 0.008_333_333_333_321_489,
        0.001_388_888_888_886_661_1, 0.000_198_412_698_865_214_12, 2.480_158_736_100_483e-5,
        2.755_724_377_801_593e-6, 2.755_724_237_470_744e-7, 2.510_919_795_873_149_6e-8,
        2.092_456_264_864_057e-9);
    (r * r).mul_add(q, r)
}

/// `[e, f]` with `x = 2^e (1 + f)`, for normal positive `x`.
#[inline(always)]
fn exponent_and_fraction(x: f64) -> [f64; 2] {
    let bits = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let mantissa = (bits & 0x000f_ffff_ffff_ffff) + SQRT_HALF;
    // The biased exponent, written into the last digits of 2^52.
    let exponent = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - (TO_NORMAL + 1023.0);
    [exponent, f64::from_bits(mantissa) - 1.0]
}

/// `ln(2^e (1 + f))` in two parts, the first exact and a multiple of `e`.
///
/// With `s = f / (2 + f)`, `ln(1 + f) = 2 artanh(s)`, and `2 s = f - s f`.
#[inline(always)]
fn ln_parts(e: f64, f: f64) -> [f64; 2] {
    let s = f / (2.0 + f);
    let z = s * s;
    // To 2^-58.
    let p = polynomial!(z:
        0.666_666_666_666_673_4, 0.399_999_999_994_146_6, 0.285_714_287_423_915_1,
        0.222_221_985_727_694_4, 0.181_835_643_486_427_33, 0.153_140_499_504_975_19,
        0.147_959_559_788_473_5);
    let half_square = 0.5 * f * f;
    let tail = s.mul_add(z.mul_add(p, half_square), e * LN_2[1]);
    [e * LN_2[0], f - (half_square - tail)]
}

/// `x` as a quarter turn's number, modulo 4, and what is left, at most pi / 4, in two parts.
///
/// pi / 2 is subtracted in three parts of 53 bits, and what each subtraction rounds off is kept
/// (Dekker 1971, Knuth's two-sum): so it is right where `x` is as near to a multiple as can be.
#[inline(always)]
fn quarter_turns(x: f64) -> (u64, [f64; 2]) {
    const PI_2: [f64; 3] =
        [std::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_17e-33];
    let rounded = x.mul_add(std::f64::consts::FRAC_2_PI, ROUND);
    let n = rounded - ROUND;
    let product = n * PI_2[0];
    // Exact, since the two are near each other.
    let rest = x - product;
    let [first, first_error] = difference(rest, n.mul_add(PI_2[0], -product));
    let product = n * PI_2[1];
    let [second, second_error] = difference(first, product);
    let low = second_error + (first_error - n.mul_add(PI_2[1], -product)) - n * PI_2[2];
    let high = second + low;
    (rounded.to_bits(), [high, low - (high - second)])
}

/// `a - b` and what rounding took from it.
#[inline(always)]
fn difference(a: f64, b: f64) -> [f64; 2] {
    let value = a - b;
    let part = a - value;
    [value, (a - (value + part)) + (part - b)]
}

/// The sine of `turns` quarter turns and `r`.
#[inline(always)]
fn sin_turned(turns: u64, [r, low]: [f64; 2]) -> f64 {
    let z = r * r;
    let sin = polynomial!(z:
        -0.166_666_666_666_666_32, 0.008_333_333_333_322_285, -0.000_198_412_698_297_000_22,
        2.755_731_365_296_509e-6, -2.505_075_178_926_459_3e-8, 1.589_641_663_794_813_8e-10);
    // sin(r + low) = sin(r) + low cos(r), and likewise the cosine.
    let half = 0.5 * z;
    let sin = r + (r * z).mul_add(sin, low.mul_add(-half, low));
    let cos = polynomial!(z:
        0.041_666_666_666_666_6, -0.001_388_888_888_887_395, 2.480_158_728_936_832_6e-5,
        -2.755_731_431_802_285_4e-7, 2.087_571_842_918_476_4e-9, -1.135_938_840_363_678_4e-11);
    let one = 1.0 - half;
    let cos = one + ((1.0 - one) - half + (z * z).mul_add(cos, -(r * low)));
    let value = if turns & 1 == 0 { sin } else { cos };
    f64::from_bits(value.to_bits() ^ ((turns & 2) << 62))
}

impl Elementary for f64 {
    const SIN_COS_LIMIT: f64 = 1_073_741_824.0;

    #[inline(always)]
    fn vector_exp(x: f64) -> f64 {
        // Beyond these it is 0 and infinite; written so that NaN stays.
        let x = if x < -746.0 { -746.0 } else { x };
        let x = if x > 710.0 { 710.0 } else { x };
        let [n, r] = reduce(x);
        let [a, b] = power_of_two(n);
        (1.0 + exp_m1_reduced(r)) * a * b
    }

    #[inline(always)]
    fn vector_exp2(x: f64) -> f64 {
        let x = if x < -1076.0 { -1076.0 } else { x };
        let x = if x > 1025.0 { 1025.0 } else { x };
        let n = (x + ROUND) - ROUND;
        let [a, b] = power_of_two(n);
        (1.0 + exp_m1_reduced((x - n) * std::f64::consts::LN_2)) * a * b
    }

    #[inline(always)]
    fn vector_exp_m1(x: f64) -> f64 {
        let bounded = if x < -38.0 { -38.0 } else { x };
        let bounded = if bounded > 710.0 { 710.0 } else { bounded };
        let [n, r] = reduce(bounded);
        let [a, b] = power_of_two(n);
        // 2^n (exp(r) - 1) + (2^n - 1), in halves of 2^n so that 2^1024 is not needed.
        let value = if n == 0.0 {
            exp_m1_reduced(r)
        } else {
            let half = 0.5 * a * b;
            2.0 * half.mul_add(exp_m1_reduced(r), half - 0.5)
        };
        value.copysign(x)
    }

    #[inline(always)]
    fn vector_ln(x: f64) -> f64 {
        // Subnormal numbers are scaled to normal ones.
        let is_small = x < f64::MIN_POSITIVE;
        let [e, f] = exponent_and_fraction(if is_small { x * TO_NORMAL } else { x });
        let [high, low] = ln_parts(if is_small { e - 52.0 } else { e }, f);
        outside_ln(x, high + low)
    }

    #[inline(always)]
    fn vector_log2(x: f64) -> f64 {
        let is_small = x < f64::MIN_POSITIVE;
        let [e, f] = exponent_and_fraction(if is_small { x * TO_NORMAL } else { x });
        let [_, low] = ln_parts(0.0, f);
        let e = if is_small { e - 52.0 } else { e };
        outside_ln(x, low.mul_add(std::f64::consts::LOG2_E, e))
    }

    #[inline(always)]
    fn vector_log10(x: f64) -> f64 {
        const LOG10_2: [f64; 2] = [0.301_029_995_663_611_77, 3.694_239_077_158_931e-13];
        let is_small = x < f64::MIN_POSITIVE;
        let [e, f] = exponent_and_fraction(if is_small { x * TO_NORMAL } else { x });
        let [_, low] = ln_parts(0.0, f);
        let e = if is_small { e - 52.0 } else { e };
        let low = e.mul_add(LOG10_2[1], low * std::f64::consts::LOG10_E);
        outside_ln(x, e.mul_add(LOG10_2[0], low))
    }

    #[inline(always)]
    fn vector_ln_1p(x: f64) -> f64 {
        let [e, _] = exponent_and_fraction(1.0 + x);
        let [a, b] = power_of_two(-e);
        let scale = a * b;
        // (1 + x) / 2^e - 1, rounded once: what 1 + x loses is not lost here.
        let [high, low] = ln_parts(e, x.mul_add(scale, scale - 1.0));
        let value = outside_ln(1.0 + x, high + low);
        if x == 0.0 || x == f64::INFINITY { x } else { value }
    }

    #[inline(always)]
    fn vector_tanh(x: f64) -> f64 {
        // From here on it rounds to 1.
        let twice = 2.0 * x.abs();
        let twice = if twice > 44.0 { 44.0 } else { twice };
        let [n, r] = reduce(twice);
        let power = f64::from_bits((n + (ROUND + 1023.0)).to_bits() << 52);
        let t = power.mul_add(exp_m1_reduced(r), power - 1.0);
        let value = t / (t + 2.0);
        // Near 0 the roundings of the quotient would add up to more than 2 ulp.
        let z = x * x;
        let near = (x.abs() * z).mul_add(
            polynomial!(z: -0.333_333_333_333_325_27, 0.133_333_333_331_192_43, -0.053_968_253_773_423_056, 0.021_869_479_950_758_473, -0.008_863_025_760_336_695, 0.003_589_128_850_700_045_6, -0.001_430_746_488_672_238_6, 0.000_474_747_220_643_334_74),
            x.abs(),
        );
        (if x.abs() < 0.35 { near } else { value }).copysign(x)
    }

    #[inline(always)]
    fn vector_sin(x: f64) -> f64 {
        let (turns, r) = quarter_turns(x);
        let value = sin_turned(turns, r);
        if x == 0.0 { x } else { value }
    }

    #[inline(always)]
    fn vector_cos(x: f64) -> f64 {
        let (turns, r) = quarter_turns(x);
        sin_turned(turns.wrapping_add(1), r)
    }
}

/// What a logarithm is where its argument `x` is not positive and finite; else `value`.
#[inline(always)]
fn outside_ln(x: f64, value: f64) -> f64 {
    let value = if x < f64::INFINITY { value } else { x };
    let value = if x < 0.0 { f64::NAN } else { value };
    if x == 0.0 { f64::NEG_INFINITY } else { value }
}
