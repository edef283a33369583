//! Methods of the user's structs that are called as operations are: what the macro knows to be a struct has the
//! user's methods.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array2, Axis, array, concatenate};
use chainrule::prelude::*;
use chainrule_tests::check;

#[derive(Differentiable, Clone, Copy, Debug)]
struct Vec3 {
    x: f64,
    y: f64,
    z: f64,
}

impl Vec3 {
    #[differentiable]
    fn dot(&self, other: &Vec3) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    #[differentiable]
    fn norm(&self) -> f64 {
        self.dot(self).sqrt()
    }

    #[differentiable]
    fn max(self) -> f64 {
        self.x.max(self.y).max(self.z)
    }

    #[differentiable]
    fn map(self, factor: f64) -> Vec3 {
        Vec3 { x: self.x * factor, y: self.y * factor, z: self.z * factor }
    }

    #[differentiable]
    fn view(&self) -> Self {
        Vec3 { x: self.y, y: 2.0 * self.z, z: self.x }
    }

    #[differentiable]
    fn into(self) -> Self {
        self.map(3.0)
    }
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Ray {
    from: Vec3,
    to: Vec3,
}

#[differentiable]
fn of_arguments(a: Vec3, b: &Vec3) -> f64 {
    let c: Vec3 = a.view().map(b.norm());
    let d: Vec3 = (*b).into();
    c.dot(&d) + a.max()
}

#[differentiable]
fn of_a_typed_pair(ray: &Ray) -> f64 {
    let (a, b): (Vec3, &Vec3) = (ray.from.map(2.0), &ray.to);
    a.dot(b) + b.max()
}

#[differentiable]
fn of_items(rays: &[Ray]) -> f64 {
    rays.iter().map(|ray| ray.from).map(|from: Vec3| from.norm() * from.max()).sum()
}

#[test]
fn methods_of_structs_are_the_users() {
    let (from, to) = (Vec3 { x: 0.1, y: 0.5, z: -0.3 }, Vec3 { x: 1.1, y: -0.2, z: 0.3 });
    let ray = Ray { from, to };
    let given = (from, to);
    assert_eq!(of_arguments::value_and_grad(from, &to).0, of_arguments(from, &to));
    check(check_gradients(
        |(a, b)| of_arguments(*a, b),
        |(a, b)| of_arguments::grad(*a, b),
        &given,
    ));
    check(check_gradients(|ray| of_a_typed_pair(ray), |ray| of_a_typed_pair::grad(ray), &ray));
    let rays = vec![ray, Ray { from: to, to: from }];
    check(check_gradients(|rays| of_items(rays), |rays| of_items::grad(rays), &rays));
}

#[derive(Clone, Debug, Default, Differentiable)]
struct Controller {
    kp: f64,
    ki: f64,
    integral: f64,
    last: Option<f64>,
    history: Vec<f64>,
}

/// What is written to `mut self` is a variable like any other.
impl Controller {
    #[differentiable]
    fn update(mut self, error: f64, dt: f64) -> (Controller, f64) {
        self.integral = (self.integral + error * dt).clamp(-5.0, 5.0);
        let derivative = match self.last {
            Some(last) => (error - last) / dt,
            None => 0.0,
        };
        let out = self.kp * error + self.ki * self.integral + derivative;
        self.last = Some(error);
        self.history.push(out * self.kp);
        (self, out)
    }

    #[differentiable]
    fn tuned(mut self, k: f64, n: usize) -> Self {
        for i in 0..n {
            if i % 2 == 0 {
                self.kp *= k;
            } else {
                self.ki += self.kp;
            }
            self.history[0] *= self.ki;
        }
        self
    }

