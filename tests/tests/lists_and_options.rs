//! What is done with lists and options as in any program: elements moved, put in and taken out, and lent mutably.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use std::collections::HashMap;

use chainrule::check::check_gradients;
use chainrule::ndarray::Array1;
use chainrule::prelude::*;
use chainrule_tests::{check, forward_agrees};

#[differentiable]
fn takes(x: f64, n: usize) -> f64 {
    let mut pending = Some(x * x);
    let mut s = 0.0;
    for i in 0..n {
        if let Some(p) = pending.take() {
            s += p * i as f64 + p;
        } else {
            pending = Some(s * x);
        }
    }
    s
}
#[differentiable]
fn replaces(x: f64) -> f64 {
    let mut o = Some(x);
    let old = o.replace(x * x);
    old.unwrap() * o.unwrap()
}
#[differentiable]
#[allow(unused_must_use)]
fn inserted(x: f64) -> f64 {
    let mut o: Option<f64> = None;
    o.insert(x * x);
    o.unwrap() * x
}
#[differentiable]
fn shown(x: f64) -> f64 {
    let o = Some(x * x);
    let a = o.as_ref().map(|v| v * 2.0).unwrap_or(0.0);
    if let Some(v) = o.as_ref() { a * v } else { 0.0 }
}
#[differentiable]
fn got_or_not(x: &[f64], i: usize) -> f64 {
    let mut s = 0.0;
    if let Some(v) = x.get(i) {
        s += v * v;
    }
    s + x.get(i + 1).copied().unwrap_or(1.0) * x.first().unwrap()
}
#[differentiable]
fn differences(x: &Vec<f64>) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let left = if i > 0 { *x.get(i - 1).unwrap() } else { 0.0 };
        let right = match x.get(i + 1) {
            Some(r) => *r,
            None => 0.0,
        };
        s += (right - left) * (right - left) * x[i];
    }
    s
}
#[differentiable]
fn inserts(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.insert(1, x[0] * x[1]);
    v.insert(0, 2.0);
    v.iter().enumerate().map(|(i, a)| a * a * i as f64).sum()
}
#[differentiable]
fn removes(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let a = v.remove(1);
    v.iter().enumerate().map(|(i, b)| a * b * (i + 1) as f64).sum()
}
#[differentiable]
fn swap_removes(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let a = v.swap_remove(0);
    v.iter().enumerate().map(|(i, b)| a * b * (i + 1) as f64).sum()
}
#[differentiable]
fn reverses(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.reverse();
    v.iter().enumerate().map(|(i, b)| b * b * (i + 1) as f64).sum()
}
#[differentiable]
fn rotates(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.rotate_left(1);
    v.rotate_right(2);
    v.iter().enumerate().map(|(i, b)| b * b * (i + 1) as f64).sum()
}
#[differentiable]
fn sorts(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_by(|a, b| a.partial_cmp(b).unwrap());
    v.iter().enumerate().map(|(i, b)| b * b * (i + 1) as f64).sum()
}
#[differentiable]
fn sorts_down_and_up(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_by(|a, b| b.total_cmp(a));
    v.sort_unstable_by(f64::total_cmp);
    v[0] * v[1]
}
#[differentiable]
fn grows(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.truncate(2);
    v.extend(x.iter().map(|a| a * 2.0));
    v.extend_from_slice(&x[1..]);
    v.iter().enumerate().map(|(i, b)| b * b * (i + 1) as f64).sum()
}
#[differentiable]
fn resizes(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.resize(5, x[0]);
    v.iter().enumerate().map(|(i, b)| b * b * (i + 1) as f64).sum()
}
#[differentiable]
fn appends(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    let mut w = vec![x[0] * x[1]];
    v.append(&mut w);
    v.iter().enumerate().map(|(i, b)| b * b * (i + 1) as f64).sum()
}
#[differentiable]
fn retains(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.retain(|a| *a > 0.5);
    v.iter().enumerate().map(|(i, b)| b * b * (i + 1) as f64).sum()
}
#[differentiable]
fn concatenates(x: &[f64]) -> f64 {
    let v = [&x[1..], &x[..2]].concat();
    v.iter().enumerate().map(|(i, b)| b * b * (i + 1) as f64).sum()
}
#[differentiable]
fn through_as_mut(x: f64) -> f64 {
    let mut o = Some(x);
    if let Some(v) = o.as_mut() {
        *v *= x;
    }
    o.unwrap() * x
}
#[differentiable]
fn through_a_reference(x: f64, n: usize) -> f64 {
    let mut o = if n > 1 { Some(x) } else { None };
    for i in 0..n {
        if let Some(v) = &mut o {
            *v *= x + i as f64
        } else {
            o = Some(1.0);
        }
    }
    let y = if let Some(v) = &mut o {
        *v += 1.0;
        *v * x
    } else {
        x
    };
    o.unwrap() * x * y
}
#[differentiable]
fn the_best_in_place(x: &[f64]) -> f64 {
    let mut best: Option<(f64, usize)> = None;
    for i in 0..x.len() {
        if let Some((b, at)) = &mut best {
            if x[i] > *b {
                *b = x[i];
                *at = i;
            }
        } else {
            best = Some((x[i], i));
        }
    }
    let (b, at) = best.unwrap();
    b * b * (at + 1) as f64
}
#[differentiable]
fn at_the_ends(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    if let Some(l) = v.last_mut() {
        *l *= 2.0;
    }
    *v.first_mut().unwrap() += 1.0;
    let m = v.get_mut(1).unwrap();
    *m = *m * *m;
    *v.last_mut().unwrap() *= x[0];
    v[0] * v[v.len() - 1] * v[1]
}
#[differentiable]
fn at_positions(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    for i in 0..5 {
        if let Some(l) = v.get_mut(i) {
            *l *= 3.0;
        } else {
            v[0] += 1.0;
        }
    }
    v.iter().product()
}
#[differentiable]
fn members_one_by_one(x: &[f64]) -> f64 {
    let mut best = (0, x[0], true);
    for i in 1..x.len() {
        if x[i] > best.1 {
            best.0 = i;
            best.1 = x[i] * x[0];
            best.2 = !best.2;
        }
        best.1 *= 1.1;
    }
    best.1 * best.1 * (best.0 + 1) as f64
}
#[differentiable]
fn runs_of(x: &[f64]) -> f64 {
    let mut groups: Vec<Vec<f64>> = Vec::new();
    for &v in x {
        if let Some(g) = groups.last_mut() {
            if g[g.len() - 1] < v {
                g.push(v);
                continue;
            }
        }
        groups.push(vec![v]);
    }
    groups.iter().map(|g| g.iter().product::<f64>()).sum()
}
#[derive(Clone, Debug, Differentiable)]
struct Q {
    items: Vec<f64>,
    held: Option<f64>,
}
#[differentiable]
fn of_fields(q: &Q) -> f64 {
    let mut q = q.clone();
    q.items.sort_by(|a, b| b.partial_cmp(a).unwrap());
    q.items.rotate_left(1);
    let a = q.items.remove(0);
    let h = q.held.take().unwrap_or(1.0);
    q.items.insert(0, h * a);
    if let Some(v) = q.items.last_mut() {
        *v *= a;
    }
    q.items[1..].reverse();
    q.held = q.items.pop();
    if let Some(v) = &mut q.held {
        *v *= h;
    }
    q.items.iter().enumerate().map(|(i, v)| v * v * (i + 1) as f64).sum::<f64>() * q.held.unwrap()
}
/// In forward mode and second order too.
#[differentiable(second_order)]
fn twice(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.sort_unstable_by(|a, b| b.partial_cmp(a).unwrap());
    v.retain(|a| *a > 0.0);
    let first = v.remove(0);
    v.insert(1, first * first);
    v.rotate_right(1);
    let mut held = v.first().copied();
    if let Some(a) = held.as_mut() {
        *a *= first;
    }
    let last = v.last_mut().unwrap();
    *last *= 2.0;
    v.iter().enumerate().map(|(i, a)| a * a * (i + 1) as f64).sum::<f64>() * held.take().unwrap()
}

