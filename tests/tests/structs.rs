//! Structs and tuples: taken as arguments, made, taken apart, and given as results.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct State {
    position: Array1<f64>,
    velocity: Array1<f64>,
    time: f64,
}

fn state() -> State {
    State { position: array![0.3, -0.4], velocity: array![1.0, 2.0], time: 0.5 }
}

#[differentiable]
fn energy(s: &State, k: f64) -> f64 {
    let kinetic = s.velocity.dot(&s.velocity) / 2.0;
    let position = &s.position;
    kinetic + k * position.dot(position) / 2.0 + s.time * k
}

#[test]
fn fields_of_an_argument() {
    let x = (state(), 0.7);
    check(check_gradients(|(s, k)| energy(s, *k), |(s, k)| energy::grad(s, *k), &x));
    let (ds, _) = energy::grad(&x.0, 0.7);
    let StateGradient { position, velocity, time } = ds;
    assert_eq!((position, velocity, time), (&x.0.position * 0.7, x.0.velocity, 0.7));
}

#[differentiable]
fn by_value(s: State, k: f64) -> f64 {
    let State { position, velocity, .. } = s;
    position.dot(&velocity) * k
}

#[test]
fn a_struct_by_value() {
    let x = (state(), 0.7);
    check(check_gradients(
        |(s, k)| by_value(s.clone(), *k),
        |(s, k)| by_value::grad(s.clone(), *k),
        &x,
    ));
}

#[differentiable]
fn taken_apart(s: &State) -> f64 {
    let State { position: p, velocity: v, time } = s;
    let State { time: again, .. } = s;
    p.dot(v) * time * again
}

#[test]
fn patterns_of_structs() {
    check(check_gradients(taken_apart, taken_apart::grad, &state()));
}

#[differentiable]
fn step(s: &State, dt: f64) -> State {
    let velocity = &s.velocity - &s.position * dt;
    let position = &s.position + &velocity * dt;
    State { position, velocity, time: s.time + dt }
}

#[test]
fn a_struct_as_result() {
    let x = (state(), 0.1);
    assert_eq!(step::vjp(&x.0, 0.1).0, step(&x.0, 0.1));
    check(check_adjoint(|(s, dt)| step(s, *dt), |(s, dt), dy| step::vjp(s, *dt).1(dy), &x));
}

#[differentiable]
fn advance(s: &State, dt: f64) -> State {
    State {
        position: &s.position + &s.velocity * dt,
        velocity: s.velocity.clone() * 0.9,
        time: s.time + dt,
    }
}

#[differentiable]
fn twice(s: &State, dt: f64) -> f64 {
    let next = advance(s, dt);
    let last = advance(&next, dt * 2.0);
    last.position.dot(&next.velocity) * last.time + s.time
}

