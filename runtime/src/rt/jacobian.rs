//! Jacobians, a row or a column at a time.

use ndarray::{Array2, ArrayViewD, ArrayViewMutD};

use crate::Float;
use crate::differentiable::{Differentiable, LeafPath, Visit, VisitMut};

/// The number of floats in a value.
pub fn floats<X: Differentiable + ?Sized>(value: &X) -> usize {
    struct Count(usize);
    impl Visit for Count {
        fn leaf<T: Float>(&mut self, _: &str, value: ArrayViewD<'_, T>) {
            self.0 += value.len();
        }
    }
    let mut count = Count(0);
    value.visit(&mut LeafPath::new(), &mut count);
    count.0
}

/// All floats of a value in order.
fn flat<X: Differentiable + ?Sized>(value: &X, into: &mut Vec<f64>) {
    struct Flat<'v>(&'v mut Vec<f64>);
    impl Visit for Flat<'_> {
        fn leaf<T: Float>(&mut self, _: &str, value: ArrayViewD<'_, T>) {
            self.0.extend(value.iter().map(|x| x.to_f64_lossless()));
        }
    }
    value.visit(&mut LeafPath::new(), &mut Flat(into));
}

/// Writes one float of a value, by its number.
fn set<X: Differentiable>(value: &mut X, number: usize, to: f64) {
    struct Set(Option<usize>, f64);
    impl VisitMut for Set {
        fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
            match self.0 {
                Some(number) if number < value.len() => {
                    if let Some(element) = value.iter_mut().nth(number) {
                        *element = T::from_f64_lossy(self.1);
                    }
                    self.0 = None;
                }
                Some(number) => self.0 = Some(number - value.len()),
                None => {}
            }
        }
    }
    value.visit_mut(&mut LeafPath::new(), &mut Set(Some(number), to));
}

/// The matrix whose row number `i` is what `of` gives for the `i`th unit vector of the shape of `zero`.
pub fn rows<G, H>(mut zero: G, columns: usize, mut of: impl FnMut(&G) -> H) -> Array2<f64>
where
    G: Differentiable<Gradient = G>,
    H: Differentiable,
{
    let count = floats(&zero);
    let mut elements = Vec::with_capacity(count * columns);
    for number in 0..count {
        set(&mut zero, number, 1.0);
        flat(&of(&zero), &mut elements);
        set(&mut zero, number, 0.0);
    }
    Array2::from_shape_vec((count, columns), elements)
        .expect("each unit vector gives as many floats as there are columns")
}
