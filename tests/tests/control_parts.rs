//! Options, views, moved axes and made arrays inside branches and loops, and calls from there.
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2, ArrayView1, Axis, array, s};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Affine {
    w: Array2<f64>,
    b: Option<Array1<f64>>,
    scale: Option<f64>,
}

#[differentiable]
fn affine(p: &Affine, x: &Array1<f64>, n: usize) -> f64 {
    let mut y = p.w.dot(x);
    for _ in 0..n {
        if p.b.is_some() {
            y = y.tanh() + p.b.as_ref().unwrap();
        }
        if p.scale.is_some() {
            y *= p.scale.unwrap();
        } else {
            y += p.scale.unwrap_or(2.0);
        }
    }
    y.sum()
}

fn parameters(b: bool, scale: Option<f64>) -> Affine {
    Affine { w: sampled([2, 2], 1), b: b.then(|| sampled([2], 2)), scale }
}

#[test]
fn options_in_branches_in_loops() {
    for p in [parameters(true, Some(0.7)), parameters(false, None), parameters(true, None)] {
        for n in [0, 1, 3] {
            check(check_gradients(
                |(p, x)| affine(p, x, n),
                |(p, x)| affine::grad(p, x, n),
                &(p.clone(), sampled([2], 3)),
            ));
        }
    }
}

#[differentiable]
fn matched(x: Option<f64>, y: f64) -> f64 {
    match x {
        Some(x) => x * x * y,
        None => y * y,
    }
}

#[test]
fn an_option_is_matched() {
    assert_eq!(matched::grad(Some(3.0), 2.0), (Some(12.0), 9.0));
    assert_eq!(matched::grad(None, 2.0), (None, 4.0));
}

#[differentiable]
fn turned(x: &Array2<f64>, w: &Array2<f64>, n: usize) -> f64 {
    let mut y = x.clone();
    for i in 0..n {
        y.swap_axes(0, 1);
        if i % 2 == 0 {
            y.invert_axis(Axis(1));
        } else {
            y.reverse_axes();
        }
        y = &y * &y + w;
    }
    (&y * w).sum()
}

