//! Writes of whole arrays and of parts of them.
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2, Axis, Zip, array, s};
use chainrule::prelude::*;
use chainrule_tests::{check, expect};

#[differentiable(forward)]
fn assigned(x: &Array1<f64>, a: f64) -> f64 {
    let mut y = x * a;
    let sum = y.sum();
    y.assign(&(x * x));
    let mut z = Array1::zeros(2);
    z.assign(&y);
    y.fill(a);
    y[1] += sum;
    (&y * &z).sum()
}

#[test]
fn assign_and_fill() {
    // a x0^2 + (a + a (x0 + x1)) x1^2
    expect!(
        assigned(&array![2.0, 3.0], 5.0) = 20.0 + 30.0 * 9.0,
        d = ([20.0 + 45.0, 45.0 + 180.0], 4.0 + 54.0)
    );
}

#[differentiable(forward)]
fn broadcast(m: &Array2<f64>, row: &Array1<f64>) -> f64 {
    let mut y = Array2::zeros((2, 2));
    y.assign(row);
    y += m;
    y *= row;
    y -= 1.0;
    y /= m;
    y.sum()
}

#[test]
fn assignment_broadcasts() {
    // ((r + m) r - 1) / m: in r (2 r + m) / m, in m (1 - r^2) / m^2.
    expect!(
        broadcast(&array![[1.0, 2.0], [4.0, 5.0]], &array![2.0, 3.0]) =
            5.0 + 7.0 + 11.0 / 4.0 + 23.0 / 5.0,
        d = (array![[-3.0, -2.0], [-3.0 / 16.0, -8.0 / 25.0]], [5.0 + 2.0, 4.0 + 11.0 / 5.0])
    );
}

#[differentiable(forward)]
fn scaled(x: &Array1<f64>, y: &Array1<f64>, a: f64) -> f64 {
    let mut z = x.clone();
    for _ in 0..2 {
        z.scaled_add(a, y);
    }
    let first = z[0];
    z.scaled_add(first, y);
    z[1]
}

#[test]
fn scaled_add() {
    // x1 + 2 a y1 + (x0 + 2 a y0) y1
    expect!(
        scaled(&array![2.0, 3.0], &array![5.0, 7.0], 0.5) = 3.0 + 7.0 + 7.0 * 7.0,
        d = ([7.0, 1.0], [7.0, 1.0 + 7.0], 14.0 + 70.0)
    );
}

#[differentiable(forward)]
fn mapped(x: &Array1<f64>, a: f64) -> f64 {
    let mut y = x.clone();
    y.mapv_inplace(|v| if v > 2.5 { v * a } else { v * v });
    y.mapv_inplace(f64::sqrt);
    y.map_inplace(|v| *v *= a);
    let other = &y * 2.0;
    y.zip_mut_with(&other, |y, o| *y = *y * o + a);
    y.zip_mut_with(x, |y, &x| *y -= x);
    y.sum()
}

#[test]
fn mapv_inplace_and_zip_mut_with() {
    // x0 = 2: y = a x0; 2 (a x0)^2 + a - x0. x1 = 4: y = a sqrt(4 a); 2 a^2 a x1 + a - x1.
    expect!(
        mapped(&array![2.0, 4.0], 3.0) = 72.0 + 3.0 - 2.0 + 216.0 + 3.0 - 4.0,
        d = ([4.0 * 9.0 * 2.0 - 1.0, 54.0 - 1.0], 48.0 + 1.0 + 216.0 + 1.0)
    );
}

#[differentiable(forward)]
fn zipped(x: &Array1<f64>, y: &Array1<f64>) -> f64 {
    let mut z = x * 2.0;
    Zip::from(&mut z).and(x).and(y).for_each(|z, &x, &y| *z = *z * y + x);
    Zip::from(&mut z).and(y).for_each(|z, y| *z *= y);
    let products = Zip::from(&z).and(y).map_collect(|&z, &y| z * y);
    products.sum()
}

#[test]
fn zip() {
    // (2 x y + x) y^2
    expect!(
        zipped(&array![2.0, 3.0], &array![5.0, 1.0]) = 22.0 * 25.0 + 9.0,
        d = ([275.0, 3.0], [4.0 * 25.0 + 22.0 * 10.0, 6.0 + 18.0])
    );
}

