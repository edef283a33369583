//! Loops over lists and arrays, iterator chains, and closures.
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

mod found;
mod lent;
mod ranks;
mod sifted;

use chainrule::ndarray::{Array1, Array2, Axis, array};
use chainrule::prelude::*;
use chainrule_tests::expect;

/// Loops over the elements of every kind of list, each with Horner's rule, which tells orders apart.
macro_rules! horner {
    ($($name:ident($v:ident: $type:ty) $pattern:pat in $over:expr, $term:expr;)+) => {$(
        #[differentiable(forward)]
        fn $name(x: f64, $v: $type) -> f64 {
            let mut sum = 0.0;
            for $pattern in $over {
                sum = sum * x + $term;
            }
            sum
        }
    )+};
}

horner! {
    a_slice(v: &[f64]) e in v, e;
    a_slice_by_value(v: &[f64]) &e in v, e;
    a_slice_iter(v: &[f64]) e in v.iter(), *e;
    a_vec(v: Vec<f64>) e in v, e;
    a_vec_borrowed(v: &Vec<f64>) e in v, *e;
    a_list(v: [f64; 3]) e in v, e;
    a_list_borrowed(v: &[f64; 3]) e in v, *e;
    an_array(v: &Array1<f64>) e in v, *e;
    an_array_iter(v: &Array1<f64>) &e in v.iter(), e;
    reversed(v: &[f64]) e in v.iter().rev(), e;
    a_subslice(v: &[f64]) e in &v[1..], e;
    numbered(v: &[f64]) (i, e) in v.iter().enumerate(), e * (i + 1) as f64;
    numbered_then_reversed(v: &[f64]) (i, e) in v.iter().enumerate().rev(), e * (i + 1) as f64;
    reversed_then_numbered(v: &[f64]) (i, e) in v.iter().rev().enumerate(), e * (i + 1) as f64;
    neighbours(v: &[f64]) w in v.windows(2), w[0] * w[1];
    pieces(v: &[f64]) c in v.chunks(2), c[0] * c[c.len() - 1];
    beside_itself(v: &[f64]) (a, b) in v.iter().zip(&v[1..]), a * b;
    zipped_with_a_range(v: &[f64]) (a, i) in v.iter().zip(1..), a * i as f64;
}

#[test]
fn every_kind_of_list() {
    let v = [2.0, 3.0, 5.0];
    // v0 x^2 + v1 x + v2 at x = 10.
    let d = (43.0, [100.0, 10.0, 1.0]);
    expect!(a_slice(10.0, &v) = 235.0, d = d);
    expect!(a_slice_by_value(10.0, &v) = 235.0, d = d);
    expect!(a_slice_iter(10.0, &v) = 235.0, d = d);
    expect!(a_vec(10.0, v.to_vec()) = 235.0, d = d);
    expect!(a_vec_borrowed(10.0, &v.to_vec()) = 235.0, d = d);
    expect!(a_list(10.0, v) = 235.0, d = d);
    expect!(a_list_borrowed(10.0, &v) = 235.0, d = d);
    expect!(an_array(10.0, &array![2.0, 3.0, 5.0]) = 235.0, d = d);
    expect!(an_array_iter(10.0, &array![2.0, 3.0, 5.0]) = 235.0, d = d);
    expect!(a_slice(10.0, &[]) = 0.0, d = (0.0, [0.0; 0]));
    expect!(reversed(10.0, &v) = 532.0, d = (103.0, [1.0, 10.0, 100.0]));
    expect!(a_subslice(10.0, &v) = 35.0, d = (3.0, [0.0, 10.0, 1.0]));
}

#[test]
fn adaptors_of_loops() {
    let v = [2.0, 3.0, 5.0];
    expect!(numbered(10.0, &v) = 275.0, d = (46.0, [100.0, 20.0, 3.0]));
    expect!(numbered_then_reversed(10.0, &v) = 1562.0, d = (306.0, [1.0, 20.0, 300.0]));
    expect!(reversed_then_numbered(10.0, &v) = 566.0, d = (106.0, [3.0, 20.0, 100.0]));
    expect!(neighbours(10.0, &v) = 75.0, d = (6.0, [30.0, 25.0, 3.0]));
    expect!(neighbours(10.0, &[2.0]) = 0.0, d = (0.0, [0.0]));
    expect!(pieces(10.0, &v) = 85.0, d = (6.0, [30.0, 20.0, 10.0]));
    expect!(beside_itself(10.0, &v) = 75.0, d = (6.0, [30.0, 25.0, 3.0]));
    expect!(zipped_with_a_range(10.0, &v) = 275.0, d = (46.0, [100.0, 20.0, 3.0]));
}

