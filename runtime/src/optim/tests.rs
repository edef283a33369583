//! Ten steps of every optimiser against PyTorch's numbers, whose source stands beside them.

use ndarray::{Array1, Array2, Axis, array};

use super::*;
use crate::Float;

/// See `tests/pytorch/optimizers.py`.
const PYTORCH: &str = include_str!("../../tests/pytorch/optimizers.csv");

fn start<T: Float>() -> Array1<T> {
    array![1.0, -2.0, 0.5, 3.0].mapv(T::from_f64_lossy)
}

/// The same gradients as in the script.
fn gradient<T: Float>(step: usize) -> Array1<T> {
    Array1::from_shape_fn(4, |i| match step {
        4 => T::zero(),
        _ => {
            let value = (1.7 * step as f64 + i as f64).sin() * 10_f64.powi(i as i32 - 1);
            T::from_f64_lossy(value)
        }
    })
}

/// PyTorch's parameters after each of ten steps.
fn pytorch(name: &str) -> Vec<Array1<f64>> {
    let rows: Vec<Array1<f64>> = PYTORCH
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(','))
        .map(|line| line.split(',').skip(1).map(|number| number.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), 10, "{name}");
    rows
}

fn compare<T: Float>(name: &str, mut optimizer: impl Optimizer<Array1<T>>, tolerance: f64) {
    let mut x = start::<T>();
    for (step, theirs) in pytorch(name).into_iter().enumerate() {
        optimizer.step(&mut x, &gradient(step));
        let ours = x.mapv(T::to_f64_lossless);
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let error = (ours - theirs).abs() / theirs.abs().max(1.0);
            assert!(error < tolerance, "{name}, step {step}: {ours} against {theirs}");
        }
    }
}

fn compare_both(
    name: &str,
    optimizer: impl Optimizer<Array1<f64>> + Optimizer<Array1<f32>> + Clone,
) {
    compare::<f64>(name, optimizer.clone(), 1e-13);
    compare::<f32>(name, optimizer, 2e-5);
}

#[test]
fn pytorch_comes_to_the_same_numbers() {
    compare_both("sgd", Sgd::new(0.1));
    compare_both("sgd momentum", Sgd::new(0.1).momentum(0.9));
    compare_both("sgd nesterov decay", Sgd::new(0.05).nesterov(0.8).weight_decay(0.1));
    compare_both("adam", Adam::new(0.01));
    let adam = Adam::new(0.02).betas(0.8, 0.95).eps(1e-4).weight_decay(0.1);
    compare_both("adam decay", adam);
    compare_both("adamw", AdamW::new(0.01));
    compare_both("adamw decay", AdamW::new(0.02).betas(0.8, 0.95).weight_decay(0.3));
    compare_both("rmsprop", RmsProp::new(0.01));
    let rmsprop = RmsProp::new(0.02).alpha(0.9).eps(1e-5).momentum(0.7).weight_decay(0.1);
    compare_both("rmsprop momentum", rmsprop);
    compare_both("adagrad", Adagrad::new(0.1));
    compare_both("adagrad decay", Adagrad::new(0.1).eps(1e-3).weight_decay(0.1));
    compare_both("adadelta", Adadelta::new(1.0));
    compare_both("adadelta decay", Adadelta::new(0.5).rho(0.8).eps(1e-4).weight_decay(0.1));
    compare_both("lion", Lion::new(0.01));
    compare_both("lion decay", Lion::new(0.02).betas(0.8, 0.95).weight_decay(0.3));
}

#[test]
fn leaves_of_any_structure_do_not_mix() {
    // Each leaf moves as it would alone, in its own type.
    let mut optimizer = Adam::new(0.01);
    let mut params = (vec![start::<f64>(), -start::<f64>()], Some(1.0_f32), start::<f32>());
    let mut alone = (Adam::new(0.01), start::<f64>());
    for step in 0..5 {
        let gradient64 = gradient::<f64>(step);
        let grads = (vec![gradient64.clone(), -&gradient64], Some(1.0), gradient::<f32>(step));
        optimizer.step(&mut params, &grads);
        alone.0.step(&mut alone.1, &gradient64);
    }
    assert_eq!(params.0[0], alone.1);
    assert_eq!(params.0[1], -&alone.1);
    assert!((params.2.mapv(f64::from) - alone.1).iter().all(|error| error.abs() < 1e-6));
}

#[test]
fn a_transposed_leaf_moves_like_any_other() {
    let both = |x: &Array1<f64>| {
        let x = x.view().insert_axis(Axis(0));
        ndarray::concatenate![Axis(0), x, x]
    };
    let mut plain: Array2<f64> = both(&start());
    let mut transposed = plain.t().as_standard_layout().into_owned().reversed_axes();
    let (mut one, mut other) = (Adadelta::new(1.0), Adadelta::new(1.0));
    for step in 0..3 {
        let gradient = both(&gradient(step));
        one.step(&mut plain, &gradient);
        other.step(&mut transposed, &gradient);
    }
    assert_eq!(plain, transposed);
}

#[test]
fn a_boxed_optimizer_is_one() {
    let mut boxed: Vec<Box<dyn Optimizer<f64>>> =
        vec![Box::new(Sgd::new(0.5)), Box::new(Lion::new(0.5))];
    for optimizer in &mut boxed {
        let mut x = 1.0;
        optimizer.set_learning_rate(0.25);
        optimizer.step(&mut x, &1.0);
        assert_eq!((x, optimizer.learning_rate(), optimizer.memory().steps()), (0.75, 0.25, 1));
    }
}
