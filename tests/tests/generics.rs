//! Generic functions: floats, dimensions, storage, const generics, lifetimes, and generic impl blocks.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::{check_adjoint, check_gradients};
use chainrule::ndarray::{
    Array, Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Axis, Data, Dimension, Ix1, Ix2,
    array,
};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[differentiable]
fn cubed<T: Float>(x: T) -> T {
    x * x * x
}

#[test]
fn a_generic_float() {
    assert_eq!(cubed::grad(2.0f64), 12.0);
    assert_eq!(cubed::grad(2.0f32), 12.0);
}

#[differentiable]
fn smooth<T: Float>(x: T, k: T) -> T {
    let y = (x * x + k).sqrt();
    y.sin() + y.powi(2) + x.exp().ln() + y.max(k) + x.tanh() * k.cos()
}

#[test]
fn methods_of_a_generic_float() {
    check(check_gradients(|(x, k)| smooth(*x, *k), |(x, k)| smooth::grad(*x, *k), &(0.7, 0.4)));
    check(check_gradients(
        |(x, k)| smooth(*x, *k),
        |(x, k)| smooth::grad(*x, *k),
        &(0.7f32, 0.4f32),
    ));
}

#[differentiable]
fn with_constants<T: Float>(x: T, n: usize) -> T {
    let half = T::from_f64_lossy(0.5);
    let two = T::one() + T::one();
    x * half + x.powf(two) - T::zero().max(x) * T::from_f64_lossy(n as f64)
}

#[test]
fn constants_of_a_generic_float() {
    check(check_gradients(|x| with_constants(*x, 3), |x| with_constants::grad(*x, 3), &0.7));
    check(check_gradients(|x| with_constants(*x, 3), |x| with_constants::grad(*x, 3), &0.7f32));
}

#[differentiable]
fn activations<T: Float>(x: &Array2<T>) -> Array2<T> {
    x.sigmoid() * x.relu()
        + x.gelu()
        + x.silu() * x.softplus()
        + x.tanh()
        + x.exp()
        + x.sqrt().abs()
}

#[differentiable]
fn activation<T: Float>(x: T) -> T {
    x.sigmoid() * x.relu() + x.gelu() + x.silu() * x.softplus() + x.sqrt()
}

#[test]
fn activations_of_a_generic_float() {
    let x = sampled::<f64, _, _>([2, 3], 1).mapv(|v| v * v + 0.1);
    check(check_adjoint(activations, |x, dy| activations::vjp(x).1(dy), &x));
    check(check_gradients(|x| activation(*x), |x| activation::grad(*x), &0.7));
    check(check_gradients(|x| activation(*x), |x| activation::grad(*x), &0.7f32));
}

#[differentiable]
fn dense<T: Float>(w: &Array2<T>, b: &Array1<T>, x: &Array1<T>, k: T) -> T {
    let h = (w.dot(x) + b).tanh();
    (&h * k).sum() + h.mean().unwrap() + w.sum_axis(Axis(0)).dot(x)
}

#[test]
fn arrays_of_a_generic_float() {
    let x = (sampled::<f64, _, _>([2, 3], 1), sampled([2], 2), sampled([3], 3), 0.7);
    check(check_gradients(
        |(w, b, x, k)| dense(w, b, x, *k),
        |(w, b, x, k)| dense::grad(w, b, x, *k),
        &x,
    ));
    let x = (sampled::<f32, _, _>([2, 3], 1), sampled([2], 2), sampled([3], 3), 0.7f32);
    check(check_gradients(
        |(w, b, x, k)| dense(w, b, x, *k),
        |(w, b, x, k)| dense::grad(w, b, x, *k),
        &x,
    ));
}

#[differentiable]
fn normalised<T: Float>(x: &Array2<T>) -> Array2<T> {
    let mean = x.mean_axis(Axis(0)).unwrap();
    let deviation = x.std_axis(Axis(0), T::zero());
    (x - &mean) / &deviation + x.softmax(Axis(1)) * x.var(T::zero())
}

