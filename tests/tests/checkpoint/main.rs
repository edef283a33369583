//! `#[checkpoint]`: the same derivatives to the last bit, and fewer states alive at once.

mod allocations;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chainrule::check::check_gradients;
use chainrule::ndarray::{Array1, Array2, Axis, array};
use chainrule::prelude::*;
use chainrule_tests::check;

/// Counts what this thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
    /// How often this thread asked for room for an array of `f32` that is not small.
    static LARGE: Cell<usize> = const { Cell::new(0) };
}

/// The bytes from which on memory is kept for arrays to come.
const SMALL: usize = 4096;

fn note(bytes: isize) {
    // Not after the thread's end.
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        held.set((now + bytes, most.max(now + bytes)));
    });
}

// SAFETY: all is handed on to the system's allocator; the counts are beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size() as isize);
        // A product of matrices asks for room of its own, with another alignment: that is ndarray's. A list of turns
        // has that of the pointers in it.
        if layout.size() >= SMALL && layout.align() == align_of::<f32>() {
            let _ = LARGE.try_with(|large| large.set(large.get() + 1));
        }
        // SAFETY: the caller keeps `alloc`'s promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        note(-(layout.size() as isize));
        // SAFETY: the caller keeps `dealloc`'s promises.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were held at once while `f` ran, beyond those held before.
fn peak<T>(f: impl FnOnce() -> T) -> (T, isize) {
    let before = HELD.get().0;
    HELD.set((before, before));
    let value = f();
    (value, HELD.get().1 - before)
}

#[differentiable]
fn plain(w: &Array2<f64>, x: &Array2<f64>) -> f64 {
    let mut h = Array1::zeros(w.nrows());
    for row in x.outer_iter() {
        h = (w.dot(&h) + row).tanh();
    }
    h.sum()
}

#[differentiable]
fn kept(w: &Array2<f64>, x: &Array2<f64>) -> f64 {
    let mut h = Array1::zeros(w.nrows());
    #[checkpoint]
    for row in x.outer_iter() {
        h = (w.dot(&h) + row).tanh();
    }
    h.sum()
}

// The attribute alone mentions `k`.
#[deny(unused_variables)]
#[differentiable]
fn kept_every(w: &Array2<f64>, x: &Array2<f64>, k: usize) -> f64 {
    let mut h = Array1::zeros(w.nrows());
    #[checkpoint(every = k)]
    for row in x.outer_iter() {
        h = (w.dot(&h) + row).tanh();
    }
    h.sum()
}

#[differentiable(constant(x))]
fn constant_items(w: &Array2<f64>, x: &Array2<f64>) -> f64 {
    let mut h = Array1::zeros(w.nrows());
    #[checkpoint]
    for (t, row) in x.outer_iter().enumerate() {
        if t % 3 == 2 {
            continue;
        }
        h = (w.dot(&h) + row).tanh();
    }
    h.sum()
}

#[differentiable(constant(x))]
fn constant_items_plain(w: &Array2<f64>, x: &Array2<f64>) -> f64 {
    let mut h = Array1::zeros(w.nrows());
    for (t, row) in x.outer_iter().enumerate() {
        if t % 3 == 2 {
            continue;
        }
        h = (w.dot(&h) + row).tanh();
    }
    h.sum()
}

fn data(turns: usize) -> (Array2<f64>, Array2<f64>) {
    let w = Array2::from_shape_fn((4, 4), |(i, j)| 0.3 * ((3 * i + 5 * j) as f64).sin());
    (w, Array2::from_shape_fn((turns, 4), |(i, j)| ((7 * i + j) as f64).cos()))
}

#[test]
fn the_same_to_the_last_bit() {
    for turns in [0, 1, 2, 3, 10, 17] {
        let (w, x) = data(turns);
        let expected = plain::value_and_grad(&w, &x);
        assert_eq!(kept::value_and_grad(&w, &x), expected, "{turns} turns");
        for k in [0, 1, 2, 5, 100] {
            assert_eq!(kept_every::value_and_grad(&w, &x, k), expected, "{turns} turns, every {k}");
        }
        let (y, pullback) = kept::vjp(&w, &x);
        assert_eq!(y, expected.0);
        assert_eq!(pullback(1.0), expected.1);
        assert_eq!(pullback(1.0), expected.1);
        assert_eq!(
            constant_items::value_and_grad(&w, &x),
            constant_items_plain::value_and_grad(&w, &x)
        );
        assert_eq!(constant_items::vjp(&w, &x).1(2.0), constant_items_plain::vjp(&w, &x).1(2.0));
    }
}

#[differentiable]
fn integrated_plain(mut x: f64, k: f64) -> f64 {
    let mut t = 0;
    let mut steps = 0;
    while x.abs() < 40.0 && t < 1000 {
        t += 1;
        if x > 30.0 {
            break;
        }
        if t % 4 == 0 {
            continue;
        }
        steps += 1;
        x += 0.1 * k * x * (steps as f64).sqrt();
    }
    x * t as f64
}