    #[differentiable]
    fn reset(mut self, k: f64) -> f64 {
        self = Controller { kp: self.ki * k, ..Controller::default() };
        self.kp * k
    }
}

#[differentiable]
fn cost(controller: &Controller, target: f64) -> f64 {
    let mut controller = controller.clone();
    let mut y = 0.0;
    for _ in 0..4 {
        let (next, u) = controller.update(target - y, 0.05);
        controller = next;
        y += u * 0.05;
    }
    let tuned = controller.clone().tuned(y, 3);
    y * y + tuned.history[0] + tuned.history[1] * tuned.ki + controller.reset(y)
}

#[test]
fn what_is_written_to_self() {
    let given = Controller { kp: 2.0, ki: 0.5, integral: 0.1, last: None, history: vec![0.3] };
    check(check_gradients(
        |(c, target): &(Controller, f64)| cost(c, *target),
        |(c, target)| cost::grad(c, *target),
        &(given, 1.0),
    ));
}

#[derive(Clone, Debug, Differentiable)]
struct Head {
    w: Array2<f64>,
}

impl Head {
    #[differentiable]
    fn apply(&self, x: &Array2<f64>) -> Array2<f64> {
        x.dot(&self.w)
    }
}

/// A written type says what methods whose results are not seen make a list of.
#[differentiable]
fn side_by_side(heads: &[Head], x: &Array2<f64>) -> f64 {
    let parts: Vec<Array2<f64>> = heads.iter().map(|head| head.apply(x)).collect();
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let whole = concatenate(Axis(1), &views).unwrap();
    whole.mapv(f64::tanh).sum() * whole[[0, 1]]
}

#[test]
fn lists_of_what_is_not_seen() {
    let heads = vec![Head { w: array![[0.3, 0.1], [0.2, -0.4]] }, Head { w: array![[0.5], [0.7]] }];
    check(check_gradients(
        |(heads, x): &(Vec<Head>, Array2<f64>)| side_by_side(heads, x),
        |(heads, x)| side_by_side::grad(heads, x),
        &(heads, array![[0.3, 0.8], [-0.5, 0.4]]),
    ));
}

#[derive(Clone, Copy, Debug, Differentiable)]
struct Place {
    x: f64,
    y: f64,
}

impl Place {
    #[differentiable]
    fn add(self, other: Place) -> Place {
        Place { x: self.x + other.x, y: self.y * other.y }
    }

    #[differentiable]
    fn size(&self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }
}

#[derive(Clone, Debug, Differentiable)]
struct Route {
    places: Vec<Place>,
    end: Place,
}

/// `add` of a field is the user's, not that of arrays.
#[differentiable]
fn added(route: &Route) -> f64 {
    let sum = route.end.add(route.places[0]);
    sum.size() * route.places[1].add(sum).size()
}

#[test]
fn methods_called_like_operators() {
    let place = |x, y| Place { x, y };
    let route = Route { places: vec![place(0.3, 0.8), place(1.2, -0.4)], end: place(0.5, 0.9) };
    check(check_gradients(added, added::grad, &route));
}

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Wave<T: Float> {
    k: T,
}

impl<T: Float> Wave<T> {
    #[differentiable(second_order)]
    fn height(&self, x: T, y: &T) -> T {
        (self.k * x).sin() * *y
    }

    #[differentiable(second_order, constant(self))]
    fn slope(&self, x: T) -> [T; 2] {
        [self.k * x, x * x]
    }

    #[differentiable(vjp = Self::cubed_rule, jvp = Self::cubed_tangent, associated)]
    fn cubed(x: T) -> T {
        x * x * x
    }

    fn cubed_rule(x: T) -> (T, impl Fn(T) -> T) {
        (x * x * x, move |dy| dy * x * x * T::from_f64_lossy(3.0))
    }

    fn cubed_tangent(x: T, dx: T) -> (T, T) {
        (x * x * x, dx * x * x * T::from_f64_lossy(3.0))
    }
}

/// The tangent of a float is passed by value, also where its type is a parameter of the `impl`.
#[test]
fn tangents_of_a_parameter_of_the_impl() {
    let wave = Wave { k: 0.0_f64 };
    let direction = (&WaveGradient { k: 1.0 }, 0.5, &2.0);
    assert_eq!(wave.height_jvp(3.0, &4.0, direction), (0.0, 12.0));
    let (gradients, product) = wave.height_grad_and_hvp(3.0, &4.0, direction);
    assert_eq!(gradients, (WaveGradient { k: 12.0 }, 0.0, 0.0));
    assert_eq!(wave.height_hvp(3.0, &4.0, direction), product);
    assert_eq!(product, (WaveGradient { k: 4.0 * 0.5 + 2.0 * 3.0 }, 4.0, 3.0));
    assert_eq!(wave.slope_jvp(3.0, 1.0), ([0.0, 9.0], [0.0, 6.0]));
    assert_eq!(wave.slope_jacobian(3.0), array![[0.0], [6.0]]);
    assert_eq!(Wave::cubed_jvp(2.0_f32, 1.0), (8.0, 12.0));
    assert_eq!(Wave::cubed_jacobian(2.0_f64), array![[12.0]]);
}
