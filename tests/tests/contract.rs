//! The contract: what stands beside an annotated function, and what it takes and gives.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[differentiable]
fn affine(w: &Array2<f64>, x: &Array1<f64>, b: f64) -> Array1<f64> {
    w.dot(x) * b + b
}

#[test]
fn a_pullback_may_be_called_again() {
    let (w, x) = (sampled([2, 3], 1), sampled([3], 2));
    let (y, pull) = affine::vjp(&w, &x, 0.7);
    assert_eq!(y, affine(&w, &x, 0.7));
    let once = pull(array![1.0, -2.0]);
    let _ = pull(array![5.0, 5.0]);
    assert_eq!(pull(array![1.0, -2.0]), once);
    let (dw, dx, db): (Array2<f64>, Array1<f64>, f64) = once;
    assert_eq!((dw.shape(), dx.shape()), (w.shape(), x.shape()));
    assert!((db - (w.dot(&x)[0] + 1.0 - 2.0 * (w.dot(&x)[1] + 1.0))).abs() < 1e-12);
    check(check_adjoint(
        |(w, x, b)| affine(w, x, *b),
        |(w, x, b), dy| affine::vjp(w, x, *b).1(dy),
        &(w.clone(), x.clone(), 0.7),
    ));
}

#[differentiable]
fn energy(x: &Array1<f64>, k: f64) -> f64 {
    0.5 * k * (x * x).sum()
}

#[test]
fn scalar_results() {
    let x = array![1.0, 2.0, -3.0];
    let (value, (dx, dk)) = energy::value_and_grad(&x, 2.0);
    assert_eq!(value, energy(&x, 2.0));
    assert_eq!((dx, dk), (array![2.0, 4.0, -6.0], 7.0));
    assert_eq!(energy::grad(&x, 2.0), (array![2.0, 4.0, -6.0], 7.0));
}

#[test]
fn gradients_are_written_into() {
    let x = array![1.0, 2.0, -3.0];
    let mut gradients = (Array1::zeros(3), 0.0);
    assert_eq!(energy::value_and_grad_into(&x, 2.0, &mut gradients), 14.0);
    assert_eq!(gradients, (array![2.0, 4.0, -6.0], 7.0));
    assert_eq!(energy::value_and_grad_into(&x, 4.0, &mut gradients), 28.0);
    assert_eq!(gradients, (array![4.0, 8.0, -12.0], 7.0), "overwritten, not added to");
}

#[test]
fn gradients_of_another_shape_are_replaced() {
    let mut gradients = (Array1::ones(7), 3.0);
    energy::value_and_grad_into(&array![1.0, 2.0], 2.0, &mut gradients);
    assert_eq!(gradients, (array![2.0, 4.0], 2.5));
}

#[differentiable]
fn single(x: &Array1<f64>) -> f64 {
    x.sum() * x.sum()
}

#[test]
fn one_argument_has_a_bare_gradient() {
    let gradient: Array1<f64> = single::grad(&array![1.0, 2.0]);
    assert_eq!(gradient, array![6.0, 6.0]);
    let mut gradient = Array1::zeros(2);
    assert_eq!(single::value_and_grad_into(&array![1.0, 3.0], &mut gradient), 16.0);
    assert_eq!(gradient, array![8.0, 8.0]);
}

#[differentiable(wrt(c, a))]
fn in_signature_order(a: f64, b: f64, c: f64) -> f64 {
    a * a * b * c
}

#[differentiable(constant(b))]
fn without(a: f64, b: f64, c: f64) -> f64 {
    a * a * b * c
}

#[test]
fn wrt_and_constant() {
    assert_eq!(in_signature_order::grad(2.0, 3.0, 5.0), (60.0, 12.0));
    assert_eq!(without::grad(2.0, 3.0, 5.0), (60.0, 12.0));
}

#[differentiable]
fn constant_result(x: f64, y: f64) -> f64 {
    let _ = x * y;
    2.5
}

#[test]
fn a_result_that_nothing_reaches() {
    assert_eq!(constant_result::value_and_grad(1.0, 2.0), (2.5, (0.0, 0.0)));
    let (y, pull) = constant_result::vjp(1.0, 2.0);
    assert_eq!((y, pull(3.0)), (2.5, (0.0, 0.0)));
}

#[differentiable]
fn identity(x: f64) -> f64 {
    x
}

