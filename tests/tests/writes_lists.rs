//! `Vec`s that grow and shrink, and stretches of them that are lent mutably under names.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::ndarray::Array1;
use chainrule::prelude::*;
use chainrule_tests::{compare, expect};

/// Everything that changes the length, in a loop that ends when nothing is left.
#[differentiable(forward)]
fn taken_from_the_end(v: &[f64]) -> f64 {
    let mut v = v.to_vec();
    let mut s = 0.0;
    let top = v.pop().unwrap() * v.first().unwrap();
    s += v.last().copied().unwrap_or(top);
    if let Some(x) = v.pop() {
        v.push(x * x * top);
    }
    while let Some(x) = v.pop() {
        s = s * 0.5 + x.sin() * s + x;
        if v.len() == 3 {
            v.extend([x, s]);
            v.truncate(4);
        }
        v.pop();
    }
    v.extend_from_slice(&[top, s]);
    v.push(top * s);
    v.truncate(10);
    let product = v[0] * v[1] * v[2];
    v.clear();
    v.push(product);
    product + v.iter().sum::<f64>()
}

#[test]
fn what_is_taken_from_the_end() {
    compare!(taken_from_the_end);
}

/// What is looked at behind `&&` is taken only where it is looked at.
#[differentiable(forward)]
fn taken_behind_a_condition(v: &[f64]) -> f64 {
    let mut w = v.to_vec();
    let mut s = 0.0;
    if v[0] > 0.0
        && let Some(t) = w.pop()
    {
        s += t * t;
    } else {
        s += 1.0;
    }
    let mut turns = 0;
    while w.len() > 1
        && turns < 10
        && let Some(t) = w.pop()
    {
        s = s * t;
        turns += 1;
    }
    assert!(turns < 10);
    s + w[w.len() - 1] * w.len() as f64
}

#[test]
fn what_is_taken_behind_a_condition() {
    compare!(taken_behind_a_condition);
}

/// A calculator: what it does depends on a text.
#[differentiable(second_order)]
fn calculated(x: f64, y: f64, text: &str) -> f64 {
    let mut stack = Vec::new();
    for c in text.chars() {
        match c {
            'x' => stack.push(x),
            'y' => stack.push(y),
            _ => {
                let b = stack.pop().unwrap();
                let a = stack.pop().expect("an operand");
                stack.push(match c {
                    '+' => a + b,
                    '*' => a * b,
                    _ => a - b,
                });
            }
        }
    }
    stack.pop().unwrap()
}

#[test]
fn a_calculator() {
    // x y + x - y + x x y
    let text = "xy*x+y-xx*y*+";
    assert_eq!(calculated::grad(3.0, 2.0, text), (2.0 + 1.0 + 12.0, 3.0 - 1.0 + 9.0));
    assert_eq!(calculated::hvp(3.0, 2.0, text, (1.0, 0.0)), (4.0, 7.0));
}

/// Both halves of a list under names, and a half of a half.
#[differentiable(forward)]
fn split(v: &[f64]) -> f64 {
    let mut v = v.to_vec();
    let (a, b) = v.split_at_mut(2);
    a[0] *= b[0];
    b[1] = a[1] * b[1] * a[0];
    let (b, c) = b.split_at_mut(1);
    b[0] *= 3.0;
    c.swap(0, 1);
    for x in c {
        *x = *x * *x;
    }
    let (first, last) = v.split_at(3);
    b_and(first[2] + v[0], last[0] * last[1]) + last.iter().sum::<f64>() * first.len() as f64
}

#[differentiable(forward)]
fn b_and(b: f64, rest: f64) -> f64 {
    b * rest + rest
}

#[test]
fn a_list_in_two_parts() {
    compare!(split);
}

#[differentiable(forward)]
fn in_chunks(v: &[f64]) -> f64 {
    let mut v = v.to_vec();
    for (i, c) in v.chunks_mut(2).enumerate() {
        let first = c[0];
        for x in c.iter_mut() {
            *x *= first + i as f64;
        }
        c[0] = 2.0;
        if c.len() == 2 {
            c[1] += c[0];
        }
    }
    v.chunks_exact_mut(2).for_each(|c| c.fill(c[1]));
    let pairs: f64 = v.chunks_exact(2).map(|c| c[0] * c[1]).sum();
    v.iter().product::<f64>() + pairs
}

