//! A model that learns: an optimiser walks over every leaf of the parameters.
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::optim::{Adam, Optimizer};
use chainrule::prelude::*;

#[derive(Differentiable)]
struct Line {
    slope: Array1<f64>,
    offset: f64,
}

#[differentiable(wrt(line))]
fn loss(line: &Line, x: &Array2<f64>, y: &Array1<f64>) -> f64 {
    (x.dot(&line.slope) + line.offset).mse(y)
}

fn main() {
    let x = array![[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [2.0, 1.0]];
    let y = x.dot(&array![2.0, -3.0]) + 1.0;
    let mut line = Line { slope: array![0.0, 0.0], offset: 0.0 };
    let mut optimizer = Adam::new(0.05);
    for _ in 0..2000 {
        let gradient = loss::grad(&line, &x, &y);
        optimizer.step(&mut line, &gradient);
    }
    assert!((line.slope[0] - 2.0).abs() < 1e-3, "{}", line.slope);
    assert!((line.slope[1] + 3.0).abs() < 1e-3, "{}", line.slope);
    assert!((line.offset - 1.0).abs() < 1e-3, "{}", line.offset);
}
