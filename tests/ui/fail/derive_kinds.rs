//! Types that have no gradient, and options that do not exist: all in one compile.
use chainrule::Differentiable;

#[derive(Differentiable)]
enum Shape {
    Circle(f64),
    Square(f64),
}

#[derive(Differentiable)]
union Bits {
    float: f64,
    bits: u64,
}

#[derive(Differentiable)]
struct Size {
    rows: usize,
    columns: usize,
}

#[derive(Differentiable)]
struct Layer<T> {
    w: chainrule::ndarray::Array2<T>,
}

#[derive(Differentiable)]
#[differentiable(rename = "Grad")]
struct Net {
    #[differentiable(skip)]
    w: f64,
    #[differentiable(constant = true)]
    b: f64,
}

/// No second error where such a type is used.
fn used(shape: &Shape, size: &Size, layer: &Layer<f64>) {
    shape.zero_gradient();
    size.zero_gradient();
    layer.zero_gradient();
}

fn main() {}
