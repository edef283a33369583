//! Loss curves as SVG pictures.
//!
//! ```
//! use chainrule::plot::LossPlot;
//!
//! let training = [0.9, 0.5, 0.3, 0.22, 0.2];
//! let svg = LossPlot::new("a small training").curve("training", training).to_svg();
//! assert!(svg.starts_with("<svg") && svg.contains("a small training"));
//! ```

mod draw;

use std::io;
use std::path::Path;

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

    /// The picture. Its font is named, not embedded: it is the viewer's sans-serif.
    pub fn to_svg(&self) -> String {
        draw::svg(self)
    }

    /// Writes the picture to a file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        std::fs::write(path, self.to_svg())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_names_its_curves() {
        let svg = LossPlot::new("digits & letters")
            .curve("training", [1.0, 0.1, 0.01])
            .curve("validation", [1.1, 0.3])
            .to_svg();
        for text in ["digits &amp; letters", "training", "validation", "epoch", "loss"] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
    }

    #[test]
    fn every_list_of_losses_has_a_picture() {
        let nan = f64::NAN;
        for losses in [
            vec![],
            vec![0.5],
            vec![0.0, 0.0],
            vec![nan],
            vec![1.0, nan, 0.5, f64::INFINITY],
            vec![-3.0, 1e6],
            vec![1e-300, 1e300],
            vec![1e-320; 3],
            vec![f64::MAX, f64::MIN],
        ] {
            let svg = LossPlot::new("losses").curve("loss", losses.clone()).to_svg();
            assert!(svg.ends_with("</svg>\n"), "{losses:?}: {svg}");
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{losses:?}: {svg}");
        }
    }
}
