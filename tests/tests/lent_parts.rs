//! Parts that a pattern takes of what is lent are references, as in Rust, and are handed on as such.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2};
use chainrule::prelude::*;
use chainrule_tests::{check, sampled};

#[derive(Differentiable, Clone, Copy, Debug)]
struct Point {
    x: f64,
    y: f64,
}
#[derive(Differentiable, Clone, Copy, Debug)]
struct Ray {
    from: Point,
    to: Point,
    k: f64,
}
#[differentiable]
fn area(a: &Point, b: &Point) -> f64 {
    a.x * b.y - a.y * b.x * b.x
}
#[differentiable]
fn along(k: &f64, b: Point) -> f64 {
    k * b.x + b.y * k.sin()
}
#[differentiable]
fn of_a_struct(r: &Ray) -> f64 {
    let Ray { from, to, .. } = r;
    area(from, to)
}
#[differentiable]
fn of_items(r: &[Ray]) -> f64 {
    let mut s = 0.0;
    for Ray { from, to, k } in r {
        s += area(from, to) + along(k, *to);
    }
    s
}
#[differentiable]
fn of_arms(r: &Ray) -> f64 {
    match r {
        Ray { from, to, k } if *k > 0.0 => area(from, to) * k,
        Ray { from, .. } => area(from, from),
    }
}
#[differentiable]
fn of_pairs(r: &[(Point, Point)], o: &Option<Point>) -> f64 {
    let mut s = 0.0;
    for (a, b) in r.iter() {
        s += area(a, b);
    }
    if let Some(v) = o {
        s += area(v, &r[0].0);
    }
    s
}
#[differentiable]
fn of_tuples_and_lists(r: &(Point, Point), w: &[Point; 2]) -> f64 {
    let (a, b) = r;
    let [c, d] = w;
    area(a, b) + area(c, d) * area(a, d)
}
#[differentiable]
fn within_one_another(r: &Ray) -> f64 {
    let Ray { from: Point { x, y }, to, k } = r;
    along(x, *to) + along(y, *to) + *k * along(k, Point { x: *x, y: *y })
}
#[differentiable]
fn by_ref(r: Ray) -> f64 {
    let Ray { from, ref to, k } = r;
    area(&from, to) + along(&k, from)
}
#[differentiable]
fn of_closures(r: &Vec<Ray>) -> f64 {
    r.iter().map(|Ray { from, to, k }| area(from, to) * k).sum::<f64>()
        + r.iter().zip(r.iter().rev()).map(|(a, b)| area(&a.from, &b.to)).sum::<f64>()
}
#[derive(Differentiable, Clone, Debug)]
struct Net {
    ws: Vec<Array2<f64>>,
    b: Option<Array1<f64>>,
    pair: (Array1<f64>, f64),
}
#[differentiable]
fn network(ws: &[Array2<f64>], b: &Array1<f64>, t: f64) -> f64 {
    let mut x = b * t;
    for w in ws {
        x = w.dot(&x).tanh();
    }
    x.sum()
}
#[differentiable]
fn of_options(n: &Net) -> f64 {
    let Net { ws, b, pair } = n;
    let (c, t) = pair;
    match b {
        Some(b) => network(ws, b, *t) + network(&ws[1..], c, 1.0),
        None => network(ws, c, *t),
    }
}
#[differentiable]
fn of_items_with_more(n: &[Net]) -> f64 {
    let mut s = 0.0;
    for Net { ws, b, pair: (c, t) } in n {
        if let Some(b) = b {
            s += network(ws, b, *t);
        }
        s += network(ws, c, t.sin());
    }
    s
}
#[differentiable]
fn of_what_else_returns(n: &Net) -> f64 {
    let Some(b) = &n.b else { return n.pair.1 };
    let Net { ws, .. } = n;
    let w = &ws[0];
    network(&[w.clone()], b, n.pair.1)
}

#[differentiable]
fn of_lists_within(n: &Net, rays: &[Ray]) -> f64 {
    let Net { ws, pair: (start, k), .. } = n;
    let mut sum = 0.0;
    for w in ws {
        sum += network(ws, start, *k) * w.sum();
    }
    for Ray { from, to, .. } in rays {
        for point in [from, to] {
            sum += area(point, from);
        }
    }
    sum
}

#[derive(Differentiable, Clone, Debug)]
struct Power {
    base: f64,
    times: usize,
}

#[differentiable]
fn of_integers(power: &Power, powers: &[Power]) -> f64 {
    let Power { base, times } = power;
    let mut y = 1.0;
    for _ in 0..*times {
        y *= base;
    }
    for Power { base, times } in powers {
        y += base.powi(*times as i32);
    }
    y
}

#[differentiable]
fn of_arguments((a, b): &(Point, Point), Ray { from, k, .. }: &Ray) -> f64 {
    let f = |Ray { from, to, .. }: &Ray| area(from, to);
    area(a, b) * along(k, *from) + f(&Ray { from: *a, to: *from, k: *k })
}

macro_rules! agrees {
    ($f:ident($x:ident => $($arg:expr),+), $at:expr) => {{
        let $x = &$at;
        assert_eq!($f::value_and_grad($($arg),+).0, $f($($arg),+));
        check(check_gradients(|$x| $f($($arg),+), |$x| $f::grad($($arg),+), $x));
    }};
}

#[test]
fn parts_are_handed_on() {
    let (u, v) = (Point { x: 0.3, y: 0.7 }, Point { x: -0.4, y: 1.2 });
    let rays = vec![Ray { from: u, to: v, k: 0.6 }, Ray { from: v, to: u, k: -0.4 }];
    for ray in &rays {
        agrees!(of_a_struct(x => x), *ray);
        agrees!(of_arms(x => x), *ray);
        agrees!(within_one_another(x => x), *ray);
        agrees!(by_ref(x => *x), *ray);
        agrees!(of_arguments(x => &x.0, &x.1), ((u, v), *ray));
    }
    agrees!(of_items(x => x), rays);
    agrees!(of_closures(x => x), rays);
    for held in [Some(u), None] {
        agrees!(of_pairs(x => &x.0, &x.1), (vec![(u, v), (v, u)], held));
    }
    agrees!(of_tuples_and_lists(x => &x.0, &x.1), ((u, v), [v, u]));
    let power = Power { base: 0.7, times: 3 };
    agrees!(of_integers(x => &x.0, &x.1), (power.clone(), vec![power.clone(), power]));
}

#[test]
fn arrays_are_handed_on() {
    let ws = vec![sampled([2, 2], 1), sampled([2, 2], 2)];
    let net = Net { ws, b: Some(sampled([2], 3)), pair: (sampled([2], 4), 0.4) };
    let without = Net { b: None, ..net.clone() };
    for net in [&net, &without] {
        agrees!(of_options(x => x), net.clone());
        agrees!(of_what_else_returns(x => x), net.clone());
    }
    let (u, v) = (Point { x: 0.3, y: 0.7 }, Point { x: -0.4, y: 1.2 });
    agrees!(of_lists_within(x => &x.0, &x.1), (net.clone(), vec![Ray { from: u, to: v, k: 0.6 }]));
    agrees!(of_items_with_more(x => x), vec![net, without]);
}
