//! Pictures of trainings and their results, as SVG and, with the feature `png`, as PNG.
//!
//! ```
//! use chainrule::plot::LossPlot;
//!
//! let training = [0.9, 0.5, 0.3, 0.22, 0.2];
//! let svg = LossPlot::new("a small training").curve("training", training).to_svg();
//! assert!(svg.starts_with("<svg") && svg.contains("a small training"));
//! ```
//!
//! | picture | shows |
//! |---|---|
//! | [`LossPlot`] | how losses fall from epoch to epoch |
//! | [`LinePlot`] | lines and points over numbers: time steps, years, seconds |
//! | [`ConfusionPlot`] | which classes are taken for which |
//! | [`BoundaryPlot`] | what a classifier says all over a plane, and the points that it learnt from |
//! | [`PredictionPlot`] | predicted values against true ones |
//! | [`RocPlot`] | true against false positives, for every threshold |
//!
//! [`Report`] puts them on one page of HTML.

mod axis;
mod boundary;
mod canvas;
mod confusion;
mod line;
mod loss;
mod prediction;
mod report;
mod roc;
#[cfg(test)]
mod tests;

pub use boundary::BoundaryPlot;
pub use confusion::ConfusionPlot;
pub use line::LinePlot;
pub use loss::LossPlot;
pub use prediction::PredictionPlot;
pub use report::Report;
pub use roc::RocPlot;
