//! Writes in place: the value that was overwritten is still known backward, and its cotangent is consumed.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::expect;

/// The loop of the design: y[i - 1] is what the turn before wrote, y[i] what this turn overwrites.
#[differentiable(forward)]
fn running(x: &Array1<f64>) -> f64 {
    let mut y = x.clone();
    for i in 1..y.len() {
        y[i] = y[i - 1] * y[i].sin();
    }
    y[2]
}

#[test]
fn a_value_needed_after_it_was_overwritten() {
    // x0 sin x1 sin x2
    let (a, b) = (0.7_f64, 1.1_f64);
    expect!(
        running(&array![2.0, 0.7, 1.1]) = 2.0 * a.sin() * b.sin(),
        d = [a.sin() * b.sin(), 2.0 * a.cos() * b.sin(), 2.0 * a.sin() * b.cos()]
    );
}

#[differentiable(forward)]
fn overwritten(x: f64, y: f64) -> f64 {
    let mut v = [x * x, y, x * y];
    let before = v[0] * v[1];
    v[0] = 5.0;
    v[1] = v[2];
    v[2] = y;
    before + v[0] * v[1] + v[2]
}

/// A place that is overwritten by a constant hands nothing back.
#[differentiable(forward)]
fn forgotten(x: &Array1<f64>) -> f64 {
    let mut y = x * 3.0;
    y[0] = 7.0;
    for i in 1..3 {
        y[i] = 1.0;
        y[i] += x[0];
    }
    y.sum()
}

#[test]
fn an_overwritten_place_hands_nothing_back() {
    // x^2 y + 5 x y + y
    expect!(overwritten(2.0, 3.0) = 12.0 + 30.0 + 3.0, d = (12.0 + 15.0, 4.0 + 10.0 + 1.0));
    expect!(
        forgotten(&array![2.0, 3.0, 4.0, 5.0]) = 7.0 + 3.0 + 3.0 + 15.0,
        d = [2.0, 0.0, 0.0, 3.0]
    );
}

/// clad#464: the element is scaled, then added.
#[differentiable(forward)]
fn scaled_elements(arr: &[f64]) -> f64 {
    let mut arr = arr.to_vec();
    let mut res = 0.0;
    for i in 0..arr.len() {
        arr[i] *= 5.0;
        res += arr[i];
    }
    res
}

/// clad#1086: filled, then scaled by the index: (0 + 1 + 2) x, and 0 x alone.
#[differentiable(forward)]
fn filled(x: f64) -> f64 {
    let mut a = [x; 3];
    for i in 0..3 {
        a[i] *= i as f64;
    }
    let mut res = 10.0 * a[0];
    for i in 0..3 {
        res += a[i];
    }
    res
}

/// clad#441: all five elements are written, each in its turn.
#[differentiable(forward)]
fn all_elements(i: f64) -> f64 {
    let mut arr = [0.0; 5];
    for idx in 0..5 {
        arr[idx] = i;
    }
    arr[0] + arr[1] + arr[2] + arr[3] + arr[4]
}

/// warp#1697: v[i] = v[i] + x, several times over.
#[differentiable(forward)]
fn accumulated(x: f64) -> f64 {
    let mut m = [[0.0; 2]; 2];
    for k in 0..4 {
        m[k % 2][k / 2] = m[k % 2][k / 2] + x * k as f64;
        m[0][0] = m[0][0] + m[k % 2][k / 2] * x;
    }
    m[0][0]
}

#[test]
fn writes_of_other_trackers() {
    expect!(scaled_elements(&[1.0, 2.0, 3.0]) = 30.0, d = [5.0; 3]);
    expect!(filled(3.0) = 9.0, d = 3.0);
    expect!(all_elements(3.0) = 15.0, d = 5.0);
    // m00 takes x (0 + x + 2x + 3x).
    expect!(accumulated(3.0) = 54.0, d = 36.0);
}

#[differentiable(forward)]
fn compound(x: f64, y: f64) -> f64 {
    let mut v = vec![x, y, 1.0];
    v[0] += y;
    v[0] -= 1.0;
    v[1] *= v[0];
    v[2] /= v[1];
    v[2] *= v[2];
    v[2] += v[0];
    v[2]
}

