//! What a classifier says all over a plane.

use ndarray::{Array2, ArrayRef2};
use plotters::prelude::*;

use super::axis::{range, short};
use super::canvas::{Canvas, Drawn, INK, Picture, color, picture};
use crate::Float;

/// A picture of a plane, coloured by the class that a classifier gives each of its points, with the
/// points that are known.
///
/// ```
/// use chainrule::ndarray::{Array2, array};
/// use chainrule::plot::BoundaryPlot;
/// let inputs = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let classes = |points: &Array2<f64>| {
///     points.rows().into_iter().map(|point| usize::from(point[0] + point[1] > 1.5)).collect()
/// };
/// let svg = BoundaryPlot::new("and", &inputs, &[0, 0, 0, 1], classes).axes("a", "b").to_svg();
/// assert_eq!(svg.matches("<circle").count(), 8);
/// ```
#[derive(Clone, Debug)]
pub struct BoundaryPlot {
    title: String,
    axes: (String, String),
    points: Vec<(f64, f64)>,
    labels: Vec<usize>,
    x: std::ops::Range<f64>,
    y: std::ops::Range<f64>,
    /// The class in the middle of each cell, row by row from the bottom.
    classes: Vec<usize>,
}

/// Cells along each axis.
const CELLS: usize = 140;

impl BoundaryPlot {
    /// Of known points `[points, 2]` with their classes, and a classifier: it is given points, and gives
    /// their classes. It is called here, with points on a grid over all known ones.
    ///
    /// # Panics
    /// If the points do not have two coordinates, or there are not as many labels, or the classifier
    /// does not give as many classes as it is given points.
    #[track_caller]
    pub fn new<T: Float>(
        title: impl Into<String>,
        points: &ArrayRef2<T>,
        labels: &[usize],
        classifier: impl FnOnce(&Array2<T>) -> Vec<usize>,
    ) -> Self {
        let (count, coordinates) = points.dim();
        assert!(coordinates == 2, "BoundaryPlot: points of {coordinates} coordinates, not 2");
        assert!(count == labels.len(), "BoundaryPlot: {count} points and {} labels", labels.len());
        let axis = |column: usize| {
            let values = points.column(column).mapv(T::to_f64_lossless);
            let tight = range(values.iter().copied());
            // More room than lines need: what lies beyond the points is what one wants to see.
            let room = 0.1 * (tight.end - tight.start);
            tight.start - room..tight.end + room
        };
        let (x, y) = (axis(0), axis(1));
        let at = |range: &std::ops::Range<f64>, cell: usize| {
            range.start + (cell as f64 + 0.5) / CELLS as f64 * (range.end - range.start)
        };
        let grid = Array2::from_shape_fn((CELLS * CELLS, 2), |(cell, coordinate)| {
            T::from_f64_lossy(match coordinate {
                0 => at(&x, cell % CELLS),
                _ => at(&y, cell / CELLS),
            })
        });
        let classes = classifier(&grid);
        let (found, expected) = (classes.len(), CELLS * CELLS);
        assert!(found == expected, "BoundaryPlot: {found} classes for {expected} points");
        let points = points
            .rows()
            .into_iter()
            .map(|point| (point[0].to_f64_lossless(), point[1].to_f64_lossless()))
            .collect();
        let axes = ("x1".to_owned(), "x2".to_owned());
        Self { title: title.into(), axes, points, labels: labels.to_vec(), x, y, classes }
    }

    /// The names of the axes.
    #[must_use]
    pub fn axes(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        self.axes = (x.into(), y.into());
        self
    }
}

picture!(BoundaryPlot);

impl Picture for BoundaryPlot {
    const SIZE: (u32, u32) = (560, 560);

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Drawn<B> {
        let mut chart =
            canvas.chart(&self.title, 24, 60).build_cartesian_2d(self.x.clone(), self.y.clone())?;

        let corner = |range: &std::ops::Range<f64>, cell: usize| {
            range.start + cell as f64 / CELLS as f64 * (range.end - range.start)
        };
        for (row, classes) in self.classes.chunks(CELLS).enumerate() {
            // Cells of one class beside each other are one rectangle.
            let mut start = 0;
            for cells in classes.chunk_by(|a, b| a == b) {
                let end = start + cells.len();
                let corners = [
                    (corner(&self.x, start), corner(&self.y, row)),
                    (corner(&self.x, end), corner(&self.y, row + 1)),
                ];
                // Opaque: where the edges of two cells meet, a tint would show twice.
                let style = tint(color(cells[0])).filled();
                chart.draw_series([Rectangle::new(corners, style)])?;
                start = end;
            }
        }
        chart
            .configure_mesh()
            .disable_mesh()
            .axis_style(INK.mix(0.5).stroke_width(canvas.px(1)))
            .label_style(canvas.text(13))
            .axis_desc_style(canvas.text(14))
            .x_labels(7)
            .y_labels(7)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .x_desc(&self.axes.0)
            .y_desc(&self.axes.1)
            .draw()?;
        for (point, label) in self.points.iter().zip(&self.labels) {
            if self.x.contains(&point.0) && self.y.contains(&point.1) {
                chart.draw_series([
                    Circle::new(*point, canvas.px(6), WHITE.filled()),
                    Circle::new(*point, canvas.px(5), color(*label).filled()),
                ])?;
            }
        }
        Ok(())
    }
}

/// A light shade of a colour.
fn tint(RGBColor(red, green, blue): RGBColor) -> RGBColor {
    let lighter = |part: u8| 255 - (255 - part) / 3;
    RGBColor(lighter(red), lighter(green), lighter(blue))
}
