//! Programs that were once refused by rustc, or wrong: a local that takes over an argument's name, a
//! local inside `s![..]`, one argument handed to two callees, a view by value, a literal as receiver.
#![deny(warnings)]
#![allow(clippy::all)]

use chainrule::check::check_gradients as check;
use chainrule::ndarray::*;
use chainrule::prelude::*;
use chainrule_tests::expect;
#[differentiable]
fn of_a_view(x: ArrayView1<f64>) -> f64 {
    (&x * &x).sum()
}
#[differentiable]
fn up_to_a_local(x: &Array1<f64>) -> f64 {
    let n = x.len();
    let y = x * x;
    y.slice(s![..n - 1]).sum()
}
#[differentiable]
fn sign_of_a_literal(x: f64) -> f64 {
    x.copysign(-2.0) * x
}
#[differentiable]
fn shadowed_parameter(v: &Array1<f64>) -> f64 {
    let v = v + v;
    let v = &v * &v;
    v.sum()
}
#[differentiable]
fn weighted(w: &Array1<f64>, k: f64) -> f64 {
    (w * k).sum()
}
#[differentiable]
fn squared(w: &Array1<f64>) -> f64 {
    (w * w).sum()
}
#[differentiable]
fn one_argument_into_two_callees(w: &Array1<f64>, k: f64) -> f64 {
    weighted(w, k) * squared(w)
}
#[differentiable]
fn integer_beside_an_index(x: &Array1<f64>, k: usize) -> f64 {
    x[k] * k as f64 + element(x, 1)
}
#[differentiable]
fn element(x: &Array1<f64>, i: usize) -> f64 {
    x[i] * x[i]
}
#[test]
fn once_refused_or_wrong() {
    let a1 = array![0.5, -0.3, 1.0];
    assert_eq!(of_a_view::grad(a1.view()), &a1 * 2.0);
    check(|v| up_to_a_local(v), |v| up_to_a_local::vjp(v).1(1.0), &a1).unwrap();
    check(|v| sign_of_a_literal(*v), |v| sign_of_a_literal::vjp(*v).1(1.0), &0.5).unwrap();
    check(|v| shadowed_parameter(v), |v| shadowed_parameter::vjp(v).1(1.0), &a1).unwrap();
    check(|v| shadowed_parameter(v), |v| shadowed_parameter::grad(v), &a1).unwrap();
    check(
        |(v, k)| one_argument_into_two_callees(v, *k),
        |(v, k)| one_argument_into_two_callees::vjp(v, *k).1(1.0),
        &(a1.clone(), 0.7),
    )
    .unwrap();
    check(|v| integer_beside_an_index(v, 2), |v| integer_beside_an_index::vjp(v, 2).1(1.0), &a1)
        .unwrap();
}
#[differentiable]
fn shadowed_often(k: f64, v: &Array1<f64>, w: &Array1<f64>) -> f64 {
    let v = v * k;
    let w = &v * &v + w;
    let k = w.sum();
    let v = (&w * k).sin();
    (v * w).sum() + k
}
#[test]
fn names_taken_over_again_and_again() {
    let a1 = array![0.5, -0.3, 1.0];
    check(
        |(k, v, w)| shadowed_often(*k, v, w),
        |(k, v, w)| shadowed_often::vjp(*k, v, w).1(1.0),
        &(0.7, a1.clone(), &a1 * 0.3),
    )
    .unwrap();
    check(
        |(k, v, w)| shadowed_often(*k, v, w),
        |(k, v, w)| shadowed_often::grad(*k, v, w),
        &(0.7, a1.clone(), &a1 * 0.3),
    )
    .unwrap();
}

/// A counter that goes on while the adjoint shows again what was shown at it.
#[differentiable(wrt(u), forward)]
fn shown_at_a_counter(u: &Array1<f64>, x: &[Array1<f64>]) -> f64 {
    let mut h = Array1::zeros(u.len());
    let mut t = 0;
    while t < x.len() {
        h = (h + x[t].view()) * u;
        t += 1;
    }
    h.sum()
}

#[test]
fn a_counter_is_copied() {
    // (x0 u + x1) u
    let x = [array![2.0, 3.0], array![5.0, 7.0]];
    expect!(shown_at_a_counter(&array![1.0, 2.0], &x) = 7.0 + 26.0, d = [9.0, 19.0]);
}

