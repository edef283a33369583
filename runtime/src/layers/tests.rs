//! Layers beside PyTorch's, and their gradients beside finite differences.

use std::fmt::Debug;

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array, Array1, Array2, Array4, Dimension, IntoDimension, array};
use chainrule::prelude::*;

use super::*;

static PYTORCH: &str = include_str!("../../tests/pytorch/layers.csv");

/// What `fixed` of layers.py gives.
fn fixed<D: IntoDimension>(shape: D, phase: f64) -> Array<f64, D::Dim> {
    let shape = shape.into_dimension();
    let count = shape.size();
    let elements = (0..count).map(|i| (1.7 * i as f64 + phase).sin()).collect();
    Array::from_shape_vec(shape, elements).unwrap()
}

/// Compares with a line of layers.csv.
#[track_caller]
fn agrees<D: Dimension>(layer: &str, what: &str, ours: &Array<f64, D>) {
    let line = PYTORCH
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{layer},{what},")))
        .unwrap_or_else(|| panic!("{layer},{what} is not in the file"));
    let theirs: Vec<f64> = line.split(',').map(|number| number.parse().unwrap()).collect();
    assert_eq!(ours.len(), theirs.len(), "{layer} {what}: {:?}", ours.shape());
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!(
            (ours - theirs).abs() < 1e-13 * (1.0 + theirs.abs()),
            "{layer} {what}: {ours}, {theirs}"
        );
    }
}

/// The loss whose gradients are in layers.csv.
#[differentiable(wrt(y))]
fn weighed<D: Dimension>(y: &Array<f64, D>, weights: &Array<f64, D>) -> f64 {
    (y * weights).sum()
}

/// The value of a layer and the gradients of this loss, by PyTorch; then the latter by differences.
macro_rules! compare {
    ($layer:ident: $value:expr, $gradients:expr, $arguments:expr, $parts:tt) => {{
        let arguments = $arguments;
        let y = $value(&arguments);
        let weights = fixed(y.raw_dim(), 0.5);
        agrees(stringify!($layer), "value", &y);
        let gradients = $gradients(&arguments, weights.clone());
        compare!(@each $layer gradients $parts);
        let loss = |arguments: &_| weighed(&$value(arguments), &weights);
        let gradient = |arguments: &_| $gradients(arguments, weights.clone());
        check_gradients(loss, gradient, &arguments).unwrap();
    }};
    (@each $layer:ident $gradients:ident ($($part:tt)*)) => {
        $(agrees(stringify!($layer), stringify!($part), &$gradients.$part);)*
    };
}

type ImagesAndKernels = (Array4<f64>, Array4<f64>, Array1<f64>);
type RowsAndScales = (Array2<f64>, Array1<f64>, Array1<f64>);

fn rows_and_scales() -> RowsAndScales {
    (fixed((4, 3), 0.0), fixed(3, 1.0), fixed(3, 2.0))
}

#[test]
fn convolution_is_pytorchs() {
    let (stride, padding) = ((2, 1), (1, 2));
    compare!(
        conv2d: |(x, k, b): &ImagesAndKernels| conv2d(x, k, b, stride, padding),
        |(x, k, b): &ImagesAndKernels, dy| conv2d::vjp(x, k, b, stride, padding).1(dy),
        (fixed((2, 2, 5, 4), 0.0), fixed((3, 2, 3, 2), 1.0), fixed(3, 2.0)),
        (0 1 2)
    );
}

#[test]
fn pooling_is_pytorchs() {
    let (window, stride, padding) = ((3, 2), (2, 1), (1, 1));
    compare!(
        max_pool2d: |x: &(Array4<f64>,)| max_pool2d(&x.0, window, stride, padding),
        |x: &(Array4<f64>,), dy| (max_pool2d::vjp(&x.0, window, stride, padding).1(dy),),
        (fixed((2, 2, 5, 4), 0.0),),
        (0)
    );
    compare!(
        mean_pool2d: |x: &(Array4<f64>,)| mean_pool2d(&x.0, window, stride, padding),
        |x: &(Array4<f64>,), dy| (mean_pool2d::vjp(&x.0, window, stride, padding).1(dy),),
        (fixed((2, 2, 5, 4), 0.0),),
        (0)
    );
}

