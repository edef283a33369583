//! What an optimiser remembers of each leaf.

use std::any::{Any, TypeId};
use std::collections::HashMap;

use ndarray::{ArrayViewD, ArrayViewMutD};

use crate::Float;

/// `K` numbers per element of every leaf, zero before the first step.
#[derive(Clone, Debug)]
pub(super) struct State<const K: usize> {
    leaves: HashMap<String, Buffers<K>>,
}

/// Flat buffers in the leaf's own type, in the leaf's logical order.
#[derive(Clone, Debug)]
enum Buffers<const K: usize> {
    F32([Vec<f32>; K]),
    F64([Vec<f64>; K]),
}

impl<const K: usize> State<K> {
    pub(super) fn new() -> Self {
        Self { leaves: HashMap::new() }
    }

    /// Calls `update(element, gradient, state)` for every element of the leaf `name`.
    ///
    /// # Panics
    /// If the leaf had another number of elements or another type before.
    pub(super) fn update<T: Float>(
        &mut self,
        name: &str,
        mut value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
        update: impl Fn(&mut T, T, [&mut T; K]),
    ) {
        let len = value.len();
        if !self.leaves.contains_key(name) {
            self.leaves.insert(name.to_owned(), Buffers::zeros::<T>(len));
        }
        let buffers = self.leaves.get_mut(name).and_then(Buffers::of::<T>).unwrap_or_else(|| {
            panic!("optimizer: leaf `{name}` has another type than in the step before")
        });
        let known = buffers.first().map_or(len, Vec::len);
        assert!(
            known == len,
            "optimizer: leaf `{name}` has {len} elements, and had {known} in the step before"
        );

        // Slices, so that the loop is vectorised; any other layout goes through the iterators.
        let mut buffers = buffers.each_mut().map(|buffer| buffer.as_mut_slice());
        let mut at = |index: usize, value: &mut T, gradient: T| {
            update(value, gradient, buffers.each_mut().map(|buffer| &mut buffer[index]));
        };
        match (value.as_slice_mut(), gradient.as_slice()) {
            (Some(value), Some(gradient)) => {
                for (index, (value, gradient)) in value.iter_mut().zip(gradient).enumerate() {
                    at(index, value, *gradient);
                }
            }
            _ => {
                for (index, (value, gradient)) in value.iter_mut().zip(&gradient).enumerate() {
                    at(index, value, *gradient);
                }
            }
        }
    }
}

impl<const K: usize> Buffers<K> {
    fn zeros<T: Float>(len: usize) -> Self {
        if TypeId::of::<T>() == TypeId::of::<f32>() {
            Self::F32(std::array::from_fn(|_| vec![0.0; len]))
        } else {
            Self::F64(std::array::from_fn(|_| vec![0.0; len]))
        }
    }

    /// The buffers, if they are of type `T`.
    fn of<T: Float>(&mut self) -> Option<&mut [Vec<T>; K]> {
        let any: &mut dyn Any = match self {
            Self::F32(buffers) => buffers,
            Self::F64(buffers) => buffers,
        };
        any.downcast_mut()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    /// Counts the steps of each element, with its index as gradient.
    fn count(state: &mut State<1>, value: &mut Array2<f32>, gradient: &Array2<f32>) {
        state.update("w", value.view_mut().into_dyn(), gradient.view().into_dyn(), |x, g, [n]| {
            *n += 1.0;
            *x = 10.0 * *n + g;
        });
    }

    #[test]
    fn elements_meet_their_gradients_in_every_layout() {
        let gradient = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let transposed = gradient.t().as_standard_layout().into_owned().reversed_axes();
        let mut state = State::new();
        let mut value = Array2::zeros((2, 3));
        count(&mut state, &mut value, &gradient);
        assert_eq!(value, &gradient + 10.0);
        count(&mut state, &mut value, &transposed);
        assert_eq!(value, &gradient + 20.0);
    }

    #[test]
    #[should_panic(expected = "leaf `w` has 1 elements, and had 2 in the step before")]
    fn a_leaf_keeps_its_size() {
        let mut state = State::new();
        count(&mut state, &mut array![[1.0, 2.0]], &array![[1.0, 2.0]]);
        count(&mut state, &mut array![[1.0]], &array![[1.0]]);
    }
}
