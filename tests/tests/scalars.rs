//! Floats: arithmetic, methods, literals, casts, consts and statics.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use std::f64::consts;

use chainrule::check::{check_gradients, check_gradients_within};
use chainrule::prelude::*;
use chainrule_tests::{at, check};

#[differentiable]
fn operators(x: f64) -> f64 {
    let a = -x + 2.0 * x - x / 3.0 + 1.0 / x;
    let b = (x - 1.0) * (1.0 - x) % 7.0;
    a * b - -a
}

#[test]
fn operators_of_floats() {
    at!(operators: 0.7, -1.3, 2.9);
}

#[differentiable]
fn by_path(x: f64) -> f64 {
    let y = f64::sin(x) + f64::exp(-x * x);
    let z = f64::powi(y, 3) + f64::atan2(x, 2.0);
    f64::hypot(z, f64::mul_add(x, 2.0, y)).sqrt()
}

#[test]
fn operations_by_path() {
    at!(by_path: 0.7, -1.3, 2.9);
}

#[differentiable]
fn references(x: &f64) -> f64 {
    let y = &(x * 2.0);
    let z = *y * x;
    z.sin() * *x + (&z).abs()
}

#[test]
fn floats_by_reference() {
    check(check_gradients(|x: &f64| references(x), |x| references::grad(x), &0.8));
}

#[differentiable]
fn based(x: f64) -> f64 {
    x.log(3.0)
        + 2.0_f64.powf(x)
        + 2.0f64.atan2(x)
        + (1.0 + 2.0 * 2.0_f64.sqrt()).hypot(x)
        + 3.0_f64.mul_add(x, x)
}

#[test]
fn literals_as_operands_of_methods() {
    at!(based: 0.7, 1.3);
}

#[differentiable]
fn both(x: f64) -> f64 {
    let (s, c) = x.sin_cos();
    s * c * c
}

#[test]
fn sin_cos() {
    at!(both: 0.7, -1.3);
}

#[differentiable]
fn extensions(x: f64) -> f64 {
    x.sigmoid() * x.softplus()
        + x.relu() * x.gelu()
        + x.silu()
        + x.leaky_relu(0.1) * x.elu(1.5)
        + x.pow2()
}

#[test]
fn the_preludes_methods_on_floats() {
    at!(extensions: 0.7, -1.3, 2.2);
}

#[differentiable]
fn single(x: f32, y: f32) -> f32 {
    let z = 2.0 * x * y + 0.5f32;
    z.exp().sin() + x.powi(3)
}

#[test]
fn single_precision() {
    check(check_gradients(|(x, y)| single(*x, *y), |(x, y)| single::grad(*x, *y), &(0.7f32, -0.4)));
}

#[differentiable]
fn cast(x: f32, y: f64) -> f64 {
    let wide = x as f64 * y;
    let narrow = (wide as f32) * x;
    narrow as f64 + wide as f64
}

#[test]
fn casts_between_floats() {
    // The value goes through an f32, whose rounding is in the differences.
    let x = (0.75f32, 1.5);
    check(check_gradients_within(|(x, y)| cast(*x, *y), |(x, y)| cast::grad(*x, *y), &x, 1e-3));
    let (dx, dy): (f32, f64) = cast::grad(0.75, 1.5);
    // x y + x^2 y: d/dx = y + 2 x y, d/dy = x + x^2
    assert!((dx - 3.75).abs() < 1e-6 && (dy - 1.3125).abs() < 1e-6);
}

#[differentiable]
fn with_integers(x: f64, n: usize, steps: &[i32]) -> f64 {
    let scale = n as f64 / 2.0;
    let whole = x as i64;
    let last = steps[steps.len() - 1];
    x * scale * whole as f64 + x.powi(last) * f64::from(steps[0]) + (n * 2 - 1) as f64 * x
}

