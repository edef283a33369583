//! The accumulator of an array: no zeros are written before the first contribution is moved in.

use ndarray::{Array, ArrayRef, Dimension};

use super::{Accumulator, Contribution};
use crate::{Float, memory};

/// A sum of arrays, zero at first, whose shape may be known before anything arrives.
#[derive(Clone, Debug)]
pub struct Lazy<T, D: Dimension> {
    sum: Sum<T, D>,
}

#[derive(Clone, Debug)]
enum Sum<T, D: Dimension> {
    /// Zero, of a shape that only the finisher knows.
    Unknown,
    /// Zero, of this shape.
    Zero(D),
    /// At least one contribution arrived.
    Arrived(Array<T, D>),
}

impl<T, D: Dimension> Default for Lazy<T, D> {
    fn default() -> Self {
        Self { sum: Sum::Unknown }
    }
}

impl<T: Float, D: Dimension> Lazy<T, D> {
    /// A zero of the given shape.
    pub fn zero(shape: D) -> Self {
        Self { sum: Sum::Zero(shape) }
    }

    /// The shape, unless it is unknown as yet.
    pub fn shape(&self) -> Option<&[usize]> {
        match &self.sum {
            Sum::Unknown => None,
            Sum::Zero(shape) => Some(shape.slice()),
            Sum::Arrived(sum) => Some(sum.shape()),
        }
    }

    /// A zero of the same shape.
    pub fn empty(&self) -> Self {
        match &self.sum {
            Sum::Unknown => Self::default(),
            Sum::Zero(shape) => Self::zero(shape.clone()),
            Sum::Arrived(sum) => Self::zero(sum.raw_dim()),
        }
    }

    /// What arrived, or `None` if nothing did.
    pub fn arrived(&self) -> Option<&Array<T, D>> {
        match &self.sum {
            Sum::Arrived(sum) => Some(sum),
            _ => None,
        }
    }

    /// What arrived, moved out, or `None` if nothing did.
    pub fn into_arrived(self) -> Option<Array<T, D>> {
        match self.sum {
            Sum::Arrived(sum) => Some(sum),
            _ => None,
        }
    }

    /// The sum as an array to write into, zero if nothing arrived.
    ///
    /// # Panics
    /// If the shape is unknown.
    #[track_caller]
    pub fn dense(&mut self) -> &mut Array<T, D> {
        if let Sum::Zero(shape) = &self.sum {
            self.sum = Sum::Arrived(zeros(shape.clone()));
        }
        match &mut self.sum {
            Sum::Arrived(sum) => sum,
            _ => unknown_shape(),
        }
    }

    #[track_caller]
    fn add_owned(&mut self, value: Array<T, D>) {
        match &mut self.sum {
            Sum::Unknown => self.sum = Sum::Arrived(value),
            Sum::Zero(shape) => {
                check_shape(shape.slice(), value.shape());
                self.sum = Sum::Arrived(value);
            }
            Sum::Arrived(sum) => {
                add_arrays(sum, &value);
                memory::give(value.into_raw_vec_and_offset().0);
            }
        }
    }

    /// The sum, where something arrived.
    pub(crate) fn arrived_mut(&mut self) -> Option<&mut Array<T, D>> {
        match &mut self.sum {
            Sum::Arrived(sum) => Some(sum),
            _ => None,
        }
    }

    #[track_caller]
    fn add_borrowed(&mut self, value: &ArrayRef<T, D>) {
        match &mut self.sum {
            Sum::Arrived(sum) => add_arrays(sum, value),
            _ => self.add_owned(value.to_owned()),
        }
    }
}

/// Zeros in memory that was kept.
fn zeros<T: Float, D: Dimension>(shape: D) -> Array<T, D> {
    let elements = memory::zeros(shape.size());
    Array::from_shape_vec(shape, elements).expect("as many zeros as the shape has")
}

#[track_caller]
fn unknown_shape() -> ! {
    panic!("a gradient is zero and nothing says of which shape")
}

#[track_caller]
fn check_shape(expected: &[usize], found: &[usize]) {
    assert!(
        expected == found,
        "gradient: a contribution of shape {found:?} to a gradient of shape {expected:?}"
    );
}

/// `sum += value` for equal shapes (where ndarray would broadcast, this panics).
#[track_caller]
pub(crate) fn add_arrays<T: Float, D: Dimension>(sum: &mut ArrayRef<T, D>, value: &ArrayRef<T, D>) {
    check_shape(sum.shape(), value.shape());
    sum.zip_mut_with(value, |sum, &value| *sum += value);
}

impl<T: Float, D: Dimension> Accumulator for Lazy<T, D> {
    type Gradient = Array<T, D>;

    fn finish(self) -> Array<T, D> {
        match self.sum {
            Sum::Unknown => unknown_shape(),
            Sum::Zero(shape) => zeros(shape),
            Sum::Arrived(sum) => sum,
        }
    }
    fn add_gradient(&mut self, gradient: Array<T, D>) {
        self.add_owned(gradient);
    }
    fn merge(&mut self, other: Self) {
        match other.sum {
            Sum::Unknown => {}
            Sum::Zero(shape) => match self.shape() {
                Some(own) => check_shape(own, shape.slice()),
                None => *self = Self::zero(shape),
            },
            Sum::Arrived(sum) => self.add_owned(sum),
        }
    }
}

impl<T: Float, D: Dimension> Contribution<Lazy<T, D>> for Array<T, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Lazy<T, D>) {
        acc.add_owned(self);
    }
}

impl<T: Float, D: Dimension> Contribution<Lazy<T, D>> for Lazy<T, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Lazy<T, D>) {
        acc.merge(self);
    }
}

impl<T: Float, D: Dimension> Contribution<Lazy<T, D>> for &Lazy<T, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Lazy<T, D>) {
        match self.arrived() {
            Some(sum) => acc.add_borrowed(sum),
            None => acc.merge(self.empty()),
        }
    }
}

impl<T: Float, D: Dimension> Contribution<Lazy<T, D>> for &ArrayRef<T, D> {
    #[track_caller]
    fn add_to(self, acc: &mut Lazy<T, D>) {
        acc.add_borrowed(self);
    }
}
