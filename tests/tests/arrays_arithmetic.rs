//! Arithmetic on arrays with broadcasting: owned, borrowed, views and floats on either side, every rank.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{
    Array, Array0, Array1, Array2, Array3, ArrayD, ArrayView, ArrayView1, ArrayView2, Axis,
    Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn, array,
};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

/// One test of each pair of ranks: `a` has rank `$a`, `b` has rank `$b`, and the smaller is broadcast.
macro_rules! ranks {
    ($($name:ident: $a:ident, $b:ident, $out:ident;)*) => {$(
        mod $name {
            use super::*;

            #[differentiable]
            fn f(a: &Array<f64, $a>, b: &Array<f64, $b>) -> Array<f64, $out> {
                let s = a * b;
                (s + a) / (b * b + 1.0) - b
            }

            #[test]
            fn broadcast() {
                let (a, b) = (ending_in_ones::<$a>(1), ending_in_ones::<$b>(2));
                check(check_adjoint(|(a, b)| f(a, b), |(a, b), dy| f::vjp(a, b).1(dy), &(a, b)));
            }
        }
    )*};
}

/// An array whose last axes are 3, 2, 1, 2, 2, 1 long, of which a rank takes the last.
fn ending_in_ones<D: Dimension>(seed: u64) -> Array<f64, D> {
    let rank = D::NDIM.unwrap_or(3);
    let lengths = [1, 2, 2, 1, 2, 3];
    let mut shape = D::zeros(rank);
    shape.slice_mut().copy_from_slice(&lengths[6 - rank..]);
    sampled(shape, seed)
}

ranks! {
    r00: Ix0, Ix0, Ix0; r01: Ix0, Ix1, Ix1; r02: Ix0, Ix2, Ix2; r03: Ix0, Ix3, Ix3; r06: Ix0, Ix6, Ix6;
    r10: Ix1, Ix0, Ix1; r11: Ix1, Ix1, Ix1; r12: Ix1, Ix2, Ix2; r13: Ix1, Ix3, Ix3; r14: Ix1, Ix4, Ix4;
    r15: Ix1, Ix5, Ix5; r16: Ix1, Ix6, Ix6;
    r20: Ix2, Ix0, Ix2; r21: Ix2, Ix1, Ix2; r22: Ix2, Ix2, Ix2; r23: Ix2, Ix3, Ix3; r26: Ix2, Ix6, Ix6;
    r30: Ix3, Ix0, Ix3; r31: Ix3, Ix1, Ix3; r32: Ix3, Ix2, Ix3; r33: Ix3, Ix3, Ix3; r34: Ix3, Ix4, Ix4;
    r41: Ix4, Ix1, Ix4; r44: Ix4, Ix4, Ix4; r45: Ix4, Ix5, Ix5; r46: Ix4, Ix6, Ix6;
    r50: Ix5, Ix0, Ix5; r53: Ix5, Ix3, Ix5; r55: Ix5, Ix5, Ix5; r56: Ix5, Ix6, Ix6;
    r60: Ix6, Ix0, Ix6; r61: Ix6, Ix1, Ix6; r63: Ix6, Ix3, Ix6; r66: Ix6, Ix6, Ix6;
    dd: IxDyn, IxDyn, IxDyn; d2: IxDyn, Ix2, IxDyn; d0: IxDyn, Ix0, IxDyn; rank2d: Ix2, IxDyn, IxDyn;
}

#[differentiable]
fn ones_spread(a: &Array3<f64>, b: &Array3<f64>, c: &Array2<f64>) -> Array3<f64> {
    a * b + c * a - b / c.exp()
}

#[test]
fn axes_of_length_one_are_spread() {
    let x = (sampled([2, 3, 4], 1), sampled([2, 1, 4], 2), sampled([3, 1], 3));
    check(check_adjoint(
        |(a, b, c)| ones_spread(a, b, c),
        |(a, b, c), dy| ones_spread::vjp(a, b, c).1(dy),
        &x,
    ));
}

