//! Gradients compared with numbers that mathematics gives.

use chainrule::differentiable::{LeafPath, VisitMut};
use chainrule::ndarray::{Array, ArrayViewMutD, Dimension};
use chainrule::{Differentiable, Float};

/// A value, a gradient, or what is expected of one, as a list of floats.
pub trait Numbers {
    /// The floats in order.
    fn numbers(&self) -> Vec<f64>;
}

impl Numbers for f64 {
    fn numbers(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<D: Dimension> Numbers for Array<f64, D> {
    fn numbers(&self) -> Vec<f64> {
        self.iter().copied().collect()
    }
}

impl<T: Numbers> Numbers for Vec<T> {
    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Numbers::numbers).collect()
    }
}

impl<T: Numbers, const N: usize> Numbers for [T; N] {
    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Numbers::numbers).collect()
    }
}

impl<T: Numbers> Numbers for Option<T> {
    fn numbers(&self) -> Vec<f64> {
        self.iter().flat_map(Numbers::numbers).collect()
    }
}

impl<A: Numbers, B: Numbers> Numbers for (A, B) {
    fn numbers(&self) -> Vec<f64> {
        [self.0.numbers(), self.1.numbers()].concat()
    }
}

impl<A: Numbers, B: Numbers, C: Numbers> Numbers for (A, B, C) {
    fn numbers(&self) -> Vec<f64> {
        [self.0.numbers(), self.1.numbers(), self.2.numbers()].concat()
    }
}

/// Panics unless the numbers are as many and agree but for rounding: to `1e-11` of their size.
#[track_caller]
pub fn agree(what: &str, found: &impl Numbers, expected: &impl Numbers, factor: f64) {
    let (found, expected) = (found.numbers(), expected.numbers());
    assert_eq!(found.len(), expected.len(), "{what}: {found:?} against {expected:?}");
    for (a, b) in found.iter().zip(&expected) {
        let b = b * factor;
        // Infinities are equal, and nothing is near a NaN.
        let near = *a == b || (a - b).abs() <= 1e-11 * b.abs().max(1.0);
        assert!(near, "{what}: {found:?}, expected {factor} * {expected:?}");
    }
}

/// Gradients as the tangents that `jvp` takes: floats by value, all else by reference.
pub trait AsTangents {
    /// The tangents.
    type Lent<'a>
    where
        Self: 'a;
    /// Lends them.
    fn lent(&self) -> Self::Lent<'_>;
}

impl AsTangents for f64 {
    type Lent<'a> = f64;
    fn lent(&self) -> f64 {
        *self
    }
}

macro_rules! by_reference {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<$($generics)*> AsTangents for $ty {
            type Lent<'a> = &'a Self where Self: 'a;
            fn lent(&self) -> &Self {
                self
            }
        }
    )*};
}
by_reference! {
    [D: Dimension] Array<f64, D>;
    [T] Vec<T>;
    [T, const N: usize] [T; N];
    [T] Option<T>;
}

/// One tangent is bare.
impl<A: AsTangents> AsTangents for (A,) {
    type Lent<'a>
        = A::Lent<'a>
    where
        Self: 'a;
    fn lent(&self) -> A::Lent<'_> {
        self.0.lent()
    }
}

macro_rules! in_a_tuple {
    ($($T:ident $index:tt),+) => {
        impl<$($T: AsTangents),+> AsTangents for ($($T,)+) {
            type Lent<'a> = ($($T::Lent<'a>,)+) where Self: 'a;
            fn lent(&self) -> Self::Lent<'_> {
                ($(self.$index.lent(),)+)
            }
        }
    };
}
in_a_tuple!(A 0, B 1);
in_a_tuple!(A 0, B 1, C 2);
in_a_tuple!(A 0, B 1, C 2, D 3);