#[test]
fn reductions_of_a_generic_float() {
    check(check_adjoint(
        normalised,
        |x, dy| normalised::vjp(x).1(dy),
        &sampled::<f64, _, _>([4, 3], 1),
    ));
}

#[differentiable]
fn bounded<T, S, D>(x: &ArrayBase<S, D>, k: T) -> T
where
    T: Float,
    S: Data<Elem = T>,
    D: Dimension,
{
    (x * k).sum() * k
}

#[test]
fn where_clauses() {
    let x = (sampled::<f64, _, _>([2, 3], 1), 0.7);
    check(check_gradients(|(x, k)| bounded(x, *k), |(x, k)| bounded::grad(x, *k), &x));
}

#[differentiable]
fn mapped<T: Float>(x: &Array1<T>, k: T) -> Array1<T> {
    x.mapv(|v| if v > k { v * v * k } else { v.exp() })
}

#[test]
fn closures_over_generic_elements() {
    let x = (array![0.3, 1.4], 0.7);
    check(check_adjoint(|(x, k)| mapped(x, *k), |(x, k), dy| mapped::vjp(x, *k).1(dy), &x));
}

#[differentiable]
fn of_array<const N: usize>(x: [f64; N], y: &[f64; N]) -> f64 {
    x[0] * y[N - 1] + x[N - 1].sin() * N as f64
}

#[differentiable]
fn of_generic_array<T: Float, const N: usize>(x: &[T; N]) -> T {
    x[0] * x[N - 1]
}

#[test]
fn const_generics() {
    let x = ([1.0, 2.0, 3.0], [0.5, 0.6, 0.7]);
    check(check_gradients(|(x, y)| of_array(*x, y), |(x, y)| of_array::grad(*x, y), &x));
    assert_eq!(of_generic_array::grad(&[2.0, 1.0, 3.0]), [3.0, 0.0, 2.0]);
    assert_eq!(of_generic_array::grad(&[3.0f32]), [6.0]);
}

#[differentiable]
fn scaled<T: Float, const N: usize>(x: T) -> T {
    x * T::from_f64_lossy(N as f64)
}

#[differentiable]
fn with_turbofish(x: f64) -> f64 {
    scaled::<f64, 3>(x) * scaled::<_, 2>(x)
}

#[test]
fn turbofish() {
    assert_eq!(scaled::grad::<f64, 4>(1.0), 4.0);
    assert_eq!(with_turbofish::value_and_grad(2.0), (24.0, 24.0));
}

#[differentiable]
fn with_random<R: FnMut() -> f64>(x: f64, random: &mut R, names: &[&str]) -> f64 {
    let noise = random();
    x * noise + names.len() as f64 * x
}

#[test]
fn constant_type_parameters() {
    let mut calls = 0;
    let mut random = || {
        calls += 1;
        0.5
    };
    assert_eq!(with_random::value_and_grad(2.0, &mut random, &["a", "b"]), (5.0, 2.5));
    assert_eq!(calls, 1);
}

#[differentiable]
fn named_lifetimes<'a, 'b: 'a>(
    x: &'a Array1<f64>,
    y: &'b Array1<f64>,
    z: ArrayView1<'a, f64>,
) -> f64
where
    'b: 'a,
{
    x.dot(y) * z.sum()
}

#[test]
fn lifetimes() {
    let (x, y) = (array![1.0, 2.0], array![3.0, 4.0]);
    let (dx, dy, dz) = named_lifetimes::grad(&x, &y, x.view());
    assert_eq!((dx, dy, dz), (array![9.0, 12.0], array![3.0, 6.0], array![11.0, 11.0]));
}

#[differentiable(wrt(x))]
fn beside_borrowed<'a>(x: f64, names: &[&'a str], lookup: &'a str) -> f64 {
    let found = names.iter().position(|name| *name == lookup).unwrap_or(0);
    x * x * found as f64
}

#[test]
fn lifetimes_of_constants() {
    assert_eq!(beside_borrowed::grad(3.0, &["a", "b", "c"], "c"), 12.0);
}

#[differentiable]
fn inner<T: Float>(x: &Array1<T>, k: T) -> T {
    (x * k).sum()
}