#[differentiable]
fn mixed(a: &Array2<f64>, b: Array2<f64>, c: ArrayView2<f64>, d: &ArrayView1<f64>) -> Array2<f64> {
    let owned = a * 2.0;
    let both = owned * a + &b * b.clone();
    let views = &c * d + &a.view() * &c.view();
    (both - views) * &(d / 3.0) + b
}

#[test]
fn owned_borrowed_and_views() {
    let (a, b, c): (Array2<f64>, Array2<f64>, Array2<f64>) =
        (sampled([2, 3], 1), sampled([2, 3], 2), sampled([2, 3], 3));
    let d = sampled::<f64, _, _>([3], 4);
    check(check_adjoint(
        |(a, b, c, d)| mixed(a, b.clone(), c.view(), &d.view()),
        |(a, b, c, d), dy| mixed::vjp(a, b.clone(), c.view(), &d.view()).1(dy),
        &(a, b, c, d),
    ));
}

#[differentiable]
fn floats(x: &Array1<f64>, k: f64) -> Array1<f64> {
    let a = 2.0 * x + k * x - x * k;
    let b = 1.0 / (x * x + k) + (3.0 - x) % 5.0;
    let c = (k - a) / (b + 0.5) * 2.0 - k;
    -c + -x
}

#[test]
fn floats_on_either_side_of_arrays() {
    let x = (sampled([5], 1), 1.7);
    check(check_adjoint(|(x, k)| floats(x, *k), |(x, k), dy| floats::vjp(x, *k).1(dy), &x));
}

#[differentiable]
fn float_references(x: &Array1<f64>, k: &f64) -> f64 {
    (x * *k + *k / x).sum() * k
}

#[test]
fn floats_by_reference_beside_arrays() {
    let x = (array![0.5, 1.5], 1.7);
    check(check_gradients(
        |(x, k)| float_references(x, k),
        |(x, k)| float_references::grad(x, k),
        &x,
    ));
}

#[differentiable]
fn zero_dimensional(a: &Array0<f64>, x: &Array1<f64>) -> Array1<f64> {
    let b = a * a + 1.0;
    x * &b - a / x
}

#[test]
fn arrays_of_no_axes() {
    let x = (Array0::from_elem((), 1.3), array![0.5, 1.5]);
    check(check_adjoint(
        |(a, x)| zero_dimensional(a, x),
        |(a, x), dy| zero_dimensional::vjp(a, x).1(dy),
        &x,
    ));
}

#[differentiable]
fn compound(x: &Array2<f64>, b: &Array1<f64>, k: f64) -> Array2<f64> {
    let mut y = x * 2.0;
    y += b;
    y *= k;
    y -= &(x * x);
    y /= 3.0;
    y *= &b.exp();
    y += 1.0;
    y
}

#[test]
fn compound_assignments_of_arrays() {
    let x = (sampled([2, 3], 1), sampled([3], 2), 1.7);
    check(check_adjoint(
        |(x, b, k)| compound(x, b, *k),
        |(x, b, k), dy| compound::vjp(x, b, *k).1(dy),
        &x,
    ));
}

#[differentiable]
fn in_f32(x: &Array2<f32>, b: &Array1<f32>, k: f32) -> f32 {
    ((x + b).tanh() * k * 2.0 - 0.5 * x).sum()
}

#[test]
fn single_precision() {
    let x = (sampled::<f32, _, _>([2, 3], 1), sampled::<f32, _, _>([3], 2), 1.7f32);
    check(check_gradients(|(x, b, k)| in_f32(x, b, *k), |(x, b, k)| in_f32::grad(x, b, *k), &x));
}

