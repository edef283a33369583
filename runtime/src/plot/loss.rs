//! How losses fall, or do not.

use plotters::prelude::DrawingBackend;

use super::canvas::{Canvas, Drawn, Picture, picture};
use super::line::{Height, LinePlot};

/// A picture of how losses fall (or do not) from epoch to epoch, with a line per curve.
///
/// The loss's axis is logarithmic if all losses are positive and the largest is more than 20 times
/// the smallest. A loss that is infinite or no number leaves a gap.
#[derive(Clone, Debug)]
pub struct LossPlot(LinePlot);

impl LossPlot {
    /// A plot without curves.
    pub fn new(title: impl Into<String>) -> Self {
        let mut plot = LinePlot::new(title).axes("epoch", "loss");
        plot.height = Height::Fitting;
        Self(plot)
    }

    /// Adds a curve: the losses of epochs 1, 2, .., such as `history.losses()`. The names of several
    /// curves stand in a legend; a single one needs none.
    #[must_use]
    pub fn curve(self, name: impl Into<String>, losses: impl Into<Vec<f64>>) -> Self {
        let losses = losses.into();
        let epochs = (1..=losses.len()).map(|epoch| epoch as f64);
        Self(self.0.curve(name, epochs, losses))
    }
}

picture!(LossPlot);

impl Picture for LossPlot {
    const SIZE: (u32, u32) = LinePlot::SIZE;

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Drawn<B> {
        self.0.draw(canvas)
    }
}