#[test]
fn compound_assignment() {
    // s = x + y - 1; 1 / (y s)^2 + s at (2, 2): s = 3.
    let slope_in_s = -2.0 / (4.0 * 27.0) + 1.0;
    expect!(
        compound(2.0, 2.0) = 1.0 / 36.0 + 3.0,
        d = (slope_in_s, slope_in_s - 2.0 / (8.0 * 9.0))
    );
}

#[differentiable(forward)]
fn of_matrices(x: &Array2<f64>, n: usize) -> f64 {
    let mut y = Array2::zeros((n, n));
    for i in 0..n {
        for j in 0..n {
            y[[i, j]] = x[[j, i]] * x[[i, j]];
            if i > j {
                y[(i, j)] += y[[j, i]] * (i + j) as f64;
            }
        }
    }
    let mut total = 0.0;
    for i in 0..n {
        total += y[[i, 0]] * (i + 1) as f64;
    }
    total
}

#[test]
fn elements_of_a_matrix() {
    // a^2 + 2 (b c + b c)
    expect!(
        of_matrices(&array![[2.0, 3.0], [5.0, 7.0]], 2) = 4.0 + 60.0,
        d = array![[4.0, 20.0], [12.0, 0.0]]
    );
}

#[derive(Clone, Debug, Differentiable)]
struct Body {
    position: [f64; 2],
    velocity: Array1<f64>,
    mass: f64,
}

#[differentiable(forward)]
fn fields(b: Body, dt: f64) -> f64 {
    let mut b = b;
    for _ in 0..2 {
        b.velocity[0] -= b.position[0] * dt;
        b.position[0] += b.velocity[0] * dt;
        b.mass *= 2.0;
    }
    b.velocity = b.velocity * 3.0;
    b.position[0] * b.mass + b.velocity[1]
}

#[differentiable(forward)]
fn nested_places(x: f64, y: f64) -> f64 {
    let mut pair = (x, (y, vec![x, y]));
    pair.0 = pair.0 * pair.1.0;
    pair.1.1[1] += pair.0;
    (pair.1).0 = 2.0;
    let mut rows = vec![vec![x, y]; 2];
    rows[1][0] = pair.1.1[1] * rows[0][1];
    rows[0] = vec![rows[1][0], 1.0];
    let mut bodies = vec![Body { position: [x, y], velocity: array![y], mass: 1.0 }];
    bodies[0].position[1] *= rows[0][0];
    bodies[0].mass = pair.1.0 * x;
    bodies[0].position[1] * bodies[0].mass
}

#[test]
fn fields_and_nested_places() {
    // One step: v1 = v - p h, p1 = p + v1 h; with h = 1, p = 2, v = 5: 3, 5; -2, 3.
    // (p, v) -> (p (1 - h^2) + v h, v - p h): at h = 1 (v, v - p), twice (v - p, -p).
    let body = || Body { position: [2.0, 9.0], velocity: array![5.0, 4.0], mass: 1.0 };
    let (y, (d, dt)) = fields::value_and_grad(body(), 1.0);
    assert_eq!(y, 3.0 * 4.0 + 12.0);
    assert_eq!((d.position, d.velocity, d.mass), ([-4.0, 0.0], array![4.0, 3.0], 12.0));
    // p2 = p1 (1 - h^2) + v1 h, with d p1 = -2 p h + v = 1, d v1 = -p = -2, p1 = 5, v1 = 3:
    // d p2 = 1 * 0 - 2 * 5 + 3 - 2 = -9.
    assert_eq!(dt, -36.0);

    // y * ((y + x y) y) * 2 x = 2 x y^3 + 2 x^2 y^3
    expect!(nested_places(2.0, 3.0) = 108.0 + 216.0, d = (54.0 + 216.0, 108.0 + 216.0));
}

#[differentiable(forward)]
fn exchanged(x: f64, y: f64, z: f64) -> f64 {
    let mut v = vec![x, y, z];
    v.swap(0, 2);
    let mut a = v[0] * v[0];
    let mut b = v[1];
    std::mem::swap(&mut a, &mut b);
    let old = std::mem::replace(&mut a, v[2]);
    let taken = std::mem::take(&mut b);
    let (mut c, mut d) = (old, taken);
    (c, d) = (d, c * 2.0);
    [v[0], v[1]] = [a, d];
    v[0] * v[1] + c + b
}