#[differentiable(forward)]
fn over_rows(m: &Array2<f64>, v: &Array1<f64>) -> f64 {
    let mut sum = 0.0;
    for row in m.rows() {
        sum = sum * 10.0 + row.dot(v);
    }
    for (j, column) in m.columns().into_iter().enumerate() {
        sum += column[0] * j as f64;
    }
    sum
}

/// Back propagation through time: a state over steps in an array's rows.
#[differentiable(forward)]
fn over_steps(x: &Array2<f64>, h: f64) -> f64 {
    let mut state = Array1::from_elem(2, h);
    let mut total = 0.0;
    for step in x.outer_iter() {
        state = &state * &step;
        total += state[1];
    }
    for column in x.axis_iter(Axis(1)) {
        total += column.product();
    }
    for (step, s) in x.outer_iter().zip(state.iter()).rev() {
        total = total * 2.0 + step[0] * s;
    }
    total
}

#[test]
fn rows_columns_and_steps() {
    let m = array![[1.0, 2.0], [3.0, 4.0]];
    // 10 (m0 . v) + m1 . v + m01
    expect!(
        over_rows(&m, &array![5.0, 7.0]) = 190.0 + 43.0 + 2.0,
        d = (array![[50.0, 71.0], [5.0, 7.0]], [13.0, 24.0])
    );
    // m = [[a, b], [c, d]]: T = h b + h b d + a c + b d; s = (h a c, h b d);
    // (2 T + c h b d) 2 + a h a c = 4 T + 2 c h b d + h a^2 c.
    let (a, b, c, d, h) = (1.0, 2.0, 3.0, 4.0, 5.0);
    let t = h * b + h * b * d + a * c + b * d;
    expect!(
        over_steps(&m, h) = 4.0 * t + 2.0 * c * h * b * d + h * a * a * c,
        d = (
            array![
                [4.0 * c + 2.0 * h * a * c, 4.0 * (h + h * d + d) + 2.0 * c * h * d],
                [4.0 * a + 2.0 * h * b * d + h * a * a, 4.0 * (h * b + b) + 2.0 * c * h * b]
            ],
            4.0 * (b + b * d) + 2.0 * c * b * d + a * a * c
        )
    );
}

/// EnzymeAD/rust#136: three ways to a dot product.
#[differentiable(forward)]
fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// EnzymeAD/rust#174: collected, then summed; and folded.
#[differentiable(forward)]
fn collected(x: &[f64], y: f64) -> f64 {
    let xy: Vec<_> = x.iter().map(|xi| xi / y).collect();
    xy.iter().sum::<f64>() + x.iter().fold(1.0, |acc, xi| acc * xi / y)
}

/// rust-lang/rust#152724: two components of Rosenbrock's function.
#[differentiable(forward)]
fn rosenbrock(x: &[f64; 3], args: &[f64; 3]) -> f64 {
    let first: f64 = x.iter().map(|i| args[0] * i.powi(2)).sum();
    let second: f64 = x
        .windows(2)
        .map(|w| (args[1] - w[0]).powi(2) + args[2] * (w[1] - w[0].powi(2)).powi(2))
        .sum();
    first + second
}

#[test]
fn chains_of_other_trackers() {
    expect!(dot(&[1.0, 2.0], &[3.0, 4.0]) = 11.0, d = ([3.0, 4.0], [1.0, 2.0]));
    // (a + b) / y + a b / y^2
    expect!(
        collected(&[3.0, 5.0], 2.0) = 4.0 + 15.0 / 4.0,
        d = ([0.5 + 1.25, 0.5 + 0.75], -2.0 - 30.0 / 8.0)
    );
    // x = (1, 2, 3), a = (2, 1, 100): 28 + (0 + 100) + (1 + 100).
    expect!(
        rosenbrock(&[1.0, 2.0, 3.0], &[2.0, 1.0, 100.0]) = 229.0,
        d = ([4.0 - 400.0, 8.0 + 200.0 + 2.0 + 800.0, 12.0 - 200.0], [14.0, -2.0, 2.0])
    );
}

#[differentiable(forward)]
fn folds(x: &[f64]) -> f64 {
    let largest = x.iter().fold(f64::NEG_INFINITY, |m, &v| m.max(v));
    let (sum, squares) = x.iter().fold((0.0, 0.0), |(s, q), v| (s + v, q + v * v));
    let product: f64 = x.iter().product();
    largest * sum + squares * product
}

#[differentiable(forward)]
fn chains(x: &[f64], a: f64) -> f64 {
    let squares: Vec<f64> = x.iter().map(|v| v * v).collect();
    let weighted: f64 = squares.iter().rev().enumerate().map(|(i, s)| s * a * i as f64).sum();
    let powers: f64 = (1..=3).map(|n| a.powi(n)).product();
    let table: Array1<f64> = (0..2).map(|i| x[i] * a).collect();
    weighted + powers + table.sum()
}