#[differentiable]
fn outer<T: Float>(x: &Array1<T>, k: T) -> T {
    inner(x, k) * inner(&(x * k), k * k) + inner::<T>(x, k)
}

#[test]
fn generic_functions_that_call_generic_functions() {
    let x = (array![0.3, 1.4], 0.7);
    check(check_gradients(|(x, k)| outer(x, *k), |(x, k)| outer::grad(x, *k), &x));
    let x = (array![0.3f32, 1.4], 0.7f32);
    check(check_gradients(|(x, k)| outer(x, *k), |(x, k)| outer::grad(x, *k), &x));
}

#[derive(Differentiable, Clone, Debug)]
struct Layer<T: Float> {
    w: Array2<T>,
    b: Array1<T>,
    inputs: usize,
}

impl<T: Float> Layer<T> {
    #[differentiable]
    fn forward(&self, x: &Array1<T>) -> Array1<T> {
        assert_eq!(x.len(), stop_gradient(self.inputs));
        (self.w.dot(x) + &self.b).tanh()
    }

    #[differentiable]
    fn penalty(&self, k: T) -> T {
        self.w.mapv(|w| w * w).sum() * k
    }

    #[differentiable]
    fn loss(&self, x: &Array1<T>, k: T) -> T {
        self.forward(&self.forward(x)).sum() + self.penalty(k)
    }
}

#[test]
fn methods_in_a_generic_impl() {
    let layer = Layer { w: sampled::<f64, _, _>([2, 2], 1), b: sampled([2], 2), inputs: 2 };
    let x = (layer, array![0.3, 0.4], 0.7);
    check(check_gradients(|(l, x, k)| l.loss(x, *k), |(l, x, k)| l.loss_grad(x, *k), &x));
}

#[derive(Differentiable, Clone, Debug)]
struct Pair<A: Differentiable, B: Differentiable> {
    a: A,
    b: B,
}

#[differentiable]
fn of_pair<T: Float>(pair: &Pair<Array1<T>, T>) -> T {
    (&pair.a * pair.b).sum() * pair.b
}

#[test]
fn generic_structs() {
    check(check_gradients(
        of_pair::<f64>,
        |p| of_pair::grad(p),
        &Pair { a: array![1.0, 2.0], b: 0.5 },
    ));
}

#[derive(Differentiable, Clone, Debug)]
struct Polynomial<const N: usize> {
    c: [f64; N],
}

impl<const N: usize> Polynomial<N> {
    #[differentiable]
    fn ends(&self, x: f64) -> f64 {
        self.c[0] + self.c[N - 1] * x.powi(N as i32 - 1)
    }
}

#[test]
fn methods_in_a_const_generic_impl() {
    let x = (Polynomial { c: [1.0, 2.0, 3.0] }, 0.7);
    check(check_gradients(|(p, x)| p.ends(*x), |(p, x)| p.ends_grad(*x), &x));
}

#[differentiable]
fn first<M: Differentiable + Clone>(_model: &M, x: f64) -> f64 {
    x * x
}

#[test]
fn a_parameter_bound_by_differentiable() {
    let (dmodel, dx) = first::grad(&array![1.0, 2.0], 3.0);
    assert_eq!((dmodel, dx), (array![0.0, 0.0], 6.0));
}

#[differentiable]
fn of_ranks<D: Dimension>(x: &Array<f64, D>, y: &Array<f64, D>) -> Array<f64, D> {
    x.sin() * 2.0 + y.mapv(|v| v * v) + x.exp()
}

#[test]
fn rank_parameters() {
    let x = (sampled([2, 3, 2], 1), sampled([2, 3, 2], 2));
    check(check_adjoint(|(x, y)| of_ranks(x, y), |(x, y), dy| of_ranks::vjp(x, y).1(dy), &x));
}

#[differentiable]
fn of_view<T: Float>(x: ArrayView2<'_, T>, k: T) -> T {
    (&x * k).sum() + x.dot(&x.t()).sum()
}

