//! A kernel's domain in parts, one after the other or on several threads.
//!
//! What is a part depends on the shapes alone, and each sums up for itself: so the results do not depend on the number
//! of threads.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::domain::{Domain, OUTPUTS};
use super::flat::Flat;
use super::rank::Source;
use super::results::Outputs;
use super::room::Room;
use super::sink::Sink;
use super::sweep::{BLOCK, Blocks, Sweep};
use super::threads;
use crate::{Float, memory};

/// Elements of a part: enough that its sums cost nothing beside it.
const PART: usize = 1 << 15;

/// The loop over the blocks of a part.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, on the stack")]
pub(super) enum Part<'a, T, const N: usize> {
    Flat(Flat<'a, T, N>),
    Sweep(Sweep<'a, T, N>),
}

impl<T: Float, const N: usize> Part<'_, T, N> {
    /// See [`Sweep::next_block`].
    ///
    /// # Safety
    /// Every element of the outputs that the call before gave is written.
    #[inline(always)]
    pub(super) unsafe fn next_block(&mut self) -> Option<([&[T]; N], Outputs<'_, T>)> {
        // SAFETY: passed on.
        unsafe {
            match self {
                Part::Flat(flat) => flat.next_block(),
                Part::Sweep(sweep) => sweep.next_block(),
            }
        }
    }
}

