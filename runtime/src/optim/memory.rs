//! What an optimiser remembers of each leaf.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;

use ndarray::{ArrayViewD, ArrayViewMutD};

use crate::Float;
use crate::kernels::on_this_processor;

/// What an optimiser remembers: how many steps it took, and per element of every leaf some numbers,
/// each under a name of its own (`exp_avg`, `momentum_buffer`).
///
/// [`files::save_optimizer`](crate::files::save_optimizer) writes it to a file. An optimiser of your
/// own keeps one too: see [`update`](Self::update).
///
/// ```
/// use chainrule::optim::{Adam, Optimizer};
/// let mut optimizer = Adam::new(0.1);
/// optimizer.step(&mut (1.0, 2.0_f32), &(0.5, -1.0));
/// let memory = Optimizer::<f64>::memory(&optimizer);
/// assert_eq!(memory.steps(), 1);
/// assert_eq!(memory.names().collect::<Vec<_>>(), ["exp_avg.0", "exp_avg_sq.0", "exp_avg.1", "exp_avg_sq.1"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    pub(crate) steps: u64,
    pub(crate) leaves: BTreeMap<String, Slots>,
}

/// Elements of which an update has a copy at a time.
const BLOCK: usize = 64;

/// What is remembered of one leaf.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slots {
    pub(crate) names: Vec<String>,
    pub(crate) shape: Vec<usize>,
    pub(crate) buffers: Buffers,
}

/// A flat buffer per name, in the leaf's own type and logical order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Buffers {
    F32(Vec<Vec<f32>>),
    F64(Vec<Vec<f64>>),
}

impl Memory {
    /// A memory of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many steps were taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Counts one more step.
    pub fn count_step(&mut self) {
        self.steps = self.steps.saturating_add(1);
    }

    /// The names under which the buffers stand in a file: `exp_avg.layers.0.w`.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.leaves
            .iter()
            .flat_map(|(leaf, slots)| slots.names.iter().map(move |slot| file_name(slot, leaf)))
    }

    /// Calls `update(element, gradient, remembered)` for every element of a leaf. What is remembered
    /// is 0 at first.
    ///
    /// ```
    /// use chainrule::ndarray::array;
    /// use chainrule::optim::Memory;
    /// let mut memory = Memory::new();
    /// let (mut x, gradient) = (array![1.0, 2.0], array![0.5, -0.5]);
    /// for _ in 0..2 {
    ///     let (x, gradient) = (x.view_mut().into_dyn(), gradient.view().into_dyn());
    ///     memory.update("x", x, gradient, ["sum"], |x, g, [sum]| {
    ///         *sum += g;
    ///         *x -= *sum;
    ///     });
    /// }
    /// assert_eq!(x, array![-0.5, 3.5]);
    /// ```
    ///
    /// # Panics
    /// If the leaf had another number of elements, another type or other names before, or a name holds
    /// a dot.
    pub fn update<T: Float, const K: usize>(
        &mut self,
        leaf: &str,
        mut value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
        names: [&str; K],
        update: impl Fn(&mut T, T, [&mut T; K]),
    ) {
        let len = value.len();
        if !self.leaves.contains_key(leaf) {
            let slots = Slots::zeros::<T>(&names, value.shape());
            self.leaves.insert(leaf.to_owned(), slots);
        }
        let slots = self.leaves.get_mut(leaf).expect("it has just been put there");
        slots.arrange(leaf, &names);
        let buffers = slots.buffers.of::<T>().unwrap_or_else(|| {
            panic!("optimizer: leaf `{leaf}` has another type than in the step before")
        });
        let mut buffers: [&mut [T]; K] = {
            let buffers: &mut [Vec<T>; K] =
                buffers.as_mut_slice().try_into().expect("a buffer for every name");
            buffers.each_mut().map(|buffer| {
                let known = buffer.len();
                assert!(
                    known == len,
                    "optimizer: leaf `{leaf}` has {len} elements, and had {known} in the step before"
                );
                // Of the loop's own length, so that its bounds need no check.
                &mut buffer[..len]
            })
        };

        match (value.as_slice_mut(), gradient.as_slice()) {
            (Some(value), Some(gradient)) => on_this_processor(
                #[inline(always)]
                |_| in_blocks(value, gradient, buffers, &update),
            ),
            _ => {
                for (index, (value, gradient)) in value.iter_mut().zip(&gradient).enumerate() {
                    update(value, *gradient, buffers.each_mut().map(|buffer| &mut buffer[index]));
                }
            }
        }
    }
}

