//! Chains that leave items out, or make several of one, against finite differences and forward mode.

use chainrule::check::check_gradients;
use chainrule::ndarray::{self, Array1, Array2, Axis};
use chainrule::prelude::*;
use chainrule_tests::{check, forward_agrees};

/// Functions of a list, a matrix, a number and a constant list, each with its derivative checked at several places.
macro_rules! sifted {
    ($($name:ident($x:ident, $m:ident, $a:ident, $k:ident) $body:block)+) => {
        $(
            #[differentiable(forward, constant($k))]
            fn $name($x: &Vec<f64>, $m: &Array2<f64>, $a: f64, $k: &[usize]) -> f64 $body
        )+

        #[test]
        fn against_finite_differences() {
            let k = [2, 0, 1, 2];
            let m = Array2::from_shape_fn((3, 2), |(i, j)| 0.7 - 0.5 * i as f64 + 0.4 * j as f64);
            $(for x in places() {
                eprintln!("{} of {x:?}", stringify!($name));
                check(check_gradients(
                    |(x, m, a)| $name(x, m, *a, &k),
                    |(x, m, a)| $name::grad(x, m, *a, &k),
                    &(x.clone(), m.clone(), 0.45),
                ));
                let (value, gradients) = $name::value_and_grad(&x, &m, 0.45, &k);
                assert_eq!(value, $name(&x, &m, 0.45, &k));
                forward_agrees(&gradients, |d| $name::jvp(&x, &m, 0.45, &k, d).1);
            })+
        }
    };
}

/// What the macro sees neither the fields of, nor their types.
#[derive(Clone, Differentiable)]
struct Pair {
    l: [f64; 2],
}

/// Lists of which all, some and none are positive.
fn places() -> [Vec<f64>; 4] {
    [
        vec![0.3, -0.7, 1.2, 0.6, -0.2, 0.9],
        vec![-0.4, -0.8, -0.1],
        vec![1.5, 0.2, 0.8],
        vec![0.4, 1.1, -2.0, 0.7],
    ]
}