#[test]
fn chunks_that_are_lent() {
    compare!(in_chunks);
}

/// Names for stretches and for elements, one after another and inside one another.
#[differentiable(forward)]
fn under_names(v: &[f64]) -> f64 {
    let mut w = vec![0.0; v.len()];
    let r = &mut w;
    for (x, y) in r.iter_mut().zip(v) {
        *x = y * y;
    }
    let r = &mut r[1..];
    r[0] *= 2.0;
    for i in 0..r.len() - 1 {
        assert!(r[i] < 100.0, "{}", r[i]);
        r[i] *= r[i + 1];
    }
    let n = r.len();
    if n == 4 {
        r[n - 1] *= r[n - 2];
    }
    let r = &mut w;
    for x in r {
        *x *= 2.0;
    }
    let mut rows = vec![w.clone(), w];
    for row in rows.iter_mut() {
        for x in row {
            *x *= *x;
        }
    }
    for x in &mut rows[0][1..3] {
        *x += 1.0;
    }
    rows[0][0] * rows[0][1] + rows[1].iter().sum::<f64>() * rows[0][2]
}

#[test]
fn names_for_stretches() {
    compare!(under_names);
}

/// Integers under names, in indices and in what is printed.
#[differentiable(forward)]
fn counted(x: f64, y: f64) -> f64 {
    let v = [x, y, x * y];
    let mut counts = vec![0usize; 3];
    let mut s = 0.0;
    for (i, c) in counts.iter_mut().enumerate() {
        *c += i / 2;
        assert!(*c < 2, "{c}");
        s += v[*c] * v[2 - *c];
        let k: usize = *c + 1;
        s += v[k];
    }
    s
}

#[test]
fn integers_under_names() {
    // Twice x x y + y, and once y y + x y.
    expect!(
        counted(2.0, 3.0) = 2.0 * (12.0 + 3.0) + 9.0 + 6.0,
        d = (2.0 * 12.0 + 3.0, 2.0 * (4.0 + 1.0) + 6.0 + 2.0)
    );
}

/// A list of arrays, left in every way.
#[differentiable(forward)]
fn arrays(v: &[f64]) -> f64 {
    let mut list = Vec::new();
    for i in 0..3 {
        list.push(Array1::from_vec(vec![v[i], v[i + 1] * v[i]]));
    }
    let mut total = Array1::zeros(2);
    while let Some(a) = list.pop() {
        if a[0] > 1.0 && list.len() == 1 && total[0] < 2.0 {
            list.push(&a * &a * 0.5);
        }
        total = total + &a * v[4];
        if total.sum() > 1e3 {
            break;
        }
        if a[0] < -100.0 {
            continue;
        }
        if list.len() > 10 {
            return total.sum();
        }
    }
    total.dot(&total)
}

#[test]
fn a_list_of_arrays() {
    compare!(arrays);
}

#[derive(Differentiable, Clone)]
struct Lists {
    list: Vec<f64>,
    scale: f64,
}

/// Lists within a struct, within a list, and under a name.
#[differentiable(forward)]
fn within(v: &[f64]) -> f64 {
    let mut p = Lists { list: v.to_vec(), scale: v[0] };
    let last = p.list.pop().unwrap();
    p.list.push(last * p.scale);
    let (a, b) = p.list.split_at_mut(2);
    let x = &mut a[0];
    *x *= b[0];
    b.iter_mut().rev().skip(1).for_each(|y| *y *= last);
    p.list.truncate(4);
    let mut rows = vec![p.list.clone(), p.list.clone()];
    let row = rows.pop().unwrap();
    rows[0].pop();
    let r = &mut rows[0];
    r.truncate(2);
    r[1] *= row[3];
    r.push(row[2]);
    let n = r.len();
    let ends = row[0] * row[row.len() - 1];
    p.list.iter().sum::<f64>() * rows[0][1] + rows[0][n - 1] + p.scale * ends
}

#[test]
fn lists_within_something() {
    compare!(within);
}

/// A checkpointed loop that ends where nothing is left.
#[differentiable(forward)]
fn checkpointed(v: &[f64]) -> f64 {
    let mut w = v.to_vec();
    let (mut s, mut turns) = (1.0, 0);
    #[checkpoint(every = 2)]
    while let Some(x) = w.pop() {
        s = s * x.sin() + x;
        turns += 1;
        if w.len() == 2 && turns < 8 {
            w.push(s * 0.5);
            w.push(s);
            w.truncate(3);
        }
    }
    s
}