#[test]
fn structs_through_calls() {
    let x = (state(), 0.1);
    check(check_gradients(|(s, dt)| twice(s, *dt), |(s, dt)| twice::grad(s, *dt), &x));
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Point(f64, f64);

#[differentiable]
fn rotated(p: Point, angle: f64) -> Point {
    let Point(x, y) = p;
    let (s, c) = angle.sin_cos();
    Point(c * x - s * y, s * p.0 + c * p.1)
}

#[differentiable]
fn length(p: Point, angle: f64) -> f64 {
    let q = rotated(p, angle);
    q.0 * q.0 + q.1.powi(3)
}

#[test]
fn tuple_structs() {
    let x = (Point(0.3, -0.4), 0.7);
    check(check_adjoint(|(p, a)| rotated(*p, *a), |(p, a), dy| rotated::vjp(*p, *a).1(dy), &x));
    check(check_gradients(|(p, a)| length(*p, *a), |(p, a)| length::grad(*p, *a), &x));
}

#[differentiable]
fn made_inside(x: f64, v: &Array1<f64>) -> f64 {
    let s = State { position: v * x, velocity: v.clone(), time: x * x };
    let pair = (s.position.sum(), s.time);
    let nested = ((pair.0, x), [pair.1, 2.0]);
    s.velocity.dot(&s.position) * pair.1 + nested.0.0 * nested.1[0] + nested.0.1
}

#[test]
fn structs_made_inside() {
    let x = (0.7, array![0.3, -0.4]);
    check(check_gradients(|(x, v)| made_inside(*x, v), |(x, v)| made_inside::grad(*x, v), &x));
}

#[derive(Differentiable, Clone, Debug)]
struct Layer {
    w: Array2<f64>,
    b: Array1<f64>,
    outputs: usize,
}

#[derive(Differentiable, Clone, Debug)]
struct Net {
    layers: Vec<Layer>,
    pair: (Layer, f64),
    fixed: [Layer; 2],
    extra: Option<f64>,
    boxed: Box<Layer>,
    names: Vec<String>,
}

fn layer(seed: u64) -> Layer {
    Layer { w: sampled([2, 2], seed), b: sampled([2], seed + 1), outputs: 2 }
}

fn net() -> Net {
    Net {
        layers: vec![layer(1), layer(2)],
        pair: (layer(3), 0.7),
        fixed: [layer(4), layer(5)],
        extra: Some(1.0),
        boxed: Box::new(layer(6)),
        names: vec!["a".into()],
    }
}

#[differentiable(wrt(net))]
fn through(net: &Net, x: &Array1<f64>) -> f64 {
    let first = &net.layers[0];
    let h = (first.w.dot(x) + &first.b).tanh();
    let (layer, scale) = &net.pair;
    let h = (layer.w.dot(&h) + &net.layers[1].b) * *scale;
    let h = net.fixed[1].w.dot(&h) + &net.fixed[0].b;
    let h = net.boxed.w.dot(&h);
    h.sum() * net.boxed.outputs as f64 + net.names.len() as f64
}

#[test]
fn nested_structs() {
    let x = array![0.3, -0.4];
    check(check_gradients(|net| through(net, &x), |net| through::grad(net, &x), &net()));
    let gradient: NetGradient = through::grad(&net(), &x);
    assert_eq!(gradient.layers[1].w, Array2::<f64>::zeros((2, 2)));
    assert_eq!(gradient.extra, Some(0.0));
}

#[derive(Differentiable, Clone, Debug)]
struct Scaled {
    w: Array1<f64>,
    #[differentiable(constant)]
    mean: Array1<f64>,
    #[differentiable(constant)]
    rate: f64,
    classes: usize,
    label: String,
}

#[differentiable]
fn with_constant_fields(s: &Scaled, x: &Array1<f64>) -> f64 {
    let centred = x - &s.mean;
    let k = s.rate * s.classes as f64;
    (&s.w * &centred).sum() * k + s.label.len() as f64 * s.w.sum() + s.w[s.classes - 1]
}

#[test]
fn constant_fields_beside_active_ones() {
    let s = Scaled {
        w: array![1.0, 2.0],
        mean: array![0.5, 0.5],
        rate: 0.1,
        classes: 2,
        label: "abc".into(),
    };
    let x = array![0.3, -0.4];
    check(check_gradients(
        |(s, x)| with_constant_fields(s, x),
        |(s, x)| with_constant_fields::grad(s, x),
        &(s, x),
    ));
}

#[differentiable(wrt(x))]
fn updated(x: f64, base: &State) -> f64 {
    let s = State { time: x * x, ..base.clone() };
    s.time * s.position.sum()
}

#[test]
fn struct_update_from_a_constant() {
    let mut s = state();
    s.position = array![1.0, 2.0];
    assert_eq!(updated::grad(2.0, &s), 12.0);
}

#[differentiable]
fn of_lists(states: &[State], pair: &[Point2; 2], vec: Vec<Point2>) -> f64 {
    states[0].position.dot(&states[1].velocity) * pair[0].x
        + pair[1].y * states[0].time
        + vec[1].x * vec[0].y
}

#[derive(Differentiable, Clone, Debug)]
struct Point2 {
    x: f64,
    y: f64,
}

#[test]
fn lists_of_structs() {
    let p = |x, y| Point2 { x, y };
    let x = (vec![state(), state()], [p(1.0, 2.0), p(3.0, 4.0)], vec![p(5.0, 6.0), p(7.0, 8.0)]);
    check(check_gradients(
        |(s, p, v)| of_lists(s, p, v.clone()),
        |(s, p, v)| of_lists::grad(s, p, v.clone()),
        &x,
    ));
}

#[differentiable]
fn states(s: &State, k: f64) -> (Vec<State>, Array1<f64>) {
    let first = State { position: &s.position * k, velocity: s.velocity.clone(), time: k };
    let second =
        State { position: s.velocity.clone(), velocity: &s.position * s.time, time: s.time * k };
    (vec![first, second], &s.position * 2.0)
}

#[test]
fn results_of_lists_of_structs() {
    let x = (state(), 0.7);
    check(check_adjoint(|(s, k)| states(s, *k), |(s, k), dy| states::vjp(s, *k).1(dy), &x));
}

#[derive(Differentiable, Clone, Debug)]
struct Outcome {
    state: State,
    pair: (f64, Array1<f64>),
    count: usize,
}

#[differentiable]
fn outcome(s: &State, k: f64) -> Outcome {
    let count = s.position.len();
    let state = State { position: &s.velocity * k, velocity: s.position.clone(), time: k };
    Outcome { state, pair: (s.time * k, &s.velocity * k), count }
}

#[test]
fn nested_results_with_constants() {
    let x = (state(), 0.7);
    assert_eq!(outcome(&x.0, 0.7).count, 2);
    check(check_adjoint(|(s, k)| outcome(s, *k), |(s, k), dy| outcome::vjp(s, *k).1(dy), &x));
}

#[differentiable]
fn whole(s: State) -> State {
    s
}

#[differentiable]
fn copied(s: &State) -> State {
    s.clone()
}

#[test]
fn a_whole_struct_passed_on() {
    check(check_adjoint(|s| whole(s.clone()), |s, dy| whole::vjp(s.clone()).1(dy), &state()));
    check(check_adjoint(copied, |s, dy| copied::vjp(s).1(dy), &state()));
}

#[differentiable]
fn tied(s: &State) -> f64 {
    let a = &s.position;
    let b = &s.position;
    (a * b).sum() + a.dot(&s.position) * s.time * s.time + s.position[0] * a[1]
}

#[test]
fn a_field_used_many_times() {
    check(check_gradients(tied, tied::grad, &state()));
}

#[differentiable]
fn of_tuples(t: &(f64, (Array1<f64>, f64)), u: (f64, f64)) -> f64 {
    let (a, (v, b)) = t;
    v.sum() * *a * b + u.0 * t.1.1 * u.1
}

#[test]
fn tuples_as_arguments() {
    let x = ((0.3, (array![1.0, 2.0], 0.7)), (2.0, 3.0));
    check(check_gradients(|(t, u)| of_tuples(t, *u), |(t, u)| of_tuples::grad(t, *u), &x));
}

#[derive(Differentiable, Clone, Debug)]
struct Odd {
    dx: f64,
    r#type: f64,
    grad: Array1<f64>,
    value: f64,
}

#[differentiable]
fn odd_names(odd: &Odd, x: f64) -> f64 {
    let dx = odd.dx * x;
    let value = odd.value * odd.r#type;
    (&odd.grad * value).sum() * dx * odd.dx
}

#[test]
fn fields_with_names_of_ours() {
    let x = (Odd { dx: 0.3, r#type: 2.0, grad: array![1.0, 3.0], value: 0.7 }, 1.3);
    check(check_gradients(|(o, x)| odd_names(o, *x), |(o, x)| odd_names::grad(o, *x), &x));
    assert_eq!(odd_names::vjp(&x.0, x.1).1(1.0).1, odd_names::grad(&x.0, x.1).1);
}

#[derive(Differentiable, Clone, Debug)]
struct Builder {
    w: Array1<f64>,
    k: f64,
}

impl Builder {
    #[differentiable]
    fn scaled(self, by: f64) -> Self {
        Self { w: self.w * by, k: self.k + by }
    }

    #[differentiable]
    fn total(&self) -> f64 {
        self.w.sum() * self.k
    }

    #[differentiable(wrt(self))]
    fn chain(&self) -> f64 {
        let b = self.clone().scaled(2.0).scaled(3.0);
        b.total() + self.total()
    }
}

#[test]
fn methods_by_value() {
    let b = Builder { w: array![1.0, 2.0], k: 0.5 };
    check(check_gradients(|b: &Builder| b.chain(), |b| b.chain_grad(), &b));
    check(check_adjoint(
        |b: &Builder| b.clone().scaled(2.0),
        |b, dy| b.clone().scaled_vjp(2.0).1(dy).0,
        &b,
    ));
}

#[differentiable(constant(y))]
fn of_option(x: &Option<f64>, y: Option<f64>, unused: &Option<Array1<f64>>) -> f64 {
    let x = x.unwrap();
    let _ = unused;
    x * x * y.unwrap_or(1.0)
}

#[test]
fn options() {
    let (dx, dunused) = of_option::grad(&Some(3.0), Some(2.0), &Some(array![1.0]));
    assert_eq!((dx, dunused), (Some(12.0), Some(array![0.0])));
    assert_eq!(of_option::grad(&Some(3.0), None, &None), (Some(6.0), None));
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Affine {
    w: Array2<f64>,
    b: Option<Array1<f64>>,
    scale: Option<f64>,
}

#[differentiable]
fn affine(p: &Affine, x: &Array1<f64>, inner: Option<Affine>) -> f64 {
    let b = p.b.as_ref().unwrap();
    let y = p.w.dot(x) + b + p.b.as_ref().expect("a bias");
    let scale = p.scale.unwrap_or(2.0);
    let n = if p.scale.is_some() { 1.0 } else { 3.0 };
    let inner = inner.unwrap();
    let made = Some(scale * scale);
    (y * scale).dot(b) * n + inner.w.sum() * inner.scale.unwrap() + made.unwrap()
}

#[test]
fn options_in_structs() {
    let p = Affine { w: sampled([2, 3], 1), b: Some(sampled([2], 2)), scale: Some(0.3) };
    let inner = Some(Affine { w: sampled([2, 2], 4), b: None, scale: Some(1.3) });
    let x = (p, sampled([3], 3), inner);
    check(check_gradients(
        |(p, x, inner)| affine(p, x, inner.clone()),
        |(p, x, inner)| affine::grad(p, x, inner.clone()),
        &x,
    ));
    let without = Affine { scale: None, ..x.0.clone() };
    let (dp, _, dinner) = affine::grad(&without, &x.1, x.2.clone());
    assert_eq!((dp.scale, dinner.unwrap().b), (None, None));
}

#[derive(Differentiable, Clone, Debug)]
struct Dilated {
    w: Array2<f64>,
    k: f64,
}

#[differentiable]
fn scaled_sum(s: Dilated, x: &Array1<f64>) -> f64 {
    s.w.dot(x).sum() * s.k
}

#[differentiable]
fn several_callees(s: Dilated, x: &Array1<f64>) -> f64 {
    let first = scaled_sum(s.clone(), x);
    first * scaled_sum(s.clone(), &(x * 2.0)) + scaled_sum(s, x).sin()
}

#[test]
fn a_struct_by_value_into_several_callees() {
    let x = (Dilated { w: sampled([2, 3], 1), k: 0.7 }, sampled([3], 3));
    check(check_gradients(
        |(s, x)| several_callees(s.clone(), x),
        |(s, x)| several_callees::grad(s.clone(), x),
        &x,
    ));
}

#[derive(Clone, Debug, Differentiable)]
struct Counting {
    m: f64,
    steps: usize,
}

#[differentiable]
fn counts_its_steps(start: &Counting, n: usize) -> f64 {
    let mut state = start.clone();
    for _ in 0..n {
        state.steps += 1;
        state.m *= state.steps as f64;
    }
    state.m * state.m
}

#[test]
fn integers_of_active_structs_are_counted_up() {
    let start = Counting { m: 0.5, steps: 1 };
    let (y, gradient) = counts_its_steps::value_and_grad(&start, 2);
    assert_eq!((y, gradient.m), (9.0, 36.0));
}