#[test]
fn axes_moved_in_loops() {
    for n in 0..4 {
        check(check_gradients(
            |(x, w)| turned(x, w, n),
            |(x, w)| turned::grad(x, w, n),
            &(sampled([2, 2], 1), sampled([2, 2], 2)),
        ));
    }
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Held {
    x: Array2<f64>,
}

#[differentiable]
fn in_a_field(mut held: Held, w: &Array2<f64>) -> f64 {
    held.x.swap_axes(0, 1);
    (held.x.dot(w)).sum()
}

#[test]
fn axes_moved_in_a_field() {
    check(check_gradients(
        |(held, w)| in_a_field(held.clone(), w),
        |(held, w)| in_a_field::grad(held.clone(), w),
        &(Held { x: sampled([2, 3], 1) }, sampled([2, 4], 2)),
    ));
}

#[differentiable]
fn copies(x: &Array2<f64>, a: f64) -> f64 {
    let mut sum = Array1::from_elem(x.ncols(), a);
    let mut kept = x.row(0).to_owned();
    for i in 0..x.nrows() {
        let row = x.row(i).to_owned();
        kept[i] = a * row[0];
        sum = sum * &row + Array1::from_vec(vec![a, row[1], kept[0]]);
        kept.slice_mut(s![..2]).assign(&row.slice(s![1..]));
    }
    (sum * kept).sum()
}

#[test]
fn arrays_made_in_loops() {
    check(check_gradients(
        |(x, a)| copies(x, *a),
        |(x, a)| copies::grad(x, *a),
        &(sampled([3, 3], 1), 0.6),
    ));
}

#[differentiable(wrt(x))]
fn weighted(x: f64, by: &Array1<f64>, shown: ArrayView1<'_, f64>, name: &str) -> f64 {
    x * x * by.sum() * shown.sum() * name.len() as f64
}

#[differentiable(wrt(x))]
fn lends(x: f64, data: &Array2<f64>, names: &[String]) -> f64 {
    let mut sum = x;
    for i in 0..names.len() {
        let name = &names[i];
        let column = data.column(i).to_owned();
        if name.len() > 1 {
            sum += weighted(sum, &column, data.row(i), name);
        } else {
            sum = weighted(x, &(&column * 2.0), column.view(), name) - sum;
        }
    }
    sum
}

#[test]
fn constants_lent_to_calls_in_loops() {
    let data = array![[0.1, 0.4], [0.3, -0.2]];
    let names = ["a".to_owned(), "bc".to_owned()];
    check(check_gradients(|x| lends(*x, &data, &names), |x| lends::grad(*x, &data, &names), &0.8));
    let (_, pullback) = lends::vjp(0.8, &data, &names);
    assert_eq!(pullback(1.0), pullback(1.0));
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Model {
    w: f64,
    #[differentiable(constant)]
    power: i32,
}

#[differentiable(wrt(w))]
fn raised(w: f64, power: i32) -> f64 {
    w.powi(power)
}

#[differentiable]
fn powers(model: &Model, n: usize) -> f64 {
    let mut sum = 1.0;
    for _ in 0..n {
        sum = if sum < 5.0 { sum + raised(model.w, model.power) } else { sum * model.w };
    }
    sum
}

#[test]
fn constant_fields_into_calls_in_loops() {
    for n in 0..5 {
        check(check_gradients(
            |model| powers(model, n),
            |model| powers::grad(model, n),
            &Model { w: 1.3, power: 2 },
        ));
    }
}

#[differentiable]
fn cast(x: &Array1<f64>, n: usize) -> f64 {
    let mut sum = 0.0;
    for _ in 0..n {
        let y = x.mapv(|v| v as f32);
        sum += y.mapv(|v| (v * 2.0) as f64).dot(x) + sum * x.sum();
    }
    sum
}

#[test]
fn casts_in_loops() {
    let x = array![0.5, 0.25];
    let dx = cast::grad(&x, 1);
    assert!((dx - &x * 4.0).mapv(f64::abs).sum() < 1e-6);
}

#[differentiable]
fn copied_later(x: &Array2<f64>, n: usize) -> f64 {
    let row = x.row(0);
    let made = Some(x.sum());
    let mut sum = Array1::from_elem(x.ncols(), 1.0);
    for _ in 0..n {
        let mut copy = row.to_owned();
        copy[0] *= made.unwrap();
        sum = sum * copy + row;
    }
    sum.sum()
}

#[test]
fn views_copied_in_a_later_block() {
    check(check_gradients(
        |x| copied_later(x, 2),
        |x| copied_later::grad(x, 2),
        &sampled([2, 2], 1),
    ));
}

#[derive(Clone, Debug, Differentiable)]
struct Scaled {
    k: f64,
    list: Vec<f64>,
}

/// A guard sees what its pattern binds as the user matched it: by value, or behind a reference.
#[differentiable]
fn guarded(p: Scaled, q: &Scaled, x: Option<f64>, y: &Option<f64>) -> f64 {
    let a = match p {
        Scaled { k, .. } if k > 1.0 => k * 2.0,
        Scaled { k, list } if list[0] > 1.0 && k > 0.1 => k * list[0],
        Scaled { list, .. } => list[0] * 3.0,
    };
    let b = match q {
        Scaled { k, list } if *k > 1.0 || list[0] > 5.0 => k * 2.0,
        Scaled { list, .. } => list[0] * 3.0,
    };
    let c = match x {
        Some(x) if x > 1.0 => x * x,
        Some(x) => x,
        None => 0.0,
    };
    match y {
        Some(y) if *y > 0.2 => a + b * c * y,
        _ => a + b * c,
    }
}

#[test]
fn guards_read_what_patterns_bind() {
    for (k, of_k, of_list) in [(0.0, 0.0, 3.0), (0.5, 2.0, 0.5), (1.5, 2.0, 0.0)] {
        let p = Scaled { k, list: vec![2.0] };
        let (dp, dq, dx, dy) =
            guarded::grad(p, &Scaled { k: 2.0, list: vec![] }, Some(3.0), &Some(0.5));
        assert_eq!((dp.k, dp.list, dq.k), (of_k, vec![of_list], 9.0));
        assert_eq!((dx, dy), (Some(12.0), Some(36.0)));
    }
}

#[derive(Clone, Debug)]
enum Shape {
    Plain,
    Leaky(f64),
    Scaled { by: f64 },
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    w: f64,
    #[differentiable(constant)]
    shapes: Vec<Shape>,
}

/// An enum in a struct that is active is a constant.
#[differentiable]
fn shaped(layer: &Layer, x: f64) -> f64 {
    let mut h = x;
    for i in 0..layer.shapes.len() {
        h *= match &layer.shapes[i] {
            Shape::Plain => layer.w,
            Shape::Leaky(slope) if h < 0.0 => *slope,
            Shape::Leaky(_) => 1.0,
            Shape::Scaled { by } => by * h,
        };
    }
    if let Shape::Leaky(slope) = layer.shapes[1] { h * slope } else { h }
}

/// Constants of other types than floats, changed by every operator.
#[differentiable]
fn changed_constants(x: f64, list: &[f64], mut n: u32) -> f64 {
    let (mut power, mut base) = (1.0, x);
    let mut any = false;
    while n > 0 {
        if n & 1 == 1 {
            power *= base;
        }
        base *= base;
        n >>= 1;
        any |= base > 10.0;
    }
    let at = list.iter().position(|y| *y > x).unwrap_or(list.len() - 1).max(1);
    if any { power * list[at] } else { power }
}

#[test]
fn constants_beside_active_values() {
    let shapes = vec![Shape::Plain, Shape::Leaky(0.25), Shape::Scaled { by: 0.5 }];
    let layer = Layer { w: -3.0, shapes };
    // ((w x) 0.25)^2 0.5 0.25
    let (y, (dlayer, dx)) = shaped::value_and_grad(&layer, 2.0);
    assert_eq!((y, dlayer.w, dx), (0.28125, -0.1875, 0.28125));
    let (y, (dx, dlist)) = changed_constants::value_and_grad(2.0, &[1.0, 1.5, 3.0], 5);
    assert_eq!((y, dx, dlist), (96.0, 240.0, vec![0.0, 0.0, 32.0]));
    let (_, pullback) = changed_constants::vjp(1.0, &[3.0, 2.0], 3);
    assert_eq!(pullback(1.0), (3.0, vec![0.0, 0.0]));
}