sifted! {
    positive(x, m, a, _k) {
        x.iter().filter(|t| **t > 0.0).map(|t| t * t * a).sum::<f64>() + m[[0, 0]]
    }
    above_an_active_number(x, m, a, _k) {
        let sum: f64 = x.iter().copied().filter(|&t| t > a).sum();
        let product: f64 = m.iter().filter(|t| **t < a).map(|t| t + 2.0).product();
        sum * a + product
    }
    by_constants(x, m, a, k) {
        let even: f64 = (0..x.len()).filter(|i| i % 2 == 0).map(|i| x[i] * (i as f64 + a)).sum();
        let odd: f64 = x.iter().enumerate().filter(|(i, _)| i % 2 == 1).map(|(i, t)| t.sin() * i as f64).sum();
        let picked: f64 = k.iter().filter(|i| **i < 2).map(|&i| x[i] * m[[i, 1]]).sum();
        even + odd * picked
    }
    numbered_afterwards(x, m, a, _k) {
        x.iter()
            .filter(|t| **t > 0.0)
            .enumerate()
            .map(|(i, t)| t.powi(i as i32 + 1) * a)
            .sum::<f64>()
            + m[[1, 1]]
    }
    some_of_them(x, m, a, _k) {
        let first: f64 = x.iter().filter(|t| **t > 0.0).take(2).map(|t| t * t).sum();
        let later: f64 = x.iter().filter(|t| **t > 0.0).skip(1).map(|t| t * a).sum();
        let none: f64 = x.iter().filter(|t| **t > 0.0).take(0).sum();
        first * later + none + m[[0, 1]] * a
    }
    folded(x, m, a, _k) {
        x.iter().zip(m.iter()).filter(|(t, _)| **t > 0.0).fold(a, |s, (t, w)| s * 0.5 + t * w * s)
    }
    collected(x, m, a, _k) {
        let kept: Vec<f64> = x.iter().copied().filter(|t| *t > 0.0).collect();
        let whole = x.iter().filter(|t| **t < 0.5).map(|t| t * a).collect::<Array1<f64>>();
        let mut sum = m[[0, 0]];
        for (i, t) in kept.iter().enumerate() {
            sum += t * t * (i + 1) as f64;
        }
        sum + (&whole * &whole).sum()
    }
    each(x, m, a, _k) {
        let mut sum = 0.0;
        let mut count = 0;
        x.iter().filter(|t| **t > 0.0).for_each(|t| {
            sum = sum * a + t;
            count += 1;
        });
        sum * count as f64 + m[[2, 0]]
    }
    in_a_loop(x, m, a, _k) {
        let mut sum = 0.0;
        for row in m.outer_iter() {
            for (i, t) in x.iter().enumerate().filter(|(_, t)| **t > -0.3) {
                if i == 4 {
                    break;
                }
                if *t > 0.85 {
                    continue;
                }
                sum += t * row[0] * a;
            }
            sum *= row.iter().filter(|w| **w > 0.0).map(|w| w + 1.0).sum::<f64>();
        }
        sum
    }
    mapped_and_sifted(x, m, a, _k) {
        let root = |t: f64| if t > 0.0 { Some(t.sqrt()) } else { None };
        let roots: f64 = x.iter().filter_map(|&t| root(t * a)).sum();
        let logs: f64 = m.iter().copied().filter_map(|t| if t > 0.25 { Some(t.ln()) } else { None }).sum();
        roots * a + logs
    }
    early_returns(x, m, a, _k) {
        let shown = |t: &&f64| {
            if **t > 1.0 {
                return false;
            }
            **t > 0.0
        };
        let sum: f64 = x
            .iter()
            .filter(shown)
            .map(|t| {
                if *t < 0.5 {
                    return t * a;
                }
                t * t
            })
            .sum();
        sum + m[[0, 0]]
    }
    while_it_lasts(x, m, a, _k) {
        let until: f64 = x.iter().take_while(|t| **t > -0.5).map(|t| t * t * a).sum();
        let after: f64 = x.iter().skip_while(|t| **t > -0.5).map(|t| t * t * t).sum();
        let roots: f64 =
            x.iter().map_while(|t| if *t > 0.0 { Some(t.sqrt()) } else { None }).sum();
        until * after + roots + m[[0, 0]]
    }
    flat(x, m, a, _k) {
        let rows: f64 = m.rows().into_iter().flat_map(|row| row.into_iter()).map(|w| w * w * a).sum();
        let sorts: f64 = x
            .iter()
            .filter(|t| **t > 0.0)
            .flat_map(|t| m.iter().filter(|w| **w > 0.0).map(|w| w * *t))
            .map(|v| v.sin())
            .sum();
        let few: f64 = x.iter().flat_map(|&t| (0..2).map(move |i| t * (i as f64 + a))).take(3).sum();
        rows + sorts * few
    }
    flat_by_another_name(x, m, a, _k) {
        // The names of one closure are not those of the next.
        x.iter()
            .filter(|t| **t > 0.0)
            .flat_map(|a| {
                let m = a * 2.0;
                x.iter().skip(1).map(move |t| t * m)
            })
            .map(|t| t * a + m[[0, 1]])
            .sum::<f64>()
    }
    flat_loop(x, m, a, _k) {
        let mut sum = a;
        for w in m.rows().into_iter().flat_map(|row| row.into_iter()) {
            sum = sum * 0.5 + w * x[0] * sum;
        }
        sum
    }
    carried_on(x, m, a, k) {
        let all: f64 = x.iter().chain(m.iter()).map(|t| t * t * a).sum();
        let twice: f64 = x.iter().chain(x).rev().enumerate().map(|(i, t)| t * i as f64).sum();
        let places: f64 = (0..2).chain(k.iter().copied()).map(|i| x[i] * a).sum();
        let mut s = 1.0;
        for (i, t) in m.column(0).iter().chain(x.iter().skip(1)).enumerate() {
            s = s * t + i as f64 * a;
        }
        let sifted: f64 = x.iter().chain(m.row(0).iter()).filter(|t| **t > 0.0).sum();
        all + twice * places + s * sifted
    }
    with_one_more(x, m, a, _k) {
        let twice: f64 = std::iter::once(a).chain(x.iter().copied()).map(|t| t * t).sum();
        let last: f64 = x.iter().copied().chain(std::iter::once(a)).enumerate().map(|(i, t)| t * i as f64).sum();
        twice * last + m[[0, 0]]
    }
    chosen(x, m, a, _k) {
        let product = x.iter().copied().reduce(|p, t| p * t * a).unwrap();
        let last = x.iter().filter(|t| **t < 0.85).last().unwrap();
        let none = x.iter().copied().filter(|t| *t > 5.0).reduce(|p, t| p + t).unwrap_or(a);
        product * last + none + m[[0, 0]]
    }
    greatest(x, m, a, _k) {
        let greatest = x.iter().copied().max_by(|p, q| p.partial_cmp(q).unwrap()).unwrap();
        let least = m.iter().min_by(|p, q| p.total_cmp(q)).unwrap();
        let furthest = x.iter().copied().max_by(|p, q| p.abs().total_cmp(&q.abs())).unwrap();
        greatest * least * a + furthest
    }
    counted(x, m, a, _k) {
        let count = x.iter().filter(|t| **t > 0.0).count();
        let sum: f64 = x.iter().filter(|t| **t > 0.0).sum();
        let mean = if count > 0 { sum / count as f64 } else { a };
        x.iter().filter(|t| **t > mean).map(|t| (t - mean).powi(2)).sum::<f64>() + m[[0, 0]]
    }
    rows_of_a_matrix(x, m, a, _k) {
        m.axis_iter(Axis(0))
            .filter(|row| row.sum() > 0.0)
            .map(|row| row.iter().map(|w| w * w).sum::<f64>())
            .fold(a, |s, t| s + t * x[0])
    }
    with_written_types(x, m, a, k) {
        let unseen = Pair { l: [a, x[0]] };
        let picked = x.iter().flat_map(|_| -> [f64; 2] { unseen.l }).min_by(|p, q| p.total_cmp(q));
        let scaled = x.iter().map(|t| -> f64 { t * unseen.l[1] }).max_by(|p, q| p.total_cmp(q));
        let reduced = x.iter().map(|t| -> f64 { t + unseen.l[0] }).reduce(|p, q| p * q);
        picked.unwrap_or(a) * scaled.unwrap_or(m[[0, 0]]) + reduced.unwrap_or(k.len() as f64 * 0.25)
    }
    without_written_types(x, m, a, k) {
        let unseen = Pair { l: [a, x[0]] };
        let picked = x.iter().flat_map(|_| unseen.l).max_by(|p, q| p.partial_cmp(q).unwrap());
        let scaled = x.iter().map(|t| t * unseen.l[1]).min_by(|p, q| p.total_cmp(q));
        picked.unwrap_or(a) + scaled.unwrap_or((k.len() as f64) * m[[1, 1]])
    }
    the_last_of_each(x, m, a, k) {
        m.rows()
            .into_iter()
            .map(|r| r.iter().map(|t| t * a).last().unwrap_or((k.len() as f64) * 0.25))
            .last()
            .unwrap_or(x[0])
    }
    beside_constants(x, m, a, k) {
        let (b, weights): (f64, Array1<f64>) = (a * a, ndarray::array![1.4, 0.3]);
        let sum = x.iter().chain(weights.iter()).map(|w| *w * b).sum::<f64>();
        let other: f64 = weights.iter().chain(x.iter()).map(|w| w * x[0]).sum();
        let three = f64::from(3u8);
        let best = m.rows().into_iter().flat_map(|_| [three; 2]).max_by(|p, q| p.total_cmp(q));
        let both: f64 = weights.iter().chain(weights.iter()).map(|w| *w * a).sum();
        let mut sum = sum * best.unwrap_or(0.5) + other + both;
        for w in &weights {
            sum += match k.len() { 4 if *w > 0.5 => *w, _ => a } * w;
            assert!(*w < 100.0);
        }
        sum
    }
    left_early(x, m, a, _k) {
        let pairs: f64 = x.iter().flat_map(|t| -> [f64; 2] {
            if *t > a {
                return [t * a, m[[0, 0]]];
            }
            [*t, t * t]
        }).sum();
        pairs * m[[1, 0]]
    }
    asked_in_a_guard(x, m, a, k) {
        let mut sum = m[[0, 1]];
        let n = k.len();
        for t in x.iter().filter(|t| (match n { k if **t > 0.5 => k as f64, _ => a }) > 1.5) {
            sum += t * a;
        }
        for t in x.iter().filter(|&t| (match n { 4 if *t < a => *t, k => k as f64 * 0.25 }) < 0.6) {
            sum += t * t;
        }
        for (i, t) in x.iter().enumerate().filter(|&(i, t)| i > 0 || *t < a) {
            sum += match i { 2 if *t < a => *t, 3 => a, _ => *t * *t };
            assert!(2.0 * *t > -9.0);
        }
        sum
    }
}

