//! Who owns what is passed, taken apart or given by an arm, and what type a constant among active code has.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients as check;
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;

#[derive(Clone, Debug, Differentiable)]
struct State {
    x: f64,
    v: Array1<f64>,
}

fn state() -> State {
    State { x: 0.7, v: array![0.5, -0.3, 1.0] }
}

/// A constant beside something active, whose type stands on the whole tuple.
#[differentiable]
fn one_type_for_two(p: f64) -> f64 {
    let n = 3;
    let (a, b): (f64, f64) = (p.sin(), Array1::from_elem(n, 1.6).sum());
    let (mut c, mut d): (f64, f64) = ((n as f64 * 0.25).tanh(), 0.3);
    d += (-d).tanh().exp();
    c = c.sin() * p;
    let e: f64;
    e = Array1::from_elem(n, 0.2).sum();
    a * b.tanh() + c * d.cos() + e.cos() * p
}

#[test]
fn a_type_of_a_tuple_is_that_of_its_parts() {
    check(|p| one_type_for_two(*p), |p| one_type_for_two::grad(*p), &0.7).unwrap();
}

#[differentiable]
fn weighed(p: f64, state: State) -> f64 {
    state.x * p + state.v[1] * p * p
}

/// A constant struct that reads a variable is given to the callee: its pullback does not ask for it again.
#[differentiable]
fn of_a_constant_struct(n: usize, p: f64) -> f64 {
    if n < 1 {
        return p;
    }
    let mut c = 0.3;
    c += 0.1;
    weighed(p, State { x: 0.25, v: array![-0.6, 1.0 + c, c] })
}

#[test]
fn a_constant_struct_is_given_away_in_an_arm() {
    for n in 0..2 {
        check(|p| of_a_constant_struct(n, *p), |p| of_a_constant_struct::grad(n, *p), &0.7)
            .unwrap();
    }
}

#[differentiable]
fn product_of(p: f64, list: Vec<f64>) -> f64 {
    p * list[0]
}

/// The parts of a copy are values, whatever was copied.
#[differentiable]
fn parts_of_a_copy(state: &State, pair: &[f64; 2], p: f64) -> f64 {
    let State { x, v } = state.clone();
    let [a, b] = *pair;
    let copy = state.clone();
    let State { x: again, .. } = copy;
    let by_match = match state.clone() {
        State { x, v } if v[0] > 10.0 => product_of(x, vec![x]),
        State { x, .. } => product_of(x, vec![p]),
    };
    product_of(x, vec![p, x])
        + product_of(b, vec![a])
        + by_match * v[2]
        + product_of(again, vec![p])
}

#[test]
fn what_is_taken_out_of_a_copy_is_a_value() {
    let of = |(s, pair, p): &(State, [f64; 2], f64)| parts_of_a_copy(s, pair, *p);
    let grad = |(s, pair, p): &(State, [f64; 2], f64)| parts_of_a_copy::grad(s, pair, *p);
    check(of, grad, &(state(), [0.3, 0.8], 0.9)).unwrap();
}

/// That a field is a float is seen only after it was used: its cotangent was taken for one of any type.
#[differentiable]
fn seen_late(state: &State, p: f64) -> f64 {
    let State { x, v } = state.clone();
    let scaled = array![v[0], p].mapv(|e| e * if v[0] > 0.2 { state.x } else { p });
    array![x].sum() + scaled.sum()
}

#[test]
fn a_field_may_be_seen_to_be_a_float_late() {
    let of = |(s, p): &(State, f64)| seen_late(s, *p);
    check(of, |(s, p)| seen_late::grad(s, *p), &(state(), 0.9)).unwrap();
}

/// In one arm nothing of the tuple is active: its tangent is a zero that the first part of the linear map keeps.
#[differentiable(forward)]
fn constants_in_one_arm(c: bool, p: f64, list: Vec<f64>) -> f64 {
    let (a, b, v): (f64, f64, Array1<f64>) =
        if c { (list[1], -0.7, array![0.5, 0.5]) } else { (1.1, 0.25, Array1::from_elem(2, -1.6)) };
    p * a * b + v.sum() * p
}

#[test]
fn an_arm_of_constants_has_a_tangent() {
    for c in [true, false] {
        let list = vec![0.4, 1.3];
        let (dp, dlist) = constants_in_one_arm::grad(c, 0.9, list.clone());
        let (_, dy) = constants_in_one_arm::jvp(c, 0.9, list.clone(), (0.3, &vec![0.2, -0.5]));
        assert!((dy - (dp * 0.3 + dlist[0] * 0.2 - dlist[1] * 0.5)).abs() < 1e-12);
        let of = |(p, list): &(f64, Vec<f64>)| constants_in_one_arm(c, *p, list.clone());
        let grad = |(p, list): &(f64, Vec<f64>)| constants_in_one_arm::grad(c, *p, list.clone());
        check(of, grad, &(0.9, list)).unwrap();
    }
}

#[differentiable]
fn sum_of_sines(v: Array1<f64>) -> f64 {
    v.sin().sum()
}

