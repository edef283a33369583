//! How many are found, and how many false alarms that costs.

use plotters::prelude::*;

use super::axis::short;
use super::canvas::{Canvas, Drawn, GRID, INK, Picture, color, picture};

/// A picture of receiver operating characteristics: the part of the positives that is found (up) against
/// the part of the negatives that is taken for positive (across), for every threshold.
///
/// ```
/// use chainrule::plot::RocPlot;
/// let svg = RocPlot::new("tests").curve("a test", [(0.0, 0.0), (0.1, 0.8), (1.0, 1.0)]).to_svg();
/// assert!(svg.contains("false positives"));
/// ```
#[derive(Clone, Debug)]
pub struct RocPlot {
    title: String,
    curves: Vec<(String, Vec<(f64, f64)>)>,
}

impl RocPlot {
    /// A plot without curves.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), curves: Vec::new() }
    }

    /// Adds a curve through these points of false and true positives, both from 0 to 1; others are
    /// left out.
    #[must_use]
    pub fn curve(
        mut self,
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        self.curves.push((name.into(), points.into_iter().collect()));
        self
    }
}

picture!(RocPlot);

impl Picture for RocPlot {
    const SIZE: (u32, u32) = (560, 560);

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Drawn<B> {
        let mut chart =
            canvas.chart(&self.title, 28, 60).build_cartesian_2d(-0.01..1.0, 0.0..1.01)?;
        chart
            .configure_mesh()
            .bold_line_style(GRID.stroke_width(canvas.px(1)))
            .light_line_style(TRANSPARENT)
            .axis_style(INK.mix(0.5).stroke_width(canvas.px(1)))
            .label_style(canvas.text(13))
            .axis_desc_style(canvas.text(14))
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .x_desc("false positives")
            .y_desc("true positives")
            .draw()?;
        let chance = INK.mix(0.3).stroke_width(canvas.px(1));
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], chance))?;
        let long = canvas.px(22) as i32;
        for (index, (name, points)) in self.curves.iter().enumerate() {
            let style = color(index).stroke_width(canvas.px(2));
            let is_part = |part: &f64| (0.0..=1.0).contains(part);
            let points = points.iter().copied().filter(|(x, y)| is_part(x) && is_part(y));
            chart
                .draw_series(LineSeries::new(points, style))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + long, y)], style));
        }
        if !self.curves.is_empty() {
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::LowerRight)
                .margin(canvas.px(10))
                .background_style(WHITE.mix(0.85))
                .border_style(TRANSPARENT)
                .legend_area_size(canvas.px(30))
                .label_font(canvas.text(14))
                .draw()?;
        }
        Ok(())
    }
}