#[differentiable(forward)]
fn slices(x: &Array1<f64>) -> f64 {
    let mut y = x.clone();
    y.slice_mut(s![1..3]).assign(&x.slice(s![..2]));
    let mut z = y.clone();
    z.slice_mut(s![..;2]).fill(0.0);
    {
        let mut part = z.slice_mut(s![1..]);
        part *= 3.0;
        part[0] += y[2];
    }
    y.slice_mut(s![..2]).mapv_inplace(|v| v * v);
    let half = y.slice(s![2..]).to_owned();
    y.slice_mut(s![..2]).scaled_add(2.0, &half);
    y.sum() + z.sum()
}

#[test]
fn slice_mut() {
    // x = (a, b, c, d): y = (a, a, b, d); z = (0, a, 0, d) -> (0, 3a + b, 0, 3d);
    // y = (a^2 + 2b, a^2 + 2d, b, d).
    expect!(
        slices(&array![2.0, 3.0, 5.0, 7.0]) = 4.0 + 6.0 + 4.0 + 14.0 + 3.0 + 7.0 + 9.0 + 21.0,
        d = [8.0 + 3.0, 2.0 + 1.0 + 1.0, 0.0, 2.0 + 1.0 + 3.0]
    );
}

#[differentiable(forward)]
fn rows_of_a_matrix(m: &Array2<f64>, v: &Array1<f64>) -> f64 {
    let mut y = m.clone();
    y.row_mut(0).assign(v);
    y.column_mut(1).scaled_add(2.0, v);
    y.index_axis_mut(Axis(0), 1).mapv_inplace(|v| v * v);
    y.slice_mut(s![.., 0]).fill(v[0]);
    y.diag_mut()[1] *= 3.0;
    for mut row in y.rows_mut() {
        row *= v;
    }
    y.row(0).sum() * y.row(1).sum()
}

#[test]
fn rows_columns_and_diagonals() {
    // v = (p, q), m = [[a, b], [c, d]]: [[p, q + 2p], [c, d + 2q]] -> [[p, q + 2p], [p, 3 (d + 2q)^2]];
    // times v: (p^2 + q^2 + 2 p q) (p^2 + 3 q (d + 2q)^2).
    let (p, q, d) = (2.0, 3.0, 1.0);
    let (first, t) = (25.0, 7.0);
    let second = p * p + 3.0 * q * t * t;
    expect!(
        rows_of_a_matrix(&array![[8.0, 9.0], [5.0, d]], &array![p, q]) = first * second,
        d = (
            array![[0.0, 0.0], [0.0, first * 6.0 * q * t]],
            [
                2.0 * (p + q) * second + first * 2.0 * p,
                2.0 * (p + q) * second + first * (3.0 * t * t + 12.0 * q * t)
            ]
        )
    );
}

#[differentiable(forward)]
fn permuted(x: &Array2<f64>) -> f64 {
    let mut y = x.clone();
    y.swap([0, 0], [1, 0]);
    y.swap_axes(0, 1);
    y[[0, 1]] *= y[[1, 0]];
    let mut z = y;
    z.swap((0, 1), (1, 1));
    z[[0, 1]] + 10.0 * z[[1, 1]] + z[[0, 0]] * z[[0, 0]]
}

#[test]
fn swaps_of_arrays() {
    // [[a, b], [c, d]] -> [[c, b], [a, d]] -> [[c, a], [b, d]] -> [[c, a b], [b, d]] -> [[c, d], [b, a b]].
    expect!(
        permuted(&array![[2.0, 3.0], [5.0, 7.0]]) = 7.0 + 60.0 + 25.0,
        d = array![[30.0, 20.0], [10.0, 1.0]]
    );
}

/// A stencil: what was written in the last turn is read by the next, neighbours included.
#[differentiable(forward)]
fn diffused(u: &Array1<f64>, rate: f64, steps: usize) -> f64 {
    let mut u = u.to_owned();
    let n = u.len();
    let mut next = u.clone();
    for _ in 0..steps {
        for i in 1..n - 1 {
            next[i] = u[i] + rate * (u[i - 1] - 2.0 * u[i] + u[i + 1]);
        }
        std::mem::swap(&mut u, &mut next);
    }
    u[1]
}

