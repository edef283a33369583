//! Kernels over a handful of elements: no blocks, no code of a particular processor.
//!
//! What a sweep sets up costs more than the arithmetic there. So the formula reads every operand where it lies, and what
//! it gives is summed from an array on the stack.

use super::rank::{Order, Source};
use super::sink::{Sink, sum};
use crate::{Float, memory};

/// The most elements of such a kernel.
pub(super) const SMALL: usize = 8;

/// The elements of a result.
pub(super) type Small<T> = [T; SMALL];

/// A domain of at most [`SMALL`] elements along at most two axes: what [`Domain`](super::domain::Domain) is to the
/// others.
#[derive(Debug)]
pub(super) struct Handful<T, const N: usize> {
    /// Rows and columns.
    axes: [usize; 2],
    rank: usize,
    pub(super) len: usize,
    pub(super) order: Order,
    operands: [Steps<T>; N],
}

/// How an operand is walked through.
#[derive(Clone, Copy, Debug)]
struct Steps<T> {
    first: *const T,
    /// To the next row and column; 0 where the operand is broadcast.
    by: [isize; 2],
}

impl<T: Float, const N: usize> Handful<T, N> {
    /// The domain that all operands and likes broadcast to, if it is one of these.
    #[inline(never)]
    pub(super) fn of(operands: &[Source<'_, T>; N], likes: &[&[usize]]) -> Option<Self> {
        let (mut axes, mut rank) = ([1; 2], 0);
        let (mut is_c, mut is_fortran) = (true, true);
        let mut steps = [Steps { first: std::ptr::null(), by: [0; 2] }; N];
        for (operand, steps) in operands.iter().zip(&mut steps) {
            match operand {
                Source::Value(value) => steps.first = value,
                Source::Elements { first, shape, strides } => {
                    let (own, strides) = (padded(shape, 1)?, padded(strides, 0)?);
                    let follows = |axis: usize, expected: usize| {
                        own[axis] == 1 || strides[axis] == expected as isize
                    };
                    is_c &= follows(1, 1) && follows(0, own[1]);
                    is_fortran &= follows(0, 1) && follows(1, own[0]);
                    join(&mut axes, own)?;
                    rank = rank.max(shape.len());
                    let along = |axis: usize| if own[axis] == 1 { 0 } else { strides[axis] };
                    *steps = Steps { first: *first, by: [along(0), along(1)] };
                }
            }
        }
        for like in likes {
            join(&mut axes, padded(like, 1)?)?;
            rank = rank.max(like.len());
        }
        let len = axes[0].checked_mul(axes[1])?;
        // Fortran order if that is how all arrays lie, and C order is not.
        let order = if is_fortran && !is_c { Order::Fortran } else { Order::C };
        (len <= SMALL).then_some(Self { axes, rank, len, order, operands: steps })
    }

    pub(super) fn shape(&self) -> &[usize] {
        &self.axes[2 - self.rank..]
    }

    /// Calls `f` with the position of every element, and with every operand there.
    #[inline(always)]
    pub(super) fn each(&self, mut f: impl FnMut(usize, [T; N])) {
        let (outer, inner) = self.outer_and_inner();
        let mut rows = self.operands;
        let mut position = 0;
        for _ in 0..self.axes[outer] {
            let mut operands = rows;
            for _ in 0..self.axes[inner] {
                // SAFETY: the operands broadcast to this domain, so that their steps lead to their own elements, which
                // are borrowed for as long as their sources.
                f(position, operands.map(|operand| unsafe { *operand.first }));
                position += 1;
                operands.iter_mut().for_each(|operand| operand.advance(inner));
            }
            rows.iter_mut().for_each(|operand| operand.advance(outer));
        }
    }

    /// The sink of a result for a like of this shape, filled with what the formula gave.
    #[inline(never)]
    pub(super) fn sunk(&self, given: &Small<T>, like: &[usize]) -> Sink<T> {
        let given = &given[..self.len];
        let own = padded(like, 1).expect("it has at most two axes");
        let like_len = own[0] * own[1];
        if like_len == 1 {
            return Sink::Total([sum(given), T::zero()]);
        }
        if like_len == self.len {
            return Sink::Done(given.to_vec());
        }
        // One axis is the like's, and along the other one all is summed.
        let (outer, inner) = self.outer_and_inner();
        let mut sums = memory::zeros(like_len);
        for (position, &x) in given.iter().enumerate() {
            let index = match own[inner] {
                1 => position / self.axes[inner],
                _ => position % self.axes[inner],
            };
            sums[index] += x;
        }
        debug_assert!(own[outer] == 1 || own[inner] == 1);
        Sink::Done(sums)
    }

    /// The axes in the order in which they are walked along.
    #[inline(always)]
    fn outer_and_inner(&self) -> (usize, usize) {
        match self.order {
            Order::C => (0, 1),
            Order::Fortran => (1, 0),
        }
    }
}

impl<T> Steps<T> {
    #[inline(always)]
    fn advance(&mut self, axis: usize) {
        self.first = self.first.wrapping_offset(self.by[axis]);
    }
}

/// Nothing where a shape does not fit, which the general domain reports.
#[inline(always)]
fn join(joined: &mut [usize; 2], own: [usize; 2]) -> Option<()> {
    for (joined, len) in joined.iter_mut().zip(own) {
        if *joined == 1 {
            *joined = len;
        } else if len != 1 && len != *joined {
            return None;
        }
    }
    Some(())
}

/// What belongs to two axes, of what belongs to the last of them; nothing of more axes.
#[inline(always)]
fn padded<X: Copy>(own: &[X], missing: X) -> Option<[X; 2]> {
    match *own {
        [] => Some([missing; 2]),
        [column] => Some([missing, column]),
        [row, column] => Some([row, column]),
        _ => None,
    }
}
