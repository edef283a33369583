//! Memory of arrays that died, kept for the arrays to come.
//!
//! A large array costs more in page faults than in arithmetic when its memory comes fresh from the
//! system. So kernels keep the memory of operands that are theirs to drop, each thread its own, and
//! take from there what they need.

use std::cell::RefCell;
use std::thread::LocalKey;

/// Arrays under this many bytes are the allocator's business, which is faster at them.
const SMALL: usize = 4096;
/// The most buffers that a thread keeps for each float type, and the most bytes in them.
const BUFFERS: usize = 64;
const BYTES: usize = 256 << 20;

/// Gives back to the allocator what this thread keeps for arrays to come.
///
/// It is at most 64 buffers and 256 MiB for each float type, and less than the arrays that were alive at
/// once. There is no need to call this but where memory is short.
///
/// ```
/// chainrule::memory::clear();
/// ```
pub fn clear() {
    f32::kept().take();
    f64::kept().take();
}

/// Floats whose arrays' memory is kept.
#[doc(hidden)]
pub trait Kept: Copy + 'static {
    /// This thread's buffers.
    fn kept() -> &'static LocalKey<RefCell<Vec<Vec<Self>>>>;
}

macro_rules! kept {
    ($($float:ident)*) => {$(
        impl Kept for $float {
            fn kept() -> &'static LocalKey<RefCell<Vec<Vec<Self>>>> {
                thread_local! {
                    static KEPT: RefCell<Vec<Vec<$float>>> = const { RefCell::new(Vec::new()) };
                }
                &KEPT
            }
        }
    )*};
}
kept!(f32 f64);

/// An empty list with room for `len` elements.
#[inline]
pub(crate) fn take<T: Kept>(len: usize) -> Vec<T> {
    if len * size_of::<T>() < SMALL {
        return Vec::with_capacity(len);
    }
    // While a thread ends there is nothing kept any more.
    let found = T::kept().try_with(|kept| {
        let mut kept = kept.borrow_mut();
        let fits = |buffer: &Vec<T>| (len..=len + len / 8).contains(&buffer.capacity());
        kept.iter().rposition(fits).map(|position| kept.swap_remove(position))
    });
    found.ok().flatten().unwrap_or_else(|| Vec::with_capacity(len))
}

/// As many zeros.
#[inline]
pub(crate) fn zeros<T: Kept + num_traits::Zero>(len: usize) -> Vec<T> {
    if len * size_of::<T>() < SMALL {
        return vec![T::zero(); len];
    }
    let mut zeros = take(len);
    zeros.resize(len, T::zero());
    zeros
}

/// The same elements.
#[inline]
pub(crate) fn copied<T: Kept>(elements: &[T]) -> Vec<T> {
    let mut copy = take(elements.len());
    copy.extend_from_slice(elements);
    copy
}

/// Keeps the memory of a list that nobody needs any more.
#[inline]
pub(crate) fn give<T: Kept>(mut buffer: Vec<T>) {
    if buffer.capacity() * size_of::<T>() < SMALL {
        return;
    }
    buffer.clear();
    // While a thread ends nothing is kept any more.
    let _ = T::kept().try_with(|kept| {
        let mut kept = kept.borrow_mut();
        kept.push(buffer);
        let mut bytes: usize = kept.iter().map(|buffer| buffer.capacity() * size_of::<T>()).sum();
        // What was given first was longest without use.
        while kept.len() > BUFFERS || bytes > BYTES {
            bytes -= kept.remove(0).capacity() * size_of::<T>();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_and_is_bounded() {
        clear();
        let buffer = take::<f64>(10_000);
        let place = buffer.as_ptr();
        give(buffer);
        let other = take::<f64>(8_000);
        assert_ne!(other.as_ptr(), place, "it is too large for so few");
        let again = take::<f64>(9_500);
        assert_eq!(again.as_ptr(), place);
        for _ in 0..100 {
            give(Vec::<f32>::with_capacity(2_000));
        }
        give(Vec::<f32>::with_capacity(10));
        f32::kept().with_borrow(|kept| assert_eq!(kept.len(), BUFFERS));
        give(Vec::<f32>::with_capacity(BYTES));
        f32::kept().with_borrow(|kept| assert!(kept.is_empty()));
        clear();
    }

    #[test]
    fn kernels_use_the_memory_of_operands_that_are_theirs() {
        use crate::kernels::{map1, map2};
        use ndarray::Array1;
        clear();
        let (x, y) = (Array1::from_elem(5_000, 1.0_f32), Array1::from_elem(5_000, 2.0_f32));
        let place = x.as_ptr();
        let sum: Array1<f32> = map2(x, &y, |x, y| x + y);
        let twice: Array1<f32> = map1(&sum, |x| 2.0 * x);
        assert_eq!(twice.as_ptr(), place);
        assert_eq!(twice[4_999], 6.0);
        clear();
    }
}
