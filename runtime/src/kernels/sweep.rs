//! The one loop of all elementwise kernels: over blocks, every operand a slice in each.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::domain::{Axis, OUTPUTS};
use super::few::Few;
use super::rank::Source;
use super::results::Outputs;
use super::room::Room;
use crate::Float;

/// Elements a block: a few operands and results of this size stay in the first-level cache.
pub(super) const BLOCK: usize = 512;

/// Room for the elements of one block.
pub(super) type Block<T> = [MaybeUninit<T>; BLOCK];

/// How the domain is cut: into parts of a row, or into several short rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocks {
    /// Rows a block; 1 where a row is long.
    pub(super) rows: usize,
}

impl Blocks {
    pub(super) fn of<const N: usize>(axes: &[Axis<N>]) -> Self {
        let rows: usize = axes[1..].iter().map(|axis| axis.len).product();
        Self { rows: (BLOCK / axes[0].len.max(1)).clamp(1, rows.max(1)) }
    }
}

/// A place in the outer axes, and how far `P` participants moved to get there.
#[derive(Clone, Debug)]
pub(super) struct Odometer<const P: usize> {
    /// Indices along the outer axes.
    index: Few<usize>,
    pub(super) offsets: [isize; P],
}

impl<const P: usize> Odometer<P> {
    fn new<const N: usize>(axes: &[Axis<N>]) -> Self {
        Self { index: Few::filled(0, axes.len() - 1), offsets: [0; P] }
    }

    /// To the place of `other`, without allocating.
    fn go_to(&mut self, other: &Self) {
        self.index.as_mut_slice().copy_from_slice(other.index.as_slice());
        self.offsets = other.offsets;
    }

    /// `rows` rows further.
    fn advance_by<const N: usize>(
        &mut self,
        mut rows: usize,
        axes: &[Axis<N>],
        strides: impl Fn(&Axis<N>) -> &[isize; P],
    ) {
        for (index, axis) in self.index.as_mut_slice().iter_mut().zip(&axes[1..]) {
            let (carry, next) = ((*index + rows) / axis.len, (*index + rows) % axis.len);
            let steps = next as isize - *index as isize;
            let strides = strides(axis).iter();
            self.offsets.iter_mut().zip(strides).for_each(|(offset, step)| *offset += step * steps);
            (*index, rows) = (next, carry);
            if rows == 0 {
                return;
            }
        }
    }

    /// One row further.
    #[inline]
    pub(super) fn advance<const N: usize>(
        &mut self,
        axes: &[Axis<N>],
        strides: impl Fn(&Axis<N>) -> &[isize; P],
    ) {
        for (index, axis) in self.index.as_mut_slice().iter_mut().zip(&axes[1..]) {
            let strides = strides(axis);
            *index += 1;
            if *index < axis.len {
                self.offsets.iter_mut().zip(strides).for_each(|(offset, step)| *offset += step);
                return;
            }
            *index = 0;
            let back = axis.len as isize - 1;
            self.offsets.iter_mut().zip(strides).for_each(|(offset, step)| *offset -= step * back);
        }
    }
}

/// How an operand becomes a slice in every block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feed {
    /// It lies as the domain does: borrowed at the position of the block.
    Whole,
    /// Each row lies without gaps, and blocks are parts of rows: borrowed.
    Row,
    /// The same in every block: staged once.
    Once,
    /// Copied, row by row, into every block.
    Staged,
}

fn feed<const N: usize>(axes: &[Axis<N>], operand: usize, blocks: Blocks) -> Feed {
    let mut expected = 1;
    let whole = axes.iter().all(|axis| {
        let fits = axis.operand[operand] == expected;
        expected *= axis.len as isize;
        fits
    });
    let outer_fixed = axes[1..].iter().all(|axis| axis.operand[operand] == 0);
    match axes[0].operand[operand] {
        _ if whole => Feed::Whole,
        0 if outer_fixed => Feed::Once,
        _ if outer_fixed && blocks.rows > 1 => Feed::Once,
        1 if blocks.rows == 1 => Feed::Row,
        _ => Feed::Staged,
    }
}

