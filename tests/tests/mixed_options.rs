//! Options of tuples of constants and of what is differentiated: the best so far, with its position.
#![forbid(unsafe_code)]
#![deny(warnings)]
// Functions as users write them, in clippy's style or not.
#![allow(clippy::all)]

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2, array};
use chainrule::prelude::*;
use chainrule_tests::{check, forward_agrees};

#[differentiable(second_order)]
fn by_a_guard(x: &[f64]) -> f64 {
    let mut best: Option<(f64, usize)> = None;
    for (i, &v) in x.iter().enumerate() {
        match best {
            Some((b, _)) if b >= v => {}
            _ => best = Some((v, i)),
        }
    }
    match best {
        Some((b, i)) => b * b * (i as f64 + 1.0),
        None => 0.0,
    }
}

#[differentiable(forward)]
fn by_is_none(x: &[f64]) -> f64 {
    let mut best: Option<(f64, usize)> = None;
    for (i, v) in x.iter().enumerate() {
        if best.is_none() || best.unwrap().0 < *v {
            best = Some((*v, i));
        }
    }
    let (b, i) = best.expect("something");
    b * b * (i as f64 + 1.0)
}

#[differentiable]
fn by_if_let(x: &[f64]) -> f64 {
    let mut best = None;
    for i in 0..x.len() {
        if let Some((b, _)) = best {
            if x[i] <= b {
                continue;
            }
        }
        best = Some((x[i], i));
    }
    if let Some((b, i)) = best { b * b * i as f64 } else { 0.0 }
}

#[differentiable]
fn beside_a_flag(x: &[f64]) -> f64 {
    let mut best: Option<(usize, f64, bool)> = None;
    for i in 0..x.len() {
        let is_better = match best {
            None => true,
            Some((_, b, _)) => b < x[i],
        };
        if is_better {
            best = Some((i, x[i], i % 2 == 0));
        }
    }
    match best {
        Some((i, b, true)) => b * b * (i + 1) as f64,
        Some((_, b, false)) => b,
        None => 0.0,
    }
}

/// Begins with constants, and is emptied again and again.
#[differentiable]
fn in_runs(x: &[f64], most: f64) -> f64 {
    let mut run = Some((0.0, 0));
    let mut total = 0.0;
    for v in x {
        run = match run {
            Some((sum, count)) if sum < most => Some((sum + v * v, count + 1)),
            Some((sum, count)) => {
                total += sum / count as f64;
                None
            }
            None => Some((*v, 1)),
        };
    }
    total + run.map_or(0.0, |(sum, count)| sum * count as f64)
}

#[differentiable]
fn of_arrays(x: &Array2<f64>, w: &Array1<f64>) -> f64 {
    let mut best: Option<(Array1<f64>, usize)> = None;
    for (i, row) in x.outer_iter().enumerate() {
        let scaled = &row * w;
        let is_better = match &best {
            Some((b, _)) => b.sum() < scaled.sum(),
            None => true,
        };
        if is_better {
            best = Some((scaled, i));
        }
    }
    let (b, i) = best.unwrap();
    b.dot(w) * (i + 1) as f64
}

#[differentiable]
fn of_a_branch(x: f64, n: usize) -> f64 {
    let found = if n > 2 { Some((x * x, n)) } else { None };
    let (y, m) = found.unwrap_or((x, 1));
    let other = if x > 0.0 { Some((n, x)) } else { Some((0, 2.0 * x)) };
    y * m as f64 + other.map(|(k, z)| z * k as f64).unwrap_or(0.0)
}

/// The two best, nested, in a loop that is checkpointed.
#[differentiable]
fn nested(x: &[f64]) -> f64 {
    let mut two: (Option<(f64, usize)>, Option<(f64, usize)>) = (None, None);
    #[checkpoint]
    for (i, &v) in x.iter().enumerate() {
        let (first, second) = two;
        two = match (first, second) {
            (None, _) => (Some((v, i)), None),
            (Some((a, _)), _) if v > a => (Some((v, i)), first),
            (_, None) => (first, Some((v, i))),
            (_, Some((b, _))) if v > b => (first, Some((v, i))),
            _ => two,
        };
    }
    let (a, i) = two.0.unwrap();
    let (b, j) = two.1.unwrap();
    a * a * (i + 1) as f64 + a * b * (j + 1) as f64
}