/// What a call in a loop is given is neither copied for it nor kept: nothing asks for it again.
#[differentiable]
fn given_in_turns(a: &Array1<f64>) -> f64 {
    let mut s = 0.0;
    let mut b = a.clone();
    for _ in 0..3 {
        let v = &b * 2.0;
        s += sum_of_sines(v);
        b = b * a;
    }
    s
}

#[test]
fn what_a_callee_owns_is_not_kept() {
    check(|a| given_in_turns(a), |a| given_in_turns::grad(a), &array![0.5, 1.2]).unwrap();
}

/// A constant of unseen type might show a part of what was assigned: the pullback is not what ends that.
#[differentiable]
fn folded_to_a_constant(p: f64, mut list: Array1<f64>) -> f64 {
    list.fill(0.5);
    p * list.iter().fold(f64::from(0.5), |_, _| 0.25)
}

#[test]
fn a_pullback_ends_nothing_of_the_primal() {
    let list = array![0.5, 1.2];
    assert_eq!(folded_to_a_constant::grad(2.0, list.clone()), (0.25, array![0.0, 0.0]));
    let (_, pullback) = folded_to_a_constant::vjp(2.0, list);
    assert_eq!([pullback(1.0).0, pullback(2.0).0], [0.25, 0.5]);
}

/// Constants whose type is that of the variable, of the struct's field, or of a `let` behind a `return`.
#[differentiable]
fn typed_elsewhere(p: f64, mut q: f64, list: Vec<f64>) -> f64 {
    let before = q;
    q = ((-0.2) * { -1.9 }) * 0.5;
    let mut r = p;
    if p > 0.0 {
        r = Array1::from_elem(4, -1.1).sum() * 0.5;
        r = r.sin();
    }
    let State { x, v } = State { x: p, v: Array1::from_elem(3, -0.2).cos() };
    if v[1].max(v[2]) < p {
        r += x;
    }
    let three: [f64; 3] = {
        for e in list.iter() {
            if *e > p {
                return p * p;
            }
        }
        [(-1.6) + 1.8; 3]
    };
    let (a, b): (f64, f64) = three_times(three[2].max(three[1]));
    before * q.tanh() + r + p * three[0].tanh() * (a + b)
}

fn three_times(x: f64) -> (f64, f64) {
    (x, 2.0 * x)
}

#[test]
fn constants_have_the_type_that_stands_elsewhere() {
    let of = |(p, q, list): &(f64, f64, Vec<f64>)| typed_elsewhere(*p, *q, list.clone());
    let grad = |(p, q, list): &(f64, f64, Vec<f64>)| typed_elsewhere::grad(*p, *q, list.clone());
    for p in [-0.5, 0.7, 1.2] {
        for first in [0.1, 5.0] {
            check(of, grad, &(p, 0.3, vec![first - 3.0, first])).unwrap();
        }
    }
}

/// A guard reads what a name for a copy of something lent means.
#[differentiable]
fn guarded_by_a_copy(p: f64, pair: &[f64; 2], n: usize) -> f64 {
    let [first, second] = *pair;
    let copy = *pair;
    let whole = |list: [f64; 2]| list[0] + list[1];
    match n {
        0..=2 if whole(copy) > p => first * second,
        _ => second * p,
    }
}

#[test]
fn a_guard_reads_a_copy() {
    for p in [0.2, 3.0] {
        let of = |(p, pair): &(f64, [f64; 2])| guarded_by_a_copy(*p, pair, 1);
        check(of, |(p, pair)| guarded_by_a_copy::grad(*p, pair, 1), &(p, [0.3, 0.8])).unwrap();
    }
}

#[differentiable]
fn of_a_pair(p: f64, pair: (f64, f64)) -> f64 {
    p * pair.0 * pair.1
}

/// What a call in a kernel's formula gives back of a tuple is taken apart there.
#[differentiable]
fn pairs_in_a_formula(p: f64, x: &Array1<f64>) -> f64 {
    x.mapv(|e| e * of_a_pair(-1.5, (p, e))).sum()
}

#[test]
fn a_formula_takes_a_pair_apart() {
    let of = |(p, x): &(f64, Array1<f64>)| pairs_in_a_formula(*p, x);
    check(of, |(p, x)| pairs_in_a_formula::grad(*p, x), &(0.3, array![0.5, 1.5])).unwrap();
}

/// The type of a closure's parameter is that of the constants that it is given.
#[differentiable]
fn of_typed_elements(p: f64) -> f64 {
    let v = Array1::from_elem(3, 1.1).mapv(|e: f64| {
        let _unused = p;
        e * e.min(0.1)
    });
    v[0] * p * p
}

#[test]
fn a_parameter_gives_constants_their_type() {
    check(|p| of_typed_elements(*p), |p| of_typed_elements::grad(*p), &0.3).unwrap();
}

/// What a field gave is used twice: its cotangent is a sum of literals.
#[differentiable]
fn twice_behind_a_return(p: f64, state: &State, list: &[f64], n: usize) -> f64 {
    for _ in 0..=1 {
        if list[0] < 0.7 {
            return p;
        }
    }
    let difference = state.x
        - match n {
            2 => (n as f64) * 0.25,
            _ => list[1],
        };
    difference + difference
}

