//! How losses fall, or do not.

use std::ops::Range;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use super::axis::short;
use super::canvas::{Canvas, Drawn, GRID, INK, Picture, color, picture};

/// A picture of how losses fall (or do not) from epoch to epoch, with a line per curve.
///
/// The loss's axis is logarithmic if all losses are positive and the largest is more than 20 times
/// the smallest. A loss that is infinite or no number leaves a gap.
#[derive(Clone, Debug)]
pub struct LossPlot {
    title: String,
    curves: Vec<Curve>,
}

/// One line of a plot.
#[derive(Clone, Debug)]
struct Curve {
    name: String,
    losses: Vec<f64>,
}

impl LossPlot {
    /// A plot without curves.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), curves: Vec::new() }
    }

    /// Adds a curve: the losses of epochs 1, 2, .., such as `history.losses()`. The names of several
    /// curves stand in a legend; a single one needs none.
    #[must_use]
    pub fn curve(mut self, name: impl Into<String>, losses: impl Into<Vec<f64>>) -> Self {
        self.curves.push(Curve { name: name.into(), losses: losses.into() });
        self
    }
}

picture!(LossPlot);

impl Picture for LossPlot {
    const SIZE: (u32, u32) = (720, 432);

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Drawn<B> {
        match scale(&self.curves) {
            Scale::Linear(losses) => draw(self, canvas, losses),
            Scale::Logarithmic(losses) => {
                let ticks = logarithmic_ticks(&losses);
                draw(self, canvas, losses.log_scale().with_key_points(ticks))
            }
        }
    }
}

/// The loss's axis.
enum Scale {
    Linear(Range<f64>),
    Logarithmic(Range<f64>),
}

/// An axis with all finite losses on it, and some room.
fn scale(curves: &[Curve]) -> Scale {
    // Beyond these, the ends of the axis or its ticks would overflow or vanish.
    let drawable = |loss: &f64| loss.is_finite() && loss.abs() < 1e300;
    let losses = || curves.iter().flat_map(|curve| &curve.losses).copied().filter(drawable);
    let low = losses().fold(f64::INFINITY, f64::min);
    let high = losses().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        Scale::Linear(0.0..1.0)
    } else if low > 1e-300 && high / low > 20.0 {
        let room = (high / low).powf(0.05);
        Scale::Logarithmic(low / room..high * room)
    } else {
        let room = 0.05 * (high - low).max(0.1 * high.abs()).max(1e-12);
        // From zero, if that is near: heights can then be compared.
        let floor = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low - room };
        Scale::Linear(floor..high + room)
    }
}

/// Powers of ten, with their twofold and fivefold where there is room, and every k-th where there is
/// none.
fn logarithmic_ticks(losses: &Range<f64>) -> Vec<f64> {
    let (first, last) = (losses.start.log10().floor() as i32, losses.end.log10().ceil() as i32);
    let decades = last - first;
    let factors: &[f64] = match decades {
        ..=2 => &[1.0, 2.0, 5.0],
        3 => &[1.0, 3.0],
        _ => &[1.0],
    };
    let every = (decades / 8 + 1) as usize;
    let powers = (first..=last).step_by(every).map(|power| 10_f64.powi(power));
    powers
        .flat_map(|power| factors.iter().map(move |factor| factor * power))
        .filter(|tick| losses.contains(tick))
        .collect()
}

fn draw<B, Y>(plot: &LossPlot, canvas: &Canvas<'_, B>, losses: Y) -> Drawn<B>
where
    B: DrawingBackend,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64> + Ranged<ValueType = f64>,
{
    let epochs = plot.curves.iter().map(|curve| curve.losses.len()).max().unwrap_or(0).max(2);
    let mut chart =
        canvas.chart(&plot.title, 28, 68).build_cartesian_2d(1.0..epochs as f64, losses)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID.stroke_width(canvas.px(1)))
        .light_line_style(TRANSPARENT)
        .axis_style(INK.mix(0.5).stroke_width(canvas.px(1)))
        .label_style(canvas.text(13))
        .axis_desc_style(canvas.text(14))
        .x_labels(epochs.min(10))
        .y_labels(7)
        .x_label_formatter(&|epoch| format!("{epoch:.0}"))
        .y_label_formatter(&|loss| short(*loss))
        .x_desc("epoch")
        .y_desc("loss")
        .draw()?;

    let long = canvas.px(22) as i32;
    for (index, curve) in plot.curves.iter().enumerate() {
        let style = color(index).stroke_width(canvas.px(2));
        let mut is_named = false;
        for part in unbroken(&curve.losses) {
            // A line of one point would not be seen.
            if let [point] = part[..] {
                chart.draw_series([Circle::new(point, canvas.px(3), color(index).filled())])?;
            }
            let line = chart.draw_series(LineSeries::new(part, style))?;
            if !is_named {
                is_named = true;
                line.label(&curve.name)
                    .legend(move |(x, y)| PathElement::new([(x, y), (x + long, y)], style));
            }
        }
    }
    if plot.curves.len() > 1 {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.85))
            .border_style(TRANSPARENT)
            .legend_area_size(canvas.px(30))
            .label_font(canvas.text(14))
            .draw()?;
    }
    Ok(())
}

/// The points of a curve, cut where a loss cannot be drawn.
fn unbroken(losses: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let mut parts = vec![Vec::new()];
    for (epoch, loss) in (1..).map(f64::from).zip(losses) {
        if !loss.is_finite() || loss.abs() >= 1e300 {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push((epoch, *loss));
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}
