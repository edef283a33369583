//! The simple recurrent network of Elman, "Finding structure in time" (1990): the next state is
//! `tanh(x w + h u + b)`.

use chainrule::ndarray::{Array1, Array2, Array3, ArrayView1, ArrayView2, Axis, s};
use chainrule::prelude::*;

use super::{BATCH, FEATURES, HIDDEN, STEPS, holds, near, random, sequence, sequences};

#[derive(Clone, Debug, PartialEq, Differentiable)]
struct Elman {
    /// From the input: `[features, hidden]`.
    w: Array2<f64>,
    /// From the state before: `[hidden, hidden]`.
    u: Array2<f64>,
    b: Array1<f64>,
    /// To the output.
    v: Array1<f64>,
    c: f64,
}

impl Elman {
    fn new() -> Self {
        Self {
            w: random(10, (FEATURES, HIDDEN)),
            u: random(11, (HIDDEN, HIDDEN)),
            b: random(12, HIDDEN),
            v: random(13, HIDDEN),
            c: 0.3,
        }
    }

    #[differentiable(wrt(self, h))]
    fn step(&self, x: &ArrayView2<f64>, h: &Array2<f64>) -> Array2<f64> {
        (x.dot(&self.w) + h.dot(&self.u) + &self.b).tanh()
    }
}

fn targets() -> Array1<f64> {
    random(14, BATCH)
}

/// Many to one, a batch at a time, the sequence's steps by `outer_iter`.
#[differentiable(wrt(net))]
fn many_to_one(net: &Elman, x: &Array3<f64>, y: &Array1<f64>) -> f64 {
    let mut h = Array2::zeros((x.len_of(Axis(1)), net.u.nrows()));
    for x in x.outer_iter() {
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
    }
    (h.dot(&net.v) + net.c).mse(y)
}

/// The same by `index_axis`.
#[differentiable(wrt(net))]
fn by_index_axis(net: &Elman, x: &Array3<f64>, y: &Array1<f64>) -> f64 {
    let mut h = Array2::zeros((x.shape()[1], net.u.nrows()));
    for t in 0..x.shape()[0] {
        let x = x.index_axis(Axis(0), t);
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
    }
    (h.dot(&net.v) + net.c).mse(y)
}