#[differentiable]
fn copied(x: &Vec<f64>, a: f64) -> f64 {
    let y = x.clone();
    y.iter().enumerate().map(|(i, y)| y * a * i as f64).sum()
}

#[differentiable]
fn labelled(x: &Vec<f64>, a: f64) -> f64 {
    let mut sum = 1.0;
    'rows: for (i, t) in x.iter().enumerate().filter(|(_, t)| **t > 0.0) {
        for s in x.iter().filter(|s| **s < 1.0) {
            if *s < -0.75 {
                continue 'rows;
            }
            if i > 3 {
                break 'rows;
            }
            if sum > 30.0 {
                return sum * a;
            }
            sum += s * t * a;
        }
    }
    sum
}

#[differentiable]
fn generic<T: Float>(x: &[T], a: T) -> T {
    let sum: T = x.iter().copied().filter(|t| *t > T::zero()).map(|t| t * a).sum();
    let prod = x.iter().copied().filter(|t| *t > T::zero()).product::<T>();
    let best = x.iter().copied().max_by(|p, q| p.partial_cmp(q).unwrap()).unwrap();
    sum * best + prod
}

#[differentiable]
fn single(x: &[f32], a: f32) -> f32 {
    x.iter().filter(|t| **t > 0.0).map(|t| t * a).sum::<f32>()
        + x.iter().copied().reduce(f32::max).unwrap_or(0.0)
}

