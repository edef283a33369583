//! Comparing gradients with finite differences, for tests of differentiable functions and own rules.
//!
//! Central differences are taken over a ladder of step sizes, and the step that agrees best counts: a
//! large one is inexact where the function bends, a small one where it rounds.

mod adjoint;
mod difference;
mod gradients;
mod leaves;
mod report;

pub use adjoint::check_adjoint;
pub use gradients::{check_gradients, check_gradients_within};
pub use report::{Element, Mismatch, Report};
