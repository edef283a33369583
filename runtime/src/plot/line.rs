//! Lines and points over numbers.

use std::ops::Range;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use super::axis::{range, short};
use super::canvas::{Canvas, Drawn, GRID, INK, Picture, color, picture};
use crate::Float;

/// A picture of lines and points over numbers: time steps, years, seconds.
///
/// A value that is infinite or no number leaves a gap in its line.
///
/// ```
/// use chainrule::plot::LinePlot;
/// let years = [2000.0, 2001.0, 2002.0];
/// let svg = LinePlot::new("sunspots")
///     .axes("year", "number")
///     .points("counted", years, [119.6, 111.0, 104.0])
///     .curve("forecast", years, [101.2, 115.8, 99.1])
///     .to_svg();
/// assert!(svg.contains("year") && svg.contains("forecast"));
/// ```
#[derive(Clone, Debug)]
pub struct LinePlot {
    title: String,
    x: String,
    y: String,
    pub(super) height: Height,
    curves: Vec<Curve>,
}

/// How values become heights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Height {
    Linear,
    Logarithmic,
    /// Logarithmic if all values are positive and the largest is more than 20 times the smallest.
    Fitting,
}

/// One line, or the points of one kind.
#[derive(Clone, Debug)]
struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
    is_line: bool,
}

impl LinePlot {
    /// A plot without curves.
    pub fn new(title: impl Into<String>) -> Self {
        let (x, y) = (String::new(), String::new());
        Self { title: title.into(), x, y, height: Height::Linear, curves: Vec::new() }
    }

    /// Names both axes.
    #[must_use]
    pub fn axes(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        (self.x, self.y) = (x.into(), y.into());
        self
    }

    /// Powers of ten are equally far apart. A value that is not positive leaves a gap.
    #[must_use]
    pub fn logarithmic(mut self) -> Self {
        self.height = Height::Logarithmic;
        self
    }

    /// Adds a line through points. The names of several curves stand in a legend; a single one needs
    /// none.
    ///
    /// # Panics
    /// If there are more of `x` than of `y`, or fewer.
    #[must_use]
    #[track_caller]
    pub fn curve<X: Float, Y: Float>(
        self,
        name: impl Into<String>,
        x: impl IntoIterator<Item = X>,
        y: impl IntoIterator<Item = Y>,
    ) -> Self {
        let points = pairs("curve", x.into_iter(), y.into_iter());
        self.with(name.into(), points, true)
    }

    /// Adds points that no line connects, such as observations.
    ///
    /// # Panics
    /// If there are more of `x` than of `y`, or fewer.
    #[must_use]
    #[track_caller]
    pub fn points<X: Float, Y: Float>(
        self,
        name: impl Into<String>,
        x: impl IntoIterator<Item = X>,
        y: impl IntoIterator<Item = Y>,
    ) -> Self {
        let points = pairs("points", x.into_iter(), y.into_iter());
        self.with(name.into(), points, false)
    }

    fn with(mut self, name: String, points: Vec<(f64, f64)>, is_line: bool) -> Self {
        self.curves.push(Curve { name, points, is_line });
        self
    }
}

#[track_caller]
fn pairs<X: Float, Y: Float>(
    what: &str,
    mut x: impl Iterator<Item = X>,
    mut y: impl Iterator<Item = Y>,
) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    loop {
        match (x.next(), y.next()) {
            (Some(x), Some(y)) => points.push((x.to_f64_lossless(), y.to_f64_lossless())),
            (None, None) => return points,
            (more, _) => {
                let (many, few) = if more.is_some() { ("x", "y") } else { ("y", "x") };
                panic!("LinePlot::{what}: there are {} of {few} and more of {many}", points.len());
            }
        }
    }
}

picture!(LinePlot);

impl Picture for LinePlot {
    const SIZE: (u32, u32) = (720, 432);

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Drawn<B> {
        match scale(self.height, &self.curves) {
            Scale::Linear(heights) => draw(self, canvas, heights, f64::is_finite),
            Scale::Logarithmic(heights) => {
                let ticks = logarithmic_ticks(&heights);
                let heights = heights.log_scale().with_key_points(ticks);
                draw(self, canvas, heights, |height| height > 0.0)
            }
        }
    }
}

/// The vertical axis.
enum Scale {
    Linear(Range<f64>),
    Logarithmic(Range<f64>),
}

