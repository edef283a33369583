//! Kernels over a handful of elements: no blocks, no code of a particular processor.
//!
//! What a sweep sets up costs more than the arithmetic there. So every operand is spread out to an array on
//! the stack, and what the formula gives is summed from one.

use super::domain::Domain;
use super::rank::Source;
use super::sink::{Sink, sum};
use crate::Float;

/// The most elements of such a kernel.
pub(super) const SMALL: usize = 8;

/// The elements of an operand or of a result.
pub(super) type Small<T> = [T; SMALL];

/// Every operand at each element of the domain, which has at most [`SMALL`].
#[inline(never)]
pub(super) fn spread<T: Float, const N: usize>(
    operands: &[Source<'_, T>; N],
    domain: &Domain<'_, N>,
    into: &mut [Small<T>; N],
) {
    for (number, (operand, into)) in operands.iter().zip(into).enumerate() {
        let into = &mut into[..domain.len];
        match operand {
            Source::Value(value) => into.fill(*value),
            Source::Elements { first, .. } => each_offset(
                domain,
                |axis| match &domain.axes {
                    Some(axes) => axes.as_slice()[axis].operand[number],
                    None => 1,
                },
                |position, offset| {
                    // SAFETY: the domain's axes lead to the elements of the operand alone, which is
                    // borrowed for as long as its source; without axes it has `len` elements, one after
                    // the other.
                    into[position] = unsafe { first.wrapping_offset(offset).read() };
                },
            ),
        }
    }
}

/// The sink of the result number `output` for a like of `like_len` elements, filled with what the formula
/// gave.
#[inline(never)]
pub(super) fn sunk<T: Float, const N: usize>(
    given: &Small<T>,
    domain: &Domain<'_, N>,
    output: usize,
    like_len: usize,
) -> Sink<T> {
    let given = &given[..domain.len];
    if like_len == 1 {
        return Sink::Total { sum: sum(given), lost: T::zero() };
    }
    if like_len == domain.len {
        return Sink::Done(given.to_vec());
    }
    let mut sum = vec![T::zero(); like_len];
    each_offset(
        domain,
        |axis| match &domain.axes {
            Some(axes) => axes.as_slice()[axis].like[output],
            None => 1,
        },
        |position, offset| sum[offset as usize] += given[position],
    );
    Sink::Done(sum)
}

/// Calls `f` with the position of every element of the domain, and how far a participant with these
/// strides moves to get there.
#[inline(always)]
fn each_offset<const N: usize>(
    domain: &Domain<'_, N>,
    stride: impl Fn(usize) -> isize,
    mut f: impl FnMut(usize, isize),
) {
    let axes = domain.axes.as_ref().map_or(&[][..], |axes| axes.as_slice());
    let len = |axis: usize| axes.get(axis).map_or(1, |axis| axis.len);
    match axes.len() {
        // One after the other.
        0 => (0..domain.len).for_each(|position| f(position, position as isize)),
        1 | 2 => {
            let (inner, outer) = (stride(0), if axes.len() == 2 { stride(1) } else { 0 });
            let mut position = 0;
            for row in 0..len(1) as isize {
                for column in 0..len(0) as isize {
                    f(position, row * outer + column * inner);
                    position += 1;
                }
            }
        }
        _ => {
            for position in 0..domain.len {
                let (mut rest, mut offset) = (position, 0);
                for axis in 0..axes.len() {
                    offset += (rest % len(axis)) as isize * stride(axis);
                    rest /= len(axis);
                }
                f(position, offset);
            }
        }
    }
}
