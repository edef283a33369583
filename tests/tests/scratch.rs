use chainrule::prelude::*;
use chainrule::ndarray::*;
use chainrule::check::check_gradients as check;
#[differentiable] fn t10(v: f64) -> f64 { v * v }
#[differentiable] fn t10b(v: f64, k: f64) -> f64 { t10(v * k) * k }
#[differentiable] fn t10c(v: &Array1<f64>) -> f64 { v.mapv(t10).sum() }
#[differentiable] fn t11(a: &Array2<f64>) -> f64 { (a * 2.0).t().dot(a).sum() }
#[differentiable] fn t12(a: &Array2<f64>) -> f64 { a.dot(&array![[1.0], [2.0]]).sum() + (a * &array![1.0, 2.0]).sum() }
#[differentiable(wrt(x))] fn t13(x: &Array2<f64>, list: &Vec<usize>, array: &Array1<usize>) -> f64 { x.cross_entropy(list) * 2.0 + x.cross_entropy(array.as_slice().unwrap()) * 0.5 }
#[differentiable] fn t15(x: &Array1<f64>) -> f64 { let y = x * x; let a = y.slice(s![..2]).to_owned(); a.sum() + (&a * &a).sum() }
#[differentiable] fn t16(x: &Array1<f64>) -> f64 { let y = x * x; let c = y[1]; (y * c).sum() }
#[differentiable] fn t17(x: &Array1<f64>) -> f64 { let n = x.len(); let i = n - 1; x.slice(s![..n - 1]).sum() * x.slice(s![i..]).sum() }
#[differentiable] fn t18(x: &Array2<f64>) -> f64 { let n = x.nrows(); x.select(Axis(0), &[n - 1]).sum() }
#[differentiable] fn t20(x: &Array3<f64>) -> f64 { let y = x * x; y.remove_axis(Axis(1)).sum() }
#[differentiable] fn c6(x: f64, value: f64) -> f64 { let tape = x * value; tape * tape * x }
#[differentiable] fn raw(r#type: f64) -> f64 { let r#let = r#type * r#type; r#let * r#type }
#[differentiable] fn pair(x: &Array1<f64>, k: f64) -> (Array1<f64>, f64) { (x * k, k * k) }
#[differentiable] fn t25(x: &Array1<f64>, k: f64) -> f64 { let (a, b) = pair(x, k); let c = pair(&a, b); (c.0 * c.1).sum() + pair(x, b).1 }
#[differentiable] fn t27a<T: Float>(x: T, k: T) -> T { x.max(k) + x.powf(k) + T::zero().max(x) + x.relu() + x.softplus() + x.sigmoid() + x.abs() + x.gelu() }
#[differentiable] fn t27b<T: Float>(x: &[T; 2]) -> T { x[0] * x[1] }
#[differentiable] fn t27c<T: Float>(x: &Array2<T>) -> T { x.relu().sum() + x.gelu().sum() + x.var(T::zero()) + x.std_axis(Axis(0), T::zero()).sum() + x.mapv(|v| v * v).sum() }
#[differentiable(wrt(x))] fn t30(x: f64, row: &[f64]) -> f64 { let mut steps = 0; for value in row { if *value > 1.0 { steps += 1; } } let mut total = 0.0; for v in row { total += v; } x * steps as f64 + total * x }
#[differentiable(wrt(x))] fn flags(x: f64, f: &[bool]) -> f64 { if_flag(f) * x }
fn if_flag(f: &[bool]) -> f64 { if f[0] { 2.0 } else { 1.0 } }
#[differentiable] fn t31(x: f64) -> f64 { flags(x, &[true, false]) }
#[test] fn t() {
  let a2 = array![[0.5, -0.3], [1.0, 0.2]]; let a1 = array![0.5, -0.3, 1.0];
  check(|(v, k)| t10b(*v, *k), |(v, k)| t10b::grad(*v, *k), &(0.3, 0.7)).unwrap();
  check(|v| t10c(v), |v| t10c::grad(v), &a1).unwrap();
  check(|v| t11(v), |v| t11::grad(v), &a2).unwrap();
  check(|v| t12(v), |v| t12::grad(v), &a2).unwrap();
  check(|v| t13(v, &vec![0, 1], &array![1, 1]), |v| t13::grad(v, &vec![0, 1], &array![1, 1]), &a2).unwrap();
  check(|v| t15(v), |v| t15::grad(v), &a1).unwrap();
  check(|v| t15(v), |v| t15::vjp(v).1(1.0), &a1).unwrap();
  check(|v| t16(v), |v| t16::grad(v), &a1).unwrap();
  check(|v| t17(v), |v| t17::grad(v), &a1).unwrap();
  check(|v| t17(v), |v| t17::vjp(v).1(1.0), &a1).unwrap();
  check(|v| t18(v), |v| t18::grad(v), &a2).unwrap();
  check(|(v, k)| c6(*v, *k), |(v, k)| c6::vjp(*v, *k).1(1.0), &(0.3, 0.7)).unwrap();
  check(|v| raw(*v), |v| raw::vjp(*v).1(1.0), &0.3).unwrap();
  check(|(v, k)| t25(v, *k), |(v, k)| t25::vjp(v, *k).1(1.0), &(a1.clone(), 0.7)).unwrap();
  check(|(v, k)| t27a(*v, *k), |(v, k)| t27a::vjp(*v, *k).1(1.0), &(0.3, 0.7)).unwrap();
  check(|(v, k)| t27a(*v, *k), |(v, k)| t27a::grad(*v, *k), &(0.3f32, 0.7f32)).unwrap();
  check(|v| t27b(v), |v| t27b::vjp(v).1(1.0), &[0.3, 0.7]).unwrap();
  check(|v| t27c(v), |v| t27c::vjp(v).1(1.0), &a2).unwrap();
  check(|v| t30(*v, &[1.0, 2.0]), |v| t30::vjp(*v, &[1.0, 2.0]).1(1.0), &0.5).unwrap();
  check(|v| t31(*v), |v| t31::grad(*v), &0.5).unwrap();
  let _ = t20::grad(&Array3::ones((2, 3, 4)));
}
