//! Where the results of a kernel go: stored, or summed over the axes of a broadcast like.

use super::domain::Axis;
use super::sweep::Blocks;
use crate::{Float, memory};

/// The destination of one result.
#[derive(Debug)]
pub enum Sink<T> {
    /// Every element is kept, in the order of the sweep, in the spare capacity of this `Vec`.
    Store(Vec<T>),
    /// The sum of all: `sum + lost`, where `lost` is what rounding took from the sums of blocks.
    Total([T; 2]),
    /// Sums over the outer axes, for rows shorter than a block: whole blocks of rows are added up,
    /// and the rows of that one block at the end.
    Periodic { block: Vec<T>, row: usize },
    /// What a kernel over a handful of elements gave.
    Done(Vec<T>),
    /// Sums row by row into a buffer where the like's strides lead.
    Rows { sum: Vec<T>, output: usize },
}

impl<T: Float> Sink<T> {
    /// The sink of the like number `output`, with `like_len` elements, over `len` elements.
    pub(super) fn new<const N: usize>(
        axes: &[Axis<N>],
        output: usize,
        like_len: usize,
        len: usize,
    ) -> Self {
        let (inner, outer, blocks) = (&axes[0], &axes[1..], Blocks::of(axes));
        if like_len == 1 {
            Sink::Total([T::zero(); 2])
        } else if like_len == len {
            Sink::Store(memory::take(len))
        } else if blocks.rows > 1
            && inner.like[output] == 1
            && outer.iter().all(|axis| axis.like[output] == 0)
        {
            Sink::Periodic { block: memory::zeros(blocks.rows * inner.len), row: inner.len }
        } else {
            Sink::Rows { sum: memory::zeros(like_len), output }
        }
    }

    /// The sink of a like that is a float or has the shape of all `len` elements.
    #[inline]
    pub(super) fn flat(like_len: usize, len: usize) -> Self {
        match like_len {
            1 => Sink::Total([T::zero(); 2]),
            _ => Sink::Store(memory::take(len)),
        }
    }

    /// The number of elements that a part of the domain needs for its sums.
    pub(super) fn sums(&self) -> usize {
        match self {
            Sink::Store(_) | Sink::Done(_) => 0,
            Sink::Total(sums) => sums.len(),
            Sink::Periodic { block: sums, .. } | Sink::Rows { sum: sums, .. } => sums.len(),
        }
    }

    /// Adds up what so many parts summed, one after the other.
    pub(super) fn gather(&mut self, partial: &[T]) {
        let parts = partial.chunks_exact(self.sums().max(1));
        match self {
            Sink::Store(_) | Sink::Done(_) => {}
            Sink::Total(total) => parts.for_each(|part| {
                add_to_total(total, part[0]);
                total[1] += part[1];
            }),
            Sink::Periodic { block: sums, .. } | Sink::Rows { sum: sums, .. } => {
                parts.for_each(|part| sums.iter_mut().zip(part).for_each(|(sum, &x)| *sum += x));
            }
        }
    }

    /// The elements of the gradient, once all blocks are done.
    pub(super) fn finish(self, len: usize) -> Vec<T> {
        match self {
            Sink::Store(mut elements) => {
                // SAFETY: the parts of the domain wrote each of the `len` elements of the spare capacity.
                unsafe { elements.set_len(len) };
                elements
            }
            Sink::Total([sum, lost]) => vec![sum + lost],
            Sink::Periodic { mut block, row } => {
                let (sums, rest) = block.split_at_mut(row);
                for row in rest.chunks_exact(row) {
                    sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x);
                }
                block.truncate(row);
                block
            }
            Sink::Rows { sum, .. } | Sink::Done(sum) => sum,
        }
    }
}

/// Adds to `sum + lost`, without an error.
#[inline]
pub(super) fn add_to_total<T: Float>(total: &mut [T], more: T) {
    // The error of a sum, exactly (Knuth, The Art of Computer Programming 2, 4.2.2).
    let (a, b) = (total[0], more);
    let sum = a + b;
    let b_part = sum - a;
    let error = (a - (sum - b_part)) + (b - b_part);
    total[0] = sum;
    // An infinite sum has no error to speak of.
    if error.is_finite() {
        total[1] += error;
    }
}

/// The sum of a block, in lanes, so that it is vector code and rounds less than a plain loop. The lanes are those of
/// ndarray's `sum`, so that over one block the sum is the same to the bit.
#[inline]
pub(super) fn sum<T: Float>(block: &[T]) -> T {
    const LANES: usize = 8;
    let mut lanes = [T::zero(); LANES];
    let (chunks, rest) = block.as_chunks::<LANES>();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &x)| *lane += x);
    }
    let (low, high) = lanes.split_at(LANES / 2);
    let pairs = low.iter().zip(high).map(|(&low, &high)| low + high);
    pairs.chain(rest.iter().copied()).fold(T::zero(), |sum, x| sum + x)
}