#[test]
fn views_of_generic_floats() {
    let x = (sampled::<f64, _, _>([2, 3], 1), 0.7);
    check(check_gradients(
        |(x, k)| of_view(x.view(), *k),
        |(x, k)| of_view::grad(x.view(), *k),
        &x,
    ));
}

#[differentiable]
fn of_storages<T: Float, A: Data<Elem = T>, B: Data<Elem = T>>(
    x: &ArrayBase<A, Ix2>,
    y: &ArrayBase<B, Ix1>,
) -> T {
    x.dot(y).sum() + y.mapv(|v| v * v).sum()
}

#[test]
fn storages_of_generic_floats() {
    let x = (sampled::<f64, _, _>([2, 3], 1), sampled([3], 2));
    check(check_gradients(
        |(x, y)| of_storages(x, &y.view()),
        |(x, y)| of_storages::grad(x, &y.view()),
        &x,
    ));
}

#[derive(Differentiable, Clone, Debug)]
struct Gate<T: Float> {
    scale: T,
}
impl<T: Float> Gate<T> {
    #[differentiable]
    fn returns_early(&self, x: &Array1<T>) -> T {
        let y = x * self.scale;
        let s = y.sum();
        for v in y.iter() {
            if *v > self.scale {
                return *v * *v;
            }
        }
        s.exp()
    }
    #[differentiable]
    fn decides(&self, x: &Array1<T>) -> T {
        let y = x * self.scale;
        let s = y.sum();
        if s > self.scale {
            self.scale
        } else if s < -self.scale {
            s.exp()
        } else {
            s
        }
    }
    #[differentiable]
    fn leaves_out(&self, x: &Array1<T>) -> T {
        let mut s = T::zero();
        let y = x * self.scale;
        for i in 0..x.len() {
            if y[i] > self.scale {
                s += y[i];
                continue;
            }
            s = s * y[i].exp();
            if s > self.scale {
                break;
            }
        }
        s
    }
    #[differentiable]
    fn of_a_list(&self, x: &[T], n: usize) -> T {
        if n == 0 {
            return self.scale;
        }
        let mut best = x[0];
        for v in &x[1..] {
            if *v > best {
                best = *v;
            } else if *v < -best {
                return -*v * self.scale;
            }
        }
        let r = loop {
            best = best * self.scale;
            if best < self.scale {
                break best.sqrt();
            }
        };
        r + self.scale
    }
}

#[test]
fn floats_of_an_impl_have_zeros_of_their_type() {
    let x = array![0.3, 0.8, 0.6];
    for scale in [0.2, 0.7, 0.9] {
        let given = (Gate { scale }, x.clone());
        check(check_gradients(
            |(g, x)| g.returns_early(x),
            |(g, x)| g.returns_early_grad(x),
            &given,
        ));
        check(check_gradients(|(g, x)| g.decides(x), |(g, x)| g.decides_grad(x), &given));
        check(check_gradients(|(g, x)| g.leaves_out(x), |(g, x)| g.leaves_out_grad(x), &given));
        let given = (Gate { scale }, x.to_vec());
        check(check_gradients(|(g, x)| g.of_a_list(x, 1), |(g, x)| g.of_a_list_grad(x, 1), &given));
    }
}

#[derive(Clone, Differentiable)]
struct Shown<T: Float> {
    w: Array2<T>,
    s: T,
    v: Vec<T>,
    l: [T; 2],
}

/// Methods that show a field as it is: asked of arrays, floats and lists.
#[differentiable]
fn shown<T: Float>(of: &Shown<T>) -> T {
    let w = of.w.view();
    let s: T = of.s.into();
    let v = of.v.to_vec();
    w.sum() * s + v[0] + of.l.to_vec()[1]
}

#[test]
fn fields_are_shown_as_they_are() {
    let of = Shown { w: array![[1.0, 2.0]], s: 2.0, v: vec![1.0, 2.0], l: [1.0, 2.0] };
    let gradient = shown::grad(&of);
    assert_eq!((gradient.s, gradient.v, gradient.l), (3.0, vec![1.0, 0.0], [0.0, 1.0]));
    assert_eq!(gradient.w, array![[2.0, 2.0]]);
}