#[test]
fn swap_replace_and_take() {
    // v = (z, y, x); a = y, b = z^2; old = y, a = x; taken = z^2, b = 0; c = z^2, d = 2 y: 2 x y + z^2.
    expect!(exchanged(2.0, 3.0, 5.0) = 37.0, d = (6.0, 4.0, 10.0));
}

#[differentiable(forward)]
fn vectors(x: f64, n: usize) -> f64 {
    let mut powers = Vec::with_capacity(n);
    let mut y = 1.0;
    for _ in 0..n {
        powers.push(y);
        y *= x;
    }
    powers.push(x);
    let tail = powers[1..n].to_vec();
    let mut rows = Vec::new();
    rows.push(tail);
    rows.push(vec![x; 2]);
    rows[0].push(3.0 * x);
    let last = rows[0].len() - 1;
    rows[0][0] + rows[0][last] * rows[1][1] + powers[n]
}

#[test]
fn lists_that_grow() {
    // x + 3 x^2 + x
    expect!(vectors(2.0, 4) = 16.0, d = 14.0);
}

/// A copy is a place of its own; so is an argument.
#[differentiable(forward)]
fn copies(x: &Array1<f64>, y: Array1<f64>) -> f64 {
    let mut y = y;
    let before = y.clone();
    let mut z = x.to_owned();
    z[0] = y[0] * z[1];
    y[0] += z[0];
    let w = z;
    z = &w * &y;
    z[1] = w[1];
    (&before * &z).sum() + w[0] * x[0]
}

#[test]
fn one_buffer_has_one_owner() {
    // w = (y0 x1, x1); y' = (y0 + y0 x1, y1); z = (y0 x1 (y0 + y0 x1), x1).
    // y0^3 (x1 + x1^2) + y1 x1 + y0 x1 x0
    expect!(
        copies(&array![2.0, 3.0], array![5.0, 7.0]) = 125.0 * 12.0 + 21.0 + 30.0,
        d = ([15.0, 125.0 * 7.0 + 7.0 + 10.0], [75.0 * 12.0 + 6.0, 3.0])
    );
}

#[differentiable(forward)]
fn in_one_arm(x: &Array1<f64>, flag: bool) -> f64 {
    let mut y = x.mapv(|v| v * v);
    if flag {
        y[0] = x[1];
        y *= 2.0;
    } else if x[0] > 1.0 {
        y[1] = y[0] * y[1];
    }
    y.sum()
}

#[test]
fn a_write_in_one_arm() {
    expect!(in_one_arm(&array![2.0, 3.0], true) = 24.0, d = [0.0, 14.0]);
    expect!(in_one_arm(&array![2.0, 3.0], false) = 40.0, d = [40.0, 24.0]);
    expect!(in_one_arm(&array![0.5, 3.0], false) = 9.25, d = [1.0, 6.0]);
}

/// What is lent mutably is written through another name, while nothing active stands in it yet.
#[differentiable(wrt(u), forward)]
fn lent_in_a_loop(u: f64, x: &Array1<f64>) -> f64 {
    let mut list = vec![0.0; x.len()];
    for place in list.iter_mut().skip(1) {
        *place += u;
    }
    for (place, x) in list.iter_mut().zip(x.iter()) {
        *place *= x;
    }
    let mut matrix = Array2::<f64>::zeros((x.len(), 2));
    for (mut row, x) in matrix.outer_iter_mut().zip(x) {
        row.fill(u * x);
    }
    list[1] * list[2] + matrix.pow2().sum()
}

#[differentiable(wrt(u), forward)]
fn lent_to_a_name(u: f64, x: &Array1<f64>) -> f64 {
    let mut list = vec![0.0; x.len()];
    let first = &mut list[0];
    *first = u;
    let mut matrix = Array2::<f64>::zeros((x.len(), 2));
    let mut row = matrix.row_mut(1);
    row.fill(u);
    list[0] * list[0] * matrix.sum()
}

