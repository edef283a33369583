//! What stands at axes.

use std::ops::Range;

/// A number in few digits.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 || (1e-3..1e5).contains(&value.abs()) {
        let digits = (2.0 - value.abs().max(1e-3).log10().floor()).clamp(0.0, 5.0) as usize;
        let text = format!("{value:.digits$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    } else {
        format!("{value:.0e}")
    }
}

/// From the smallest to the largest finite value, with some room on both sides.
pub(super) fn range(values: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    // Beyond that, the ends of the axis or its ticks would overflow.
    let values = values.filter(|value| value.abs() < 1e300);
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return 0.0..1.0;
    }
    let room = 0.05 * (high - low).max(1e-6 * high.abs()).max(1e-12);
    low - room..high + room
}
