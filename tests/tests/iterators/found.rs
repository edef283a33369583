//! Chains that look for an item, hand something on from item to item, or go on over a list of what was not left out.

use chainrule::check::check_gradients;
use chainrule::prelude::*;
use chainrule_tests::{check, forward_agrees};

#[differentiable]
fn running_products(x: &[f64]) -> f64 {
    x.iter()
        .scan(1.0, |s, v| {
            *s *= v;
            Some(*s)
        })
        .sum()
}
#[differentiable]
fn running_sums_to_an_end(x: &[f64]) -> f64 {
    let c: Vec<f64> = x
        .iter()
        .scan(0.0, |acc, &v| {
            *acc += v;
            if *acc > 2.5 { None } else { Some(*acc * v) }
        })
        .collect();
    c.iter().enumerate().map(|(i, v)| v * v * (i + 1) as f64).sum()
}
#[differentiable]
fn by_number(x: &[f64]) -> f64 {
    x.iter().nth(1).unwrap() * x.iter().rev().nth(0).copied().unwrap()
        + x.iter().skip(1).nth(5).copied().unwrap_or(2.0) * x[0]
}
#[differentiable]
fn flat(x: &[Vec<f64>]) -> f64 {
    x.iter().flatten().map(|v| v * v).sum()
}
#[differentiable]
fn flat_with_positions(x: &[Vec<f64>]) -> f64 {
    let mut p = 1.0;
    for (i, v) in x.iter().flatten().enumerate() {
        p += p * v * i as f64;
    }
    p
}
#[differentiable]
fn greatest(x: &[f64]) -> f64 {
    let (i, v) = x.iter().enumerate().max_by(|a, b| a.1.partial_cmp(b.1).unwrap()).unwrap();
    v * v * (i + 1) as f64
}
#[differentiable]
fn greatest_product(x: &[f64], w: &[f64]) -> f64 {
    let best = x
        .iter()
        .zip(w)
        .enumerate()
        .map(|(i, (a, b))| (i, a * b))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    match best {
        Some((i, v)) => v * x[i],
        None => 0.0,
    }
}
#[differentiable]
fn position_of_the_least(x: &[f64]) -> f64 {
    let best =
        x.iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(i, _)| i).unwrap();
    x[best] * x[best]
}
#[differentiable]
fn zipped_after(x: &[f64], w: &[f64]) -> f64 {
    x.iter().filter(|v| **v > 0.5).zip(w).map(|(a, b)| a * b).sum()
}
#[differentiable]
fn reversed_after(x: &[f64]) -> f64 {
    x.iter().filter(|v| **v > 0.5).rev().enumerate().map(|(i, a)| a * (i + 1) as f64).sum()
}
#[differentiable]
fn chained_after(x: &[f64], w: &[f64]) -> f64 {
    x.iter()
        .filter(|v| **v > 0.5)
        .chain(w.iter())
        .enumerate()
        .map(|(i, a)| a * a * (i + 1) as f64)
        .sum()
}
#[differentiable]
fn at_a_position(x: &[f64]) -> f64 {
    let i = x.iter().position(|v| *v > 1.0).unwrap_or(0);
    x[i] * x[i]
}
#[differentiable]
fn greatest_by_a_fold(x: &[f64]) -> f64 {
    let best = x.iter().enumerate().fold(None, |best: Option<(usize, f64)>, (i, &v)| match best {
        Some((_, b)) if b >= v => best,
        _ => Some((i, v)),
    });
    best.map_or(0.0, |(i, v)| v * v * (i + 1) as f64)
}
#[differentiable]
fn first_found(x: &[f64]) -> f64 {
    let a = x.iter().find(|v| **v > 0.5).copied().unwrap_or(0.0);
    let b = x.iter().find_map(|v| if *v > 1.0 { Some(v * v) } else { None }).unwrap();
    a * b
}
#[differentiable]
fn extremes(x: &[f64]) -> f64 {
    let m = x.iter().cloned().fold(f64::NEG_INFINITY, f64::max);
    let m2 = x.iter().copied().max_by(|a, b| a.total_cmp(b)).unwrap();
    m + m2 * x.iter().copied().min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap()
}
#[differentiable]
fn of_windows(x: &[f64]) -> f64 {
    x.windows(2).filter(|w| w[1] > w[0]).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>()
        + x.chunks(2).flat_map(|c| c.iter().map(|v| v * v * v)).sum::<f64>()
}
#[differentiable]
fn two_sums(x: &[f64]) -> f64 {
    let (s, q) = x.iter().fold((0.0, 0.0), |(s, q), v| (s + v, q + v * v));
    let n = x.len() as f64;
    q / n - (s / n).powi(2)
}
/// In forward mode, in a loop that a jump leaves.
#[differentiable(forward)]
fn in_a_loop(x: &[f64], n: usize) -> f64 {
    let mut sum = 1.0;
    for turn in 0..n {
        let (at, most) = match x.iter().enumerate().skip(turn).min_by(|a, b| a.1.total_cmp(b.1)) {
            Some((at, most)) => (at, *most),
            None => break,
        };
        sum += sum * most * (at + 1) as f64;
        for (kept, scale) in x.iter().filter(|v| **v > most).zip(&x[turn..]) {
            if *kept > 1.2 {
                continue;
            }
            sum += kept * scale;
        }
    }
    sum
}

