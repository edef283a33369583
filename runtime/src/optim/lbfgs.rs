//! L-BFGS, by the crate argmin.

use std::cell::RefCell;
use std::rc::Rc;

use argmin::core::{CostFunction, Error, Executor, Gradient, State, TerminationStatus};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use ndarray::{ArrayViewD, ArrayViewMutD};

use crate::differentiable::{LeafPath, Visit, VisitMut};
use crate::{Differentiable, Float};

/// L-BFGS with the line search of Moré and Thuente (Liu and Nocedal, "On the limited memory BFGS method
/// for large scale optimization", 1989): for losses without noise, over all rows at once.
///
/// All leaves are one vector of `f64` to it; `f32` leaves are rounded when they are written.
///
/// ```
/// use chainrule::ndarray::{Array1, array};
/// use chainrule::optim::Lbfgs;
/// // Rosenbrock's valley, whose bottom is at (1, 1).
/// let mut x = array![-1.2, 1.0];
/// let minimum = Lbfgs::new(100).minimize(&mut x, |x: &Array1<f64>| {
///     let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
///     (a * a + 100.0 * b * b, array![-2.0 * a - 400.0 * x[0] * b, 200.0 * b])
/// });
/// assert!(minimum.loss < 1e-12 && minimum.is_converged && minimum.iterations < 50);
/// assert!((x - 1.0).iter().all(|error| error.abs() < 1e-6));
/// ```
#[derive(Clone, Debug)]
pub struct Lbfgs {
    iterations: u64,
    history: usize,
    gradient_tolerance: f64,
    loss_tolerance: f64,
}

/// Where a minimisation ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Minimum {
    /// The smallest loss that was found; the parameters are those that it belongs to.
    pub loss: f64,
    /// How many steps were taken.
    pub iterations: u64,
    /// How often the loss and its gradient were computed.
    pub evaluations: u64,
    /// Whether the gradient or the last change of the loss was below its tolerance.
    pub is_converged: bool,
    /// Why it ended, in words.
    pub reason: String,
}

impl Lbfgs {
    /// Takes at most so many steps, and looks back on 10 of them. It ends when the norm of the gradient
    /// is below 1.5e-8, or a step changes the loss by less than 2.2e-16.
    pub fn new(iterations: u64) -> Self {
        let (gradient_tolerance, loss_tolerance) = (f64::EPSILON.sqrt(), f64::EPSILON);
        Self { iterations, history: 10, gradient_tolerance, loss_tolerance }
    }

    /// Looks back on so many steps.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    #[must_use]
    pub fn history(mut self, steps: usize) -> Self {
        assert!(steps > 0, "a history of 0 steps");
        self.history = steps;
        self
    }

    /// Ends when the norm of the gradient is below the first, or a step changes the loss by less than the
    /// second.
    ///
    /// # Panics
    /// If either is negative or not finite.
    #[track_caller]
    #[must_use]
    pub fn tolerances(mut self, gradient: f64, loss: f64) -> Self {
        self.gradient_tolerance = super::coefficient("the tolerance of the gradient", gradient);
        self.loss_tolerance = super::coefficient("the tolerance of the loss", loss);
        self
    }

    /// Minimises a loss, from `params` on. `value_and_grad(params)` gives the loss and its gradient.
    ///
    /// Whatever happens, `params` are the best that were seen. A line search that fails, at the limits of
    /// precision, and a loss that is not finite end the minimisation and are told in the result.
    ///
    /// # Panics
    /// If a leaf cannot be written (a view, a shared reference).
    pub fn minimize<P: Differentiable, T: Float>(
        &self,
        params: &mut P,
        value_and_grad: impl FnMut(&P) -> (T, P::Gradient),
    ) -> Minimum {
        let start = flatten(params);
        let evaluator = Rc::new(RefCell::new(Evaluator {
            params,
            value_and_grad,
            last: None,
            best: (f64::NAN, start.clone()),
            evaluations: 0,
        }));
        let search = MoreThuenteLineSearch::new();
        let solver = LBFGS::new(search, self.history)
            .with_tolerance_grad(self.gradient_tolerance)
            .and_then(|solver| solver.with_tolerance_cost(self.loss_tolerance))
            .expect("tolerances have been checked");
        let result = Executor::new(Problem(Rc::clone(&evaluator)), solver)
            .configure(|state| state.param(start).max_iters(self.iterations))
            .timer(false)
            .run();

        let mut evaluator = evaluator.borrow_mut();
        let (loss, best) = evaluator.best.clone();
        unflatten(&best, evaluator.params);
        let evaluations = evaluator.evaluations;
        let (iterations, is_converged, reason) = match result {
            Ok(result) => {
                let state = result.state();
                let (is_converged, reason) = match state.get_termination_status() {
                    TerminationStatus::Terminated(reason) => {
                        let converged = argmin::core::TerminationReason::SolverConverged;
                        (*reason == converged, reason.text().to_owned())
                    }
                    TerminationStatus::NotTerminated => (false, "it did not end".to_owned()),
                };
                (state.get_iter(), is_converged, reason)
            }
            Err(error) => (0, false, error.to_string()),
        };
        Minimum { loss, iterations, evaluations, is_converged, reason }
    }
}