/// The state of a kernel's loop over the blocks of a part of its domain.
///
/// All of it but the formula is here, and not generic in the formula: so a kernel's own code is one
/// small loop over slices.
#[derive(Debug)]
pub(super) struct Sweep<'a, T, const N: usize> {
    operands: &'a [Source<'a, T>; N],
    axes: &'a [Axis<N>],
    rooms: &'a mut [Room<'a, T>],
    /// Blocks of operands that are not borrowed.
    stage: &'a mut [Block<T>; N],
    /// Blocks of results that are summed.
    scratch: &'a mut [Block<T>],
    feeds: [Feed; N],
    blocks: Blocks,
    /// The rows of this part.
    rows: Range<usize>,
    /// Where the current block begins, for operands and for likes.
    at: Odometer<N>,
    at_like: Odometer<OUTPUTS>,
    /// Where a row of the current block is; apart, so that no block allocates.
    row_at: Odometer<N>,
    row_at_like: Odometer<OUTPUTS>,
    /// The current block: rows, the part of a row, and the elements before it.
    first_row: usize,
    column: usize,
    position: usize,
    rows_here: usize,
    row_here: usize,
}

impl<'a, T: Float, const N: usize> Sweep<'a, T, N> {
    /// Before the first block.
    ///
    /// # Safety
    /// `axes` are those of the [`Domain`](super::domain::Domain) of `operands`, and none has length 0.
    pub(super) unsafe fn new(
        operands: &'a [Source<'a, T>; N],
        axes: &'a [Axis<N>],
        rows: Range<usize>,
        rooms: &'a mut [Room<'a, T>],
        stage: &'a mut [Block<T>; N],
        scratch: &'a mut [Block<T>],
    ) -> Self {
        let blocks = Blocks::of(axes);
        let feeds = std::array::from_fn(|operand| feed(axes, operand, blocks));
        for operand in 0..N {
            if feeds[operand] == Feed::Once {
                let row = axes[0].len.min(BLOCK);
                let (stage, stride) = (&mut stage[operand], axes[0].operand[operand]);
                stage_row(&operands[operand], 0, stride, &mut stage[..row]);
                // The rows of a block are alike: twice as many with each copy.
                let (mut done, all) = (row, row * blocks.rows);
                while done < all {
                    let more = done.min(all - done);
                    stage.copy_within(..more, done);
                    done += more;
                }
            }
        }
        let (mut at, mut at_like) = (Odometer::new(axes), Odometer::new(axes));
        at.advance_by(rows.start, axes, |axis| &axis.operand);
        at_like.advance_by(rows.start, axes, |axis| &axis.like);
        Self {
            operands,
            axes,
            rooms,
            stage,
            scratch,
            feeds,
            blocks,
            at,
            at_like,
            row_at: Odometer::new(axes),
            row_at_like: Odometer::new(axes),
            first_row: rows.start,
            column: 0,
            position: rows.start * axes[0].len,
            rows,
            rows_here: 0,
            row_here: 0,
        }
    }

    /// Takes up the results of the block before, and gives the operands' slices in the next one and
    /// where to write the results, all of one length; nothing after the last block.
    ///
    /// # Safety
    /// Every element of the outputs that the call before gave is written.
    #[inline(never)]
    pub(super) unsafe fn next_block(&mut self) -> Option<([&[T]; N], Outputs<'_, T>)> {
        if self.row_here > 0 {
            // SAFETY: the caller wrote the outputs.
            unsafe { self.absorb() };
            self.advance();
        }
        if self.first_row == self.rows.end {
            return None;
        }
        self.rows_here = self.blocks.rows.min(self.rows.end - self.first_row);
        self.row_here = BLOCK.min(self.axes[0].len - self.column);
        let len = self.rows_here * self.row_here;
        self.stage_block(len);
        let slices = std::array::from_fn(|operand| {
            let start = match (self.feeds[operand], &self.operands[operand]) {
                (Feed::Whole, Source::Elements { first, .. }) => first.wrapping_add(self.position),
                (Feed::Row, Source::Elements { first, .. }) => {
                    first.wrapping_offset(self.at.offsets[operand]).wrapping_add(self.column)
                }
                _ => self.stage[operand].as_ptr().cast(),
            };
            // SAFETY: a staged block holds at least `len` elements, all written by `stage_block` or
            // by `new`. A borrowed one lies inside its operand: `Whole` has one element of the operand
            // for each of the domain, in order, and `Row` is part of a row whose elements follow one
            // another; the operand is borrowed for longer than `self`, and nobody writes it.
            unsafe { std::slice::from_raw_parts(start, len) }
        });
        let mut outputs: Outputs<'_, T> = Default::default();
        let position = self.position - self.rows.start * self.axes[0].len;
        for ((output, room), scratch) in
            outputs.iter_mut().zip(&mut *self.rooms).zip(&mut *self.scratch)
        {
            *output = room.output(position, len, scratch);
        }
        Some((slices, outputs))
    }

    /// Copies the operands that differ from block to block and cannot be borrowed.
    fn stage_block(&mut self, len: usize) {
        for operand in 0..N {
            if self.feeds[operand] != Feed::Staged {
                continue;
            }
            let stride = self.axes[0].operand[operand];
            self.row_at.go_to(&self.at);
            for row in self.stage[operand][..len].chunks_exact_mut(self.row_here) {
                let offset = self.row_at.offsets[operand] + stride * self.column as isize;
                stage_row(&self.operands[operand], offset, stride, row);
                self.row_at.advance(self.axes, |axis| &axis.operand);
            }
        }
    }

    /// Sums up the results of the current block that are not stored.
    ///
    /// # Safety
    /// They are written.
    unsafe fn absorb(&mut self) {
        let len = self.rows_here * self.row_here;
        for (room, scratch) in self.rooms.iter_mut().zip(&*self.scratch) {
            if room.stores() {
                continue;
            }
            // SAFETY: a room that does not store was given the first `len` of its scratch as output,
            // and the caller wrote it.
            let block = unsafe { scratch[..len].assume_init_ref() };
            self.row_at_like.go_to(&self.at_like);
            room.absorb(block, self.row_here, self.column, self.axes, &mut self.row_at_like);
        }
    }

    /// Past the current block.
    fn advance(&mut self) {
        self.position += self.rows_here * self.row_here;
        self.column += self.row_here;
        if self.column < self.axes[0].len {
            return;
        }
        self.column = 0;
        self.first_row += self.rows_here;
        self.at.advance_by(self.rows_here, self.axes, |axis| &axis.operand);
        self.at_like.advance_by(self.rows_here, self.axes, |axis| &axis.like);
    }
}

/// Copies a row, or part of one, beginning `offset` elements from the operand's first.
#[inline]
fn stage_row<T: Float>(
    operand: &Source<'_, T>,
    offset: isize,
    stride: isize,
    row: &mut [MaybeUninit<T>],
) {
    match operand {
        Source::Value(value) => row.fill(MaybeUninit::new(*value)),
        Source::Elements { first, .. } => {
            let first = first.wrapping_offset(offset);
            let read = |index: usize| {
                // SAFETY: `offset + index * stride` is where the operand has an element: the axes
                // were made from its own shape and strides, and `index` is inside the row.
                unsafe { first.wrapping_offset(stride * index as isize).read() }
            };
            match stride {
                0 => row.fill(MaybeUninit::new(read(0))),
                1 => {
                    // SAFETY: as above, and with stride 1 the elements follow one another.
                    let elements = unsafe { std::slice::from_raw_parts(first, row.len()) };
                    row.write_copy_of_slice(elements);
                }
                _ => row.iter_mut().enumerate().for_each(|(i, x)| *x = MaybeUninit::new(read(i))),
            }
        }
    }
}