#[test]
fn folds_and_chains() {
    // m s + q p
    expect!(
        folds(&[2.0, 5.0, 3.0]) = 50.0 + 38.0 * 30.0,
        d = [
            5.0 + 4.0 * 30.0 + 38.0 * 15.0,
            5.0 + 10.0 + 10.0 * 30.0 + 38.0 * 6.0,
            5.0 + 6.0 * 30.0 + 38.0 * 10.0
        ]
    );
    // A product with a zero: q is 29, the product of the others 10. All tied with none.
    expect!(folds(&[2.0, 5.0, 0.0]) = 35.0, d = [5.0, 5.0 + 7.0, 5.0 + 290.0]);
    // A fold's ties are what its steps are: halves at the second step.
    expect!(
        folds(&[2.0, 2.0]) = 8.0 + 32.0,
        d = [2.0 + 2.0 + 16.0 + 16.0, 2.0 + 2.0 + 16.0 + 16.0]
    );
    // a (x1^2 + 2 x0^2) + a^6 + a (x0 + x1), for three: a (x1^2 + 2 x0^2).
    expect!(
        chains(&[2.0, 3.0, 5.0], 1.5) = 1.5 * 17.0 + 1.5_f64.powi(6) + 7.5,
        d = ([12.0 + 1.5, 9.0 + 1.5, 0.0], 17.0 + 6.0 * 1.5_f64.powi(5) + 5.0)
    );
}

#[differentiable(forward)]
fn closures(x: f64, a: f64) -> f64 {
    let scale = |v: f64| v * a;
    let twice = |v: f64| scale(scale(v)) + x;
    let pair = |u: f64, (v, w): (f64, f64)| {
        let t = u * v;
        (t + w, t * w)
    };
    let mut sum = 0.0;
    for i in 0..2 {
        sum += twice(x * i as f64);
    }
    let (p, q) = pair(sum, (a, x));
    p * q
}

#[differentiable(forward)]
fn square(v: f64) -> f64 {
    v * v
}

#[differentiable(forward)]
fn local_functions(x: f64) -> f64 {
    #[differentiable(forward)]
    fn cube(v: f64) -> f64 {
        v * square(v)
    }
    // Without an attribute: the function around it is compiled with it.
    fn tenth(v: f64) -> f64 {
        v / 10.0
    }
    const STEPS: usize = 2;
    let step = |v: f64| if v > 10.0 { tenth(v) } else { cube(v) };
    let mut y = x;
    for _ in 0..STEPS {
        y = step(y);
    }
    y
}

#[differentiable(forward)]
fn in_arrays(x: &Array1<f64>, a: f64) -> f64 {
    let gate = |v: f64| if v > a { v * a } else { v };
    let y = x.mapv(gate);
    let z = y.map(|v| gate(*v) + x[0]);
    let total = z.iter().zip(x).map(|(z, x)| gate(z * x)).sum::<f64>();
    total + z.fold(0.0, |s, v| s * a + v)
}

#[test]
fn closures_called_and_handed_on() {
    // s = a^2 x + 2 x, t = s a; (t + x) t x with t = x (a^3 + 2 a) = 12 x at a = 2, x = 3.
    // dt/dx = 12, dt/da = x (3 a^2 + 2) = 42: ((t + x) t x) = t^2 x + t x^2.
    let (t, x) = (36.0, 3.0);
    expect!(
        closures(3.0, 2.0) = t * t * x + t * x * x,
        d = ((2.0 * t * x + x * x) * 12.0 + t * t + 2.0 * t * x, (2.0 * t * x + x * x) * 42.0)
    );
    // x^9; x^3 / 10.
    expect!(local_functions(2.0) = 512.0, d = 9.0 * 256.0);
    expect!(local_functions(3.0) = 2.7, d = 2.7);
    // a = 2, x = (p, q) = (1.5, 3): y = (p, q a), z = (2 p, q a^2 + p); products 2 a p^2 and
    // (q a^2 + p) q a; fold 2 p a + q a^2 + p.
    expect!(
        in_arrays(&array![1.5, 3.0], 2.0) = 9.0 + 81.0 + 6.0 + 13.5,
        d = ([12.0 + 6.0 + 4.0 + 1.0, 48.0 + 3.0 + 4.0], 4.5 + 108.0 + 4.5 + 3.0 + 12.0)
    );
}

