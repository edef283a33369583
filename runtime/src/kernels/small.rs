//! Kernels over a handful of elements: no blocks, no code of a particular processor.
//!
//! What a sweep sets up costs more than the arithmetic there. So every operand is spread out to an array on
//! the stack, and what the formula gives is summed from one.

use super::rank::{Order, Source};
use super::sink::{Sink, sum};
use crate::Float;

/// The most elements of such a kernel.
pub(super) const SMALL: usize = 8;

/// The elements of an operand or of a result.
pub(super) type Small<T> = [T; SMALL];

/// A domain of at most [`SMALL`] elements along at most two axes: what [`Domain`](super::domain::Domain) is to the
/// others.
#[derive(Debug)]
pub(super) struct Handful {
    /// Rows and columns.
    axes: [usize; 2],
    rank: usize,
    pub(super) len: usize,
    pub(super) order: Order,
}

impl Handful {
    /// The domain that all operands and likes broadcast to, if it is one of these.
    #[inline(never)]
    pub(super) fn of<T>(operands: &[Source<'_, T>], likes: &[&[usize]]) -> Option<Self> {
        let mut joined = Self { axes: [1; 2], rank: 0, len: 0, order: Order::C };
        let (mut is_c, mut is_fortran) = (true, true);
        for operand in operands {
            if let Source::Elements { shape, strides, .. } = operand {
                joined.join(shape)?;
                let ([rows, columns], [down, across]) = (padded(shape, 1)?, padded(strides, 0)?);
                let is_empty = rows == 0 || columns == 0;
                let follows = |len: usize, stride: isize, expected: usize| {
                    is_empty || len == 1 || stride == expected as isize
                };
                is_c &= follows(columns, across, 1) && follows(rows, down, columns);
                is_fortran &= follows(rows, down, 1) && follows(columns, across, rows);
            }
        }
        likes.iter().try_for_each(|like| joined.join(like))?;
        joined.len = joined.axes[0].checked_mul(joined.axes[1])?;
        // Fortran order if that is how all arrays lie, and C order is not.
        if is_fortran && !is_c {
            joined.order = Order::Fortran;
        }
        (joined.len <= SMALL).then_some(joined)
    }

    pub(super) fn shape(&self) -> &[usize] {
        &self.axes[2 - self.rank..]
    }

    /// Nothing where a shape has more axes or does not fit, which the general domain reports.
    fn join(&mut self, shape: &[usize]) -> Option<()> {
        self.rank = self.rank.max(shape.len());
        for (joined, len) in self.axes.iter_mut().zip(padded(shape, 1)?) {
            match *joined {
                1 => *joined = len,
                joined if len == 1 || len == joined => {}
                _ => return None,
            }
        }
        Some(())
    }

    /// Calls `f` with the position of every element, and how far somebody moves to get there who has these axes
    /// and goes so far along each.
    #[inline(always)]
    fn each(&self, own: [usize; 2], strides: [isize; 2], mut f: impl FnMut(usize, isize)) {
        let step = |axis: usize| if own[axis] == 1 { 0 } else { strides[axis] };
        let (outer, inner) = match self.order {
            Order::C => (0, 1),
            Order::Fortran => (1, 0),
        };
        let mut position = 0;
        for i in 0..self.axes[outer] as isize {
            for j in 0..self.axes[inner] as isize {
                f(position, i * step(outer) + j * step(inner));
                position += 1;
            }
        }
    }

    /// Every operand at each element.
    #[inline(never)]
    pub(super) fn spread<T: Float>(&self, operands: &[Source<'_, T>], into: &mut [Small<T>]) {
        for (operand, into) in operands.iter().zip(into) {
            let Source::Elements { first, shape, strides } = operand else {
                if let Source::Value(value) = operand {
                    into.fill(*value);
                }
                continue;
            };
            let axes = padded(shape, 1).zip(padded(strides, 0));
            let (own, strides) = axes.expect("it has at most two axes");
            let lies_alike = match self.order {
                Order::C => strides[1] == 1 && (own[0] == 1 || strides[0] == own[1] as isize),
                Order::Fortran => strides[0] == 1 && strides[1] == own[0] as isize,
            };
            if own == self.axes && lies_alike {
                // SAFETY: the operand's elements follow one another, as many as the domain has.
                let elements = unsafe { std::slice::from_raw_parts(*first, self.len) };
                into[..self.len].copy_from_slice(elements);
                continue;
            }
            self.each(own, strides, |position, offset| {
                // SAFETY: the operand broadcasts to this domain, so that its strides lead to its own elements, which
                // are borrowed for as long as their source.
                into[position] = unsafe { first.wrapping_offset(offset).read() };
            });
        }
    }

    /// The sink of a result for a like of this shape, filled with what the formula gave.
    #[inline(never)]
    pub(super) fn sunk<T: Float>(&self, given: &Small<T>, like: &[usize]) -> Sink<T> {
        let given = &given[..self.len];
        let own = padded(like, 1).expect("it has at most two axes");
        let like_len = own[0] * own[1];
        if like_len == 1 {
            return Sink::Total { sum: sum(given), lost: T::zero() };
        }
        if like_len == self.len {
            return Sink::Done(given.to_vec());
        }
        let mut sum = vec![T::zero(); like_len];
        let strides = match self.order {
            Order::C => [own[1] as isize, 1],
            Order::Fortran => [1, own[0] as isize],
        };
        self.each(own, strides, |position, offset| sum[offset as usize] += given[position]);
        Sink::Done(sum)
    }
}

/// What belongs to two axes, of what belongs to the last of them.
#[inline(always)]
fn padded<X: Copy>(own: &[X], missing: X) -> Option<[X; 2]> {
    match *own {
        [] => Some([missing; 2]),
        [column] => Some([missing, column]),
        [row, column] => Some([row, column]),
        _ => None,
    }
}
