//! What a chain lends mutably, functions by their names, and constants that change before they are gone over.

use chainrule::ndarray::{Array1, Array2, Zip, array};
use chainrule::prelude::*;
use chainrule_tests::{expect, forward_agrees};

#[differentiable(forward)]
fn written_in_chains(a: &Array2<f64>) -> f64 {
    let mut first = Array1::zeros(a.nrows());
    first.iter_mut().zip(a.rows()).for_each(|(r, row)| *r = row.dot(&row));
    let mut last = vec![0.0; a.nrows()];
    a.rows().into_iter().zip(last.iter_mut()).for_each(|(row, r)| *r = row.sum());
    first.sum() + last[0] * last[1]
}

/// Integers beside active values, in every order.
#[differentiable(forward)]
fn counted(xs: &[f64]) -> f64 {
    let mut counts = vec![0usize; xs.len()];
    let mut s = 0.0;
    for (x, c) in xs.iter().zip(counts.iter_mut()) {
        *c += 1;
        s += x * *c as f64;
    }
    xs.iter().zip(counts.iter_mut()).for_each(|(x, c)| {
        *c += 2;
        s += x * *c as f64;
    });
    for (i, c) in counts.iter_mut().enumerate() {
        *c += i;
    }
    s * (counts[0] + 10 * counts[1]) as f64
}

#[test]
fn what_a_chain_lends_is_written() {
    // sum a^2 + (a00 + a01) (a10 + a11)
    let a = array![[1.0, 2.0], [3.0, 4.0]];
    expect!(written_in_chains(&a) = 51.0, d = array![[9.0, 11.0], [9.0, 11.0]]);
    // (1 + 3) (x + y) (3 + 40)
    expect!(counted(&[0.5, 0.25]) = 129.0, d = [172.0, 172.0]);
}

#[differentiable(forward)]
fn lanes(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    let mut out = Array2::zeros(a.raw_dim());
    Zip::from(&mut out).and(a).and(b).for_each(|o, &a, &b| *o = a * b);
    let mut rows = Array1::zeros(a.nrows());
    Zip::from(&mut rows).and(a.rows()).for_each(|r, row| *r = row.dot(&row));
    let products = Zip::from(a.rows()).and(b.rows()).map_collect(|x, y| x.dot(&y));
    Zip::from(out.rows_mut()).and(&rows).for_each(|mut o, &r| o *= r);
    out.sum() + products.dot(&rows)
}

#[test]
fn a_zip_of_lanes() {
    // 2 (a . b) (a . a) of each row
    let (a, b) = (array![[1.0, 2.0], [3.0, 0.0]], array![[2.0, 1.0], [1.0, 1.0]]);
    expect!(
        lanes(&a, &b) = 94.0,
        d = (array![[36.0, 42.0], [54.0, 18.0]], array![[10.0, 20.0], [54.0, 0.0]])
    );
}

#[differentiable(forward)]
fn cubed(x: f64) -> f64 {
    x * x * x
}

#[differentiable(forward)]
fn named(xs: &[f64]) -> f64 {
    fn square(v: f64) -> f64 {
        v * v
    }
    let join = |a: f64, b: f64| a + b * 2.0;
    let cubes: Vec<f64> = xs.iter().copied().map(cubed).collect();
    xs.iter().copied().map(square).fold(0.0, join) + cubes.iter().sum::<f64>()
}

#[test]
fn functions_by_their_names_in_chains() {
    // 2 x^2 + x^3
    expect!(named(&[1.0, 2.0]) = 19.0, d = [7.0, 20.0]);
}

/// The pullback goes over what the list was, whatever it became.
#[differentiable]
fn over_what_was(x: f64, n: usize) -> f64 {
    let mut grid: Vec<f64> = Vec::new();
    for i in 0..n {
        grid.push(i as f64);
    }
    let mut s = 0.0;
    for g in grid.iter() {
        s += x * x * g;
    }
    for (i, g) in grid.iter().enumerate() {
        s += x * g * i as f64;
    }
    for pair in grid.chunks(2) {
        s += (x * pair[0]).max(x * pair[pair.len() - 1]);
    }
    grid.fill(100.0);
    s
}