/// A constant that a loop gives, in a closure that may return before.
#[differentiable(forward)]
fn constant_after_returns(p: f64, x: &[f64]) -> f64 {
    x.iter().fold(p, |so_far, e| {
        so_far * {
            let mut k = 0;
            loop {
                k += 1;
                if k > 3 {
                    break 0.5;
                }
                if *e < 0.5 {
                    return array![0.75, 0.25].sum();
                }
            }
        }
    })
}

/// What is gone over cannot be gone over backwards as it is, and nothing is saved.
#[differentiable(forward)]
fn leaves_a_stepped_range(x: &[f64]) -> f64 {
    for k in (0..=4).step_by(2) {
        if k > 1 {
            return x[0] * k as f64;
        }
    }
    x[1]
}

/// A constant that changes after it was gone over: its elements are those that it had.
#[differentiable(forward)]
fn changes_later(n: usize, p: f64) -> f64 {
    let mut w = vec![1.0, 2.0, n as f64];
    let a = w.iter().map(|x| *x * p * p).sum::<f64>();
    w[0] = 15.0;
    let mut m = Array2::from_elem((3, 2), n as f64);
    m[[0, 0]] = 0.5;
    let b = m.rows().into_iter().map(|r| r[n % 2] * p).sum::<f64>();
    m[[0, 0]] = 1.5;
    a * w[0] + b * m[[0, 0]]
}

/// Views of what the function made, which its pullback cannot keep.
#[differentiable(forward)]
fn shown_again(n: usize, p: f64) -> f64 {
    if n < 1 {
        return p;
    }
    let w = Array2::from_elem((3, 2), n as f64);
    let s = w.rows().into_iter().map(|r| r[n % 2] * p * p).sum::<f64>();
    let l = [0.5; 2];
    s * l.iter().rev().fold(shown_again(n - 1, p), |a, b| a * *b)
}

/// Views of constants that a closure makes.
#[differentiable(constant(batches), forward)]
fn made_by_a_closure(batches: &[Array2<f64>], w: &Array1<f64>) -> f64 {
    let mut loss = 0.0;
    for batch in batches.iter().map(|b| b.view()) {
        loss += batch.dot(w).sum();
    }
    loss + batches.iter().map(|b| b.t()).zip(w.iter()).map(|(b, w)| b.sum() * w * w).sum::<f64>()
}

/// The elements of a constant matrix.
#[differentiable(forward)]
fn beside_a_matrix(p: f64, m: &Array2<f64>) -> f64 {
    let w = array![[1.0, 2.0], [3.0, 4.0]];
    w.iter().zip(m.iter()).map(|(x, m)| *x * p * *m).sum::<f64>()
}

#[test]
fn constants_gone_over() {
    expect!(changes_later(2, 2.0) = 313.5, d = 306.75);
    expect!(shown_again(2, 2.0) = 36.0, d = 90.0);
    let batches = [array![[1.0, 2.0], [3.0, 4.0]], array![[0.0, 1.0], [1.0, 0.0]]];
    expect!(
        made_by_a_closure(&batches, &array![2.0, 3.0]) = 89.0,
        d = array![5.0 + 40.0, 7.0 + 12.0]
    );
    expect!(
        beside_a_matrix(2.0, &array![[1.0, 1.0], [2.0, 0.5]]) = 22.0,
        d = (11.0, array![[2.0, 4.0], [6.0, 8.0]])
    );
    expect!(constant_after_returns(1.0, &[0.6, 0.7]) = 0.25, d = (0.25, vec![0.0, 0.0]));
    expect!(constant_after_returns(3.0, &[0.6, 0.2, 0.6]) = 0.5, d = (0.0, vec![0.0; 3]));
    expect!(leaves_a_stepped_range(&[3.0, 5.0]) = 6.0, d = vec![2.0, 0.0]);
}

/// What kernels and products make of constants that change later; and a closure that needs nothing of the element.
#[differentiable(forward)]
fn of_changing_constants(x: &Array1<f64>, n: usize) -> f64 {
    let mut k = n as f64;
    let mut w = array![1.0, 2.0];
    let kernel = x.mapv(|v| if v > 0.0 { v * w[0] * k } else { v });
    let dot = x.dot(&w);
    let product = x * &w;
    k += 100.0;
    w.fill(k);
    let idle = x.mapv(|v| {
        let _unused = v.tanh();
        dot
    });
    kernel.sum() + dot * dot + product.dot(x) + idle[0]
}

#[test]
fn constants_that_change_later() {
    // 3 (x + y) + (x + 2 y)^2 + x^2 + 2 y^2 + (x + 2 y)
    let x = array![1.0, 2.0];
    expect!(of_changing_constants(&x, 3) = 48.0, d = array![16.0, 33.0]);
}
