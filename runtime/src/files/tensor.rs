//! One array as a file holds it.

use std::any::TypeId;
use std::borrow::Cow;

use ndarray::{ArrayViewD, ArrayViewMutD};
use safetensors::{Dtype, View};

use crate::Float;

/// Type, shape and bytes: little-endian, last axis fastest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

/// The type of a leaf in a file.
pub(crate) fn dtype<T: Float>() -> Dtype {
    if TypeId::of::<T>() == TypeId::of::<f32>() { Dtype::F32 } else { Dtype::F64 }
}

impl Tensor {
    pub(crate) fn of_array<T: Float>(value: &ArrayViewD<'_, T>) -> Self {
        let mut bytes = Vec::with_capacity(value.len() * size_of::<T>());
        push(&mut bytes, value.iter());
        Self { dtype: dtype::<T>(), shape: value.shape().to_vec(), bytes }
    }

    /// Copies the elements; type and shape have been compared.
    pub(crate) fn write_to<T: Float>(&self, mut value: ArrayViewMutD<'_, T>) {
        debug_assert!(self.dtype == dtype::<T>() && self.shape == value.shape());
        for (element, bytes) in value.iter_mut().zip(self.bytes.chunks_exact(size_of::<T>())) {
            *element = element_of(bytes);
        }
    }
}

/// What an optimiser and a training keep beside parameters.
#[cfg(feature = "train")]
impl Tensor {
    pub(crate) fn of_slice<T: Float>(shape: &[usize], values: &[T]) -> Self {
        let mut bytes = Vec::with_capacity(size_of_val(values));
        push(&mut bytes, values.iter());
        Self { dtype: dtype::<T>(), shape: shape.to_vec(), bytes }
    }

    /// One integer, of rank 0.
    pub(crate) fn of_integer(value: u64) -> Self {
        Self { dtype: Dtype::U64, shape: Vec::new(), bytes: value.to_le_bytes().to_vec() }
    }

    /// The elements; the type has been compared.
    pub(crate) fn to_vec<T: Float>(&self) -> Vec<T> {
        debug_assert!(self.dtype == dtype::<T>());
        self.bytes.chunks_exact(size_of::<T>()).map(element_of).collect()
    }

    /// The integer, if it is one.
    pub(crate) fn to_integer(&self) -> Option<u64> {
        let is_integer = self.dtype == Dtype::U64 && self.shape.is_empty();
        is_integer.then(|| self.bytes[..].try_into().map(u64::from_le_bytes).ok()).flatten()
    }
}

fn push<'a, T: Float>(bytes: &mut Vec<u8>, values: impl Iterator<Item = &'a T>) {
    let is_f32 = dtype::<T>() == Dtype::F32;
    for element in values.map(|element| element.to_f64_lossless()) {
        if is_f32 {
            // Exact: the element was an `f32`.
            bytes.extend((element as f32).to_le_bytes());
        } else {
            bytes.extend(element.to_le_bytes());
        }
    }
}

fn element_of<T: Float>(bytes: &[u8]) -> T {
    T::from_f64_lossy(match *bytes {
        [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => unreachable!("a float has four or eight bytes"),
    })
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
