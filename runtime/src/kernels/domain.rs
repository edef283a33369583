//! The index space of an elementwise kernel: the joined shape, and how each operand moves in it.

use super::few::Few;
use super::rank::{Order, Source};

/// The most results, or likes, of one kernel.
pub(super) const OUTPUTS: usize = 8;

/// One axis of the domain, with what every operand and every like moves along it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis<const N: usize> {
    pub(super) len: usize,
    /// Distances in elements; 0 where the operand is broadcast.
    pub(super) operand: [isize; N],
    /// Distances in the like's own contiguous buffer; 0 where the like is broadcast.
    pub(super) like: [isize; OUTPUTS],
}

/// Where a kernel is evaluated.
#[derive(Debug)]
pub(super) struct Domain<'a, const N: usize> {
    pub(super) shape: Shape<'a>,
    /// The number of elements.
    pub(super) len: usize,
    pub(super) order: Order,
    /// Innermost first, adjacent ones merged where nobody can tell them apart; at least one. None where
    /// operands and likes are floats, or have the domain's shape and lie without gaps in C order.
    pub(super) axes: Option<Few<Axis<N>>>,
}

/// A shape that is an operand's own or joined from several.
#[derive(Debug)]
pub(super) enum Shape<'a> {
    Borrowed(&'a [usize]),
    Joined(Few<usize>),
}

impl Shape<'_> {
    pub(super) fn as_slice(&self) -> &[usize] {
        match self {
            Shape::Borrowed(shape) => shape,
            Shape::Joined(shape) => shape.as_slice(),
        }
    }
}

impl<'a, const N: usize> Domain<'a, N> {
    /// The domain that all operands and likes broadcast to.
    ///
    /// # Panics
    /// If their shapes do not broadcast together.
    #[track_caller]
    pub(super) fn new<T>(operands: &[Source<'a, T>; N], likes: &[&'a [usize]]) -> Self {
        match Self::flat(operands, likes) {
            Some(domain) => domain,
            None => Self::general(operands, likes),
        }
    }

    /// The common case, found without allocating: arrays of one shape, contiguous in C order,
    /// beside floats.
    #[inline]
    fn flat<T>(operands: &[Source<'a, T>; N], likes: &[&'a [usize]]) -> Option<Self> {
        let mut shape: Option<&'a [usize]> = None;
        let mut agrees = |own: &'a [usize]| **shape.get_or_insert(own) == *own;
        for operand in operands {
            if let Source::Elements { shape: own, strides, .. } = operand
                && !(agrees(own) && is_contiguous(own, strides, Order::C))
            {
                return None;
            }
        }
        if !likes.iter().all(|like| like.is_empty() || agrees(like)) {
            return None;
        }
        let shape = shape.unwrap_or(&[]);
        let len = shape.iter().product();
        Some(Domain { shape: Shape::Borrowed(shape), len, order: Order::C, axes: None })
    }

    #[track_caller]
    fn general<T>(operands: &[Source<'a, T>; N], likes: &[&'a [usize]]) -> Self {
        let shapes = || operands.iter().map(Source::shape).chain(likes.iter().copied());
        let shape = joined_shape(shapes());
        // Fortran order if that is how all arrays lie, and C order is not.
        let all = |order: Order| {
            operands.iter().all(|operand| match operand {
                Source::Value(_) => true,
                Source::Elements { shape, strides, .. } => is_contiguous(shape, strides, order),
            })
        };
        let order = if all(Order::Fortran) && !all(Order::C) { Order::Fortran } else { Order::C };
        let axes = axes(operands, likes, shape.as_slice(), order);
        let len = shape.as_slice().iter().product();
        Domain { shape: Shape::Joined(shape), len, order, axes: Some(axes) }
    }
}

