//! A trait object is a constant, or taken by its own type.
use chainrule::differentiable;

trait Shape {
    fn area(&self) -> f64;
}

#[differentiable]
fn scaled(shape: &dyn Shape, x: f64) -> f64 {
    shape.area() * x
}

#[differentiable]
fn total(shapes: &[Box<dyn Shape>], x: f64) -> f64 {
    let mut sum = 0.0;
    for shape in shapes {
        sum += shape.area() * x;
    }
    sum
}

#[differentiable(constant(shape))]
fn constant(shape: &dyn Shape, x: f64) -> f64 {
    shape.area() * x
}

fn main() {}