#[test]
fn a_part_that_is_lent_belongs_to_the_whole() {
    // u^2 x1 x2 + 2 u^2 (x0^2 + x1^2 + x2^2)
    let x = array![0.5, 2.0, 3.0];
    expect!(lent_in_a_loop(1.5, &x) = 2.25 * 32.5, d = 3.0 * 32.5);
    // u^2 * 2 u
    expect!(lent_to_a_name(1.5, &x) = 2.0 * 3.375, d = 6.0 * 2.25);
}

/// Closures that write what they capture: one that gives nothing, one that returns early, one that calls another.
#[differentiable(forward)]
fn by_a_closure(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let mut add = |v: f64| s += v * v;
    add(x[0]);
    for v in x {
        add(*v);
    }
    if x[0] > 0.0 {
        add(x[1])
    } else {
        add(1.0)
    }
    s * 10.0
}

#[differentiable(forward)]
fn by_a_closure_that_returns(x: &[f64]) -> f64 {
    let mut s = 1.0;
    let mut next = |v: f64| {
        if v > 1.5 {
            s *= v;
            return s;
        }
        s += v;
        s * 2.0
    };
    let p = next(x[0]);
    let q = next(x[1]);
    p + q * s
}

#[differentiable(forward)]
fn by_a_closure_in_a_closure(x: &[f64]) -> f64 {
    let mut h = vec![0.0; 2];
    let mut push = |i: usize, v: f64| {
        h[i] += v;
    };
    let mut both = |v: f64| {
        push(0, v);
        push(1, v * v);
    };
    for v in x.iter() {
        both(*v);
    }
    x.iter().for_each(|v| both(*v));
    h[0] * h[1]
}

/// The variable that a closure writes has given its name away.
#[differentiable(forward)]
fn by_a_closure_under_another_name(p: f64) -> f64 {
    let mut s = p;
    let mut add = |v: f64| {
        s += v;
        s
    };
    let s = add(2.0);
    let t = {
        let s = 1.0;
        for _ in 0..2 {
            add(s);
        }
        add(3.0 * s)
    };
    s * t
}

/// Closures of iterators and arrays.
#[differentiable(forward)]
fn in_chains(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let t = (x.iter())
        .map(|v| {
            s += *v;
            *v * s
        })
        .sum::<f64>();
    t + s * 10.0
}

#[differentiable(forward)]
fn in_folds(x: &[f64]) -> f64 {
    let mut s = 0.0;
    let t = x.iter().fold(0.0, |a, v| {
        s += *v;
        a + *v * s
    });
    t + s * 10.0
}

#[differentiable(forward)]
fn in_mapv(x: &Array1<f64>) -> f64 {
    let mut s = 0.0;
    let t = x.mapv(|v| {
        s += v;
        v * s
    });
    t.sum() + s * 10.0
}

#[test]
fn closures_that_write() {
    let x = [1.0, 2.0];
    expect!(by_a_closure(&x) = 100.0, d = [40.0, 80.0]);
    expect!(by_a_closure_that_returns(&x) = 20.0, d = [18.0, 16.0]);
    expect!(by_a_closure_in_a_closure(&x) = 60.0, d = [44.0, 68.0]);
    expect!(by_a_closure_under_another_name(1.0) = 24.0, d = 11.0);
    expect!(in_folds(&x) = 37.0, d = [14.0, 15.0]);
    expect!(in_chains(&x) = 37.0, d = [14.0, 15.0]);
    expect!(in_mapv(&array![1.0, 2.0]) = 37.0, d = array![14.0, 15.0]);
}

/// What is lent mutably is written in loops, whatever its name has come to stand for, and stays where it was.
#[differentiable(forward)]
fn lent_to_a_loop(x: &[f64]) -> f64 {
    let mut s = 1.0;
    let r = &mut s;
    for v in x {
        let s = 5.0;
        *r += *v * *r * s;
    }
    s
}

#[differentiable(forward)]
fn lent_before(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut k = 0;
    let r = &mut v[k];
    k += 1;
    *r *= 3.0;
    v[0] * v[1] * 5.0 + k as f64
}

#[test]
fn places_lent() {
    expect!(lent_to_a_loop(&[1.0, 2.0]) = 66.0, d = [55.0, 30.0]);
    expect!(lent_before(&[1.0, 2.0]) = 31.0, d = [30.0, 15.0]);
}
