//! Methods of the user's that change a struct, and are called like those that change lists.

use chainrule::{Differentiable, differentiable};

#[derive(Differentiable, Clone)]
struct Polynomial {
    factors: Vec<f64>,
}

impl Polynomial {
    fn truncate(&mut self, degree: usize) {
        self.factors[degree] *= 3.0;
    }

    fn clear(&mut self) {
        self.factors[0] = 7.0;
    }

    fn len(&self) -> usize {
        self.factors.len()
    }
}

#[derive(Differentiable, Clone)]
struct Model {
    polynomial: Polynomial,
}

#[differentiable]
fn of_a_struct(x: f64) -> f64 {
    let mut polynomial = Polynomial { factors: vec![x, x] };
    polynomial.truncate(1);
    polynomial.factors[1]
}

#[differentiable]
fn of_a_field(model: &Model) -> f64 {
    let mut model = model.clone();
    model.polynomial.clear();
    model.polynomial.factors[0] * model.polynomial.factors[1]
}

fn main() {
    of_a_struct::grad(1.0);
    of_a_field::grad(&Model { polynomial: Polynomial { factors: vec![1.0, 2.0] } });
}
