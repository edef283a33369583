//! Comparing derivatives with finite differences, for tests of differentiable functions and own rules: gradients,
//! pullbacks, tangents and second derivatives.
//!
//! Central differences are taken over a ladder of step sizes, and the step that agrees best counts: a
//! large one is inexact where the function bends, a small one where it rounds.

mod adjoint;
mod difference;
mod directions;
mod forward;
mod gradients;
mod leaves;
mod report;

pub use adjoint::check_adjoint;
pub use forward::{check_hessian, check_tangent};
pub use gradients::{check_gradients, check_gradients_within};
pub use report::{Element, Mismatch, Report};
