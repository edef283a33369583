//! The loops over indices.

use std::hint::black_box;

use super::math::{fma64, sin_cos64};
use super::vectorised::vectorised;
use peers_common::inputs::Inputs;
use peers_common::number::squares;
use peers_common::side::Prepared;

/// Elements in a block.
const LANES: usize = 16;

vectorised! {
    /// Every element of the gradient is gathered from the two terms that it stands in, so nothing is carried from
    /// turn to turn.
    fn rosenbrock<FUSED>(x: &[f64], gradient: &mut [f64]) -> f64 {
        let n = x.len();
        let gradient = &mut gradient[..n];
        let at = |before: f64, here: f64, next: f64| {
            let (p, q, r) = (here - before * before, next - here * here, 1.0 - here);
            (100.0 * q * q + r * r, 200.0 * p - 400.0 * here * q - 2.0 * r)
        };
        let mut sums = [0.0; LANES];
        let mut start = 1;
        while start + LANES < n {
            let x: &[f64; LANES + 2] = x[start - 1..].first_chunk().expect("more elements");
            let places: &mut [f64; LANES] = gradient[start..].first_chunk_mut().expect("likewise");
            for k in 0..LANES {
                let (value, derivative) = at(x[k], x[k + 1], x[k + 2]);
                sums[k] += value;
                places[k] = derivative;
            }
            start += LANES;
        }
        let mut sum: f64 = sums.iter().sum();
        for i in start..n - 1 {
            let (value, derivative) = at(x[i - 1], x[i], x[i + 1]);
            sum += value;
            gradient[i] = derivative;
        }
        // The first has no term before it, the last none of its own.
        let (q, r) = (x[1] - x[0] * x[0], 1.0 - x[0]);
        gradient[0] = -400.0 * x[0] * q - 2.0 * r;
        gradient[n - 1] = 200.0 * (x[n - 1] - x[n - 2] * x[n - 2]);
        sum + 100.0 * q * q + r * r
    }
}

vectorised! {
    /// Sines and cosines do not depend on the recurrence, so they are taken first, in vector code.
    fn recurrence<FUSED>(
        x: &[f64],
        sines: &mut [f64],
        slopes: &mut [f64],
        gradient: &mut [f64],
    ) -> f64 {
        for ((x, sine), slope) in x.iter().zip(sines.iter_mut()).zip(slopes.iter_mut()) {
            (*sine, *slope) = sin_cos64::<FUSED>(*x);
        }
        let mut s = 0.0;
        for ((x, sine), slope) in x.iter().zip(sines.iter()).zip(slopes.iter_mut()) {
            *slope = fma64::<FUSED>(s, *slope, 1.0);
            s = fma64::<FUSED>(s, *sine, *x);
        }
        let mut ds = 1.0;
        let places = gradient.iter_mut().zip(sines.iter()).zip(slopes.iter());
        for ((gradient, sine), slope) in places.rev() {
            *gradient = ds * slope;
            ds *= sine;
        }
        s
    }
}

pub(super) fn prepare_rosenbrock(inputs: &Inputs) -> Prepared {
    let x = inputs.numbers("rosenbrock_x");
    let mut gradient = vec![0.0; x.len()];
    let value = rosenbrock(&x, &mut gradient);
    Prepared::new(value, squares(&gradient).sqrt(), move || {
        rosenbrock(black_box(&x), &mut gradient)
    })
}

pub(super) fn prepare_loop(inputs: &Inputs) -> Prepared {
    let x = inputs.numbers("loop_x");
    let [mut sines, mut slopes, mut gradient] = [(); 3].map(|()| vec![0.0; x.len()]);
    let value = recurrence(&x, &mut sines, &mut slopes, &mut gradient);
    Prepared::new(value, squares(&gradient).sqrt(), move || {
        recurrence(black_box(&x), &mut sines, &mut slopes, &mut gradient)
    })
}