#[test]
fn lists() {
    for x in [vec![1.3, 0.4, 0.9], vec![0.2, 0.7, 1.9, 0.6]] {
        macro_rules! agree {
            ($($f:ident)*) => {
                $(
                    assert_eq!($f::value_and_grad(&x).0, $f(&x), stringify!($f));
                    check(check_gradients(|x| $f(x), |x| $f::grad(x), &x));
                )*
            };
        }
        agree!(differences inserts removes swap_removes reverses rotates sorts sorts_down_and_up);
        agree!(grows resizes appends retains concatenates at_the_ends at_positions runs_of twice);
        agree!(members_one_by_one the_best_in_place);
        for i in [1, 2, 7] {
            check(check_gradients(|x| got_or_not(x, i), |x| got_or_not::grad(x, i), &x));
        }
        forward_agrees(&twice::grad(&x), |d| twice::jvp(&x, d).1);
        check(chainrule::check::check_hessian(|x| twice::grad(x), |x, d| twice::hvp(x, d), &x));
    }
}

#[test]
fn options() {
    for n in 0..5 {
        check(check_gradients(|x| takes(*x, n), |x| takes::grad(*x, n), &1.2));
        check(check_gradients(
            |x| through_a_reference(*x, n + 1),
            |x| through_a_reference::grad(*x, n + 1),
            &1.2,
        ));
    }
    check(check_gradients(|x| replaces(*x), |x| replaces::grad(*x), &1.2));
    check(check_gradients(|x| inserted(*x), |x| inserted::grad(*x), &1.2));
    check(check_gradients(|x| shown(*x), |x| shown::grad(*x), &1.2));
    check(check_gradients(|x| through_as_mut(*x), |x| through_as_mut::grad(*x), &1.2));
    let q = Q { items: vec![1.3, 0.4, 0.9, 2.0], held: Some(0.7) };
    check(check_gradients(|q| of_fields(q), |q| of_fields::grad(q), &q));
}