/// Two variables begin at once, of which an active value reaches one.
#[differentiable(forward)]
fn begun_at_once(x: &[f64]) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for x in x {
        sum += x * x;
        count += 1.0;
    }
    sum / count
}

#[test]
fn variables_that_begin_at_once() {
    expect!(begun_at_once(&[1.0, 3.0]) = 5.0, d = [1.0, 3.0]);
}

/// A closure gives something active though it is called with a constant.
#[differentiable(forward)]
fn captured(x: &Array1<f64>) -> f64 {
    let power = |n: i32| x[0].powi(n);
    power(2) + power(3) * x[1]
}

#[test]
fn a_closure_called_with_constants() {
    expect!(captured(&array![2.0, 5.0]) = 44.0, d = [4.0 + 60.0, 8.0]);
}

struct Labelled {
    mask: Array1<f64>,
    labels: Vec<usize>,
}

/// Parts of the items of a list of constants, lent and computed with.
#[differentiable(wrt(w), forward)]
fn of_items(w: &Array1<f64>, items: &[Labelled]) -> f64 {
    let mut sum = 0.0;
    for item in items {
        let kept = (1.0 - &item.mask) * w;
        sum += kept.select(Axis(0), &item.labels).sum() * item.labels.len() as f64;
    }
    sum
}

#[test]
fn parts_of_constant_items() {
    let item = |mask: Array1<f64>, labels: &[usize]| Labelled { mask, labels: labels.to_vec() };
    let items = [item(array![0.0, 1.0], &[0, 1]), item(array![0.5, 0.0], &[1])];
    // 2 w0 + w1
    expect!(of_items(&array![3.0, 4.0], &items) = 10.0, d = [2.0, 1.0]);
}

/// What is borrowed is taken apart again where a recursion goes on.
#[differentiable(wrt(h), forward)]
fn through(h: Array1<f64>, x: &[Array1<f64>]) -> Array1<f64> {
    match x {
        [] => h,
        [first, rest @ ..] => through(h * first, rest),
    }
}

#[differentiable(wrt(h), forward)]
fn sum_through(h: &Array1<f64>, x: &[Array1<f64>]) -> f64 {
    through(h.clone(), x).sum()
}

#[test]
fn a_slice_taken_apart_by_recursion() {
    let x = [array![2.0, 3.0], array![5.0, 7.0]];
    expect!(sum_through(&array![1.0, 1.0], &x) = 31.0, d = [10.0, 21.0]);
}

#[derive(Clone, Debug, Differentiable)]
struct Parts {
    x: f64,
    l: [f64; 2],
}

/// The macro cannot tell whether a field is a float or an array, but knows that it is one and the same.
#[differentiable]
fn of_one_field_twice(p: Parts) -> f64 {
    if array![p.x, p.l[1]].sum() < 0.0 {
        return p.x;
    }
    (0..2).fold(p.l[1] - 0.5, |sum, i| {
        if p.l[i] < 1.5 {
            return p.x.min(p.x);
        }
        sum * (sum / (sum.powi(2) + 1.0))
    })
}

#[test]
fn a_kernel_whose_operands_are_floats_after_all() {
    let gradient = of_one_field_twice::grad(Parts { x: 2.0, l: [0.0, 1.0] });
    assert_eq!((gradient.x, gradient.l), (1.0, [0.0; 2]));
}