/// The axes, innermost first, without those of length 1, and merged where possible.
fn axes<T, const N: usize>(
    operands: &[Source<'_, T>; N],
    likes: &[&[usize]],
    shape: &[usize],
    order: Order,
) -> Few<Axis<N>> {
    let rank = shape.len();
    let unit = Axis { len: 1, operand: [0; N], like: [0; OUTPUTS] };
    let mut axes = Few::filled(unit, 0);
    let mut like_strides = [1; OUTPUTS];
    for step in 0..rank {
        let index = match order {
            Order::C => rank - 1 - step,
            Order::Fortran => step,
        };
        let len = shape[index];
        if len == 1 {
            continue;
        }
        // The operand's own axis, unless it is broadcast along this one.
        let own_axis = |own: &[usize]| {
            let axis = (index + own.len()).checked_sub(rank)?;
            (own[axis] != 1).then_some(axis)
        };
        let mut axis = Axis { len, ..unit };
        for (stride, operand) in axis.operand.iter_mut().zip(operands) {
            if let Source::Elements { shape: own, strides, .. } = operand {
                *stride = own_axis(own).map_or(0, |axis| strides[axis]);
            }
        }
        for ((stride, next), like) in axis.like.iter_mut().zip(&mut like_strides).zip(likes) {
            if own_axis(like).is_some() {
                *stride = *next;
                *next *= len as isize;
            }
        }
        match axes.as_mut_slice().last_mut() {
            Some(inner) if continues(inner, &axis) => inner.len *= len,
            _ => axes.push(axis),
        }
    }
    if axes.as_slice().is_empty() {
        axes.push(unit);
    }
    axes
}

/// Whether a step along `outer` is for everybody what `inner.len` steps along `inner` are.
fn continues<const N: usize>(inner: &Axis<N>, outer: &Axis<N>) -> bool {
    let len = inner.len as isize;
    let follows = |(inner, outer): (&isize, &isize)| *outer == *inner * len;
    inner.operand.iter().zip(&outer.operand).all(follows)
        && inner.like.iter().zip(&outer.like).all(follows)
}

/// Whether elements lie without gaps in this order. Axes of length 1 have no say, nor has anything
/// in an empty array.
fn is_contiguous(shape: &[usize], strides: &[isize], order: Order) -> bool {
    let mut expected = 1;
    let mut check = |(&len, &stride): (&usize, &isize)| {
        let fits = len == 1 || stride == expected;
        expected *= len as isize;
        fits
    };
    let mut axes = shape.iter().zip(strides);
    shape.contains(&0)
        || match order {
            Order::C => axes.rev().all(&mut check),
            Order::Fortran => axes.all(&mut check),
        }
}

/// The shape that all of these broadcast to.
///
/// # Panics
/// If they do not broadcast together.
#[track_caller]
pub(super) fn joined_shape<'a>(shapes: impl Iterator<Item = &'a [usize]> + Clone) -> Few<usize> {
    let rank = shapes.clone().map(<[usize]>::len).max().unwrap_or(0);
    let mut shape = Few::filled(1, rank);
    for own in shapes.clone() {
        if !join(shape.as_mut_slice(), own) {
            do_not_broadcast(shapes);
        }
    }
    shape
}

/// Widens `shape`, of at least the rank of `own`, so that `own` broadcasts to it; false if they do not fit.
fn join(shape: &mut [usize], own: &[usize]) -> bool {
    let missing = shape.len() - own.len();
    shape[missing..].iter_mut().zip(own).all(|(joined, &len)| {
        if *joined == 1 {
            *joined = len;
        }
        len == 1 || *joined == len
    })
}

#[cold]
#[track_caller]
fn do_not_broadcast<'a>(shapes: impl Iterator<Item = &'a [usize]>) -> ! {
    let shapes: Vec<String> =
        shapes.filter(|shape| !shape.is_empty()).map(|shape| format!("{shape:?}")).collect();
    panic!("elementwise operation: shapes {} do not broadcast together", shapes.join(" and "))
}
