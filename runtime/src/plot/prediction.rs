//! Predicted values against true ones.

use plotters::prelude::*;

use super::axis::{range, short};
use super::canvas::{Canvas, Drawn, GRID, INK, Picture, color, picture};
use crate::Float;

/// A picture with a point for each row: its true value across, its predicted value up. The better the
/// model, the nearer are the points to the diagonal.
///
/// ```
/// use chainrule::plot::PredictionPlot;
/// let svg = PredictionPlot::new("prices", [1.0, 2.0, 3.0], [1.1, 1.9, 3.2]).unit("$1000").to_svg();
/// assert!(svg.contains("true, $1000"));
/// ```
#[derive(Clone, Debug)]
pub struct PredictionPlot {
    title: String,
    unit: String,
    points: Vec<(f64, f64)>,
}

impl PredictionPlot {
    /// Of true values and what was predicted for them.
    ///
    /// # Panics
    /// If there are more of one than of the other.
    #[track_caller]
    pub fn new<T: Float>(
        title: impl Into<String>,
        truth: impl IntoIterator<Item = T>,
        predicted: impl IntoIterator<Item = T>,
    ) -> Self {
        let (mut truth, mut predicted) = (truth.into_iter(), predicted.into_iter());
        let mut points = Vec::new();
        loop {
            match (truth.next(), predicted.next()) {
                (Some(truth), Some(predicted)) => {
                    points.push((truth.to_f64_lossless(), predicted.to_f64_lossless()));
                }
                (None, None) => break,
                (found, _) => {
                    let (few, many) = (points.len(), points.len() + 1);
                    let (truth, predicted) =
                        if found.is_some() { (many, few) } else { (few, many) };
                    panic!(
                        "PredictionPlot: {truth} true values or more, {predicted} predicted ones"
                    );
                }
            }
        }
        Self { title: title.into(), unit: String::new(), points }
    }

    /// The unit of both axes.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }
}

picture!(PredictionPlot);

impl Picture for PredictionPlot {
    const SIZE: (u32, u32) = (560, 560);

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Drawn<B> {
        let both = range(self.points.iter().flat_map(|(x, y)| [*x, *y]));
        let mut chart =
            canvas.chart(&self.title, 28, 68).build_cartesian_2d(both.clone(), both.clone())?;
        let named = |what: &str| match self.unit.as_str() {
            "" => what.to_owned(),
            unit => format!("{what}, {unit}"),
        };
        chart
            .configure_mesh()
            .bold_line_style(GRID.stroke_width(canvas.px(1)))
            .light_line_style(TRANSPARENT)
            .axis_style(INK.mix(0.5).stroke_width(canvas.px(1)))
            .label_style(canvas.text(13))
            .axis_desc_style(canvas.text(14))
            .x_labels(7)
            .y_labels(7)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .x_desc(named("true"))
            .y_desc(named("predicted"))
            .draw()?;
        let diagonal = [(both.start, both.start), (both.end, both.end)];
        chart.draw_series(LineSeries::new(diagonal, INK.mix(0.5).stroke_width(canvas.px(1))))?;
        let style = color(0).mix(0.45).filled();
        let drawable = |(x, y): &&(f64, f64)| x.abs() < 1e300 && y.abs() < 1e300;
        let points = self.points.iter().filter(drawable);
        chart.draw_series(points.map(|point| Circle::new(*point, canvas.px(3), style)))?;
        Ok(())
    }
}