#[differentiable]
fn identity_of_array(x: &Array1<f64>) -> Array1<f64> {
    x.clone()
}

#[differentiable]
fn identity_by_value(x: Array1<f64>) -> Array1<f64> {
    x
}

#[test]
fn identities() {
    assert_eq!(identity::value_and_grad(3.0), (3.0, 1.0));
    let x = array![1.0, 2.0];
    assert_eq!(identity_of_array::vjp(&x).1(array![3.0, 4.0]), array![3.0, 4.0]);
    let (y, pull) = identity_by_value::vjp(x.clone());
    assert_eq!((y, pull(array![3.0, 4.0])), (x, array![3.0, 4.0]));
}

#[differentiable(aux)]
fn with_aux(x: &Array1<f64>, labels: &[usize]) -> (f64, usize) {
    let loss = (x * x).sum();
    (loss, labels.len())
}

#[test]
fn extra_results() {
    let ((loss, count), gradient) = with_aux::value_and_grad(&array![1.0, 2.0], &[3, 4, 5]);
    assert_eq!((loss, count, gradient), (5.0, 3, array![2.0, 4.0]));
}

#[differentiable(aux)]
fn with_active_aux(x: &Array1<f64>) -> (f64, Array1<f64>) {
    let squares = x * x;
    (squares.sum(), squares)
}

#[test]
fn active_extra_results() {
    let ((loss, squares), gradient) = with_active_aux::value_and_grad(&array![1.0, 2.0]);
    assert_eq!((loss, squares, gradient), (5.0, array![1.0, 4.0], array![2.0, 4.0]));
}

#[differentiable(aux)]
fn an_array_with_aux(x: &Array1<f64>) -> (Array1<f64>, usize) {
    (x * x * x, x.len())
}

#[test]
fn extra_results_beside_an_array() {
    let x = array![1.0, 2.0];
    let ((cubes, count), pullback) = an_array_with_aux::vjp(&x);
    assert_eq!((cubes, count), (array![1.0, 8.0], 2));
    assert_eq!(pullback(array![1.0, 0.5]), array![3.0, 6.0]);
}

#[differentiable]
fn two_results(x: f64, y: &Array1<f64>) -> (f64, Array1<f64>) {
    let s = y.sum() * x;
    (s, y * x)
}

#[test]
fn tuple_results() {
    let y = array![1.0, 2.0];
    let (values, pull) = two_results::vjp(3.0, &y);
    assert_eq!(values, (9.0, array![3.0, 6.0]));
    assert_eq!(pull((1.0, array![0.0, 0.0])), (3.0, array![3.0, 3.0]));
    assert_eq!(pull((0.0, array![1.0, 10.0])), (21.0, array![3.0, 30.0]));
    check(check_adjoint(
        |(x, y)| two_results(*x, y),
        |(x, y), dy| two_results::vjp(*x, y).1(dy),
        &(1.5, y.clone()),
    ));
}

#[derive(Differentiable, Clone, Debug)]
struct Line {
    slope: f64,
    offset: Array1<f64>,
    name: String,
}

impl Line {
    #[differentiable]
    fn at(&self, x: f64) -> Array1<f64> {
        &self.offset + self.slope * x
    }

    #[differentiable(wrt(self))]
    fn loss(&self, x: f64, y: &Array1<f64>) -> f64 {
        (self.at(x) - y).mapv(|r| r * r).sum()
    }

    #[differentiable(wrt(x))]
    fn slope_at(&self, x: f64) -> f64 {
        self.slope * x * x
    }

    #[differentiable]
    fn consumed(self, x: f64) -> f64 {
        self.slope * x + self.offset.sum()
    }

    #[differentiable(associated)]
    fn square(x: f64) -> f64 {
        x * x
    }

    #[differentiable]
    fn of(slope: f64, other: &Self) -> f64 {
        Self::square(slope) * other.slope
    }
}

