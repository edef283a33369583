//! Which classes are taken for which.

use ndarray::Array2;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{COLORS, Canvas, Drawn, INK, Picture, picture};

/// A picture of counts by true class (down) and predicted class (across), darker where a larger part of
/// the row is.
///
/// ```
/// use chainrule::ndarray::array;
/// use chainrule::plot::ConfusionPlot;
/// let svg = ConfusionPlot::new("cats and dogs", &array![[40, 2], [5, 53]])
///     .classes(["cat", "dog"])
///     .to_svg();
/// assert!(svg.contains("cat") && svg.contains("53"));
/// ```
#[derive(Clone, Debug)]
pub struct ConfusionPlot {
    title: String,
    counts: Array2<usize>,
    classes: Vec<String>,
}

impl ConfusionPlot {
    /// Of these counts: `counts[[true class, predicted class]]`. Classes are called 0, 1, ..
    ///
    /// # Panics
    /// If there are not as many columns as rows.
    #[track_caller]
    pub fn new(title: impl Into<String>, counts: &Array2<usize>) -> Self {
        let (rows, columns) = counts.dim();
        assert!(rows == columns, "ConfusionPlot: {rows} true classes and {columns} predicted ones");
        let classes = (0..rows).map(|class| class.to_string()).collect();
        Self { title: title.into(), counts: counts.clone(), classes }
    }

    /// The names of the classes.
    ///
    /// # Panics
    /// If there are more or fewer names than classes.
    #[track_caller]
    #[must_use]
    pub fn classes(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.classes = names.into_iter().map(Into::into).collect();
        let (names, classes) = (self.classes.len(), self.counts.nrows());
        assert!(names == classes, "ConfusionPlot: {names} names for {classes} classes");
        self
    }
}

picture!(ConfusionPlot);

impl Picture for ConfusionPlot {
    const SIZE: (u32, u32) = (560, 560);

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Drawn<B> {
        let area = canvas.area;
        let n = self.classes.len().max(1) as i32;
        let px = |length: u32| canvas.px(length) as i32;
        let center = Pos::new(HPos::Center, VPos::Center);
        let (left, top) = (px(96), px(56));
        let side = (px(Self::SIZE.0) - left - px(24)).min(px(Self::SIZE.1) - top - px(72));
        // The place of a cell's upper or left edge, without gaps between cells.
        let edge = |start: i32, index: i32| start + side * index / n;
        let middle = |start: i32, index: i32| (edge(start, index) + edge(start, index + 1)) / 2;

        let title = canvas.text(19).pos(center);
        area.draw(&Text::new(self.title.clone(), (px(Self::SIZE.0) / 2, px(26)), title))?;
        // As large as the cells allow, for their largest count and longest name.
        let cell = (side / n) as u32 / canvas.px(1);
        let widest = self.counts.iter().max().map_or(1, |count| count.to_string().len()) as u32;
        let size = (cell * 3 / 2 / (widest + 1)).clamp(5, 16);
        let longest = self.classes.iter().map(|name| name.chars().count()).max().unwrap_or(1);
        let label_size = (cell * 2 / (longest as u32 + 1)).clamp(7, 14);

        for (row, counts) in self.counts.rows().into_iter().enumerate() {
            let total = counts.sum().max(1);
            for (column, count) in counts.iter().enumerate() {
                let (x, y) = (column as i32, row as i32);
                let part = *count as f64 / total as f64;
                let color = COLORS[usize::from(row != column)].mix(part.sqrt());
                let corners =
                    [(edge(left, x), edge(top, y)), (edge(left, x + 1), edge(top, y + 1))];
                area.draw(&Rectangle::new(corners, color.filled()))?;
                let ink = if part > 0.4 { WHITE } else { INK };
                let style = canvas.text(size).color(&ink).pos(center);
                let text = if *count == 0 { "·".to_owned() } else { count.to_string() };
                area.draw(&Text::new(text, (middle(left, x), middle(top, y)), style))?;
            }
        }
        let frame = INK.mix(0.5).stroke_width(canvas.px(1));
        area.draw(&Rectangle::new([(left, top), (left + side, top + side)], frame))?;

        let right = Pos::new(HPos::Right, VPos::Center);
        for (class, name) in (0..).zip(&self.classes) {
            let below = (middle(left, class), top + side + px(14));
            let style = canvas.text(label_size).pos(center);
            area.draw(&Text::new(name.clone(), below, style))?;
            let beside = (left - px(8), middle(top, class));
            let style = canvas.text(13).pos(right);
            area.draw(&Text::new(name.clone(), beside, style))?;
        }
        let below = (left + side / 2, top + side + px(42));
        area.draw(&Text::new("predicted", below, canvas.text(14).pos(center)))?;
        let turned = canvas.text(14).transform(FontTransform::Rotate270).pos(center);
        area.draw(&Text::new("true", (px(18), top + side / 2), turned))
    }
}