fn constant_best(n: usize) -> Option<(f64, usize)> {
    (n > 1).then_some((0.5, n))
}

#[differentiable]
fn that_begins_elsewhere(x: &[f64], n: usize) -> f64 {
    let mut best: Option<(f64, usize)> = None;
    for (i, &v) in x.iter().enumerate() {
        if i == 1 {
            best = constant_best(n);
        }
        if best.map_or(true, |(b, _)| v > b) {
            best = Some((v, i));
        }
    }
    best.map_or(0.0, |(b, i)| b * b * (i + 1) as f64)
}

#[derive(Clone, Debug, Differentiable)]
struct Track {
    x: f64,
    v: f64,
    offset: Option<f64>,
}

/// What is compared is a float, though only rustc knows the types of the fields that it is made of; and what is matched
/// with `Some` is an `Option`.
#[differentiable]
fn of_fields(tracks: &[Track], z: f64) -> f64 {
    let nearest = tracks
        .iter()
        .enumerate()
        .map(|(i, track)| (i, (track.x + track.v - z).abs()))
        .min_by(|a, b| a.1.partial_cmp(&b.1).unwrap());
    let mut offsets = 0.0;
    for track in tracks {
        if let Some(offset) = track.offset.as_ref() {
            offsets += offset * track.x;
        }
    }
    match nearest {
        Some((i, d)) if d < 1.0 => d * d + tracks[i].x * offsets,
        _ => offsets,
    }
}

#[test]
fn options_of_what_rustc_knows() {
    let track = |x, v, offset| Track { x, v, offset };
    let tracks =
        vec![track(1.0, 0.2, None), track(0.5, 0.1, Some(0.3)), track(2.0, 0.4, Some(1.2))];
    for z in [0.1, 1.1, 9.0] {
        check(check_gradients(
            |(tracks, z): &(Vec<Track>, f64)| of_fields(tracks, *z),
            |(tracks, z)| of_fields::grad(tracks, *z),
            &(tracks.clone(), z),
        ));
    }
}

#[test]
fn options_of_positions_beside_what_is_differentiated() {
    for x in [vec![0.3, 2.5, -1.0, 1.2], vec![1.5, 0.2], vec![0.1, 0.2, 0.3, 0.4, 0.9]] {
        macro_rules! agrees {
            ($($f:ident)*) => {
                $(
                    assert_eq!($f::value_and_grad(&x).0, $f(&x));
                    check(check_gradients(|x| $f(x), |x| $f::grad(x), &x));
                    let (y, pullback) = $f::vjp(&x);
                    assert_eq!(y, $f(&x));
                    assert_eq!(pullback(1.0), $f::grad(&x));
                )*
            };
        }
        agrees!(by_a_guard by_is_none by_if_let beside_a_flag nested);
        check(check_gradients(
            |(x, m)| in_runs(x, *m),
            |(x, m)| in_runs::grad(x, *m),
            &(x.clone(), 0.7),
        ));
        for n in [0, 3] {
            check(check_gradients(
                |x| that_begins_elsewhere(x, n),
                |x| that_begins_elsewhere::grad(x, n),
                &x,
            ));
        }
        let direction = vec![0.7; x.len()];
        forward_agrees(&by_is_none::grad(&x), |d| by_is_none::jvp(&x, d).1);
        let product = by_a_guard::hvp(&x, &direction);
        let (at, _) = x.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        assert_eq!(product[at], 2.0 * (at as f64 + 1.0) * 0.7);
    }
    for n in [1, 4] {
        check(check_gradients(|x| of_a_branch(*x, n), |x| of_a_branch::grad(*x, n), &1.3));
    }
    let given = (array![[0.1, 0.2], [1.0, 0.4], [0.3, 0.3]], array![0.7, 1.1]);
    check(check_gradients(|(x, w)| of_arrays(x, w), |(x, w)| of_arrays::grad(x, w), &given));
}