#[test]
fn a_checkpointed_loop_over_a_list() {
    compare!(checkpointed);
}

/// Halves of chunks, read and written in every way.
#[differentiable(forward)]
fn halves(v: &[f64]) -> f64 {
    let mut grid = v.to_vec();
    grid.extend(v.iter().map(|x| x * 2.0));
    grid.extend([1.0, 2.0]);
    for (i, row) in grid.chunks_mut(4).enumerate() {
        let (l, r) = row.split_at_mut(2);
        l.swap(0, 1);
        for (x, &y) in l.iter_mut().zip(r.iter()) {
            *x *= y + i as f64;
        }
        r[1] = l[0];
        l.copy_from_slice(&r);
    }
    for pair in grid.chunks_exact_mut(2) {
        let (a, b) = pair.split_at_mut(1);
        (a[0], b[0]) = (a[0] + b[0], a[0] * b[0]);
    }
    grid.iter().map(|x| x * x).sum()
}

#[test]
fn halves_of_chunks() {
    compare!(halves);
}

/// A closure that takes and gives back.
#[differentiable(forward)]
fn in_a_closure(v: &[f64]) -> f64 {
    let mut stack = v.to_vec();
    let mut next = |k: f64| {
        let t = stack.pop().unwrap_or(k);
        stack.push(t * 0.5);
        t * k
    };
    let a = next(2.0);
    let b = next(a);
    stack.pop();
    let mut best: Option<f64> = None;
    for x in &stack {
        best = match best {
            None => Some(*x),
            Some(b) => Some(if b > *x { b } else { *x }),
        };
    }
    a * b + stack.len() as f64 * stack[0] + best.unwrap_or(a)
}

#[test]
fn a_list_in_a_closure() {
    compare!(in_a_closure);
}

#[differentiable(forward)]
fn lists_filled(x: &[f64; 5]) -> f64 {
    let mut v = vec![x[0]; 3];
    let mut w = [x[1], x[2]];
    let mut rows = vec![x[..2].to_vec(), vec![x[3], x[4]]];
    for k in 0..2 {
        w[k] *= v[k] + v[2];
        v.fill(w[0] * x[3]);
        v[1] += x[4];
        rows[k].fill(v[1] * x[k]);
    }
    let all = w[1] * w[0] + v[1];
    w.fill(all);
    rows[0][0] * rows[1][1] + w[0] * v[0] * v[1]
}

#[differentiable(forward)]
fn to_vec_of_an_array(x: &[f64; 5]) -> f64 {
    let mut u = x.to_vec();
    let mut next = vec![0.0; u.len()];
    for _ in 0..3 {
        for i in 0..u.len() {
            next[i] = u[i] * u[(i + 1) % u.len()];
        }
        std::mem::swap(&mut u, &mut next);
    }
    u.push(x[0]);
    u.iter().sum::<f64>() + next[2] * u[5]
}

#[test]
fn lists_written_as_a_whole() {
    compare!(lists_filled, to_vec_of_an_array);
}

#[derive(Clone, Differentiable)]
struct Cell {
    v: [f64; 2],
    h: Vec<f64>,
}

/// What is pushed to a part is made of another part, in both modes.
#[differentiable(forward)]
fn pushed_to_a_part(x: &[f64; 5]) -> f64 {
    let mut cells = vec![Cell { v: [x[0], x[1]], h: vec![x[2]; 2] }; 3];
    for (i, c) in cells.iter_mut().enumerate() {
        if i == 1 {
            c.h.push(x[4] * c.v[0]);
        }
        let last = c.h.len() - 1;
        let h = &mut c.h;
        h[last] += c.v[1] * x[3];
    }
    cells[0].v[0] * cells[1].h[2] + cells[2].h[1]
}

#[test]
fn lists_in_structs_in_lists() {
    compare!(pushed_to_a_part);
}

/// The cotangent of an element that was written over is looked at before that of what it began with is taken.
#[differentiable(forward)]
fn an_element_added_to(x: &[f64; 5]) -> f64 {
    let (a, b) = (x[0] * x[1], x[2]);
    let mut v = [a.cos(), b];
    v[0] += a.tanh();
    v[0]
}

#[test]
fn the_element_is_looked_at_first() {
    compare!(an_element_added_to);
}