#[test]
fn casts_of_and_to_integers() {
    // 2.5: whole = 2, scale = 1.5, last = 3, steps[0] = -1: 3 x - x^3 + 5 x
    assert_eq!(with_integers::grad(2.5, 3, &[-1, 3]), 8.0 - 3.0 * 6.25);
}

const HALF: f64 = 0.5;
static OFFSET: f64 = 1.25;

mod settings {
    pub(crate) const RATE: f64 = 3.0;
    pub(crate) struct Limits;
    impl Limits {
        pub(crate) const HIGH: f64 = 7.0;
    }
}

#[differentiable]
fn with_consts(x: f64) -> f64 {
    const LOCAL: f64 = 0.125;
    let y = HALF * x * x + OFFSET * x + settings::RATE;
    y * consts::PI + x / std::f64::consts::E + LOCAL * settings::Limits::HIGH * x + f64::EPSILON
}

#[test]
fn consts_and_statics() {
    at!(with_consts: 0.7, -1.3);
}

#[differentiable]
fn same_operand(x: f64) -> f64 {
    let y = x * x;
    let z = y * y + y / y + (y - y) + y.max(y) + y.hypot(y) + y.powf(y);
    z.atan2(z) + z
}

#[test]
fn one_value_as_both_operands() {
    at!(same_operand: 0.7, -1.3);
}

#[differentiable]
fn literals(x: f64) -> f64 {
    let a = 1e3 * x + 1_000.5_f64 * x + 2.;
    let b = 1. / x - 0.1e-2;
    let c = 3f64;
    a * b + c * x + -1.0 * x
}

#[test]
fn literals_of_every_form() {
    at!(literals: 0.7, -1.3);
}

#[differentiable(wrt(x))]
fn beside(x: f64, k: f64, flags: (bool, f64)) -> f64 {
    let scale = if flags.0 { k.sqrt() } else { k * flags.1 };
    let table = [1.0, 2.0, k];
    let total: f64 = table.iter().sum();
    let shifted = match flags.0 {
        true => total + 1.0,
        false => total,
    };
    x * scale + x * x * shifted
}

#[test]
fn constants_are_any_rust() {
    assert_eq!(beside::grad(3.0, 4.0, (true, 9.0)), 2.0 + 6.0 * 8.0);
    assert_eq!(beside::grad(3.0, 4.0, (false, 0.5)), 2.0 + 6.0 * 7.0);
}

#[differentiable]
fn by_a_qualified_path(x: f64) -> f64 {
    <f64>::sin(x) * <f64>::max(x, 0.0)
}

#[test]
fn operations_by_a_qualified_path() {
    at!(by_a_qualified_path: 0.7, -1.3);
}

#[differentiable]
fn std_by_path(x: f64) -> f64 {
    std::primitive::f64::cos(x) * core::primitive::f64::exp(x)
}

#[test]
fn operations_by_full_path() {
    at!(std_by_path: 0.7, -1.3);
}

mod arithmetic {
    use std::ops::{Add, Mul, Neg, Sub};

    use chainrule::differentiable;

    #[differentiable]
    pub(super) fn by_method(x: f64) -> f64 {
        x.mul(2.0).add(x).sub(1.0).neg().mul(x)
    }
}

#[test]
fn arithmetic_by_method() {
    // -(3 x - 1) x
    assert_eq!(arithmetic::by_method::value_and_grad(2.0), (-10.0, -11.0));
}

#[differentiable]
fn with_effects(x: f64) -> f64 {
    assert!(x > 0.0, "x is {x}");
    debug_assert!(x.is_finite());
    let y = dbg!(x * x);
    let z = dbg!(y) + 1.0;
    eprintln!("{y} {:?}", z);
    z * x
}

#[test]
fn statements_with_effects() {
    at!(with_effects: 0.7, 2.0);
}

#[test]
#[should_panic(expected = "x is -1")]
fn assertions_hold_in_derivatives() {
    with_effects::grad(-1.0);
}