#[test]
fn methods() {
    let line = Line { slope: 2.0, offset: array![1.0, 3.0], name: "line".into() };
    assert_eq!(line.name, "line");
    let (y, pull) = line.at_vjp(5.0);
    assert_eq!(y, array![11.0, 13.0]);
    let (dline, dx) = pull(array![1.0, 10.0]);
    assert_eq!((dline.slope, dline.offset, dx), (55.0, array![1.0, 10.0], 22.0));
    let (loss, dline) = line.loss_value_and_grad(5.0, &array![10.0, 10.0]);
    assert_eq!((loss, dline.slope, dline.offset), (10.0, 40.0, array![2.0, 6.0]));
    assert_eq!(line.slope_at_grad(3.0), 12.0);
    let mut gradient = 0.0;
    assert_eq!(line.slope_at_value_and_grad_into(3.0, &mut gradient), 18.0);
    assert_eq!(gradient, 12.0);
    let (dline, dx) = line.clone().consumed_grad(5.0);
    assert_eq!((dline.slope, dline.offset, dx), (5.0, array![1.0, 1.0], 2.0));
    assert_eq!(Line::square_grad(3.0), 6.0);
    let (dslope, dother) = Line::of_grad(3.0, &line);
    assert_eq!((dslope, dother.slope), (12.0, 9.0));
}

mod model {
    use chainrule::differentiable;

    /// With a docstring and attributes of its own.
    #[inline]
    #[must_use]
    #[differentiable]
    pub(crate) fn cube(x: f64) -> f64 {
        x * x * x
    }
}

#[test]
fn visibility_and_attributes() {
    use model::cube;
    assert_eq!(cube::grad(2.0), 12.0);
    assert_eq!(model::cube::value_and_grad(cube(1.0)), (1.0, 3.0));
}

#[differentiable]
fn returned(x: f64) -> f64 {
    let y = x * x;
    return y * x;
}

#[test]
#[allow(clippy::needless_return)]
fn late_return() {
    assert_eq!(returned::grad(2.0), 12.0);
}

mod renamed {
    pub(super) mod calculus {
        pub(crate) use chainrule::*;
    }

    #[calculus::differentiable(crate = crate::renamed::calculus)]
    pub(super) fn half_square(x: f64) -> f64 {
        0.5 * x.powi(2)
    }
}

#[test]
fn a_renamed_crate() {
    assert_eq!(renamed::half_square::grad(3.0), 3.0);
}

mod shadowed {
    #![allow(dead_code, non_camel_case_types)]
    use chainrule::differentiable;
    use chainrule::ndarray::Array1;

    struct Option;
    struct Vec;
    struct Some;
    struct None;
    struct Box;
    struct Clone;
    struct Default;
    mod core {}
    mod std {}

    #[differentiable]
    pub(super) fn energy(x: &Array1<f64>, k: f64) -> f64 {
        (x * k).tanh().sum() * k
    }
}

#[test]
fn shadowed_names_do_not_matter() {
    check(check_gradients(
        |(x, k)| shadowed::energy(x, *k),
        |(x, k)| shadowed::energy::grad(x, *k),
        &(array![0.3, -0.8], 1.3),
    ));
}

#[differentiable]
fn of_shapes_that_may_not_fit(w: &Array2<f64>, x: &Array2<f64>) -> f64 {
    let a = w.tanh();
    let b = a.dot(x);
    (b + w).sum()
}

/// The line on which `f` panics.
fn line_of_panic<T>(f: impl FnOnce() -> T + std::panic::UnwindSafe) -> u32 {
    thread_local! {
        static LINE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| LINE.set(panic.location().map_or(0, |at| at.line()))));
    let panicked = std::panic::catch_unwind(|| {
        f();
    });
    std::panic::set_hook(before);
    assert!(panicked.is_err(), "it does not panic");
    LINE.get()
}

#[test]
fn a_panic_names_the_line_of_the_operation() {
    let (w, x) = (Array2::<f64>::ones((2, 3)), Array2::<f64>::ones((2, 3)));
    let of_user = line_of_panic(|| of_shapes_that_may_not_fit(&w, &x));
    let of_gradient = line_of_panic(|| of_shapes_that_may_not_fit::grad(&w, &x));
    let of_pullback = line_of_panic(|| of_shapes_that_may_not_fit::vjp(&w, &x).0);
    let line = of_shapes_that_may_not_fit_line();
    assert_eq!((of_gradient, of_pullback), (line, line));
    // The function itself panics in ndarray, which says nothing of the caller.
    assert_ne!(of_user, 0);
}

/// Where `a.dot(x)` stands above.
fn of_shapes_that_may_not_fit_line() -> u32 {
    let source = include_str!("contract.rs");
    let line = source.lines().position(|line| line.trim() == "let b = a.dot(x);");
    1 + line.expect("it stands above") as u32
}
