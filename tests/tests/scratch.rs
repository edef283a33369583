use chainrule::prelude::*;
use chainrule::ndarray::*;
use chainrule::check::check_gradients as check;
#[differentiable] fn o(k: f64) -> Option<f64> { Some(k * 2.0) }
#[differentiable] fn l(k: f64) -> [f64; 2] { [k, k * 2.0] }
#[differentiable] fn v(k: &Array1<f64>) -> Vec<Array1<f64>> { vec![k * 2.0, k * k] }
#[differentiable] fn vt(k: &Array1<f64>, c: f64) -> (Array1<f64>, (f64, Array1<f64>)) { (k * 2.0, (c * c, k * c)) }
#[differentiable] fn rot(a: f64, x: &Array1<f64>) -> Array1<f64> { let (s, c) = a.sin_cos(); array![[c, -s], [s, c]].dot(x) }
#[differentiable] fn rot2(a: f64, x: &Array1<f64>) -> f64 { rot(a, x)[0] + array![a, 1.0, 2.0 * a].sum() }
#[test] fn t() {
  assert_eq!(o::vjp(1.0).1(Some(3.0)), 6.0);
  assert_eq!(l::vjp(1.0).1([1.0, 3.0]), 7.0);
  assert_eq!(v::vjp(&array![1.0, 2.0]).1(vec![array![1.0, 1.0], array![1.0, 2.0]]), array![4.0, 10.0]);
  assert_eq!(vt::vjp(&array![1.0, 2.0], 3.0).1((array![1.0, 1.0], (1.0, array![1.0, 2.0]))), (array![5.0, 8.0], 11.0));
  check(|(a, x)| rot2(*a, x), |(a, x)| rot2::grad(*a, x), &(0.3, array![1.0, 2.0])).unwrap();
}