/// The same by `slice`.
#[differentiable(wrt(net))]
fn by_slice(net: &Elman, x: &Array3<f64>, y: &Array1<f64>) -> f64 {
    let (steps, batch, _) = x.dim();
    let mut h = Array2::<f64>::zeros((batch, net.b.len()));
    for t in 0..steps {
        h = (x.slice(s![t, .., ..]).dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
    }
    (h.dot(&net.v) + net.c).mse(y)
}

/// The same over a list of steps.
#[differentiable(wrt(net))]
fn over_a_list(net: &Elman, steps: &[Array2<f64>], y: &Array1<f64>) -> f64 {
    let mut h = Array2::zeros((y.len(), net.b.len()));
    for x in steps {
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
    }
    (h.dot(&net.v) + net.c).mse(y)
}

/// The same by a method for a step.
#[differentiable(wrt(net))]
fn by_method(net: &Elman, x: &Array3<f64>, y: &Array1<f64>) -> f64 {
    let mut h = Array2::zeros((y.len(), net.b.len()));
    for x in x.outer_iter() {
        h = net.step(&x, &h);
    }
    (h.dot(&net.v) + net.c).mse(y)
}

/// The same by `fold`.
#[differentiable(wrt(net))]
fn by_fold(net: &Elman, x: &Array3<f64>, y: &Array1<f64>) -> f64 {
    let start = Array2::zeros((y.len(), net.b.len()));
    let h = x
        .outer_iter()
        .fold(start, |h: Array2<f64>, x| (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh());
    (h.dot(&net.v) + net.c).mse(y)
}

/// The same by a function that calls itself.
#[differentiable(wrt(net, h))]
fn states(net: &Elman, h: Array2<f64>, x: &[Array2<f64>]) -> Array2<f64> {
    match x {
        [] => h,
        [first, rest @ ..] => {
            states(net, (first.dot(&net.w) + h.dot(&net.u) + &net.b).tanh(), rest)
        }
    }
}

#[differentiable(wrt(net))]
fn by_recursion(net: &Elman, x: &[Array2<f64>], y: &Array1<f64>) -> f64 {
    let h = states(net, Array2::zeros((y.len(), net.b.len())), x);
    (h.dot(&net.v) + net.c).mse(y)
}

/// The backward pass, written by hand: Werbos, "Backpropagation through time" (1990).
fn by_hand(net: &Elman, x: &Array3<f64>, y: &Array1<f64>) -> (f64, ElmanGradient) {
    let mut h = vec![Array2::zeros((BATCH, HIDDEN))];
    for x in x.outer_iter() {
        let a = x.dot(&net.w) + h[h.len() - 1].dot(&net.u) + &net.b;
        h.push(a.mapv(f64::tanh));
    }
    let error = h[STEPS].dot(&net.v) + net.c - y;
    let loss = error.dot(&error) / BATCH as f64;

    let mut gradient = net.zero_gradient();
    let de = 2.0 / BATCH as f64 * &error;
    gradient.c = de.sum();
    gradient.v = h[STEPS].t().dot(&de);
    let column = |vector: &Array1<f64>| vector.clone().insert_axis(Axis(1));
    let mut dh = column(&de).dot(&column(&net.v).t());
    for t in (0..STEPS).rev() {
        let da = dh * h[t + 1].mapv(|h| 1.0 - h * h);
        gradient.w += &x.index_axis(Axis(0), t).t().dot(&da);
        gradient.u += &h[t].t().dot(&da);
        gradient.b += &da.sum_axis(Axis(0));
        dh = da.dot(&net.u.t());
    }
    (loss, gradient)
}

#[test]
fn every_form_has_the_gradient_written_by_hand() {
    let (net, x, y) = (Elman::new(), sequences(), targets());
    let (loss, gradient) = by_hand(&net, &x, &y);
    let list: Vec<Array2<f64>> = x.outer_iter().map(|x| x.to_owned()).collect();
    for (form, (value, found)) in [
        ("outer_iter", many_to_one::value_and_grad(&net, &x, &y)),
        ("index_axis", by_index_axis::value_and_grad(&net, &x, &y)),
        ("slice", by_slice::value_and_grad(&net, &x, &y)),
        ("list", over_a_list::value_and_grad(&net, &list, &y)),
        ("method", by_method::value_and_grad(&net, &x, &y)),
        ("fold", by_fold::value_and_grad(&net, &x, &y)),
        ("recursion", by_recursion::value_and_grad(&net, &list, &y)),
    ] {
        assert!((value - loss).abs() < 1e-14, "{form}: {value} and {loss}");
        near(form, &found.w, &gradient.w);
        near(form, &found.u, &gradient.u);
        near(form, &found.b, &gradient.b);
        near(form, &found.v, &gradient.v);
        assert!((found.c - gradient.c).abs() < 1e-14, "{form}");
    }
    holds(|net| many_to_one(net, &x, &y), |net| many_to_one::grad(net, &x, &y), &net);
}

#[test]
fn no_steps_give_the_first_state() {
    let (net, x, y) = (Elman::new(), Array3::zeros((0, BATCH, FEATURES)), targets());
    let (_, gradient) = many_to_one::value_and_grad(&net, &x, &y);
    near("w", &gradient.w, &Array2::zeros((FEATURES, HIDDEN)));
    near("u", &gradient.u, &Array2::zeros((HIDDEN, HIDDEN)));
    assert!((gradient.c - 2.0 * (net.c - y.mean().unwrap())).abs() < 1e-14);
}

/// One sequence, its steps the rows of a matrix; the first state is learnt, the inputs are active.
#[differentiable]
fn single(net: &Elman, first: &Array1<f64>, x: &Array2<f64>) -> f64 {
    let mut h = first.clone();
    for x in x.rows() {
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
    }
    h.dot(&net.v) + net.c
}

/// The state is written in place.
#[differentiable]
fn in_place(net: &Elman, first: &Array1<f64>, x: &Array2<f64>) -> f64 {
    let mut h = first.to_owned();
    for t in 0..x.nrows() {
        let a = x.row(t).dot(&net.w) + h.dot(&net.u) + &net.b;
        h.assign(&a);
        h.mapv_inplace(f64::tanh);
    }
    h.dot(&net.v) + net.c
}

#[test]
fn a_single_sequence() {
    let at = (Elman::new(), random(15, HIDDEN), sequence());
    holds(|(net, h, x)| single(net, h, x), |(net, h, x)| single::grad(net, h, x), &at);
    holds(|(net, h, x)| in_place(net, h, x), |(net, h, x)| in_place::grad(net, h, x), &at);
}

/// Many to many: an output for each step, pushed to a list.
#[differentiable(wrt(net))]
fn pushed(net: &Elman, x: &Array3<f64>) -> Vec<Array1<f64>> {
    let mut h = Array2::zeros((x.shape()[1], net.b.len()));
    let mut outputs = Vec::new();
    for x in x.axis_iter(Axis(0)) {
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
        outputs.push(h.dot(&net.v) + net.c);
    }
    outputs
}

/// The outputs as rows of an array: `[time, batch]`.
#[differentiable(wrt(net))]
fn written(net: &Elman, x: &Array3<f64>) -> Array2<f64> {
    let (steps, batch, _) = x.dim();
    let mut outputs = Array2::zeros((steps, batch));
    let mut h = Array2::zeros((batch, net.b.len()));
    for (t, x) in x.outer_iter().enumerate() {
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
        outputs.row_mut(t).assign(&(h.dot(&net.v) + net.c));
    }
    outputs
}

/// All states in one array, each computed from the one before it.
#[differentiable(wrt(net))]
fn all_states(net: &Elman, x: &Array3<f64>) -> Array2<f64> {
    let (steps, batch, _) = x.dim();
    let mut h = Array3::<f64>::zeros((steps + 1, batch, net.b.len()));
    for t in 0..steps {
        let a = x.slice(s![t, .., ..]).dot(&net.w) + h.slice(s![t, .., ..]).dot(&net.u) + &net.b;
        h.slice_mut(s![t + 1, .., ..]).assign(&a.tanh());
    }
    let mut outputs = Array2::zeros((steps, batch));
    for (t, mut row) in outputs.outer_iter_mut().enumerate() {
        row.assign(&(h.index_axis(Axis(0), t + 1).dot(&net.v) + net.c));
    }
    outputs
}

/// A loss at each step, added up as it goes.
#[differentiable(wrt(net))]
fn summed(net: &Elman, x: &Array3<f64>, y: &Array2<f64>) -> f64 {
    let mut h = Array2::zeros((x.shape()[1], net.b.len()));
    let mut loss = 0.0;
    for (x, y) in x.outer_iter().zip(y.rows()) {
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
        loss += (h.dot(&net.v) + net.c - y).pow2().sum();
    }
    loss / y.len() as f64
}

#[differentiable(wrt(net))]
fn pushed_loss(net: &Elman, x: &Array3<f64>, y: &Array2<f64>) -> f64 {
    let outputs = pushed(net, x);
    let mut loss = 0.0;
    for (output, y) in outputs.iter().zip(y.rows()) {
        loss += (output - &y).pow2().sum();
    }
    loss / y.len() as f64
}

#[differentiable(wrt(net))]
fn written_loss(net: &Elman, x: &Array3<f64>, y: &Array2<f64>) -> f64 {
    written(net, x).mse(y)
}

#[differentiable(wrt(net))]
fn all_states_loss(net: &Elman, x: &Array3<f64>, y: &Array2<f64>) -> f64 {
    all_states(net, x).mse(y)
}

#[test]
fn many_to_many() {
    let (net, x, y) = (Elman::new(), sequences(), random(16, (STEPS, BATCH)));
    holds(|net| summed(net, &x, &y), |net| summed::grad(net, &x, &y), &net);
    let (loss, gradient) = summed::value_and_grad(&net, &x, &y);
    for (form, (value, found)) in [
        ("pushed", pushed_loss::value_and_grad(&net, &x, &y)),
        ("written", written_loss::value_and_grad(&net, &x, &y)),
        ("all states", all_states_loss::value_and_grad(&net, &x, &y)),
    ] {
        assert!((value - loss).abs() < 1e-14, "{form}: {value} and {loss}");
        near(form, &found.w, &gradient.w);
        near(form, &found.u, &gradient.u);
        near(form, &found.b, &gradient.b);
        near(form, &found.v, &gradient.v);
    }
}

/// Two layers, the states of both from step to step; a layer's outputs are the next one's inputs.
#[differentiable(wrt(layers))]
fn deep(layers: &[Elman], x: &Array2<f64>) -> f64 {
    let mut states = vec![Array1::zeros(HIDDEN); layers.len()];
    for x in x.rows() {
        let mut input = x.to_owned();
        for (l, layer) in layers.iter().enumerate() {
            states[l] = (input.dot(&layer.w) + states[l].dot(&layer.u) + &layer.b).tanh();
            input = states[l].clone();
        }
    }
    let last = layers.len() - 1;
    states[last].dot(&layers[last].v)
}

/// Both directions (Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997).
#[differentiable(wrt(forwards, backwards))]
fn bidirectional(forwards: &Elman, backwards: &Elman, x: &Array2<f64>) -> f64 {
    let mut h = Array1::zeros(HIDDEN);
    for x in x.rows() {
        h = (x.dot(&forwards.w) + h.dot(&forwards.u) + &forwards.b).tanh();
    }
    let mut g = Array1::zeros(HIDDEN);
    for t in (0..x.nrows()).rev() {
        g = (x.row(t).dot(&backwards.w) + g.dot(&backwards.u) + &backwards.b).tanh();
    }
    h.dot(&forwards.v) * g.dot(&backwards.v)
}

/// Sequences of several lengths in one batch: a state stays what it was where a sequence has ended.
#[differentiable(wrt(net))]
fn masked(net: &Elman, x: &Array3<f64>, mask: &Array2<f64>) -> f64 {
    let mut h = Array2::<f64>::zeros((x.shape()[1], net.b.len()));
    for (x, mask) in x.outer_iter().zip(mask.columns()) {
        let mask = mask.insert_axis(Axis(1));
        let next = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
        h = &mask * &next + (1.0 - &mask) * &h;
    }
    (h.dot(&net.v) + net.c).pow2().sum()
}

/// It ends when it says so itself (Graves, "Adaptive computation time", 2016, without its ponder cost).
#[differentiable(wrt(net))]
fn until_it_is_sure(net: &Elman, x: ArrayView1<f64>) -> f64 {
    let mut h = Array1::zeros(net.b.len());
    let mut halted = 0.0;
    let mut steps = 0;
    while halted < 1.0 && steps < 20 {
        h = (x.dot(&net.w) + h.dot(&net.u) + &net.b).tanh();
        halted += (h.dot(&net.v) + net.c).sigmoid();
        steps += 1;
    }
    h.sum() * halted
}

#[test]
fn other_architectures() {
    let second = Elman { w: random(17, (HIDDEN, HIDDEN)), ..Elman::new() };
    let (layers, x) = (vec![Elman::new(), second], sequence());
    holds(|layers| deep(layers, &x), |layers| deep::grad(layers, &x), &layers);

    let both = (Elman::new(), Elman { u: random(18, (HIDDEN, HIDDEN)), ..Elman::new() });
    let gradient = |(a, b): &(Elman, Elman)| bidirectional::grad(a, b, &x);
    holds(|(a, b)| bidirectional(a, b, &x), gradient, &both);

    let lengths = [4, 1, 0];
    let mask = Array2::from_shape_fn((BATCH, STEPS), |(row, t)| f64::from(t < lengths[row]));
    let x = sequences();
    holds(|net| masked(net, &x, &mask), |net| masked::grad(net, &x, &mask), &Elman::new());

    let x = random(19, FEATURES);
    let f = |net: &Elman| until_it_is_sure(net, x.view());
    holds(f, |net| until_it_is_sure::grad(net, x.view()), &Elman::new());
}

/// The gradient with respect to the first state and all parameters, of as many rows and units as a factor needs to be laid
/// out anew before the loop, equals that of the same steps written one after the other.
#[test]
fn a_wide_layer_is_laid_out_once_for_all_steps() {
    #[differentiable(wrt(u, h))]
    fn in_a_loop(u: &Array2<f64>, h: &Array2<f64>, x: &Array3<f64>) -> f64 {
        let mut h = h.clone();
        for x in x.outer_iter() {
            h = (h.dot(u) + x).tanh();
        }
        (&h * &h).sum()
    }
    #[differentiable(wrt(u, h))]
    fn one_by_one(u: &Array2<f64>, h: &Array2<f64>, x: &Array3<f64>) -> f64 {
        let first = (h.dot(u) + x.index_axis(Axis(0), 0)).tanh();
        let second = (first.dot(u) + x.index_axis(Axis(0), 1)).tanh();
        let third = (second.dot(u) + x.index_axis(Axis(0), 2)).tanh();
        (&third * &third).sum()
    }
    let (units, steps) = (33, 3);
    let u = random::<(usize, usize)>(20, (units, units)) * 0.3;
    // One row and many are multiplied as they lie.
    for rows in [1, 5, 70] {
        let (h, x) = (random(21, (rows, units)), random(22, (steps, rows, units)));
        let (du, dh) = in_a_loop::grad(&u, &h, &x);
        let (expected_du, expected_dh) = one_by_one::grad(&u, &h, &x);
        near("du", &du, &expected_du);
        near("dh", &dh, &expected_dh);
        let (_, pull) = in_a_loop::vjp(&u, &h, &x);
        near("du by the pullback", &pull(1.0).0, &expected_du);
        near("dh by the pullback, called again", &pull(1.0).1, &expected_dh);
    }
}