#[test]
fn constants_that_change_are_gone_over_as_they_were() {
    // 3 x^2 + 5 x + 3 x
    let (y, pullback) = over_what_was::vjp(2.0, 3);
    assert_eq!((y, pullback(1.0), over_what_was::grad(2.0, 3)), (28.0, 20.0, 20.0));
}

/// Parts of lists, written and lent.
#[differentiable(forward)]
fn subslices(x: &[f64], y: f64, k: usize) -> f64 {
    let mut v = vec![0.5; 6];
    v[1..4].copy_from_slice(x);
    let mut w = [y; 4];
    w[2..].fill(y * y);
    w[..=k].clone_from_slice(&v[1..k + 2]);
    for a in &mut v[2..5] {
        *a *= y;
    }
    for (i, a) in v[k + 3..].iter_mut().enumerate() {
        *a += i as f64 * y;
    }
    v[1] + 2.0 * v[2] + 3.0 * v[3] + v[5] + w[0] * w[3]
}

#[test]
fn parts_of_lists_are_written() {
    // x0 + 2 x1 y + 3 x2 y + (0.5 + 2 y) + x0 y^2, where nothing is added to v[4] that is read
    let found = subslices::value_and_grad(&[1.0, 2.0, 3.0], 2.0, 0);
    assert_eq!(found, (1.0 + 8.0 + 18.0 + 4.5 + 4.0, (vec![5.0, 4.0, 6.0], 4.0 + 9.0 + 2.0 + 4.0)));
    expect!(subslices(&[1.0, 2.0, 3.0], 2.0, 1) = 33.5, d = (vec![5.0, 4.0, 6.0], 18.0));
}

/// Several arrays are written, element by element; and none, but for what the closure captures.
#[differentiable(forward)]
fn several(x: &Array2<f64>, y: &Array2<f64>, row: &Array1<f64>) -> f64 {
    let (mut a, mut b) = (x.clone(), y.clone());
    Zip::from(&mut a).and(&mut b).and_broadcast(row).for_each(|a, b, &c| {
        let old = *a;
        *a = old * *b;
        *b = old + c * *b;
    });
    let (mut s, mut count) = (0.0, 0);
    Zip::from(&mut a).and(&mut b).and_broadcast(row).for_each(|a, b, &c| {
        *a += c * *b;
        *b *= *a;
        s += c * *b;
        count += 1;
    });
    Zip::from(&a).and(&b).for_each(|&a, b| s += a * b);
    s * count as f64
}

#[test]
fn a_zip_that_writes_several_arrays() {
    let (x, y) = (array![[1.0, 0.5], [0.3, -0.7]], array![[0.2, 1.1], [-0.4, 0.6]]);
    let row = array![0.8, -0.5];
    let (dx, dy, drow) = several::grad(&x, &y, &row);
    let near = |found: f64, f: &dyn Fn(f64) -> f64| {
        let expected = (f(1e-6) - f(-1e-6)) / 2e-6;
        assert!((found - expected).abs() < 1e-7, "{found} {expected}");
    };
    for at in [[0, 0], [0, 1], [1, 0], [1, 1]] {
        let moved = |x: &Array2<f64>, by: f64| {
            let mut x = x.clone();
            x[at] += by;
            x
        };
        near(dx[at], &|by| several(&moved(&x, by), &y, &row));
        near(dy[at], &|by| several(&x, &moved(&y, by), &row));
    }
    let moved = |by: f64| &row + &array![0.0, by];
    near(drow[1], &|by| several(&x, &y, &moved(by)));
    forward_agrees(&(dx, dy, drow), |tangents| several::jvp(&x, &y, &row, tangents).1);
}