#[differentiable]
fn integrated(mut x: f64, k: f64) -> f64 {
    let mut t = 0;
    let mut steps = 0;
    #[checkpoint]
    while x.abs() < 40.0 && t < 1000 {
        t += 1;
        if x > 30.0 {
            break;
        }
        if t % 4 == 0 {
            continue;
        }
        steps += 1;
        x += 0.1 * k * x * (steps as f64).sqrt();
    }
    x * t as f64
}

#[differentiable]
fn integrated_every(mut x: f64, k: f64) -> f64 {
    let mut t = 0;
    let mut steps = 0;
    #[checkpoint(every = 3)]
    loop {
        if !(x.abs() < 40.0 && t < 1000) {
            break;
        }
        t += 1;
        if x > 30.0 {
            return x * t as f64;
        }
        if t % 4 == 0 {
            continue;
        }
        steps += 1;
        x += 0.1 * k * x * (steps as f64).sqrt();
    }
    x * t as f64
}

#[test]
fn loops_that_end_when_they_like() {
    for (x, k) in [(0.5, 0.4), (0.5, 0.01), (35.0, 1.0), (50.0, 1.0), (1.0, 3.0)] {
        let expected = integrated_plain::value_and_grad(x, k);
        assert_eq!(integrated::value_and_grad(x, k), expected, "{x}, {k}");
        assert_eq!(integrated::vjp(x, k).1(1.0), expected.1);
        assert_eq!(integrated_every::value_and_grad(x, k), expected, "{x}, {k}");
        assert_eq!(integrated_every::vjp(x, k).1(1.0), expected.1);
    }
}

/// A checkpointed loop in a loop, and one inside it.
#[differentiable]
fn nested(x: &[f64], w: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..3 {
        let mut h = w;
        #[checkpoint(every = 2)]
        for (j, v) in x.iter().enumerate() {
            for _ in 0..j {
                h = (h * v + i as f64).sin();
            }
            if h > 0.9 {
                h *= 0.5;
            }
        }
        total += h * w;
    }
    total
}

#[differentiable]
fn nested_plain(x: &[f64], w: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..3 {
        let mut h = w;
        for (j, v) in x.iter().enumerate() {
            for _ in 0..j {
                h = (h * v + i as f64).sin();
            }
            if h > 0.9 {
                h *= 0.5;
            }
        }
        total += h * w;
    }
    total
}

#[test]
fn loops_inside_and_around() {
    let x = [0.5, -1.5, 2.0, 0.3, 1.1];
    assert_eq!(nested::value_and_grad(&x, 0.7), nested_plain::value_and_grad(&x, 0.7));
    assert_eq!(nested::vjp(&x, 0.7).1(2.0), nested_plain::vjp(&x, 0.7).1(2.0));
}

#[differentiable(checkpoint)]
fn cell(w: &Array2<f64>, h: Array1<f64>, x: &Array1<f64>) -> Array1<f64> {
    let mut h = h;
    for _ in 0..3 {
        h = (w.dot(&h) + x).tanh();
    }
    h
}

#[differentiable]
fn cell_plain(w: &Array2<f64>, h: Array1<f64>, x: &Array1<f64>) -> Array1<f64> {
    let mut h = h;
    for _ in 0..3 {
        h = (w.dot(&h) + x).tanh();
    }
    h
}

#[differentiable]
fn of_cells(w: &Array2<f64>, x: &Array1<f64>) -> f64 {
    let mut h = Array1::zeros(w.nrows());
    for _ in 0..40 {
        h = cell(w, h, x);
    }
    h.sum()
}

#[differentiable]
fn of_plain_cells(w: &Array2<f64>, x: &Array1<f64>) -> f64 {
    let mut h = Array1::zeros(w.nrows());
    for _ in 0..40 {
        h = cell_plain(w, h, x);
    }
    h.sum()
}

/// What counts the turns begins anew where they are computed again.
#[differentiable(checkpoint)]
fn counted(x: f64, n: usize) -> f64 {
    let mut y = x;
    let mut k = 0;
    while k < n {
        k += 1;
        y = (y * k as f64).sin();
    }
    y * k as f64
}

#[differentiable]
fn counted_plain(x: f64, n: usize) -> f64 {
    let mut y = x;
    let mut k = 0;
    while k < n {
        k += 1;
        y = (y * k as f64).sin();
    }
    y * k as f64
}

#[test]
fn a_function_counts_again() {
    let (y, pullback) = counted::vjp(0.5, 3);
    let (plain, expected) = counted_plain::vjp(0.5, 3);
    assert_eq!((y, pullback(1.0)), (plain, expected(1.0)));
    assert_eq!(pullback(2.0), expected(2.0));
}

