//! Where the results of a kernel go: stored, or summed over the axes of a broadcast like.

use std::mem::MaybeUninit;

use super::domain::{Axis, OUTPUTS};
use super::sweep::{Block, Blocks, Odometer};
use crate::{Float, memory};

/// The destination of one result.
#[derive(Debug)]
pub enum Sink<T> {
    /// Every element is kept, in the order of the sweep, in the spare capacity of this `Vec`.
    Store(Vec<T>),
    /// The sum of all: `sum + lost`, where `lost` is what rounding took from the sums of blocks.
    Total { sum: T, lost: T },
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
            Sink::Total { sum: T::zero(), lost: T::zero() }
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
            1 => Sink::Total { sum: T::zero(), lost: T::zero() },
            _ => Sink::Store(memory::take(len)),
        }
    }

    /// Adds a block to a total; any other sink has no need of it.
    #[inline]
    pub(super) fn add_to_total<'b>(&mut self, block: impl FnOnce() -> &'b [T])
    where
        T: 'b,
    {
        if let Sink::Total { sum: total, lost } = self {
            // The error of a sum, exactly (Knuth, The Art of Computer Programming 2, 4.2.2).
            let (a, b) = (*total, sum(block()));
            *total = a + b;
            let b_part = *total - a;
            let error = (a - (*total - b_part)) + (b - b_part);
            // An infinite sum has no error to speak of.
            if error.is_finite() {
                *lost += error;
            }
        }
    }

    /// Where the kernel writes its block: the destination itself, or `scratch`.
    #[inline]
    pub(super) fn output<'a>(
        &'a mut self,
        position: usize,
        len: usize,
        scratch: &'a mut Block<T>,
    ) -> &'a mut [MaybeUninit<T>] {
        match self {
            Sink::Store(elements) => &mut elements.spare_capacity_mut()[position..position + len],
            _ => &mut scratch[..len],
        }
    }

    /// Takes up a block that was written to scratch: rows, or one part of a row, of length `row`,
    /// beginning at `column` of the domain's row where `walk` stands.
    #[inline]
    pub(super) fn absorb<const N: usize>(
        &mut self,
        block: &[T],
        row: usize,
        column: usize,
        axes: &[Axis<N>],
        walk: &mut Odometer<OUTPUTS>,
    ) {
        match self {
            Sink::Store(_) | Sink::Done(_) => {}
            Sink::Total { .. } => self.add_to_total(|| block),
            Sink::Periodic { block: total, .. } => {
                total.iter_mut().zip(block).for_each(|(total, &x)| *total += x);
            }
            Sink::Rows { sum: sums, output } => {
                for row in block.chunks_exact(row) {
                    let offset = walk.offsets[*output] as usize;
                    match axes[0].like[*output] {
                        0 => sums[offset] += sum(row),
                        _ => sums[offset + column..]
                            .iter_mut()
                            .zip(row)
                            .for_each(|(sum, &x)| *sum += x),
                    }
                    walk.advance(axes, |axis| &axis.like);
                }
            }
        }
    }

    /// The elements of the gradient, once all blocks are done.
    pub(super) fn finish(self, len: usize) -> Vec<T> {
        match self {
            Sink::Store(mut elements) => {
                // SAFETY: the sweep wrote each of the `len` elements of the spare capacity, whose
                // size `output` checked.
                unsafe { elements.set_len(len) };
                elements
            }
            Sink::Total { sum, lost } => vec![sum + lost],
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
