use chainrule::differentiable;

#[differentiable]
fn squares(x: [f64; 3]) -> f64 {
    let y = x.map(|t| (t * t, t));
    y[0].0 + y[2].1
}

fn main() {
    squares([1.0, 2.0, 3.0]);
}
