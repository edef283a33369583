//! Vector bodies against a multiprecision reference, at special values, and inside kernels.

use ndarray::Array1;

use super::Math;
use crate::kernels::{map1_math, map2_math, pull1_math};

/// What every body promises.
const ULPS: f64 = 2.0;

/// A body by its name, for `f64`.
fn double(name: &str) -> fn(&Math, f64) -> f64 {
    match name {
        "exp" => Math::exp,
        "exp2" => Math::exp2,
        "exp_m1" => Math::exp_m1,
        "ln" => Math::ln,
        "log2" => Math::log2,
        "log10" => Math::log10,
        "ln_1p" => Math::ln_1p,
        "tanh" => Math::tanh,
        "sin" => Math::sin,
        "cos" => Math::cos,
        _ => panic!("no function {name}"),
    }
}

/// A body for `f32`, its reference, and the exponents of 10 between which it is tested.
type Single = (&'static str, fn(&Math, f32) -> f32, fn(f64) -> f64, [f32; 2]);

const SINGLE: [Single; 12] = [
    ("exp", Math::exp, f64::exp, [-8.0, 2.02]),
    ("exp2", Math::exp2, f64::exp2, [-8.0, 2.2]),
    ("exp_m1", Math::exp_m1, f64::exp_m1, [-30.0, 2.02]),
    ("ln", Math::ln, f64::ln, [-45.0, 38.5]),
    ("log2", Math::log2, f64::log2, [-45.0, 38.5]),
    ("log10", Math::log10, f64::log10, [-45.0, 38.5]),
    ("ln_1p", Math::ln_1p, f64::ln_1p, [-30.0, 38.5]),
    ("tanh", Math::tanh, f64::tanh, [-30.0, 2.0]),
    ("sin", Math::sin, f64::sin, [-30.0, 8.4]),
    ("cos", Math::cos, f64::cos, [-8.0, 8.4]),
    ("sigmoid", Math::sigmoid, |x| 1.0 / (1.0 + (-x).exp()), [-8.0, 1.9]),
    ("softplus", Math::softplus, |x| x.exp().ln_1p(), [-8.0, 1.9]),
];

#[test]
fn f64_is_within_its_ulps_of_the_reference() {
    let number = |text: &str| f64::from_bits(u64::from_str_radix(text, 16).unwrap());
    for line in include_str!("reference.txt").lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [x, high, low] = [1, 2, 3].map(|word| number(words[word]));
        let value = double(words[0])(&Math::vector(), x);
        let ulp = high.abs().next_up() - high.abs();
        let error = ((value - high) - low).abs() / ulp;
        assert!(error <= ULPS, "{}({x:e}) = {value:e}, {error} ulp from {high:e}", words[0]);
    }
}

#[test]
fn f32_is_within_its_ulps_of_f64() {
    for (name, body, reference, exponents) in SINGLE {
        let [least, largest] = exponents.map(|e| 10.0_f64.powf(f64::from(e)) as f32);
        // A prime, so that all last digits come up.
        for bits in (least.to_bits()..largest.min(f32::MAX).to_bits()).step_by(30_011) {
            for x in [f32::from_bits(bits), -f32::from_bits(bits)] {
                let (value, expected) = (body(&Math::vector(), x), reference(f64::from(x)));
                let nearest = (expected as f32).abs();
                if expected.is_nan() || nearest.is_infinite() {
                    assert!(value.is_nan() || value as f64 == expected || value.is_infinite());
                    continue;
                }
                // Of the binade that the value lies in, not the one it is rounded to.
                let below =
                    if f64::from(nearest) > expected.abs() { nearest.next_down() } else { nearest };
                let ulp = f64::from(below.next_up()) - f64::from(below);
                let error = (f64::from(value) - expected).abs() / ulp;
                assert!(error <= ULPS, "{name}({x:e}) = {value:e}, {error} ulp from {expected:e}");
            }
        }
    }
}

#[test]
fn special_values_are_those_of_std() {
    macro_rules! check {
        ($float:ident: $($function:ident),*) => {
            let least = $float::from_bits(1);
            let special = [
                0.0, 1.0, $float::INFINITY, $float::NAN, least, $float::MIN_POSITIVE, $float::MAX,
            ];
            for x in special.into_iter().flat_map(|x| [x, -x]) {
                $(
                    let (math, expected) = (Math::vector(), x.$function());
                    let value = math.$function(x);
                    let value = if math.is_outside() { Math::std().$function(x) } else { value };
                    // Where std is at a limit, so are we; elsewhere its own last digit may be off.
                    let is_same = value == expected && value.is_sign_negative() == expected.is_sign_negative()
                        || value.is_nan() && expected.is_nan()
                        || (value / expected - 1.0).abs() < 4.0 * $float::EPSILON;
                    assert!(is_same, "{}({x:e}) = {value:e}, not {expected:e}", stringify!($function));
                )*
            }
        };
    }
    check!(f32: exp, exp2, exp_m1, ln, log2, log10, ln_1p, tanh, sin, cos);
    check!(f64: exp, exp2, exp_m1, ln, log2, log10, ln_1p, tanh, sin, cos);
}

#[test]
fn an_element_is_the_same_wherever_it_stands() {
    let x: Array1<f32> = (0..1500).map(|i| i as f32 * 0.01 - 7.0).collect();
    let whole: Array1<f32> = map1_math(&x, |math, x| math.tanh(x) + math.exp(x));
    for (start, len) in [(0, 1), (3, 5), (17, 16), (100, 600), (1499, 1)] {
        let part = x.slice(ndarray::s![start..start + len]);
        let alone: Array1<f32> = map1_math(&part, |math, x| math.tanh(x) + math.exp(x));
        assert_eq!(alone, whole.slice(ndarray::s![start..start + len]));
    }
}

#[test]
fn a_block_with_a_large_angle_is_computed_by_std() {
    let mut x: Array1<f64> = (0..1200).map(|i| f64::from(i) * 0.1).collect();
    x[700] = 1e22;
    x[701] = f64::INFINITY;
    let y: Array1<f64> = map1_math(&x, |math, x| math.sin(x).max(0.0));
    assert_eq!(y[700], 1e22_f64.sin().max(0.0));
    assert_eq!(y[701], 0.0);
    let (dx, total): (Array1<f64>, f64) =
        pull1_math((&x, 0.0), &x, |math, x| (math.cos(x), math.sin(x)));
    assert_eq!(dx[700], 1e22_f64.cos());
    assert!(total.is_nan());
}

#[test]
fn floats_alone_are_computed_by_std() {
    for x in [0.3_f64, 1.7, -2.9] {
        let y: f64 = map1_math(x, |math, x| math.tanh(x));
        assert_eq!(y, x.tanh());
        let y: f64 = map2_math(x, 2.0, |math, x, k| math.exp(x * k) + math.sigmoid(x));
        assert_eq!(y, (x * 2.0).exp() + 1.0 / (1.0 + (-x).exp()));
    }
}