/// Integers beside what is differentiated, taken out of references; items that may be nothing.
#[differentiable]
fn knapsack(values: &[f64], weights: &[usize], capacity: usize) -> f64 {
    let mut best: Vec<Option<f64>> = vec![None; capacity + 1];
    best[0] = Some(0.0);
    for (v, &w) in values.iter().zip(weights) {
        for c in (w..=capacity).rev() {
            if let Some(b) = best[c - w] {
                let candidate = b + v;
                best[c] = match best[c] {
                    Some(old) if old >= candidate => Some(old),
                    _ => Some(candidate),
                };
            }
        }
    }
    best.iter().flatten().fold(0.0, |most: f64, b| most.max(*b))
}

#[test]
fn what_may_be_nothing() {
    let x = vec![1.0, 2.2, 0.7];
    check(check_gradients(
        |x| knapsack(x, &[2, 3, 1], 4),
        |x| knapsack::grad(x, &[2, 3, 1], 4),
        &x,
    ));
}

#[test]
fn what_is_found() {
    for x in [vec![1.3, 0.4, 0.9], vec![0.2, 1.7, 1.9, 0.6]] {
        let w: Vec<f64> = x.iter().map(|v| v * 1.7 - 0.2).collect();
        let rows = vec![x.clone(), w.clone()];
        macro_rules! agree {
            ($($f:ident)*) => {
                $(
                    assert_eq!($f::value_and_grad(&x).0, $f(&x), stringify!($f));
                    check(check_gradients(|x| $f(x), |x| $f::grad(x), &x));
                )*
            };
        }
        agree!(running_products running_sums_to_an_end by_number greatest position_of_the_least);
        agree!(reversed_after at_a_position greatest_by_a_fold first_found extremes of_windows);
        agree!(two_sums);
        macro_rules! agree_on_two {
            ($($f:ident)*) => {
                $(check(check_gradients(
                    |(x, w)| $f(x, w),
                    |(x, w)| $f::grad(x, w),
                    &(x.clone(), w.clone()),
                ));)*
            };
        }
        agree_on_two!(greatest_product zipped_after chained_after);
        check(check_gradients(|x: &Vec<Vec<f64>>| flat(x), |x| flat::grad(x), &rows));
        check(check_gradients(
            |x: &Vec<Vec<f64>>| flat_with_positions(x),
            |x| flat_with_positions::grad(x),
            &rows,
        ));
        for n in [1, 2, 9] {
            check(check_gradients(|x| in_a_loop(x, n), |x| in_a_loop::grad(x, n), &x));
            forward_agrees(&in_a_loop::grad(&x, n), |d| in_a_loop::jvp(&x, n, d).1);
        }
    }
}
