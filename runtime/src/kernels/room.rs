//! Room for what the parts of a kernel's domain give, each for itself.

use std::mem::MaybeUninit;

use super::domain::{Axis, OUTPUTS};
use super::sink::{Sink, add_to_total, sum};
use super::sweep::{Block, Odometer};
use crate::Float;

/// Where one part of a domain puts one of its results.
#[derive(Debug)]
pub(super) enum Room<'a, T> {
    /// Every element, in the order of the sweep.
    Store(&'a mut [MaybeUninit<T>]),
    /// A sum, and what rounding took from it.
    Total(&'a mut [T]),
    /// The sums of whole blocks of rows.
    Periodic(&'a mut [T]),
    /// Sums row by row, where the strides of like number `output` lead.
    Rows { sums: &'a mut [T], output: usize },
}

impl<T> Default for Room<'_, T> {
    fn default() -> Self {
        Room::Store(&mut [])
    }
}

impl<'a, T: Float> Room<'a, T> {
    /// The room of all parts together: that of a sink itself, or of `partial` for its sums.
    pub(super) fn of(sink: &'a mut Sink<T>, len: usize, partial: Option<&'a mut [T]>) -> Self {
        match sink {
            Sink::Store(elements) => Room::Store(&mut elements.spare_capacity_mut()[..len]),
            Sink::Total(own) => Room::Total(partial.unwrap_or(own)),
            Sink::Periodic { block, .. } => Room::Periodic(partial.unwrap_or(block)),
            Sink::Rows { sum, output } => {
                Room::Rows { sums: partial.unwrap_or(sum), output: *output }
            }
            // Its results are there before any domain is walked through.
            Sink::Done(_) => Room::Store(&mut []),
        }
    }

    /// The room of the first parts, `stored` elements or a share of the sums, and that of the others.
    pub(super) fn split(self, stored: usize, first: usize, parts: usize) -> (Self, Self) {
        let share = |sums: &'a mut [T]| {
            let at = sums.len() / parts * first;
            sums.split_at_mut(at)
        };
        match self {
            Room::Store(elements) => {
                let (first, rest) = elements.split_at_mut(stored.min(elements.len()));
                (Room::Store(first), Room::Store(rest))
            }
            Room::Total(sums) => {
                let (first, rest) = share(sums);
                (Room::Total(first), Room::Total(rest))
            }
            Room::Periodic(sums) => {
                let (first, rest) = share(sums);
                (Room::Periodic(first), Room::Periodic(rest))
            }
            Room::Rows { sums, output } => {
                let (first, rest) = share(sums);
                (Room::Rows { sums: first, output }, Room::Rows { sums: rest, output })
            }
        }
    }

    /// True where every element is kept.
    pub(super) fn stores(&self) -> bool {
        matches!(self, Room::Store(_))
    }

    /// Adds a block to a total; any other has no need of it.
    #[inline]
    pub(super) fn add_to_total<'b>(&mut self, block: impl FnOnce() -> &'b [T])
    where
        T: 'b,
    {
        if let Room::Total(total) = self {
            add_to_total(total, sum(block()));
        }
    }

    /// Where the kernel writes its block, which begins at `position` of the part: the destination itself, or `scratch`.
    #[inline]
    pub(super) fn output<'b>(
        &'b mut self,
        position: usize,
        len: usize,
        scratch: &'b mut Block<T>,
    ) -> &'b mut [MaybeUninit<T>] {
        match self {
            Room::Store(elements) => &mut elements[position..position + len],
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
            Room::Store(_) => {}
            Room::Total(_) => self.add_to_total(|| block),
            Room::Periodic(total) => {
                total.iter_mut().zip(block).for_each(|(total, &x)| *total += x);
            }
            Room::Rows { sums, output } => {
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
}
