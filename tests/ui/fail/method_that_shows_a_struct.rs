//! A method of the user's that is called like one of arrays, of a field whose type the macro does not see.

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
}

#[derive(Differentiable)]
struct Scene {
    camera: Camera,
}

#[differentiable]
fn seen(scene: &Scene) -> f64 {
    scene.camera.view().x
}

#[differentiable]
fn seen_by_type(scene: &Scene) -> f64 {
    let camera: &Camera = &scene.camera;
    camera.view().x
}

fn main() {
    let scene = Scene { camera: Camera { x: 1.0 } };
    seen::grad(&scene);
    seen_by_type::grad(&scene);
}