#[differentiable]
fn lists(v: &Vec<Array1<f64>>, a: f64) -> f64 {
    let sum: f64 = v.iter().filter(|w| w.len() > 1).map(|w| w.sum() * a).sum();
    let both: f64 = v.iter().chain(v.iter()).map(|w| w.dot(w)).sum();
    let kept: Vec<Array1<f64>> = v.iter().filter(|w| w[0] > 0.0).map(|w| w * a).collect();
    let mut state = Array1::<f64>::zeros(2);
    for w in kept.iter().chain(&kept) {
        state = &state * 0.5 + w;
    }
    sum + both + state.sum()
}

#[differentiable]
fn effects(x: &[f64], a: f64, n: usize) -> f64 {
    let mut seen = 0;
    let sum: f64 =
        x.iter().inspect(|_| seen += 1).filter(|t| **t > 0.0).take(n).map(|t| t * a).sum();
    let mut calls = 0;
    let other: f64 = (0..n)
        .filter(|i| {
            calls += 1;
            i % 2 == 0 && x[*i] > -10.0
        })
        .map(|i| x[i] * a)
        .sum();
    sum * seen as f64 + other * calls as f64
}

#[differentiable(checkpoint)]
fn segments(x: &[f64], a: f64) -> f64 {
    let mut s = a;
    for t in x.iter().filter(|t| **t > 0.0) {
        s = (s * t).sin();
    }
    #[checkpoint]
    for t in x.iter().filter(|t| **t > 0.0) {
        s = (s * t).sin();
    }
    s + x.iter().filter(|t| **t > 0.0).sum::<f64>()
}