#[differentiable]
fn methods(x: &Array2<f64>) -> Array2<f64> {
    let a = x.sin() * x.cos() + x.tan() + x.sinh() - x.cosh() * x.tanh();
    let b = x.abs().sqrt()
        + x.exp() / x.exp2()
        + x.abs().ln()
        + x.powi(3)
        + x.abs().powf(1.5)
        + x.pow2();
    let c = x.cbrt()
        + x.exp_m1()
        + x.abs().ln_1p()
        + x.abs().log2()
        + x.abs().log10()
        + x.recip()
        + x.fract();
    let d = (x / 4.0).asin()
        + (x / 4.0).acos()
        + x.atan()
        + x.to_degrees()
        + x.to_radians()
        + x.signum();
    let e = x.clamp(-1.0, 1.0) + x.floor() + x.ceil() + x.round() + x.trunc() + x.abs().log(3.0);
    a * b + c * d + e
}

#[test]
fn elementwise_methods_of_arrays() {
    check(check_adjoint(methods, |x, dy| methods::vjp(x).1(dy), &sampled([2, 3], 1)));
}

#[differentiable]
fn with_argument(x: &Array2<f64>, n: i32, p: f64) -> Array2<f64> {
    x.powi(n) + x.abs().powf(p) + x.abs().log(p) + x.abs_sub(p)
}

#[test]
fn float_methods_of_arrays_with_an_argument() {
    let x = (sampled([2, 3], 1), 2.3);
    check(check_adjoint(
        |(x, p)| with_argument(x, 3, *p),
        |(x, p), dy| with_argument::vjp(x, 3, *p).1(dy),
        &x,
    ));
}

#[differentiable]
fn prelude(x: &Array2<f64>) -> Array2<f64> {
    x.sigmoid() * x.softplus() + x.relu() * x.gelu() + x.silu() + x.leaky_relu(0.1) * x.elu(1.5)
}

#[test]
fn the_preludes_methods() {
    check(check_adjoint(prelude, |x, dy| prelude::vjp(x).1(dy), &sampled([2, 3], 1)));
}

#[differentiable]
fn product_of_transposes(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    (&a.t() * &b.t()).exp().sum() + (&a.t() * 2.0 + b.t().sin()).dot(a).sum()
}

#[test]
fn transposed_operands() {
    let x = (sampled([2, 3], 1), sampled([2, 3], 2));
    check(check_gradients(
        |(a, b)| product_of_transposes(a, b),
        |(a, b)| product_of_transposes::grad(a, b),
        &x,
    ));
}