#[test]
fn a_function_that_keeps_its_arguments_alone() {
    let (w, x) = data(1);
    let x = x.index_axis(Axis(0), 0).to_owned();
    let h = array![0.1, -0.2, 0.3, 0.4];
    let (y, pullback) = cell::vjp(&w, h.clone(), &x);
    let (plain, expected) = cell_plain::vjp(&w, h.clone(), &x);
    assert_eq!(y, plain);
    assert_eq!(pullback(h.clone()), expected(h.clone()));
    assert_eq!(pullback(h.clone()), expected(h));
    assert_eq!(of_cells::value_and_grad(&w, &x), of_plain_cells::value_and_grad(&w, &x));
    let (w, x) = (Array2::from_elem((64, 64), 0.01), Array1::from_elem(64, 0.1));
    let (_, plain) = peak(|| of_plain_cells::value_and_grad(&w, &x));
    let (_, kept) = peak(|| of_cells::value_and_grad(&w, &x));
    assert!(kept < plain * 6 / 10, "{kept} bytes against {plain}");
}

#[test]
fn the_root_of_the_states_is_alive_at_once() {
    let w = Array2::from_elem((64, 64), 0.01);
    type Derivative = fn(&Array2<f64>, &Array2<f64>) -> (f64, (Array2<f64>, Array2<f64>));
    let held = |turns: usize, f: Derivative| {
        let x = Array2::from_elem((turns, 64), 0.1);
        let (_, bytes) = peak(|| f(&w, &x));
        // The gradients are there too.
        (bytes - (8 * 64 * (64 + turns as isize))) as f64 / 512.0
    };
    let states = [100, 400, 1600].map(|turns| held(turns, kept::value_and_grad));
    let all = held(400, plain::value_and_grad);
    assert!(all > 400.0, "{all} states without checkpoints");
    // About three times the root for each: four times the turns, twice the states.
    for (states, root) in states.iter().zip([10.0, 20.0, 40.0]) {
        assert!(*states < 8.0 * root + 40.0, "{states} states for {root} * {root} turns");
    }
    assert!(states[2] / states[0] < 8.0, "{states:?}");
}

#[differentiable(second_order)]
fn curved(w: f64, x: &[f64]) -> f64 {
    let mut h = 0.5;
    #[checkpoint(every = 2)]
    for v in x {
        h = (w * h + v).tanh();
    }
    h * w
}

#[differentiable(second_order)]
fn curved_plain(w: f64, x: &[f64]) -> f64 {
    let mut h = 0.5;
    for v in x {
        h = (w * h + v).tanh();
    }
    h * w
}

#[test]
fn forward_mode_and_second_order_go_through_checkpoints() {
    let (x, dx) = ([0.5, -1.5, 2.0, 0.3, 1.1], vec![1.0, 0.5, -0.25, 2.0, 1.0]);
    let direction = (0.7, &dx);
    assert_eq!(
        curved::grad_and_hvp(0.3, &x, direction),
        curved_plain::grad_and_hvp(0.3, &x, direction)
    );
    assert_eq!(curved::jvp(0.3, &x, direction), curved_plain::jvp(0.3, &x, direction));
}

/// A list that grows, and turns that end early, in loops that are both computed again.
#[differentiable]
fn grown(x: f64, xs: &Array2<f64>) -> f64 {
    let mut h = x;
    let mut history = vec![h];
    #[checkpoint]
    for row in xs.outer_iter() {
        let mut inner = h;
        #[checkpoint(every = 2)]
        for v in row.iter() {
            inner = (inner * v).sin() + h * 0.5;
            if inner > 0.9 {
                break;
            }
        }
        if inner < -0.4 {
            continue;
        }
        h = inner;
        history.push(h);
    }
    history.iter().rev().take(3).sum::<f64>() * h
}

#[test]
fn what_is_pushed_is_pushed_again() {
    let xs = array![[0.3, 0.2, -0.5], [0.1, 3.0, 0.9], [-0.3, 0.4, 0.6], [-4.0, 0.1, 0.2]];
    for x in [0.4, 1.2] {
        let point = (x, xs.clone());
        let of = |(x, xs): &(f64, Array2<f64>)| grown(*x, xs);
        check(check_gradients(of, |(x, xs)| grown::grad(*x, xs), &point));
        check(check_gradients(of, |(x, xs)| grown::vjp(*x, xs).1(1.0), &point));
    }
}

/// Nothing active flows through these loops: they are passed on, wherever they stand, without the attribute.
#[differentiable(second_order)]
fn with_loops_of_constants(x: f64, n: usize) -> f64 {
    fn powered(v: f64) -> f64 {
        let mut power = 1.0;
        #[checkpoint]
        for _ in 0..3 {
            power *= v;
        }
        power
    }
    let turns = {
        let mut turns = 0;
        #[checkpoint(every = n)]
        while turns < 2 * n {
            turns += 1;
        }
        turns
    };
    assert!(
        turns == {
            let mut sum = 0;
            #[checkpoint]
            for _ in 0..n {
                sum += 2;
            }
            sum
        }
    );
    let fixed = stop_gradient({
        let mut fixed = x;
        #[checkpoint]
        for _ in 0..2 {
            fixed *= x;
        }
        fixed
    });
    powered(2.0) * powered(x) + fixed * turns as f64
}

#[test]
fn loops_of_constants() {
    assert_eq!(with_loops_of_constants::value_and_grad(2.0, 3), (64.0 + 48.0, 96.0));
    assert_eq!(with_loops_of_constants::hvp(2.0, 3, 1.0), 96.0);
}