#[differentiable]
fn many_methods(x: f64) -> f64 {
    let a = x.sin().cos().tan() + x.sinh().tanh() + x.cosh().ln();
    let b = x.abs().sqrt() + x.cbrt() + x.exp2().log2() + x.exp_m1().ln_1p() + x.abs().log10();
    let c = (x / 4.0).asin()
        + (x / 4.0).acos()
        + x.atan()
        + x.asinh()
        + (x / 4.0).atanh()
        + (x.abs() + 1.5).acosh();
    let d = x.recip()
        + x.to_degrees()
        + x.to_radians()
        + x.fract()
        + x.copysign(-2.0)
        + x.rem_euclid(0.7)
        + x.midpoint(a * x)
        + f64::next_up(x) * x.next_down();
    let e = x.powi(-2) + x.abs().powf(1.3) + x.abs().powf(x) + x.mul_add(x, x);
    a * b + c * d - e
}

#[test]
fn methods_of_floats() {
    at!(many_methods: 0.8, 1.3, 2.2);
}

/// What is asked of a float holds no floats itself.
#[differentiable]
fn asked(x: f64) -> f64 {
    match x.classify() {
        std::num::FpCategory::Normal if x.is_normal() && !f64::is_subnormal(x) => x * x,
        _ => x,
    }
}

#[test]
fn kinds_of_floats() {
    at!(asked: 0.8, -3.0);
    assert_eq!((asked::grad(0.0), asked::grad(1e-310)), (1.0, 1.0));
}

/// Floats of two types, which the macro does not see.
#[derive(Clone, Differentiable)]
struct Mixed {
    narrow: f32,
    wide: f64,
    #[differentiable(constant)]
    fixed: f64,
}

#[differentiable(second_order)]
fn narrowed(p: &Mixed) -> f32 {
    p.narrow * p.wide as f32
}

#[differentiable(second_order)]
fn widened(p: &Mixed) -> f64 {
    p.narrow as f64 * p.wide * p.narrow as f64
}

#[differentiable(second_order)]
fn made(x: f32) -> Mixed {
    Mixed { narrow: x * x, wide: 0.25, fixed: -0.5 }
}

#[differentiable(second_order)]
fn of_made(x: f32) -> f32 {
    let p = made(x);
    let wide: f64 = p.wide * p.fixed;
    p.narrow * wide as f32 * x
}

#[test]
fn fields_of_two_types() {
    let p = Mixed { narrow: 2.0, wide: 3.0, fixed: 0.0 };
    let gradient = narrowed::grad(&p);
    assert_eq!((gradient.narrow, gradient.wide), (3.0, 2.0));
    let gradient = widened::grad(&p);
    assert_eq!((gradient.narrow, gradient.wide), (12.0, 4.0));
    assert_eq!(narrowed::jvp(&p, &gradient), (6.0, 44.0));
    let product = widened::hvp(&p, &gradient);
    assert_eq!((product.narrow, product.wide), (6.0 * 12.0 + 4.0 * 4.0, 4.0 * 12.0));
    assert_eq!(of_made::value_and_grad(2.0), (-1.0, -1.5));
    assert_eq!((of_made::jvp(2.0, 1.0), of_made::hvp(2.0, 1.0)), ((-1.0, -1.5), -1.5));
}

impl<T: Float> Pair<T> {
    /// A constant of another type, in a struct of a type parameter.
    #[differentiable(forward)]
    fn of_both(x: T) -> Self {
        Pair { both: (x, x * x), fixed: 0.5 }
    }
}

#[derive(Clone, Differentiable)]
struct Pair<T: Float> {
    both: (T, T),
    #[differentiable(constant)]
    fixed: f64,
}

#[test]
fn constants_beside_a_type_parameter() {
    let (pair, tangent) = Pair::of_both_jvp(3.0_f32, 1.0);
    assert_eq!((pair.both, pair.fixed, tangent.both), ((3.0, 9.0), 0.5, (1.0, 6.0)));
}