#[differentiable]
fn total(xs: &[f64]) -> f64 {
    xs.iter().sum()
}

#[differentiable]
fn handed_on(a: &[f64], n: usize) -> f64 {
    let mut alpha = a.to_vec();
    for turn in 0..n {
        let before = std::mem::take(&mut alpha);
        for s in 0..a.len() {
            alpha.push(total(&before) * a[s] + turn as f64);
        }
    }
    total(&alpha)
}

#[differentiable]
fn of_an_array(direction: [f64; 3], k: f64) -> f64 {
    let norm = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
    let unit = direction.map(|d| d / norm);
    let bent = unit.map(f64::sin).map(|d| if d > 0.0 { d * k } else { d });
    bent[0] * unit[1] + bent[2]
}

#[test]
fn lists_taken_and_mapped() {
    for n in 0..4 {
        check(check_gradients(
            |a: &Vec<f64>| handed_on(a, n),
            |a| handed_on::grad(a, n),
            &vec![0.3, 0.4],
        ));
    }
    check(check_gradients(
        |(d, k)| of_an_array(*d, *k),
        |(d, k)| of_an_array::grad(*d, *k),
        &([0.3, -0.7, 1.1], 1.4),
    ));
}

/// Lists of constants that are moved by what is differentiated, and others.
#[differentiable]
fn by_rank(x: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].partial_cmp(&x[b]).unwrap());
    order.iter().enumerate().map(|(rank, &i)| x[i] * x[i] * (rank + 1) as f64).sum()
}
#[differentiable]
fn the_greatest_by_position(x: &Array1<f64>, k: usize) -> f64 {
    let mut idx: Vec<usize> = (0..x.len()).collect();
    idx.sort_unstable_by(|a, b| x[*b].total_cmp(&x[*a]));
    idx.truncate(k);
    idx.reverse();
    let mut s = 0.0;
    for (r, i) in idx.iter().enumerate() {
        s += x[*i] * (r + 1) as f64;
    }
    s * x[idx[0]]
}
#[differentiable(constant(seed, names))]
fn beside_constants(x: f64, seed: u32, names: &[&str]) -> f64 {
    let mut h = seed;
    let mut s = 0.0;
    let mut map: HashMap<String, usize> = HashMap::new();
    let mut todo: Vec<usize> = vec![3, 1, 2];
    todo.sort_by(|a, b| b.cmp(a));
    for n in names {
        h = h.rotate_left(5) ^ n.len() as u32;
        map.insert(n.to_string(), n.len());
        s += x * (h % 7) as f64;
    }
    map.remove("a");
    while let Some(i) = todo.pop() {
        s += x.powi(i as i32);
    }
    let mut left = vec![1usize, 2, 3];
    left.retain(|v| *v > 1);
    let gone = left.remove(0);
    let text = names[0].replace("a", "b");
    s * map.len() as f64 + gone as f64 * x + text.len() as f64 * x
}
#[differentiable]
fn visited(x: &[f64], adj: &[Vec<usize>]) -> f64 {
    let mut queue = vec![0usize];
    let mut seen = vec![false; x.len()];
    let mut s = 0.0;
    while !queue.is_empty() {
        let i = queue.remove(0);
        if seen[i] {
            continue;
        }
        seen[i] = true;
        s = s * 0.5 + x[i] * x[i];
        for &j in &adj[i] {
            if x[j] > 0.0 {
                queue.push(j);
            }
        }
    }
    s
}
/// What is lent stays what it is, whatever becomes of the position that it was found at.
#[differentiable]
fn found_before(x: &[f64]) -> f64 {
    let mut slots = vec![Some(x[0]), None, Some(x[1])];
    let mut at = 0;
    for _ in 0..2 {
        if let Some(v) = &mut slots[at] {
            at += 2;
            *v *= x[2];
        }
    }
    let mut list = x.to_vec();
    at -= 4;
    if let Some(v) = list.get_mut(at) {
        at += 1;
        *v *= x[1];
    }
    slots.iter().flatten().sum::<f64>() * list[0] * x[at]
}

#[test]
fn lists_of_constants() {
    check(check_gradients(|x| found_before(x), |x| found_before::grad(x), &vec![1.3, 0.4, 0.9]));
    let x = vec![1.3, 0.4, 0.9, 2.0];
    check(check_gradients(|x| by_rank(x), |x| by_rank::grad(x), &x));
    check(check_gradients(
        |x| the_greatest_by_position(x, 3),
        |x| the_greatest_by_position::grad(x, 3),
        &Array1::from_vec(x.clone()),
    ));
    let names = ["abc", "a"];
    check(check_gradients(
        |x| beside_constants(*x, 7, &names),
        |x| beside_constants::grad(*x, 7, &names),
        &1.2,
    ));
    let edges = vec![vec![1, 2], vec![3], vec![0], vec![]];
    check(check_gradients(|x| visited(x, &edges), |x| visited::grad(x, &edges), &x));
}