/// A direction for `jvp`, and the derivative in it as the gradients give it: their inner product.
pub fn direction<G: Differentiable<Gradient = G> + Clone>(
    gradients: &G,
    number: usize,
) -> (G, f64) {
    struct Fill {
        at: usize,
        product: f64,
    }
    impl VisitMut for Fill {
        fn leaf<T: Float>(&mut self, _: &str, mut leaf: ArrayViewMutD<'_, T>) {
            for element in &mut leaf {
                self.at += 1;
                let direction = ((self.at * 37 + 11) % 17) as f64 / 8.0 - 1.0;
                self.product += element.to_f64_lossless() * direction;
                *element = T::from_f64_lossy(direction);
            }
        }
    }
    let mut direction = gradients.clone();
    let mut fill = Fill { at: number * 5, product: 0.0 };
    direction.visit_mut(&mut LeafPath::new(), &mut fill);
    (direction, fill.product)
}

/// The adjoint identity: `jvp` in some directions gives the inner products of the gradients with them.
#[track_caller]
pub fn forward_agrees<G>(gradients: &G, jvp: impl Fn(G::Lent<'_>) -> f64)
where
    G: AsTangents + Differentiable<Gradient = G> + Clone,
{
    for number in 0..2 {
        let (direction, derivative) = direction(gradients, number);
        agree("jvp", &jvp(direction.lent()), &derivative, 1.0);
    }
}

/// `expect!(f(a, b) = value, d = gradients)`: checks the value and the gradients that mathematics gives,
/// through `value_and_grad`, `vjp`, a pullback that is called twice, and `jvp`.
///
/// The gradients may be any [`Numbers`] in the order of the arguments. The arguments are evaluated
/// several times.
#[macro_export]
macro_rules! expect {
    ($f:ident($($x:expr),+ $(,)?) = $value:expr, d = $gradient:expr) => {{
        let gradients = $crate::expect_reverse!($f($($x),+) = $value, d = $gradient);
        for number in 0..2 {
            let (direction, derivative) = $crate::direction(&gradients, number);
            if derivative.is_finite() {
                let (y, dy) = $f::jvp($($x),+, $crate::AsTangents::lent(&direction));
                $crate::agree("the value of jvp", &y, &$value, 1.0);
                $crate::agree("jvp", &dy, &derivative, 1.0);
            }
        }
    }};
}

/// The same in reverse mode alone; gives the gradients.
#[macro_export]
macro_rules! expect_reverse {
    ($f:ident($($x:expr),+ $(,)?) = $value:expr, d = $gradient:expr) => {{
        let expected = $gradient;
        $crate::agree("f", &$f($($x),+), &$value, 1.0);
        let (y, gradients) = $f::value_and_grad($($x),+);
        $crate::agree("the value of value_and_grad", &y, &$value, 1.0);
        $crate::agree("value_and_grad", &gradients, &expected, 1.0);
        // In a `match` what the arguments borrow lives as long as the pullback.
        match $f::vjp($($x),+) {
            (y, pullback) => {
                $crate::agree("the value of vjp", &y, &$value, 1.0);
                $crate::agree("the pullback", &pullback(1.0), &expected, 1.0);
                $crate::agree("the pullback, called again", &pullback(-2.0), &expected, -2.0);
            }
        }
        gradients
    }};
}

/// Compares functions of five floats with differences, in both modes, where the first float is positive and where not.
#[macro_export]
macro_rules! compare {
    ($($f:ident),* $(,)?) => {$(
        for first in [1.5, -1.5] {
            let x = [first, 2.0, 0.7, -1.1, 0.4];
            let (value, gradient) = $f::value_and_grad(&x);
            assert!((value - $f(&x)).abs() < 1e-13 * (1.0 + value.abs()), "{}", stringify!($f));
            for (at, found) in gradient.iter().enumerate() {
                let [above, below] = [1e-6, -1e-6].map(|by| {
                    let mut moved = x;
                    moved[at] += by;
                    $f(&moved)
                });
                let expected = (above - below) / 2e-6;
                let is_near = (found - expected).abs() < 1e-7 * (1.0 + expected.abs());
                assert!(is_near, "{}: {gradient:?}: at {at}, {expected}", stringify!($f));
            }
            $crate::forward_agrees(&gradient, |tangent| $f::jvp(&x, tangent).1);
        }
    )*};
}
