//! A field's type without a gradient is reported once, at the type.
use chainrule::Differentiable;
use chainrule::ndarray::Array2;

struct Settings {
    rate: f64,
}

#[derive(Differentiable)]
struct Net {
    w: Array2<f64>,
    settings: Settings,
    history: Vec<Settings>,
    table: std::collections::HashMap<String, f64>,
}

fn main() {}
