//! Methods of the user's that are called like those that copy.

use chainrule::{Differentiable, differentiable};

#[derive(Differentiable, Clone)]
struct Camera {
    x: f64,
}

impl Camera {
    fn to_owned(&self) -> Camera {
        Camera { x: self.x * 2.0 }
    }
}

#[derive(Differentiable)]
struct Lens {
    x: f64,
}

impl Lens {
    #[differentiable]
    fn clone(&self) -> Lens {
        Lens { x: self.x * 2.0 }
    }
}

#[derive(Differentiable)]
struct Scene {
    camera: Camera,
    lens: Lens,
}

#[differentiable]
fn seen_by_type(camera: &Camera) -> f64 {
    camera.to_owned().x
}

#[differentiable]
fn field(scene: &Scene) -> f64 {
    scene.camera.to_owned().x * scene.lens.clone().x
}

#[differentiable]
fn item(cameras: &[Camera]) -> f64 {
    cameras[0].to_owned().x
}

fn main() {
    let scene = Scene { camera: Camera { x: 1.0 }, lens: Lens { x: 1.0 } };
    seen_by_type::grad(&scene.camera);
    field::grad(&scene);
    item::grad(&[scene.camera]);
}
