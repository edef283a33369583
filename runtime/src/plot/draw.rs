//! The drawing itself.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use super::{Curve, LossPlot};

const SIZE: (u32, u32) = (720, 432);
const INK: RGBColor = RGBColor(51, 51, 51);
const GRID: RGBColor = RGBColor(229, 229, 229);
/// Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008).
const COLORS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The plot as a whole SVG document.
pub(super) fn svg(plot: &LossPlot) -> String {
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    let drawn = match scale(&plot.curves) {
        Scale::Linear(losses) => draw(plot, &area, losses),
        Scale::Logarithmic(losses) => {
            let ticks = logarithmic_ticks(&losses);
            draw(plot, &area, losses.log_scale().with_key_points(ticks))
        }
    };
    // A `String` takes every write, and a font that is only named is always found.
    drawn.expect("drawing into memory does not fail");
    drop(area);
    svg
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

fn draw<Y>(plot: &LossPlot, area: &Area<'_>, losses: Y) -> Result<(), Box<dyn std::error::Error>>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64> + Ranged<ValueType = f64>,
{
    area.fill(&WHITE)?;
    let text = |size: u32| ("sans-serif", size).into_font().color(&INK);
    let epochs = plot.curves.iter().map(|curve| curve.losses.len()).max().unwrap_or(0).max(2);
    let mut builder = ChartBuilder::on(area);
    builder
        .caption(&plot.title, text(19))
        .margin(16)
        .margin_right(28)
        .x_label_area_size(46)
        .y_label_area_size(68);
    let mut chart = builder.build_cartesian_2d(1.0..epochs as f64, losses)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK.mix(0.5))
        .label_style(text(13))
        .axis_desc_style(text(14))
        .x_labels(epochs.min(10))
        .y_labels(7)
        .x_label_formatter(&|epoch| format!("{epoch:.0}"))
        .y_label_formatter(&|loss| short(*loss))
        .x_desc("epoch")
        .y_desc("loss")
        .draw()?;

    for (curve, color) in plot.curves.iter().zip(COLORS.iter().cycle()) {
        let style = color.stroke_width(2);
        let mut is_named = false;
        for part in unbroken(&curve.losses) {
            // A line of one point would not be seen.
            if let [point] = part[..] {
                chart.draw_series([Circle::new(point, 3, color.filled())])?;
            }
            let line = chart.draw_series(LineSeries::new(part, style))?;
            if !is_named {
                is_named = true;
                line.label(&curve.name)
                    .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], style));
            }
        }
    }
    if plot.curves.len() > 1 {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.85))
            .border_style(TRANSPARENT)
            .legend_area_size(30)
            .label_font(text(14))
            .draw()?;
    }
    area.present()?;
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

/// A loss in few digits.
fn short(loss: f64) -> String {
    if loss == 0.0 || (1e-3..1e5).contains(&loss.abs()) {
        let digits = (2.0 - loss.abs().max(1e-3).log10().floor()).clamp(0.0, 5.0) as usize;
        let text = format!("{loss:.digits$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        }
    } else {
        format!("{loss:.0e}")
    }
}
