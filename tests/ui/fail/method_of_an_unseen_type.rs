//! A method of the user's that is called like one of arrays, of what has a type that the macro does not see.

use chainrule::ndarray::{Array1, array};
use chainrule::{Differentiable, differentiable};

#[derive(Differentiable, Clone)]
struct Camera {
    x: f64,
}

impl Camera {
    #[differentiable]
    fn view(&self) -> Camera {
        Camera { x: self.x * 2.0 }
    }

    fn into_owned(self) -> Camera {
        self
    }

    fn cloned(&self) -> Camera {
        self.view()
    }

    fn to_vec(&self) -> Camera {
        self.view()
    }

    fn as_ref(&self) -> &Camera {
        self
    }
}

#[differentiable]
fn camera(x: f64) -> Camera {
    Camera { x }
}

#[differentiable]
fn pixels(x: f64) -> Array1<f64> {
    array![x, x]
}

#[differentiable]
fn seen(x: f64) -> f64 {
    camera(x).view().x
}

#[differentiable]
fn seen_by_type(x: f64) -> f64 {
    let camera: Camera = camera(x);
    // What is done with it tells that it is an array.
    camera.view().x + pixels(x).view().sum()
}

#[differentiable]
fn in_other_forms(x: f64) -> f64 {
    let cameras = vec![camera(x)];
    camera(x).into_owned().x + cameras[0].cloned().x + cameras[0].to_vec().x + camera(x).as_ref().x
}

fn main() {
    seen::grad(1.0);
    seen_by_type::grad(1.0);
    in_other_forms::grad(1.0);
}
