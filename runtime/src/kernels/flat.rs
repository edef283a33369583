//! The loop of a kernel in the common case: arrays of one shape that lie alike, beside floats.

use std::mem::MaybeUninit;

use super::rank::Source;
use super::results::Outputs;
use super::sink::Sink;
use super::sweep::{BLOCK, Block};
use crate::Float;

/// The state of the loop: what [`Sweep`](super::sweep::Sweep) keeps in general is a position here, so
/// that a kernel over a few elements costs little more than they do.
#[derive(Debug)]
pub(super) struct Flat<'a, T, const N: usize> {
    operands: &'a [Source<'a, T>; N],
    sinks: &'a mut [Sink<T>],
    /// Blocks of the operands that are floats.
    stage: &'a mut [Block<T>; N],
    /// Blocks of results that are summed.
    scratch: &'a mut [Block<T>],
    len: usize,
    /// Where the current block begins, and its length; 0 before the first.
    position: usize,
    block: usize,
}

impl<'a, T: Float, const N: usize> Flat<'a, T, N> {
    /// Before the first block.
    ///
    /// # Safety
    /// Every operand is a float or has `len` elements, one after the other; and every sink stores or is a
    /// total.
    pub(super) unsafe fn new(
        operands: &'a [Source<'a, T>; N],
        len: usize,
        sinks: &'a mut [Sink<T>],
        stage: &'a mut [Block<T>; N],
        scratch: &'a mut [Block<T>],
    ) -> Self {
        for (operand, stage) in operands.iter().zip(stage.iter_mut()) {
            if let Source::Value(value) = operand {
                stage[..len.min(BLOCK)].fill(MaybeUninit::new(*value));
            }
        }
        Self { operands, sinks, stage, scratch, len, position: 0, block: 0 }
    }

    /// See [`Sweep::next_block`](super::sweep::Sweep::next_block).
    ///
    /// # Safety
    /// Every element of the outputs that the call before gave is written.
    #[inline(never)]
    pub(super) unsafe fn next_block(&mut self) -> Option<([&[T]; N], Outputs<'_, T>)> {
        if self.block > 0 {
            for (sink, scratch) in self.sinks.iter_mut().zip(&*self.scratch) {
                // SAFETY: a total was given the first elements of its scratch as output, and the caller
                // wrote them.
                sink.add_to_total(|| unsafe { scratch[..self.block].assume_init_ref() });
            }
            self.position += self.block;
        }
        self.block = BLOCK.min(self.len - self.position);
        if self.block == 0 {
            return None;
        }
        let slices = std::array::from_fn(|operand| {
            let start = match &self.operands[operand] {
                Source::Elements { first, .. } => first.wrapping_add(self.position),
                Source::Value(_) => self.stage[operand].as_ptr().cast(),
            };
            // SAFETY: a block of the operand's `len` elements, which is borrowed for longer than `self`; or
            // of a float's stage, of which `new` filled as many as any block has.
            unsafe { std::slice::from_raw_parts(start, self.block) }
        });
        let mut outputs: Outputs<'_, T> = Default::default();
        for ((output, sink), scratch) in
            outputs.iter_mut().zip(&mut *self.sinks).zip(&mut *self.scratch)
        {
            *output = sink.output(self.position, self.block, scratch);
        }
        Some((slices, outputs))
    }
}