#[differentiable]
fn of_views(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> f64 {
    (&a * &b).exp().sum() + a.dot(&b.t()).sum()
}

#[test]
fn views_with_any_stride() {
    let (a, b) = (sampled::<f64, _, _>([6, 4], 1), sampled::<f64, _, _>([4, 6], 2));
    let (va, mut vb) = (a.view(), b.t());
    vb.invert_axis(Axis(0));
    vb.invert_axis(Axis(1));
    let close = |a: &Array2<f64>, b: &Array2<f64>| (a - b).iter().all(|d| d.abs() < 1e-12);
    let from_views = of_views::grad(va, vb);
    let from_copies = of_views::grad(va.to_owned().view(), vb.to_owned().view());
    assert_eq!(from_views.0.shape(), &[6, 4]);
    assert!(close(&from_views.0, &from_copies.0) && close(&from_views.1, &from_copies.1));
}

#[differentiable]
fn scaled_sum(a: &Array2<f64>, b: &Array1<f64>) -> Array2<f64> {
    (a * b).sin() * a + b
}

#[test]
fn column_major_arguments_and_cotangents() {
    use chainrule::ndarray::ShapeBuilder;
    let a = sampled::<f64, _, _>([3, 2], 1);
    let mut fortran = Array2::zeros((3, 2).f());
    fortran.assign(&a);
    let b = array![0.5, -1.0];
    let dy = sampled::<f64, _, _>([2, 3], 2);
    let plain = scaled_sum::vjp(&a, &b).1(dy.t().to_owned());
    let strided = scaled_sum::vjp(&fortran, &b).1(dy.reversed_axes());
    assert_eq!(plain, strided);
}

#[differentiable]
fn of_any_length(a: &Array2<f64>, b: &Array1<f64>) -> f64 {
    ((a * b).exp().sum_axis(Axis(0)) * b).sum() + a.dot(b).sum() + a.product()
}

#[test]
fn empty_inputs() {
    for shape in [[0, 3], [2, 0], [0, 0]] {
        let (a, b) = (Array2::<f64>::zeros(shape), Array1::ones(shape[1]));
        let (value, (da, db)) = of_any_length::value_and_grad(&a, &b);
        assert_eq!(value, of_any_length(&a, &b), "{shape:?}");
        assert_eq!((da.shape(), db), (&shape[..], Array1::zeros(shape[1])), "{shape:?}");
    }
}

#[differentiable]
fn dynamic(a: &ArrayD<f64>, b: &ArrayD<f64>, k: f64) -> f64 {
    ((a + b).sin() * k).sum()
        + (a * 2.0).exp().mean().unwrap()
        + a.sum_axis(Axis(0)).sum() * b.product()
}

#[test]
fn dynamic_ranks() {
    let shapes: [(&[usize], &[usize]); 4] =
        [(&[2, 3], &[3]), (&[2, 3], &[2, 1]), (&[3], &[]), (&[2, 1, 2], &[2, 2])];
    for (left, right) in shapes {
        let x = (sampled::<f64, _, _>(IxDyn(left), 1), sampled::<f64, _, _>(IxDyn(right), 2), 1.3);
        check(check_gradients(
            |(a, b, k)| dynamic(a, b, *k),
            |(a, b, k)| dynamic::grad(a, b, *k),
            &x,
        ));
    }
}

#[differentiable]
fn over_many_blocks(a: &Array2<f64>, b: &Array1<f64>, c: &Array2<f64>) -> f64 {
    ((a + b) * c).tanh().sum() + (a * c).sum()
}

#[test]
fn arrays_of_many_blocks() {
    let (a, b, c) = (sampled([257, 67], 1), sampled([67], 2), sampled::<f64, _, _>([257, 1], 3));
    let (da, db, dc) = over_many_blocks::grad(&a, &b, &c);
    for (i, j) in [(0, 0), (7, 66), (128, 30), (256, 66)] {
        let slope = 1.0 - ((a[[i, j]] + b[j]) * c[[i, 0]]).tanh().powi(2);
        assert!((da[[i, j]] - (slope * c[[i, 0]] + c[[i, 0]])).abs() < 1e-12);
    }
    for j in [0, 31, 66] {
        let expected: f64 = (0..257)
            .map(|i| (1.0 - ((a[[i, j]] + b[j]) * c[[i, 0]]).tanh().powi(2)) * c[[i, 0]])
            .sum();
        assert!((db[j] - expected).abs() < 1e-10, "{} {expected}", db[j]);
    }
    for i in [0, 100, 256] {
        let expected: f64 = (0..67)
            .map(|j| {
                (1.0 - ((a[[i, j]] + b[j]) * c[[i, 0]]).tanh().powi(2)) * (a[[i, j]] + b[j])
                    + a[[i, j]]
            })
            .sum();
        assert!((dc[[i, 0]] - expected).abs() < 1e-10);
    }
}

#[differentiable]
fn of_any_rank<D: Dimension>(x: &Array<f64, D>, k: f64) -> f64 {
    (x * k).sin().sum()
}

#[test]
fn a_rank_that_is_a_parameter() {
    let x = (sampled([2, 1, 2], 1), 1.3);
    check(check_gradients(|(x, k)| of_any_rank(x, *k), |(x, k)| of_any_rank::grad(x, *k), &x));
    check(check_gradients(
        |x: &Array1<f64>| of_any_rank(x, 2.0),
        |x| of_any_rank::grad(x, 2.0).0,
        &array![1.0, 2.0],
    ));
}

#[differentiable]
fn view_of_any_rank<D: Dimension>(x: ArrayView<'_, f64, D>) -> f64 {
    (&x * &x).sum()
}

#[test]
fn a_view_of_a_rank_that_is_a_parameter() {
    let x = array![[1.0, 2.0], [3.0, 4.0]];
    assert_eq!(view_of_any_rank::grad(x.t()), array![[2.0, 6.0], [4.0, 8.0]]);
}