/// An axis with all finite values on it, and some room.
fn scale(height: Height, curves: &[Curve]) -> Scale {
    // Beyond these, the ends of the axis or its ticks would overflow or vanish.
    let drawable = |y: &f64| y.is_finite() && y.abs() < 1e300;
    let heights =
        || curves.iter().flat_map(|curve| &curve.points).map(|(_, y)| *y).filter(drawable);
    let high = heights().fold(f64::NEG_INFINITY, f64::max);
    let low = heights().fold(f64::INFINITY, f64::min);
    let least = heights().filter(|y| *y > 1e-300).fold(f64::INFINITY, f64::min);
    let is_logarithmic = match height {
        Height::Linear => false,
        Height::Logarithmic => least <= high,
        Height::Fitting => low > 1e-300 && high / low > 20.0,
    };
    if low > high {
        Scale::Linear(0.0..1.0)
    } else if is_logarithmic {
        let room = (high / least).max(2.0).powf(0.05);
        Scale::Logarithmic(least / room..high * room)
    } else {
        let room = 0.05 * (high - low).max(0.1 * high.abs()).max(1e-12);
        // From zero, if that is near: heights can then be compared.
        let floor = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low - room };
        // The legend of several curves stands above them; losses fall, and leave it room.
        let legend = match height {
            Height::Linear if curves.len() > 1 => {
                (0.05 + 0.06 * curves.len() as f64) * (high - floor)
            }
            _ => 0.0,
        };
        Scale::Linear(floor..high + room + legend)
    }
}

/// Powers of ten, with their twofold and fivefold where there is room, and every k-th where there is
/// none.
fn logarithmic_ticks(heights: &Range<f64>) -> Vec<f64> {
    let (first, last) = (heights.start.log10().floor() as i32, heights.end.log10().ceil() as i32);
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
        .filter(|tick| heights.contains(tick))
        .collect()
}

/// The horizontal axis: from the first to the last point, and how many labels it has room for.
fn across(curves: &[Curve]) -> (Range<f64>, usize) {
    let all = || curves.iter().flat_map(|curve| &curve.points).map(|(x, _)| *x);
    let range = range(all());
    let values = || all().filter(|x| x.abs() < 1e300);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let is_whole = values().all(|x| x.fract() == 0.0);
    match high > low {
        true if is_whole => (low..high, (high - low).min(9.0) as usize + 1),
        true => (low..high, 10),
        false => (range, 2),
    }
}

fn draw<B, Y>(
    plot: &LinePlot,
    canvas: &Canvas<'_, B>,
    heights: Y,
    is_drawable: impl Fn(f64) -> bool,
) -> Drawn<B>
where
    B: DrawingBackend,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64> + Ranged<ValueType = f64>,
{
    let (across, labels) = across(&plot.curves);
    let mut chart = canvas.chart(&plot.title, 28, 68).build_cartesian_2d(across, heights)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID.stroke_width(canvas.px(1)))
        .light_line_style(TRANSPARENT)
        .axis_style(INK.mix(0.5).stroke_width(canvas.px(1)))
        .label_style(canvas.text(13))
        .axis_desc_style(canvas.text(14))
        .x_labels(labels)
        .y_labels(7)
        .x_label_formatter(&|x| short(*x))
        .y_label_formatter(&|y| short(*y))
        .x_desc(&plot.x)
        .y_desc(&plot.y)
        .draw()?;

    let long = canvas.px(22) as i32;
    for (index, curve) in plot.curves.iter().enumerate() {
        let style = color(index).stroke_width(canvas.px(2));
        let dot = move |point| Circle::new(point, canvas.px(3), color(index).filled());
        let parts = unbroken(&curve.points, &is_drawable);
        if !curve.is_line {
            let points = parts.into_iter().flatten();
            let drawn = chart.draw_series(points.map(dot))?;
            let size = canvas.px(3);
            drawn
                .label(&curve.name)
                .legend(move |(x, y)| Circle::new((x + long / 2, y), size, color(index).filled()));
            continue;
        }
        let mut is_named = false;
        for part in parts {
            // A line of one point would not be seen.
            if let [point] = part[..] {
                chart.draw_series([dot(point)])?;
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

/// The points of a curve, cut where one cannot be drawn.
fn unbroken(points: &[(f64, f64)], is_drawable: &impl Fn(f64) -> bool) -> Vec<Vec<(f64, f64)>> {
    let mut parts = vec![Vec::new()];
    for (x, y) in points {
        if x.abs() >= 1e300 || !(y.abs() < 1e300 && is_drawable(*y)) || x.is_nan() {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push((*x, *y));
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}
