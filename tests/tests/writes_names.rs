//! Names for places that are lent mutably: taken apart by patterns, handed on, and read.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::prelude::*;
use chainrule_tests::compare;

#[derive(Clone, Differentiable)]
struct Parts {
    a: f64,
    rest: (f64, [f64; 2]),
}

#[differentiable(forward)]
fn parts_of_a_struct(x: &[f64; 5]) -> f64 {
    let mut s = Parts { a: x[0], rest: (x[1], [x[2], x[3]]) };
    for i in 0..3 {
        let Parts { a, rest: (b, [c, d]) } = &mut s;
        *a *= *b + 0.1;
        *c += *a * x[i];
        std::mem::swap(b, d);
    }
    let (p, q) = &mut s.rest;
    *p *= q[0];
    q.swap(0, 1);
    s.a * s.rest.0 + s.rest.1[0] * 3.0 + s.rest.1[1]
}

#[differentiable(forward)]
fn by_ref_mut(x: &[f64; 5]) -> f64 {
    let mut s = Parts { a: x[0], rest: (x[1], [x[2], x[3]]) };
    for i in 0..3 {
        let Parts { ref mut a, rest: (b, ref mut w) } = s;
        *a += b * x[i];
        w[0] *= 2.0;
        w[1] = b * w[0];
    }
    let ref mut r = s.a;
    *r *= x[4];
    s.a * s.rest.1[1]
}

#[differentiable(forward)]
fn of_constants(x: &[f64; 5]) -> f64 {
    let mut t = (1.0, 2.0);
    {
        let (ref mut a, _) = t;
        *a = x[1];
    }
    t.0 * x[0] + t.1
}

#[test]
fn parts_that_a_pattern_lends() {
    compare!(parts_of_a_struct, by_ref_mut, of_constants);
}

#[differentiable(forward)]
fn of_items(x: &[f64; 5]) -> f64 {
    let mut w = vec![(x[0], x[1]), (x[2], x[3])];
    for i in 0..2 {
        let (a, b) = &mut w[i];
        *a *= *b;
        let (c, _) = &mut w[1 - i];
        *c += x[4];
    }
    for p in w.iter_mut() {
        let (a, b) = p;
        *a *= 2.0;
        *b += *a;
    }
    for (a, b) in &mut w {
        *a *= *b;
    }
    for (i, (a, b)) in w.iter_mut().enumerate() {
        *a *= *b * i as f64 + 1.0;
    }
    w.iter_mut().for_each(|(a, b)| *a += *b);
    w[0].0 * w[0].1 + w[1].0 * w[1].1
}

#[test]
fn items_that_a_pattern_takes_apart() {
    compare!(of_items);
}

#[differentiable(forward)]
fn handed_on(x: &[f64; 5]) -> f64 {
    let mut y = x[0];
    {
        let r = &mut y;
        let q = r;
        *q *= x[1];
        let p: &mut f64 = q;
        *p += x[2];
    }
    let mut v = x[..].to_vec();
    for (i, a) in v.iter_mut().enumerate() {
        let b = a;
        *b *= x[i];
    }
    for a in v.iter_mut() {
        let b = &mut *a;
        *b += y;
        y *= 1.1;
    }
    y * v.iter().sum::<f64>()
}

#[differentiable(forward)]
fn squares(v: &[f64]) -> f64 {
    let mut sum = 0.0;
    for a in v {
        sum += a * a;
    }
    sum
}

#[differentiable(forward)]
fn read_by_a_function(x: &[f64; 5]) -> f64 {
    let mut v = vec![x[0], x[1]];
    let first = |w: &[f64]| w[0] * 2.0;
    let s;
    let p;
    {
        let r = &mut v;
        r[0] *= x[2];
        s = squares(r);
        p = first(r);
    }
    s * p * v[1]
}

#[test]
fn names_that_are_handed_on() {
    compare!(handed_on, read_by_a_function);
}

impl Parts {
    #[differentiable(forward)]
    fn under_another_name(self, k: f64) -> f64 {
        let mut s = self;
        s.a *= k;
        let Parts { ref mut a, rest: (b, _) } = s;
        *a += b;
        s.a * s.rest.1[0]
    }
}

#[differentiable(forward)]
fn of_self(x: &[f64; 5]) -> f64 {
    let s = Parts { a: x[0], rest: (x[1], [x[2], x[3]]) };
    s.clone().under_another_name(x[4]) * s.a
}

#[test]
fn self_under_another_name() {
    compare!(of_self);
}