#[test]
fn sums_of_literals_are_one() {
    for (first, n) in [(0.1, 2), (0.9, 2), (0.9, 3)] {
        let of = |(p, s, l): &(f64, State, Vec<f64>)| twice_behind_a_return(*p, s, l, n);
        let grad = |(p, s, l): &(f64, State, Vec<f64>)| twice_behind_a_return::grad(*p, s, l, n);
        check(of, grad, &(0.3, state(), vec![first, 0.4])).unwrap();
    }
}

/// The same in a function that a macro writes, where a name is more than its letters.
macro_rules! function_with_copies {
    ($name:ident) => {
        #[differentiable]
        fn $name(p: f64, pair: &[f64; 2]) -> f64 {
            let copy = *pair;
            let sum = |list: [f64; 2]| list[0] + list[1];
            match 1 {
                0..=2 if sum(copy) > p => copy[1] * p,
                _ => copy[0] * p * p,
            }
        }
    };
}
function_with_copies!(written_by_a_macro);

#[test]
fn a_macro_may_write_what_reads_a_copy() {
    for p in [0.2, 3.0] {
        let of = |(p, pair): &(f64, [f64; 2])| written_by_a_macro(*p, pair);
        check(of, |(p, pair)| written_by_a_macro::grad(*p, pair), &(p, [0.3, 0.8])).unwrap();
    }
}

/// A statement of constants reads what a closure is lent.
#[differentiable]
fn lent_to_a_statement(mut x: Array1<f64>, p: f64) -> f64 {
    x.zip_mut_with(&Array1::from_elem(2, 0.1), |e, c| {
        if *c < *e {
            for _ in 1..3 {
                let _unused: Vec<f64> = vec![*c, *c * *c];
            }
        }
        *e = *e * *c
    });
    let sum = x.iter().fold(p, |sum, e| if 1.0 * *e > 0.02 { sum * e } else { sum });
    x.sum() * sum
}

#[test]
fn a_statement_reads_what_is_lent() {
    let of = |(x, p): &(Array1<f64>, f64)| lent_to_a_statement(x.clone(), *p);
    let args = (array![0.5, 0.05], 0.7);
    check(of, |(x, p)| lent_to_a_statement::grad(x.clone(), *p), &args).unwrap();
}

/// A constant made of constants is given to a call, and its shape is asked for afterwards.
#[differentiable]
fn given_a_product(n: usize, p: f64, x: Array1<f64>) -> f64 {
    if n < 1 {
        return 0.5 * p + x.sum();
    }
    p * given_a_product(0, x[0], Array2::from_elem((2, 3), 0.25).dot(&array![0.5, 0.5, 0.5]) * 0.5)
}

#[test]
fn a_constant_is_given_and_needed() {
    let of = |(p, x): &(f64, Array1<f64>)| given_a_product(1, *p, x.clone());
    let args = (0.7, array![0.5, 0.05]);
    check(of, |(p, x)| given_a_product::grad(1, *p, x.clone()), &args).unwrap();
}

#[differentiable]
fn scaled(by: usize, p: f64) -> f64 {
    p * p * by as f64
}

/// A call in a closure gives no name of ours that hides the function.
#[differentiable]
fn called_twice_in_a_closure(p: f64, x: &Array1<f64>) -> f64 {
    let f = |e: f64| {
        let inner = scaled(2, scaled(1, e));
        e * -0.1 + inner
    };
    x.mapv(f).sum() + scaled(3, f(p))
}

/// Literals in a block have the types of the pattern, and a tuple of which an arm may leave is put together of its members.
#[differentiable]
fn typed_by_patterns(mut p: f64, x: &Array1<f64>, n: usize) -> f64 {
    let mut last = p;
    let (mut a, _b): (f64, f64) = { (1.7, (n as f64) * 0.25) };
    let mut pair: (f64, Vec<f64>) = {
        let old = std::mem::replace(&mut p, 0.5);
        match n % 5 {
            3 if old < 5.0 => (0.5, vec![0.25, 0.5]),
            1 => (old, vec![x[1], 0.25]),
            _ => {
                if x[0] > 1.0 {
                    return x[0] * old;
                }
                (x[1], vec![0.5, old])
            }
        }
    };
    pair.0 = pair.1[(n + 1) % pair.1.len()] * pair.0;
    for _ in 0..x.len() {
        last = a.sin();
        (a, p) = (p, last.cos());
    }
    last * p + pair.0 + pair.1[1]
}

#[test]
fn names_types_and_members() {
    for x in [array![0.5, 0.3], array![1.5, 0.3]] {
        let of = |(p, x): &(f64, Array1<f64>)| called_twice_in_a_closure(*p, x);
        check(of, |(p, x)| called_twice_in_a_closure::grad(*p, x), &(0.7, x.clone())).unwrap();
        for n in [1, 2, 3] {
            let of = |(p, x): &(f64, Array1<f64>)| typed_by_patterns(*p, x, n);
            check(of, |(p, x)| typed_by_patterns::grad(*p, x, n), &(0.7, x.clone())).unwrap();
        }
    }
}