/// Evaluates a formula in a whole domain, in one part after the other; `body` does so in the blocks of one.
pub(super) fn alone<T: Float, const N: usize>(
    operands: &[Source<'_, T>; N],
    domain: &Domain<'_, N>,
    sinks: &mut [Sink<T>],
    body: &dyn Fn(&mut Part<'_, T, N>),
) {
    let work = Work::new(operands, domain, sinks, body);
    work.with_rooms(sinks, |rooms| work.in_turn(0..work.parts, rooms));
}

/// The same, on several threads where that is worth it.
pub(super) fn shared<T: Float, const N: usize>(
    operands: &[Source<'_, T>; N],
    domain: &Domain<'_, N>,
    sinks: &mut [Sink<T>],
    body: &(dyn Fn(&mut Part<'_, T, N>) + Sync),
) {
    let work = Work::new(operands, domain, sinks, body);
    let threads = match work.parts {
        1 => 1,
        _ => threads::worth_elements(domain.len),
    };
    work.with_rooms(sinks, |rooms| work.on_threads(0..work.parts, rooms, threads));
}

/// What all parts have in common.
struct Work<'w, T, B: ?Sized, const N: usize> {
    operands: &'w [Source<'w, T>; N],
    domain: &'w Domain<'w, N>,
    body: &'w B,
    /// How many parts there are; 0 without elements.
    parts: usize,
    /// The domain's rows, which are elements where it is flat, and those of a part but the last.
    rows: usize,
    rows_each: usize,
    /// The length of a row.
    row: usize,
    /// How many results there are.
    results: usize,
}

/// One for each result; empty for results that there are not.
type Rooms<'a, T> = [Room<'a, T>; OUTPUTS];

impl<'w, T: Float, B, const N: usize> Work<'w, T, B, N>
where
    B: ?Sized + Fn(&mut Part<'_, T, N>),
{
    fn new(
        operands: &'w [Source<'w, T>; N],
        domain: &'w Domain<'w, N>,
        sinks: &[Sink<T>],
        body: &'w B,
    ) -> Self {
        let (row, step) = match &domain.axes {
            None => (1, BLOCK),
            Some(axes) => (axes.as_slice()[0].len, Blocks::of(axes.as_slice()).rows),
        };
        let rows = domain.len / row.max(1);
        let results = sinks.len();
        let mut work =
            Work { operands, domain, body, parts: 1, rows, rows_each: rows, row, results };
        if domain.len <= PART {
            work.parts = usize::from(domain.len > 0);
            return work;
        }
        let rows_each = (PART / row).max(1).next_multiple_of(step);
        let parts = rows.div_ceil(rows_each);
        // Sums that are nearly as large as the domain are not had several times.
        let sums: usize = sinks.iter().map(Sink::sums).sum();
        if parts * sums <= domain.len / 8 {
            (work.parts, work.rows_each) = (parts, rows_each);
        }
        work
    }

    /// Gives the parts their rooms, and the sinks what is in them.
    fn with_rooms(&self, sinks: &mut [Sink<T>], run: impl FnOnce(Rooms<'_, T>)) {
        let len = self.domain.len;
        if self.parts < 2 {
            let mut own = sinks.iter_mut().map(|sink| Room::of(sink, len, None));
            return run(std::array::from_fn(|_| own.next().unwrap_or_default()));
        }
        let mut partial: Vec<Vec<T>> =
            sinks.iter().map(|sink| memory::zeros(self.parts * sink.sums())).collect();
        let both = sinks.iter_mut().zip(&mut partial);
        let mut rooms = both.map(|(sink, partial)| Room::of(sink, len, Some(partial)));
        run(std::array::from_fn(|_| rooms.next().unwrap_or_default()));
        for (sink, partial) in sinks.iter_mut().zip(partial) {
            sink.gather(&partial);
            memory::give(partial);
        }
    }

    /// One part after the other.
    fn in_turn(&self, parts: Range<usize>, mut rooms: Rooms<'_, T>) {
        for part in parts.start..parts.end.saturating_sub(1) {
            let first;
            (first, rooms) = self.split(rooms, 1, parts.end - part);
            self.part(part, first);
        }
        if let Some(last) = parts.last() {
            self.part(last, rooms);
        }
    }

    /// The rooms of the first parts, and those of the rest.
    fn split<'a>(
        &self,
        rooms: Rooms<'a, T>,
        first: usize,
        parts: usize,
    ) -> (Rooms<'a, T>, Rooms<'a, T>) {
        let stored = first * self.rows_each * self.row;
        let (mut here, mut there) = (Rooms::default(), Rooms::default());
        for ((room, here), there) in rooms.into_iter().zip(&mut here).zip(&mut there) {
            (*here, *there) = room.split(stored, first, parts);
        }
        (here, there)
    }

    fn part(&self, part: usize, rooms: Rooms<'_, T>) {
        let start = part * self.rows_each;
        let rows = start..self.rows.min(start + self.rows_each);
        let mut stage = [[const { MaybeUninit::uninit() }; BLOCK]; N];
        let mut scratch = [[const { MaybeUninit::uninit() }; BLOCK]; OUTPUTS];
        // Borrowed for as long as the stage, not longer.
        let mut rooms: Rooms<'_, T> = rooms;
        let rooms = &mut rooms[..self.results];
        let mut part = match &self.domain.axes {
            None => {
                // SAFETY: the domain says so, and rooms over such a domain are of these two kinds.
                Part::Flat(unsafe {
                    Flat::new(self.operands, rows, rooms, &mut stage, &mut scratch)
                })
            }
            Some(axes) => {
                let axes = axes.as_slice();
                // SAFETY: the axes are the domain's, and none is empty since there are elements.
                Part::Sweep(unsafe {
                    Sweep::new(self.operands, axes, rows, rooms, &mut stage, &mut scratch)
                })
            }
        };
        (self.body)(&mut part);
    }
}

impl<T: Float, B, const N: usize> Work<'_, T, B, N>
where
    B: ?Sized + Fn(&mut Part<'_, T, N>) + Sync,
{
    /// Divides the parts among so many threads.
    fn on_threads(&self, parts: Range<usize>, rooms: Rooms<'_, T>, threads: usize) {
        if threads < 2 || parts.len() < 2 {
            return self.in_turn(parts, rooms);
        }
        let fewer = threads / 2;
        let middle = parts.start + (parts.len() * fewer / threads).max(1);
        let (first, rest) = self.split(rooms, middle - parts.start, parts.len());
        threads::join(
            || self.on_threads(parts.start..middle, first, fewer),
            || self.on_threads(middle..parts.end, rest, threads - fewer),
        );
    }
}
