//! The runtime's kernels beside the loops that a person would write.
//!
//! `cargo bench -p chainrule-benches --bench kernels [FILTER]`. Elements a second are of the result.

use chainrule::ndarray::{Array1, Array2};
use chainrule::rt;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

const LENGTHS: [usize; 5] = [1, 8, 1_000, 30_000, 1_000_000];

/// Numbers between -4 and 4.
fn numbers<T: chainrule::Float>(len: usize) -> Array1<T> {
    (0..len).map(|i| T::from_f64_lossy((i * 7919 % 8191) as f64 / 1024.0 - 4.0)).collect()
}

macro_rules! function {
    ($($name:ident $float:ident: $kernel:expr, $by_hand:expr;)*) => {$(
        #[divan::bench_group]
        mod $name {
            use super::*;

            #[divan::bench(args = LENGTHS)]
            fn kernel(bencher: Bencher<'_, '_>, len: usize) {
                let x = numbers::<$float>(len);
                let kernel: fn(&Array1<$float>) -> Array1<$float> = $kernel;
                bencher.counter(ItemsCount::new(len)).bench(|| kernel(black_box(&x)));
            }

            #[divan::bench(args = LENGTHS)]
            fn by_hand(bencher: Bencher<'_, '_>, len: usize) {
                let x = numbers::<$float>(len);
                let by_hand: fn($float) -> $float = $by_hand;
                bencher
                    .counter(ItemsCount::new(len))
                    .bench(|| black_box(&x).iter().map(|x| by_hand(*x)).collect::<Vec<_>>());
            }
        }
    )*};
}
function! {
    add_f32 f32: |x| rt::map1(x, #[inline(always)] |x| x + 1.0), |x| x + 1.0;
    exp_f32 f32: |x| rt::map1_math(x, #[inline(always)] |m, x| m.exp(x)), f32::exp;
    exp_f64 f64: |x| rt::map1_math(x, #[inline(always)] |m, x| m.exp(x)), f64::exp;
    ln_f32 f32: |x| rt::map1_math(x, #[inline(always)] |m, x| m.ln(x)), f32::ln;
    ln_f64 f64: |x| rt::map1_math(x, #[inline(always)] |m, x| m.ln(x)), f64::ln;
    tanh_f32 f32: |x| rt::map1_math(x, #[inline(always)] |m, x| m.tanh(x)), f32::tanh;
    tanh_f64 f64: |x| rt::map1_math(x, #[inline(always)] |m, x| m.tanh(x)), f64::tanh;
    sin_f32 f32: |x| rt::map1_math(x, #[inline(always)] |m, x| m.sin(x)), f32::sin;
    sin_f64 f64: |x| rt::map1_math(x, #[inline(always)] |m, x| m.sin(x)), f64::sin;
    sigmoid_f32 f32: |x| rt::map1_math(x, #[inline(always)] |m, x| m.sigmoid(x)),
        |x| 1.0 / (1.0 + (-x).exp());
    softplus_f32 f32: |x| rt::map1_math(x, #[inline(always)] |m, x| m.softplus(x)),
        |x| x.max(0.0) + (-x.abs()).exp().ln_1p();
}

/// The value and the three gradients of `sum(tanh(a * b + c) * sigmoid(a - c) + exp(-b * b))`.
#[divan::bench(args = LENGTHS)]
fn chain(bencher: Bencher<'_, '_>, len: usize) {
    let [a, b, c] = [1.0, 0.5, 0.25].map(|k| numbers::<f32>(len) * k);
    bencher.counter(ItemsCount::new(len)).bench(|| {
        rt::pull3_math(
            (0.0_f32, &a, &b, &c),
            &a,
            &b,
            &c,
            #[inline(always)]
            |math, a, b, c| {
                let (t, s, e) = (math.tanh(a * b + c), math.sigmoid(a - c), math.exp(-b * b));
                let (u, v) = (s * (1.0 - t * t), t * s * (1.0 - s));
                (t * s + e, u * b + v, u * a - 2.0 * b * e, u - v)
            },
        )
    });
}

#[divan::bench(args = LENGTHS)]
fn sum_f32(bencher: Bencher<'_, '_>, len: usize) {
    let x = numbers::<f32>(len);
    bencher.counter(ItemsCount::new(len)).bench(|| rt::sum(black_box(&x)));
}

/// Rows, inner length and columns of products in small and middle-sized networks.
const PRODUCTS: [(usize, usize, usize); 9] = [
    (4, 2, 2),
    (4, 2, 8),
    (32, 784, 128),
    (512, 784, 128),
    (512, 256, 10),
    (16, 128, 128),
    (16, 128, 512),
    (64, 13, 64),
    (64, 64, 64),
];

fn matrix(rows: usize, columns: usize) -> Array2<f32> {
    numbers(rows * columns).into_shape_with_order((rows, columns)).unwrap()
}

#[divan::bench_group]
mod product {
    use super::*;

    #[divan::bench(args = PRODUCTS.map(Shape))]
    fn forward(bencher: Bencher<'_, '_>, Shape((m, k, n)): &Shape) {
        let (a, b) = (matrix(*m, *k), matrix(*k, *n));
        bencher.counter(ItemsCount::new(2 * m * k * n)).bench(|| rt::dot(black_box(&a), &b));
    }

    /// `dy b^T`.
    #[divan::bench(args = PRODUCTS.map(Shape))]
    fn left(bencher: Bencher<'_, '_>, Shape((m, k, n)): &Shape) {
        let (dy, b) = (matrix(*m, *n), matrix(*k, *n));
        bencher.counter(ItemsCount::new(2 * m * k * n)).bench(|| rt::dot_nt(black_box(&dy), &b));
    }

    /// `a^T dy`.
    #[divan::bench(args = PRODUCTS.map(Shape))]
    fn right(bencher: Bencher<'_, '_>, Shape((m, k, n)): &Shape) {
        let (a, dy) = (matrix(*m, *k), matrix(*m, *n));
        bencher.counter(ItemsCount::new(2 * m * k * n)).bench(|| rt::dot_tn(black_box(&a), &dy));
    }
}

/// Printed as `[m, k] x [k, n]`.
struct Shape((usize, usize, usize));

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (m, k, n) = self.0;
        write!(f, "[{m}, {k}] x [{k}, {n}]")
    }
}