/// Computes loss and gradient together, and keeps them for when the other is asked for.
struct Evaluator<'p, P, V> {
    params: &'p mut P,
    value_and_grad: V,
    last: Option<(Vec<f64>, f64, Vec<f64>)>,
    best: (f64, Vec<f64>),
    evaluations: u64,
}

impl<P: Differentiable, T: Float, V: FnMut(&P) -> (T, P::Gradient)> Evaluator<'_, P, V> {
    /// An error ends the run. What is not finite must: a line search would go on with it for ever.
    fn at(&mut self, x: &[f64]) -> Result<(f64, Vec<f64>), Error> {
        if let Some((_, loss, gradient)) = self.last.as_ref().filter(|last| last.0 == x) {
            return Ok((*loss, gradient.clone()));
        }
        unflatten(x, self.params);
        let (loss, gradient) = (self.value_and_grad)(self.params);
        let (loss, gradient) = (loss.to_f64_lossless(), flatten(&gradient));
        self.evaluations += 1;
        if !loss.is_finite() || !gradient.iter().all(|element| element.is_finite()) {
            return Err(Error::msg(format!("the loss is {loss}, or its gradient is not finite")));
        }
        if self.best.0.is_nan() || loss < self.best.0 {
            self.best = (loss, x.to_vec());
        }
        self.last = Some((x.to_vec(), loss, gradient.clone()));
        Ok((loss, gradient))
    }
}

struct Problem<E>(Rc<RefCell<E>>);

impl<P: Differentiable, T: Float, V> CostFunction for Problem<Evaluator<'_, P, V>>
where
    V: FnMut(&P) -> (T, P::Gradient),
{
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.0.borrow_mut().at(x)?.0)
    }
}

impl<P: Differentiable, T: Float, V> Gradient for Problem<Evaluator<'_, P, V>>
where
    V: FnMut(&P) -> (T, P::Gradient),
{
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(self.0.borrow_mut().at(x)?.1)
    }
}

/// All elements of all leaves, in their order.
fn flatten<P: Differentiable + ?Sized>(leaves: &P) -> Vec<f64> {
    struct Flatten(Vec<f64>);
    impl Visit for Flatten {
        fn leaf<T: Float>(&mut self, _: &str, value: ArrayViewD<'_, T>) {
            self.0.extend(value.iter().map(|element| element.to_f64_lossless()));
        }
    }
    let mut flatten = Flatten(Vec::new());
    leaves.visit(&mut LeafPath::new(), &mut flatten);
    flatten.0
}

/// Writes all elements of all leaves, in their order.
fn unflatten<P: Differentiable + ?Sized>(x: &[f64], leaves: &mut P) {
    struct Unflatten<'x>(std::slice::Iter<'x, f64>);
    impl VisitMut for Unflatten<'_> {
        fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
            for (element, x) in value.iter_mut().zip(&mut self.0) {
                *element = T::from_f64_lossy(*x);
            }
        }
    }
    leaves.visit_mut(&mut LeafPath::new(), &mut Unflatten(x.iter()));
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, array};

    use super::*;

    type Line = (Array1<f32>, f64);

    #[test]
    fn leaves_of_both_types_are_one_vector() {
        // Least squares, whose solution is known: y = 2 x1 - 3 x2 + 0.5.
        let x = Array2::from_shape_fn((40, 2), |(i, j)| ((5 * i + 3 * j) % 13) as f32 / 6.0 - 1.0);
        let y = x.dot(&array![2.0, -3.0]) + 0.5;
        let mut line: Line = (array![0.0, 0.0], 0.0);
        let minimum = Lbfgs::new(50).history(5).tolerances(1e-4, 1e-12).minimize(
            &mut line,
            |(w, b): &Line| {
                let error = x.dot(w) + *b as f32 - &y;
                let n = error.len() as f32;
                let gradient = (x.t().dot(&error) * (2.0 / n), f64::from(error.sum() * 2.0 / n));
                (error.dot(&error) / n, gradient)
            },
        );
        assert!(minimum.loss < 1e-8, "{minimum:?}");
        assert!((line.0[0] - 2.0).abs() < 1e-3 && (line.1 - 0.5).abs() < 1e-3, "{line:?}");
    }

    #[test]
    fn the_best_is_kept_where_the_loss_is_no_number() {
        // Finite up to 1 only, and falling towards it.
        let mut x = 0.0_f64;
        let minimum = Lbfgs::new(20)
            .minimize(&mut x, |x: &f64| if *x < 1.0 { (-x, -1.0) } else { (f64::NAN, f64::NAN) });
        assert!((0.0..1.0).contains(&x) && minimum.loss == -x, "{x}, {minimum:?}");
        assert!(!minimum.is_converged && minimum.reason.contains("NaN"), "{minimum:?}");
    }

    #[test]
    fn a_minimum_stays_one() {
        let mut x = array![1.0, 2.0];
        let minimum = Lbfgs::new(5).minimize(&mut x, |x: &Array1<f64>| {
            let error = x - &array![1.0, 2.0];
            (error.dot(&error), 2.0 * error)
        });
        assert!(minimum.is_converged && minimum.iterations == 0, "{minimum:?}");
        assert_eq!(x, array![1.0, 2.0]);
    }
}
