//! Visitors of the leaves.

use ndarray::{ArrayViewD, ArrayViewMutD};

use crate::Float;

/// Reads leaves: counts parameters, writes a file, takes a norm.
pub trait Visit {
    /// Called once per leaf; a float is an array of rank 0.
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>);
}

/// Writes leaves: reads a file, clips a gradient.
pub trait VisitMut {
    /// Called once per leaf; a float is an array of rank 0.
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewMutD<'_, T>);
}

/// Writes leaves beside their gradients: an optimiser's step.
pub trait VisitWith {
    /// Called once per leaf; both have the same shape, and a float is an array of rank 0.
    fn leaf<T: Float>(
        &mut self,
        name: &str,
        value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    );
}
