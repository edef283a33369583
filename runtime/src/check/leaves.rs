//! The elements of a value as flat numbers, read, written and named.

use ndarray::{ArrayViewD, ArrayViewMutD};

use crate::Float;
use crate::differentiable::{Differentiable, LeafPath, Visit, VisitMut};

/// One leaf: its name, its shape, its elements in C order.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) elements: Vec<f64>,
    /// The relative rounding error of the leaf's type.
    pub(super) epsilon: f64,
}

impl Leaf {
    /// The index of an element: `w[1, 2]`, `b[0]`, `scale`.
    pub(super) fn element_name(&self, element: usize) -> String {
        let mut rest = element;
        let mut index: Vec<String> = Vec::new();
        for &len in self.shape.iter().rev() {
            index.insert(0, (rest % len).to_string());
            rest /= len;
        }
        let name = if self.name.is_empty() { "x" } else { &self.name };
        if index.is_empty() { name.to_owned() } else { format!("{name}[{}]", index.join(", ")) }
    }
}

/// All leaves of a value.
pub(super) fn leaves<X: Differentiable + ?Sized>(value: &X) -> Vec<Leaf> {
    struct Collect(Vec<Leaf>);
    impl Visit for Collect {
        fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>) {
            self.0.push(Leaf {
                name: name.to_owned(),
                shape: value.shape().to_vec(),
                elements: value.iter().map(|x| x.to_f64_lossless()).collect(),
                epsilon: T::epsilon().to_f64_lossless(),
            });
        }
    }
    let mut collect = Collect(Vec::new());
    value.visit(&mut LeafPath::new(), &mut collect);
    collect.0
}

/// Writes one element, in the order of [`leaves`], and gives what it became in its own type.
pub(super) fn set<X: Differentiable>(value: &mut X, leaf: usize, element: usize, to: f64) -> f64 {
    struct Set {
        leaves_before: usize,
        element: usize,
        to: f64,
        became: f64,
    }
    impl VisitMut for Set {
        fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
            if self.leaves_before == 0 {
                let element = value.iter_mut().nth(self.element).expect("the element was counted");
                *element = T::from_f64_lossy(self.to);
                self.became = element.to_f64_lossless();
            }
            self.leaves_before = self.leaves_before.wrapping_sub(1);
        }
    }
    let mut set = Set { leaves_before: leaf, element, to, became: f64::NAN };
    value.visit_mut(&mut LeafPath::new(), &mut set);
    set.became
}

/// Writes every element as `to` says, which is given the element's number and value.
pub(super) fn set_all<X: Differentiable>(value: &mut X, to: impl FnMut(usize, f64) -> f64) {
    struct SetAll<F> {
        next: usize,
        to: F,
    }
    impl<F: FnMut(usize, f64) -> f64> VisitMut for SetAll<F> {
        fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
            for element in &mut value {
                *element = T::from_f64_lossy((self.to)(self.next, element.to_f64_lossless()));
                self.next += 1;
            }
        }
    }
    value.visit_mut(&mut LeafPath::new(), &mut SetAll { next: 0, to });
}