#[test]
fn layer_normalisation_is_pytorchs() {
    compare!(
        layer_norm: |(x, gain, bias): &RowsAndScales| layer_norm(x, gain, bias, 1e-5),
        |(x, gain, bias): &RowsAndScales, dy| layer_norm::vjp(x, gain, bias, 1e-5).1(dy),
        rows_and_scales(),
        (0 1 2)
    );
}

#[test]
fn batch_normalisation_is_pytorchs() {
    let before = Moments { mean: fixed(3, 3.0), variance: fixed(3, 4.0).pow2() + 1.0 };
    let (x, gain, bias) = rows_and_scales();
    let (_, after) = batch_norm_training(&x, &gain, &bias, &before, 0.1, 1e-5);
    agrees("moments", "mean", &after.mean);
    agrees("moments", "variance", &after.variance);
    compare!(
        batch_norm_training: |(x, gain, bias): &RowsAndScales| {
            batch_norm_training(x, gain, bias, &before, 0.1, 1e-5).0
        },
        |(x, gain, bias): &RowsAndScales, dy| {
            let (_, pullback) = batch_norm_training::vjp(x, gain, bias, &before, 0.1, 1e-5);
            pullback((dy, before.zero_gradient()))
        },
        rows_and_scales(),
        (0 1 2)
    );
    compare!(
        batch_norm: |(x, gain, bias): &RowsAndScales| batch_norm(x, gain, bias, &after, 1e-5),
        |(x, gain, bias): &RowsAndScales, dy| batch_norm::vjp(x, gain, bias, &after, 1e-5).1(dy),
        rows_and_scales(),
        (0 1 2)
    );
}

#[test]
fn embedding_is_pytorchs() {
    compare!(
        embedding: |table: &(Array2<f64>,)| embedding(&table.0, &[3, 0, 3]),
        |table: &(Array2<f64>,), dy| (embedding::vjp(&table.0, &[3, 0, 3]).1(dy),),
        (fixed((4, 2), 0.0),),
        (0)
    );
}

#[test]
fn dropout_leaves_out_and_makes_up() {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mask: Array2<f64> = dropout_mask(&mut rng, (50, 40), 0.2);
    let left_out = mask.iter().filter(|factor| **factor == 0.0).count();
    // Within four standard deviations.
    assert!(left_out.abs_diff(400) < 72, "{left_out}");
    assert!((mask.mean().unwrap() - 1.0).abs() < 0.05);
    assert_eq!(dropout_mask::<f64, _>(&mut rng, 3, 0.0), array![1.0, 1.0, 1.0]);

    let x = fixed((50, 40), 0.0);
    let (y, pullback) = dropout::vjp(&x, &mask);
    assert_eq!(y, &x * &mask);
    assert_eq!(pullback(Array2::ones((50, 40))), mask);
}

/// The message of a panic.
fn panics<T: Debug>(f: impl FnOnce() -> T + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(f).expect_err("it does not fit");
    *payload.downcast::<String>().expect("a message")
}

#[test]
fn what_does_not_fit_is_named() {
    let images = || Array4::<f64>::zeros((2, 3, 5, 4));
    let said = panics(|| {
        conv2d(&images(), &Array4::zeros((7, 2, 3, 3)), &Array1::zeros(7), (1, 1), (0, 0))
    });
    assert_eq!(said, "conv2d: images [2, 3, 5, 4], kernels [7, 2, 3, 3] and a bias [7] do not fit");
    let said = panics(|| max_pool2d(&images(), (3, 5), (1, 1), (0, 0)));
    assert!(
        said.contains(
            "windows of (3, 5) with stride (1, 1) do not fit images of shape [2, 3, 5, 4]"
        ),
        "{said}"
    );
    let said = panics(|| embedding::vjp(&Array2::<f64>::zeros((4, 2)), &[1, 4]).0);
    assert_eq!(said, "embedding: there is no row 4 in [4, 2]");
    let said =
        panics(|| layer_norm(&Array2::zeros((2, 3)), &Array1::zeros(3), &Array1::zeros(2), 0.0));
    assert_eq!(said, "layer_norm: rows of 3 do not fit a gain [3] and a bias [2]");
    let said = panics(|| dropout_mask::<f64, _>(&mut rand::rng(), 3, 1.0));
    assert_eq!(said, "dropout_mask: a rate of 1 is not in 0..1");
}