/// Updates elements that lie one after the other, in blocks of which there is a copy: no two of a copy's slices overlap
/// for all that rustc knows, so that the loop over them is vector code.
#[inline(always)]
fn in_blocks<T: Float, const K: usize>(
    value: &mut [T],
    gradient: &[T],
    mut buffers: [&mut [T]; K],
    update: &impl Fn(&mut T, T, [&mut T; K]),
) {
    let (blocks, rest) = value.as_chunks_mut::<BLOCK>();
    for (nth, block) in blocks.iter_mut().enumerate() {
        let here = nth * BLOCK..(nth + 1) * BLOCK;
        let (mut x, g) = (*block, copied(&gradient[here.clone()]));
        let mut slots = buffers.each_ref().map(|buffer| copied(&buffer[here.clone()]));
        for index in 0..BLOCK {
            let mut here: [T; K] = std::array::from_fn(
                #[inline(always)]
                |slot| slots[slot][index],
            );
            update(&mut x[index], g[index], here.each_mut());
            for (slot, here) in slots.iter_mut().zip(here) {
                slot[index] = here;
            }
        }
        *block = x;
        for (slot, buffer) in slots.iter().zip(&mut buffers) {
            buffer[here.clone()].copy_from_slice(slot);
        }
    }
    let done = blocks.len() * BLOCK;
    for (index, (value, gradient)) in (done..).zip(rest.iter_mut().zip(&gradient[done..])) {
        update(value, *gradient, buffers.each_mut().map(|buffer| &mut buffer[index]));
    }
}

#[inline(always)]
fn copied<T: Float>(block: &[T]) -> [T; BLOCK] {
    let mut copy = [T::zero(); BLOCK];
    copy.copy_from_slice(block);
    copy
}

/// A buffer's name in a file. The buffer's own name comes first: it holds no dot, so that no two
/// buffers of any leaves have the same.
pub(crate) fn file_name(slot: &str, leaf: &str) -> String {
    match leaf {
        "" => slot.to_owned(),
        leaf => format!("{slot}.{leaf}"),
    }
}

impl Slots {
    fn zeros<T: Float>(names: &[&str], shape: &[usize]) -> Self {
        let len = shape.iter().product();
        let buffers = if TypeId::of::<T>() == TypeId::of::<f32>() {
            Buffers::F32(vec![vec![0.0; len]; names.len()])
        } else {
            Buffers::F64(vec![vec![0.0; len]; names.len()])
        };
        let named = |name: &&str| {
            assert!(!name.contains('.'), "optimizer: the name `{name}` holds a dot");
            (*name).to_owned()
        };
        Self { names: names.iter().map(named).collect(), shape: shape.to_vec(), buffers }
    }

    /// Puts the buffers in this order: a file holds them in another.
    fn arrange(&mut self, leaf: &str, names: &[&str]) {
        if self.names == names {
            return;
        }
        assert!(
            self.names.len() == names.len(),
            "optimizer: leaf `{leaf}` has {:?} in memory, and not {names:?}: that is the memory of \
             another optimizer",
            self.names
        );
        for (index, name) in names.iter().enumerate() {
            let at = self.names[index..].iter().position(|known| known == name);
            let at = index
                + at.unwrap_or_else(|| {
                    panic!(
                        "optimizer: leaf `{leaf}` has {:?} in memory, and no `{name}`: that is the \
                         memory of another optimizer",
                        self.names
                    )
                });
            self.names.swap(index, at);
            match &mut self.buffers {
                Buffers::F32(buffers) => buffers.swap(index, at),
                Buffers::F64(buffers) => buffers.swap(index, at),
            }
        }
    }
}

impl Buffers {
    /// The buffers, if they are of type `T`.
    fn of<T: Float>(&mut self) -> Option<&mut Vec<Vec<T>>> {
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
    fn count(memory: &mut Memory, value: &mut Array2<f32>, gradient: &Array2<f32>) {
        let (value, gradient) = (value.view_mut().into_dyn(), gradient.view().into_dyn());
        memory.update("w", value, gradient, ["n"], |x, g, [n]| {
            *n += 1.0;
            *x = 10.0 * *n + g;
        });
    }

    #[test]
    fn elements_meet_their_gradients_in_every_layout() {
        let gradient = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let transposed = gradient.t().as_standard_layout().into_owned().reversed_axes();
        let mut memory = Memory::new();
        let mut value = Array2::zeros((2, 3));
        count(&mut memory, &mut value, &gradient);
        assert_eq!(value, &gradient + 10.0);
        count(&mut memory, &mut value, &transposed);
        assert_eq!(value, &gradient + 20.0);
    }

    #[test]
    fn blocks_and_what_is_left_of_them_are_updated_alike() {
        let gradient = Array2::from_shape_fn((7, 31), |(i, j)| (31 * i + j) as f32);
        let (mut memory, mut value) = (Memory::new(), Array2::zeros((7, 31)));
        for step in [10.0, 20.0] {
            count(&mut memory, &mut value, &gradient);
            assert_eq!(value, &gradient + step);
        }
        let Buffers::F32(buffers) = &memory.leaves["w"].buffers else {
            panic!("the leaf is of f32")
        };
        assert_eq!(buffers[0], [2.0; 7 * 31]);
    }

    #[test]
    #[should_panic(expected = "leaf `w` has 1 elements, and had 2 in the step before")]
    fn a_leaf_keeps_its_size() {
        let mut memory = Memory::new();
        count(&mut memory, &mut array![[1.0, 2.0]], &array![[1.0, 2.0]]);
        count(&mut memory, &mut array![[1.0]], &array![[1.0]]);
    }
}