/// A guard binds a name that is lent to the adjoint, and one that an item is lent to.
#[differentiable]
fn shadowed_in_a_guard(p: f64, x: &Array1<f64>, k: usize) -> f64 {
    let mut s = p;
    if k > 1 {
        let y = x * p;
        for e in x.iter() {
            s += match k {
                3 if {
                    let y = y[0] * 2.0;
                    let e = *e + y;
                    e
                } > 0.0 =>
                {
                    p * y[1]
                }
                _ => p * e,
            };
        }
    }
    s
}
#[differentiable]
fn taken(x: Array1<f64>) -> f64 {
    (&x * &x).sum()
}
#[differentiable]
fn looked_at(x: &Array1<f64>, e: &f64) -> f64 {
    x[0] * e
}
/// Copies of what is lent are owned, and names for what is owned are references.
#[differentiable]
fn copies_and_names(x: &Array1<f64>, p: &f64) -> f64 {
    let copy = x.clone();
    let twice = x * 2.0;
    let name = &twice;
    let other = |a: Array1<f64>| taken(a) * 2.0;
    let mut s = if *p < 10.0 { other(x.to_owned()) } else { 0.0 };
    for e in x.iter() {
        s += looked_at(name, e);
    }
    taken(copy) * s
}
/// Types of literals that are told elsewhere.
#[differentiable]
fn literals_with_types_elsewhere(p: f64) -> f64 {
    let mut pair: (f64, f64) = (-1.6, if p < 1.2 { -1.7 } else { 1.8 });
    let second = std::mem::replace(&mut pair.1, p.sin());
    let [first, _] = { [0.5, p] };
    let mut q = p * p;
    let r = q;
    q = (if p < 0.1 { 1.5 } else { 0.7 }) * 0.5;
    p * second.tanh() * first.cos() * q.max(q) + pair.1 * r
}
#[derive(Clone, Debug, Differentiable)]
struct Whole {
    parts: Array1<f64>,
}
/// Items of a field whose type only rustc knows.
#[differentiable]
fn items_of_a_field(w: Whole, p: f64) -> f64 {
    let Whole { parts } = w.clone();
    let mut s = p;
    for (a, b) in parts.iter().zip(parts.iter()) {
        let mut c = [*a * 2.0, *b];
        let old = std::mem::take(&mut c[1]);
        s += (if *b < 0.6 { *a } else { p }) * old + a * c[0];
    }
    s
}

#[test]
fn what_random_programs_found() {
    let x = array![0.5, -0.3, 1.0];
    for k in [0, 2, 3] {
        check(
            |(p, x)| shadowed_in_a_guard(*p, x, k),
            |(p, x)| shadowed_in_a_guard::grad(*p, x, k),
            &(0.7, x.clone()),
        )
        .unwrap();
    }
    check(
        |(x, p)| copies_and_names(x, p),
        |(x, p)| copies_and_names::grad(x, p),
        &(x.clone(), 0.7),
    )
    .unwrap();
    check(
        |(x, p)| copies_and_names(x, p),
        |(x, p)| copies_and_names::vjp(x, p).1(1.0),
        &(x.clone(), 0.7),
    )
    .unwrap();
    check(|p| literals_with_types_elsewhere(*p), |p| literals_with_types_elsewhere::grad(*p), &0.7)
        .unwrap();
    check(
        |(w, p)| items_of_a_field(w.clone(), *p),
        |(w, p)| items_of_a_field::grad(w.clone(), *p),
        &(Whole { parts: x.clone() }, 0.7),
    )
    .unwrap();
}

#[differentiable]
fn given(p: f64) -> f64 {
    p * p
}
/// A variable whose type only rustc knows becomes a literal.
#[differentiable]
fn becomes_a_literal(p: f64, k: usize) -> f64 {
    let mut q = given(p);
    let mut r = p;
    for i in 0..k {
        q = (-1.9) * 0.5;
        r /= (if i < 1 { q.max(q) } else { p }).cos();
    }
    q * r
}
/// The operand of an array's constructor is a literal, told by a tuple.
#[differentiable]
fn filled_with_a_literal(p: f64) -> f64 {
    let pair: (f64, f64) = (p, -1.3);
    Array1::from_elem(4, pair.1).sum() / p
}
/// Closures write a variable while no active value stands there.
#[differentiable]
fn written_while_constant(mut p: f64) -> f64 {
    let q = std::mem::take(&mut p);
    let y: f64 = 0.5;
    let s = (0..2)
        .map(|_| {
            p += y;
            0.5
        })
        .sum::<f64>();
    q * p + s
}
/// One pattern binds a variable that something active reaches, and one that nothing does.
#[differentiable]
fn of_one_pattern(p: f64) -> f64 {
    let mut q = p.sin();
    let [mut a, mut b, c] = [0.6; 3];
    let old = std::mem::take(&mut b);
    std::mem::swap(&mut q, &mut a);
    a * old + q * c + b
}
/// The value of a block begins with a block.
#[differentiable]
fn begins_with_a_block(p: f64, k: usize) -> f64 {
    let q = (0..2).fold(p, |s, i| {
        if p < 0.0 && ({ 0.5 * k as f64 } < 1.0) {
            return s * i as f64;
        }
        s * p
    });
    q
}
/// What gets its value later, in the arms of a branch that also returns.
#[differentiable]
fn late_beside_a_return(p: f64, k: usize) -> f64 {
    let mut y = k as f64;
    let x: f64;
    if p < 1.0 {
        let mut n = 0;
        while n < k && p < 0.5 {
            n += 1;
            y *= 0.5;
            if n > 2 {
                return y * p;
            }
        }
        x = y + y;
    } else {
        x = y;
    }
    (x + y) * p
}
#[derive(Clone, Debug, Differentiable)]
struct Half {
    v: Array1<f64>,
    w: f64,
}
/// A struct in a condition.
#[differentiable]
fn of_a_struct(p: f64, k: usize) -> f64 {
    let mut n = 0;
    let mut s = p;
    while n < k {
        n += 1;
        let Half { v, w } = Half { v: Array1::from_elem(3, 1.4), w: p };
        if v[2] < 1.2 {
            s *= w;
        }
    }
    s
}

