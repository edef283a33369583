//! The loop of a kernel in the common case: arrays of one shape that lie alike, beside floats.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::rank::Source;
use super::results::Outputs;
use super::room::Room;
use super::sweep::{BLOCK, Block};
use crate::Float;

/// The state of the loop: what [`Sweep`](super::sweep::Sweep) keeps in general is a position here, so
/// that a kernel over a few elements costs little more than they do.
#[derive(Debug)]
pub(super) struct Flat<'a, T, const N: usize> {
    operands: &'a [Source<'a, T>; N],
    rooms: &'a mut [Room<'a, T>],
    /// Blocks of the operands that are floats.
    stage: &'a mut [Block<T>; N],
    /// Blocks of results that are summed.
    scratch: &'a mut [Block<T>],
    /// The elements of this part.
    part: Range<usize>,
    /// Where the current block begins, and its length; 0 before the first.
    position: usize,
    block: usize,
}

impl<'a, T: Float, const N: usize> Flat<'a, T, N> {
    /// Before the first block.
    ///
    /// # Safety
    /// Every operand is a float or has the elements of the part, one after the other; and every room stores or is a
    /// total.
    pub(super) unsafe fn new(
        operands: &'a [Source<'a, T>; N],
        part: Range<usize>,
        rooms: &'a mut [Room<'a, T>],
        stage: &'a mut [Block<T>; N],
        scratch: &'a mut [Block<T>],
    ) -> Self {
        for (operand, stage) in operands.iter().zip(stage.iter_mut()) {
            if let Source::Value(value) = operand {
                stage[..part.len().min(BLOCK)].fill(MaybeUninit::new(*value));
            }
        }
        Self { operands, rooms, stage, scratch, position: part.start, part, block: 0 }
    }

    /// See [`Sweep::next_block`](super::sweep::Sweep::next_block).
    ///
    /// # Safety
    /// Every element of the outputs that the call before gave is written.
    #[inline(never)]
    pub(super) unsafe fn next_block(&mut self) -> Option<([&[T]; N], Outputs<'_, T>)> {
        if self.block > 0 {
            for (room, scratch) in self.rooms.iter_mut().zip(&*self.scratch) {
                // SAFETY: a total was given the first elements of its scratch as output, and the caller
                // wrote them.
                room.add_to_total(|| unsafe { scratch[..self.block].assume_init_ref() });
            }
            self.position += self.block;
        }
        self.block = BLOCK.min(self.part.end - self.position);
        if self.block == 0 {
            return None;
        }
        let slices = std::array::from_fn(|operand| {
            let start = match &self.operands[operand] {
                Source::Elements { first, .. } => first.wrapping_add(self.position),
                Source::Value(_) => self.stage[operand].as_ptr().cast(),
            };
            // SAFETY: a block of the operand's elements, which is borrowed for longer than `self`; or
            // of a float's stage, of which `new` filled as many as any block has.
            unsafe { std::slice::from_raw_parts(start, self.block) }
        });
        let mut outputs: Outputs<'_, T> = Default::default();
        let position = self.position - self.part.start;
        for ((output, room), scratch) in
            outputs.iter_mut().zip(&mut *self.rooms).zip(&mut *self.scratch)
        {
            *output = room.output(position, self.block, scratch);
        }
        Some((slices, outputs))
    }
}
