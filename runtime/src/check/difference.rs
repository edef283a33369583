//! A derivative by central differences over a ladder of steps.

/// How exact a comparison is to be, and which steps are taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Precision {
    /// The relative rounding error of arguments and values.
    epsilon: f64,
    /// The relative error that is allowed.
    tolerance: f64,
}

impl Precision {
    /// For numbers of this rounding error. A central difference has, at its best step, a relative error
    /// of about `epsilon^(2/3)`; the default tolerance leaves room for functions that bend more.
    pub(super) fn new(epsilon: f64, tolerance: Option<f64>) -> Self {
        let tolerance = tolerance.unwrap_or_else(|| 100.0 * epsilon.powf(2.0 / 3.0));
        Self { epsilon, tolerance }
    }

    /// Steps relative to an argument's size, around the cube root of the rounding error, widest first.
    fn steps(self) -> impl Iterator<Item = f64> {
        let best = self.epsilon.cbrt();
        (-2..=8)
            .rev()
            .map(move |half_decade| best * 10.0_f64.powf(f64::from(half_decade) / 2.0))
            .filter(|&step| step < 0.2)
    }
}

/// A value of the function near its argument.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) value: f64,
    /// The size of the numbers that `value` was summed up from: what its rounding is relative to.
    pub(super) size: f64,
    /// The place, which may have been rounded.
    pub(super) at: f64,
}

/// What differences say about a claimed derivative.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdict {
    /// The difference that agrees best; NaN if none was finite.
    pub(super) difference: f64,
    /// Its error relative to what is allowed: wrong above 1.
    pub(super) error: f64,
}

/// Compares `claimed`, summed up from numbers of size `terms`, with the differences of `f`, which is given
/// a step from an argument of size `scale`.
pub(super) fn compare(
    claimed: f64,
    terms: f64,
    scale: f64,
    precision: Precision,
    mut f: impl FnMut(f64) -> Sample,
) -> Verdict {
    let mut best = Verdict { difference: f64::NAN, error: f64::INFINITY };
    if !claimed.is_finite() {
        return best;
    }
    climb(&mut best, (claimed, terms), scale.max(1.0), precision, f64::INFINITY, &mut f);
    // A function may vary on the scale of a small argument, as the logarithm does. There rounding could
    // hide anything, so only steps where it is small count.
    if best.error > 1.0 && 0.0 < scale && scale < 1.0 {
        climb(&mut best, (claimed, terms), scale, precision, precision.tolerance, &mut f);
    }
    best
}

/// Tries all steps relative to `scale` where rounding is under `noise_limit` of the derivative.
fn climb(
    best: &mut Verdict,
    (claimed, terms): (f64, f64),
    scale: f64,
    precision: Precision,
    noise_limit: f64,
    f: &mut impl FnMut(f64) -> Sample,
) {
    let mut wider: Option<f64> = None;
    for step in precision.steps().map(|step| step * scale) {
        let (above, below) = (f(step), f(-step));
        let difference = (above.value - below.value) / (above.at - below.at);
        if !difference.is_finite() {
            wider = None;
            continue;
        }
        // Values are exact to some roundings of their own size.
        let noise = 8.0 * precision.epsilon * above.size.max(below.size) / step;
        // Two steps a factor sqrt(10) apart: the error of second order cancels (Richardson).
        let extrapolated = wider.map(|wider| difference + (difference - wider) / 9.0);
        for candidate in [Some(difference), extrapolated].into_iter().flatten() {
            let size = terms.max(candidate.abs());
            if noise > noise_limit * size {
                continue;
            }
            let allowed = precision.tolerance * size + noise + f64::MIN_POSITIVE;
            let error = (candidate - claimed).abs() / allowed;
            if error < best.error || best.difference.is_nan() {
                *best = Verdict { difference: candidate, error };
            }
        }
        wider = Some(difference);
        if best.error < 0.1 {
            return;
        }
    }
}