#[test]
fn what_random_programs_found_in_passed_on_code() {
    for k in [0, 2, 4] {
        check(|p| becomes_a_literal(*p, k), |p| becomes_a_literal::grad(*p, k), &0.7).unwrap();
        check(|p| begins_with_a_block(*p, k), |p| begins_with_a_block::grad(*p, k), &-0.7).unwrap();
        check(|p| of_a_struct(*p, k), |p| of_a_struct::grad(*p, k), &-0.7).unwrap();
        for p in [0.2, 0.7, 1.7] {
            check(|p| late_beside_a_return(*p, k), |p| late_beside_a_return::grad(*p, k), &p)
                .unwrap();
        }
    }
    check(|p| filled_with_a_literal(*p), |p| filled_with_a_literal::grad(*p), &0.7).unwrap();
    check(|p| written_while_constant(*p), |p| written_while_constant::grad(*p), &0.7).unwrap();
    check(|p| of_one_pattern(*p), |p| of_one_pattern::grad(*p), &0.7).unwrap();
}

/// What a swap gives back to an element is there when a compound assignment before it asks.
#[differentiable]
fn compound_before_a_swap(p: f64, mut x: Vec<f64>) -> f64 {
    x[0] += (x[0] + p * p) * 0.5;
    x.swap(2, 0);
    x[0] * 3.0 + x[2].sin()
}

#[test]
fn an_element_is_added_to_before_it_is_looked_at() {
    let of = |(p, x): &(f64, Vec<f64>)| compound_before_a_swap(*p, x.clone());
    let grad = |(p, x): &(f64, Vec<f64>)| compound_before_a_swap::grad(*p, x.clone());
    check(of, grad, &(0.7, vec![0.5, -0.3, 1.0])).unwrap();
}

#[differentiable]
fn first_of(k: usize, x: Array1<f64>, y: f64) -> f64 {
    if k < 1 { x[0] * y } else { first_of(k - 1, Array1::from_elem(3, 0.9), y) * 0.5 + x[0] }
}
/// A constant array that a callee takes by value; literals in the parts of a branch, and as what a product begins with.
#[differentiable]
fn constants_by_value(p: f64, x: &Array1<f64>) -> f64 {
    let pair: (f64, f64) = (p, 0.9);
    let (a, b): (f64, f64) = if p < 1.2 { (p, -1.2) } else { (p, 1.4) };
    let list: Vec<f64> = vec![b.sin(), 0.6];
    let s = x.iter().map(|_| Array1::from_elem(4, 0.5).sum()).product::<f64>().powi(2);
    first_of(1, Array1::from_elem(3, pair.1), a) * list[0] + s * p + first_of(0, x.to_owned(), p)
}

#[test]
fn constants_have_types_and_owners() {
    let x = array![0.5, -0.3, 1.0];
    let of = |(p, x): &(f64, Array1<f64>)| constants_by_value(*p, x);
    check(of, |(p, x)| constants_by_value::grad(*p, x), &(0.7, x.clone())).unwrap();
    check(of, |(p, x)| constants_by_value::vjp(*p, x).1(1.0), &(0.7, x)).unwrap();
}

/// A kernel that nothing asks for runs for its calls alone, and there is nothing of it to keep.
#[differentiable]
fn calls_in_vain(p: f64, x: &Array1<f64>) -> f64 {
    let scaled = |y: f64| y * cubed(p);
    for _ in 0..2 {
        let _unused = array![1.5, p].mapv(scaled).sum();
    }
    x.sum() * p
}

#[differentiable]
fn cubed(x: f64) -> f64 {
    x * x * x
}

#[test]
fn what_is_computed_in_vain_is_dropped() {
    let x = array![0.5, 2.0];
    assert_eq!(calls_in_vain::grad(0.5, &x), (2.5, array![0.5, 0.5]));
}