#[test]
fn two_buffers_that_change_places() {
    // u = (a, b, c, d). One step: b' = b + r (a - 2b + c), c' = c + r (b - 2c + d).
    // Two: b' + r (a - 2 b' + c').
    let r: f64 = 0.25;
    let (db, dc) = (1.0 - 2.0 * r, r);
    let b = 2.0 + r * (1.0 - 4.0 + 4.0);
    let c = 4.0 + r * (2.0 - 8.0 + 8.0);
    let slope_in_r = db * 1.0 + dc * 2.0 + (1.0 - 2.0 * b + c);
    expect!(
        diffused(&array![1.0, 2.0, 4.0, 8.0], 0.25, 2) = b + r * (1.0 - 2.0 * b + c),
        d = ([db * r + r, db * db + dc * r, db * r + dc * db, dc * r], slope_in_r)
    );
    expect!(diffused(&array![1.0, 2.0, 4.0, 8.0], 0.25, 0) = 2.0, d = ([0.0, 1.0, 0.0, 0.0], 0.0));
}

#[differentiable(forward)]
fn a_factorisation(a: &Array2<f64>) -> f64 {
    // Cholesky, as the books have it: the diagonal of L, summed.
    let n = a.nrows();
    let mut l = Array2::<f64>::zeros((n, n));
    for i in 0..n {
        for j in 0..=i {
            let mut sum = a[[i, j]];
            for k in 0..j {
                sum -= l[[i, k]] * l[[j, k]];
            }
            if i == j {
                l[[i, j]] = sum.sqrt();
            } else {
                l[[i, j]] = sum / l[[j, j]];
            }
        }
    }
    l.diag().sum()
}

#[test]
fn a_cholesky_factorisation() {
    // sqrt(a) + sqrt(d - c^2 / a), by the lower triangle alone.
    let (a, c, d) = (4.0_f64, 2.0, 10.0);
    let root = (d - c * c / a).sqrt();
    expect!(
        a_factorisation(&array![[a, 99.0], [c, d]]) = 2.0 + root,
        d = array![[0.25 + c * c / (a * a) / (2.0 * root), 0.0], [-c / a / root, 0.5 / root]]
    );
}

/// The condition looks at what the turn before left there.
#[differentiable]
fn looked_at_before_each_turn(p: f64, mut x: Array1<f64>) -> f64 {
    let mut k = 0;
    while k < 3 && x[0] > -0.2 {
        k += 1;
        x[k % 3] = p.cos();
        for _ in 0..2 {
            x.fill(p * 0.5);
        }
    }
    x.sum()
}
/// `x -= ..` of a constant takes the old array.
#[differentiable]
fn constant_array_that_changes(p: f64, mut x: Array1<f64>) -> f64 {
    x.mapv_inplace(|e| e * p);
    x.assign(&Array1::from_elem(3, 1.7));
    if p > 1.2 {
        x -= &Array1::from_elem(3, -0.1);
    }
    x.sum() * p
}
/// What an arm receives of a sum that a caller may not want is computed in that arm.
#[differentiable]
fn filled_in_one_arm(p: f64, q: f64, m: &Array2<f64>, k: usize) -> f64 {
    let mut x = array![[1.6, q], [m[[0, 1]], p * q]];
    match k {
        1 | 2 if p + q > -0.5 => {
            x.fill(
                'found: {
                    if k < 2 {
                        break 'found p * q;
                    }
                    0.25
                } * 0.5,
            );
        }
        _ => {}
    }
    x.sum() + q - m.sum()
}

#[test]
fn old_arrays_are_there_as_long_as_they_are_needed() {
    for p in [0.7, 1.5] {
        let point = (p, array![0.2, 0.5, 0.1]);
        let of = |(p, x): &(f64, Array1<f64>)| looked_at_before_each_turn(*p, x.clone());
        let grad = |(p, x): &(f64, Array1<f64>)| looked_at_before_each_turn::grad(*p, x.clone());
        check(check_gradients(of, grad, &point));
        let of = |(p, x): &(f64, Array1<f64>)| constant_array_that_changes(*p, x.clone());
        let grad = |(p, x): &(f64, Array1<f64>)| constant_array_that_changes::grad(*p, x.clone());
        check(check_gradients(of, grad, &point));
    }
    for k in [0, 1, 2] {
        let point = (0.7, 0.4, array![[0.1, 0.3], [0.2, -0.5]]);
        let of = |(p, q, m): &(f64, f64, Array2<f64>)| filled_in_one_arm(*p, *q, m, k);
        check(check_gradients(of, |(p, q, m)| filled_in_one_arm::grad(*p, *q, m, k), &point));
        check(check_gradients(of, |(p, q, m)| filled_in_one_arm::vjp(*p, *q, m, k).1(1.0), &point));
    }
}
