//! What a check found.

use std::error::Error;
use std::fmt::{Display, Formatter, Result};

/// One number that was compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// The leaf and the index in it: `layers.0.w[1, 2]`; `x` stands for a value that is itself a leaf.
    pub name: String,
    /// The derivative that was checked.
    pub gradient: f64,
    /// What differences gave; NaN if the function was not finite on both sides.
    pub difference: f64,
}

impl Display for Element {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}: gradient {:.9e}", self.name, self.gradient)?;
        if self.difference.is_nan() {
            write!(f, ", no finite difference")
        } else {
            write!(f, ", differences {:.9e}", self.difference)
        }
    }
}

/// A check that found no mistake.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many numbers were compared.
    pub elements: usize,
    /// The one that agreed least.
    pub worst: Option<Element>,
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} elements agree", self.elements)?;
        match &self.worst {
            Some(worst) => write!(f, "; the worst is {worst}"),
            None => Ok(()),
        }
    }
}

/// A check that found a mistake.
#[derive(Clone, Debug)]
pub enum Mismatch {
    /// Derivatives differ from differences, or are not finite.
    Values {
        /// How many numbers were compared.
        elements: usize,
        /// Those that differ.
        wrong: Vec<Element>,
    },
    /// The gradient does not have the leaves or shapes of the value.
    Shape {
        /// The leaves and shapes of the value.
        value: Vec<(String, Vec<usize>)>,
        /// The leaves and shapes of the gradient.
        gradient: Vec<(String, Vec<usize>)>,
    },
}

/// Lines of wrong elements that are shown.
const SHOWN: usize = 20;

impl Display for Mismatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Mismatch::Values { elements, wrong } => {
                write!(
                    f,
                    "{} of {elements} elements differ from finite differences:",
                    wrong.len()
                )?;
                for element in wrong.iter().take(SHOWN) {
                    write!(f, "\n  {element}")?;
                }
                if wrong.len() > SHOWN {
                    write!(f, "\n  and {} more", wrong.len() - SHOWN)?;
                }
                Ok(())
            }
            Mismatch::Shape { value, gradient } => {
                write!(f, "the gradient has the leaves {gradient:?}, and the value {value:?}")
            }
        }
    }
}

impl Error for Mismatch {}

/// A report or a mismatch of elements with their errors relative to what is allowed.
pub(super) fn conclude(compared: Vec<(Element, f64)>) -> std::result::Result<Report, Mismatch> {
    let elements = compared.len();
    // A NaN error is no agreement.
    let agrees = |error: f64| error <= 1.0;
    if compared.iter().all(|&(_, error)| agrees(error)) {
        let worst = compared.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        return Ok(Report { elements, worst: worst.map(|(element, _)| element) });
    }
    let wrong = compared.into_iter().filter(|&(_, error)| !agrees(error));
    Err(Mismatch::Values { elements, wrong: wrong.map(|(element, _)| element).collect() })
}
