//! What the integration tests share: points to test at, and how a failure is shown.

mod expect;
pub use expect::{AsTangents, Numbers, agree, direction, forward_agrees};

use chainrule::Float;
use chainrule::check::{Mismatch, Report};
use chainrule::ndarray::{Array, Array2, ArrayBase, ArrayD, Data, Dimension, IntoDimension, IxDyn};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use rand::RngExt;

/// How many points an operation is tested at.
const POINTS: usize = 24;

/// A generator that gives the same numbers in every run.
pub fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Points of `N` floats in -2 to 2 for which `inside` holds.
pub fn points<T: Float, const N: usize>(inside: fn([f64; N]) -> bool) -> Vec<[T; N]> {
    let mut generator = generator(7);
    std::iter::repeat_with(|| std::array::from_fn(|_| generator.random_range(-2.0..2.0)))
        .filter(|point| inside(*point))
        .take(POINTS)
        .map(|point: [f64; N]| point.map(T::from_f64_lossy))
        .collect()
}

/// A matrix of first operands for which `inside` holds beside the other operands of `point`.
pub fn matching<T: Float, const N: usize>(
    inside: fn([f64; N]) -> bool,
    point: [T; N],
) -> Array2<T> {
    let mut generator = generator(11);
    let others = point.map(T::to_f64_lossless);
    Array2::from_shape_simple_fn((2, 3), || {
        loop {
            let mut candidate = others;
            candidate[0] = generator.random_range(-2.0..2.0);
            if inside(candidate) {
                return T::from_f64_lossy(candidate[0]);
            }
        }
    })
}

/// An array of distinct floats in -1.5 to 1.5.
pub fn sampled<T: Float, D: Dimension, S: IntoDimension<Dim = D>>(
    shape: S,
    seed: u64,
) -> Array<T, D> {
    let mut generator = generator(seed);
    Array::from_shape_simple_fn(shape.into_dimension(), || {
        T::from_f64_lossy(generator.random_range(-1.5..1.5))
    })
}

/// A value that weights can be made for.
pub trait Weighted {
    /// The lengths of its axes; none for a float.
    fn lengths(&self) -> Vec<usize>;
}

impl Weighted for f32 {
    fn lengths(&self) -> Vec<usize> {
        Vec::new()
    }
}

impl Weighted for f64 {
    fn lengths(&self) -> Vec<usize> {
        Vec::new()
    }
}

impl<S: Data, D: Dimension> Weighted for ArrayBase<S, D> {
    fn lengths(&self) -> Vec<usize> {
        self.shape().to_vec()
    }
}

/// Random weights of a result's shape.
pub fn weights_of<T: Float>(result: &impl Weighted) -> ArrayD<T> {
    sampled::<T, IxDyn, _>(IxDyn(&result.lengths()), 99)
}

/// Panics with all that a check found wrong.
#[track_caller]
pub fn check(result: Result<Report, Mismatch>) {
    if let Err(mismatch) = result {
        panic!("{mismatch}");
    }
}

/// Checks a function of one float at several places, and that `vjp` and `value_and_grad` agree with it.
#[macro_export]
macro_rules! at {
    ($f:ident: $($x:expr),+) => {
        for x in [$($x),+] {
            $crate::check(::chainrule::check::check_gradients(|x| $f(*x), |x| $f::grad(*x), &x));
            assert_eq!($f::vjp(x).0.to_bits(), $f(x).to_bits(), "the value of vjp at {x}");
            assert_eq!($f::value_and_grad(x), ($f(x), $f::vjp(x).1(1.0)));
        }
    };
}

/// The adjoint identity of a function of one or two borrowed values.
#[macro_export]
macro_rules! adjoint {
    ($f:ident, $x:expr) => {
        $crate::check(::chainrule::check::check_adjoint(|x| $f(x), |x, dy| $f::vjp(x).1(dy), &$x))
    };
    ($f:ident, $a:expr, $b:expr) => {
        $crate::check(::chainrule::check::check_adjoint(
            |(a, b)| $f(a, b),
            |(a, b), dy| $f::vjp(a, b).1(dy),
            &($a, $b),
        ))
    };
}