#[differentiable]
fn parts(m: &Array2<f64>, a: f64) -> f64 {
    let first = std::iter::once(a)
        .chain(m.iter().copied())
        .filter(|t| *t > 0.0)
        .map(|t| t * t)
        .sum::<f64>();
    first
}

#[derive(Clone, Debug, Differentiable)]
struct Layer {
    w: f64,
    b: Option<f64>,
}

#[differentiable]
fn layers(layers: &[Layer], x: f64) -> f64 {
    let mut h = x;
    for layer in layers.iter().filter(|layer| layer.w > -0.5) {
        h = (h * layer.w).tanh();
    }
    let bias: f64 = layers.iter().filter_map(|layer| layer.b).sum();
    let inner: f64 = layers.iter().filter(|l| l.b.is_some() && l.w > 0.0).map(|l| l.w * h).sum();
    h + bias * inner
}

#[differentiable]
fn argmax(x: &[f64], a: f64) -> f64 {
    let (i, best) = x
        .iter()
        .enumerate()
        .filter(|(_, t)| **t > 0.0)
        .fold((0, a), |(i, b), (j, t)| if *t > b { (j, *t) } else { (i, b) });
    best * i as f64 + x[i] * a
}

#[test]
fn of_other_types_and_with_effects() {
    let x = vec![0.3, -0.7, 1.2, 0.6, -0.2, 0.9];
    check(check_gradients(|(x, a)| copied(x, *a), |(x, a)| copied::grad(x, *a), &(x.clone(), 0.4)));
    check(check_gradients(
        |(x, a)| labelled(x, *a),
        |(x, a)| labelled::grad(x, *a),
        &(x.clone(), 0.4),
    ));
    check(check_gradients(
        |(x, a)| generic(x, *a),
        |(x, a)| generic::grad(x, *a),
        &(x.clone(), 0.4),
    ));
    check(check_gradients(
        |(x, a)| effects(x, *a, 3),
        |(x, a)| effects::grad(x, *a, 3),
        &(x.clone(), 0.4),
    ));
    check(check_gradients(
        |(x, a)| segments(x, *a),
        |(x, a)| segments::grad(x, *a),
        &(x.clone(), 0.4),
    ));
    check(check_gradients(|(x, a)| argmax(x, *a), |(x, a)| argmax::grad(x, *a), &(x.clone(), 0.4)));
    let v = vec![
        Array1::from(vec![0.3, 0.5]),
        Array1::from(vec![-0.3, 0.5]),
        Array1::from(vec![0.8, 0.1]),
    ];
    check(check_gradients(|(x, a)| lists(x, *a), |(x, a)| lists::grad(x, *a), &(v, 0.4)));
    let n = vec![
        Layer { w: 0.3, b: Some(0.2) },
        Layer { w: -0.3, b: None },
        Layer { w: 0.9, b: Some(0.7) },
    ];
    check(check_gradients(|(x, a)| layers(x, *a), |(x, a)| layers::grad(x, *a), &(n, 0.4)));
    assert_eq!(single::grad(&[0.5, -1.0, 0.25], 2.0), (vec![3.0, 0.0, 2.0], 0.75));
    let m = Array2::from_elem((2, 2), 0.3);
    check(check_gradients(|(x, a)| parts(x, *a), |(x, a)| parts::grad(x, *a), &(m, 0.4)));
}
