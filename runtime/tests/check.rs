//! `check_gradients` and `check_adjoint` find right gradients right and wrong ones wrong.

use chainrule::check::{Mismatch, check_adjoint, check_gradients, check_gradients_within};
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;

#[test]
fn right_gradients_of_all_sizes() {
    for scale in [1e-6, 1e-3, 1.0, 1e3, 1e6] {
        let x = array![0.3, 1.7, 2.9] * scale;
        check_gradients(|x| x.mapv(f64::ln).sum(), |x| 1.0 / x, &x).unwrap();
        check_gradients(|x| (x * x).sum(), |x| x * 2.0, &x).unwrap();
        check_gradients(|x| (x / scale).mapv(f64::exp).sum(), |x| (x / scale).exp() / scale, &x)
            .unwrap();
    }
    check_gradients(|x: &f64| (10.0 * x).exp(), |x| 10.0 * (10.0 * x).exp(), &2.0).unwrap();
    check_gradients(|x: &f64| (10.0 * x).sin(), |x| 10.0 * (10.0 * x).cos(), &2.0).unwrap();
    check_gradients(|x: &f32| x.tanh(), |x| 1.0 - x.tanh().powi(2), &0.4).unwrap();
    check_gradients(|_: &f64| 7.0, |_| 0.0, &0.4).unwrap();
}

#[test]
fn a_mismatch_names_leaf_element_and_values() {
    let x = (array![[1.0, 2.0], [3.0, 4.0]], vec![5.0_f64]);
    let f = |(w, b): &(Array2<f64>, Vec<f64>)| w.sum() * b[0];
    let wrong = |(w, b): &(Array2<f64>, Vec<f64>)| {
        let mut dw = Array2::from_elem((2, 2), b[0]);
        dw[[1, 0]] *= 1.0 + 1e-6;
        (dw, vec![w.sum() + f64::NAN])
    };
    let Err(mismatch @ Mismatch::Values { elements: 5, .. }) = check_gradients(f, wrong, &x) else {
        panic!("two elements are wrong")
    };
    let text = mismatch.to_string();
    assert!(text.starts_with("2 of 5 elements differ from finite differences:"), "{text}");
    assert!(text.contains("\n  0[1, 0]: gradient 5.000005000e0, differences "), "{text}");
    assert!(text.contains("\n  1.0: gradient NaN"), "{text}");
    check_gradients_within(f, |x| (wrong(x).0, vec![x.0.sum()]), &x, 1e-5).unwrap();
}

#[test]
fn small_mistakes_are_found() {
    let x = array![0.3, 1.7, 2.9];
    for relative in [1e-3, 1e-6] {
        check_gradients(|x| (x * x).sum(), |x| x * (2.0 + relative), &x).unwrap_err();
    }
    check_gradients(|x| (x * x).sum(), |x| x * 0.0, &x).unwrap_err();
    check_gradients(|x| (x * x).sum(), |x| -2.0 * x, &x).unwrap_err();
    check_gradients(|x| 0.0 * x.sum() + 1e-6 * x[1], |x| x * 0.0, &x).unwrap_err();
    check_gradients(|x: &Array1<f32>| (x * x).sum(), |x| x * 2.02, &x.mapv(|x| x as f32))
        .unwrap_err();
}

#[test]
fn other_shapes_are_a_mismatch() {
    let result = check_gradients(|x: &Vec<f64>| x[0], |_| vec![1.0], &vec![1.0, 2.0]);
    assert!(matches!(result, Err(Mismatch::Shape { .. })));
    let result = check_gradients(|x| x.sum(), |_| array![1.0], &array![1.0, 2.0]);
    assert!(matches!(result, Err(Mismatch::Shape { .. })));
}

#[test]
fn adjoints_of_arrays_and_tuples() {
    let x = (array![[1.0, 2.0], [3.0, -4.0]], array![0.5, 0.7], 2.0);
    type X = (Array2<f64>, Array1<f64>, f64);
    let f = |(w, b, k): &X| (w.dot(b) * *k, w.mapv(f64::sin).sum());
    let pullback = |(w, b, k): &X, (dy, ds): (Array1<f64>, f64)| {
        let dz = &dy * *k;
        let dw = chainrule::rt::dot_nt(&dz, b) + w.mapv(f64::cos) * ds;
        (dw, chainrule::rt::dot_tn(w, &dz), (dy * w.dot(b)).sum())
    };
    check_adjoint(f, pullback, &x).unwrap();
    check_adjoint(
        f,
        |x, dy| {
            let (dw, db, dk) = pullback(x, dy);
            (dw, db, dk * 1.001)
        },
        &x,
    )
    .unwrap_err();
    let result = check_adjoint(f, |x, (dy, _)| pullback(x, (dy, 0.0)), &x);
    assert!(result.unwrap_err().to_string().contains("direction 0: gradient"));
    check_adjoint(|x: &Array1<f32>| x * x, |x, dy| x * 2.0 * dy, &array![1.0, -3.0]).unwrap();
}

#[test]
fn losses_and_reductions_against_their_gradients() {
    use chainrule::ndarray::Axis;
    use chainrule::rt;
    let z = array![[0.3, -1.2, 2.0], [1.0, 0.1, -0.4]];
    let labels = [2, 0];
    check_gradients(
        |z| z.cross_entropy(&labels),
        |z| (rt::softmax(z, Axis(1)) - rt::one_hot(labels, z)) / 2.0,
        &z,
    )
    .unwrap();
    check_gradients(|z| z.norm(), |z| z / z.norm(), &z).unwrap();
    check_gradients(|z| z.product(), |z| rt::product_others(z), &z).unwrap();
    check_gradients(|z| z.amax(), |z| rt::share_of_max(z, z.amax()), &z).unwrap();
    let targets = z.mapv(|z| if z > 0.0 { 1.0 } else { 0.2 });
    check_gradients(
        |z| z.binary_cross_entropy_with_logits(&targets),
        |z| (1.0 / (1.0 + (-z).exp()) - &targets) / 6.0,
        &z,
    )
    .unwrap();
    check_gradients(|z| z.huber(&targets, 0.5), |z| (z - &targets).clamp(-0.5, 0.5) / 6.0, &z)
        .unwrap();
    check_gradients(|z| z.mse(&targets), |z| (z - &targets) / 3.0, &z).unwrap();
}
