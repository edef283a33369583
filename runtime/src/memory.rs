//! Memory of arrays that died, kept for the arrays to come.
//!
//! A large array costs more in page faults than in arithmetic when its memory comes fresh from the
//! system. So kernels keep the memory of operands that are theirs to drop, each thread its own, and
//! take from there what they need.

use std::cell::RefCell;
use std::thread::LocalKey;

/// Arrays under this many bytes are the allocator's business, which is faster at them.
const SMALL: usize = 4096;
/// The most bytes that a thread keeps for each float type.
const BYTES: usize = 256 << 20;
/// How many elements are copied at once.
const PIECE: usize = 256;
/// The most capacities of which it keeps any.
const CAPACITIES: usize = 64;

/// Gives back to the allocator what this thread keeps for arrays to come.
///
/// It is at most 256 MiB for each float type, and no more than the arrays that were alive at once. There is no need to
/// call this but where memory is short.
///
/// ```
/// chainrule::memory::clear();
/// ```
pub fn clear() {
    f32::kept().take();
    f64::kept().take();
}

/// Buffers that wait for an array, each capacity on a shelf of its own; that which was used last is the last.
#[doc(hidden)]
#[derive(Debug)]
pub struct Shelves<T> {
    shelves: Vec<Shelf<T>>,
    bytes: usize,
}

#[derive(Debug)]
struct Shelf<T> {
    capacity: usize,
    buffers: Vec<Vec<T>>,
    /// How many are in use that came from here.
    out: usize,
}

impl<T> Default for Shelves<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Shelves<T> {
    const fn new() -> Self {
        Self { shelves: Vec::new(), bytes: 0 }
    }

    /// A buffer for `len` elements that is at most an eighth too large.
    fn take(&mut self, len: usize) -> Vec<T> {
        let fits = |shelf: &Shelf<T>| {
            (len..=len + len / 8).contains(&shelf.capacity) && !shelf.buffers.is_empty()
        };
        let position = self.shelves.iter().rposition(fits);
        let shelf = match position {
            Some(position) => self.used(position),
            None => self.of_capacity(len),
        };
        shelf.out += 1;
        match shelf.buffers.pop() {
            Some(buffer) => {
                self.bytes -= bytes_of(&buffer);
                buffer
            }
            None => Vec::with_capacity(len),
        }
    }

    /// Keeps a buffer, unless as many came back as were taken: then it came from elsewhere, as it will again.
    fn give(&mut self, buffer: Vec<T>) {
        let bytes = bytes_of(&buffer);
        let shelf = self.of_capacity(buffer.capacity());
        if shelf.out == 0 {
            return;
        }
        shelf.out -= 1;
        shelf.buffers.push(buffer);
        self.bytes += bytes;
        // What was longest without use goes first.
        while self.bytes > BYTES {
            match self.shelves[0].buffers.pop() {
                Some(buffer) => self.bytes -= bytes_of(&buffer),
                None => drop(self.shelves.remove(0)),
            }
        }
    }

    fn of_capacity(&mut self, capacity: usize) -> &mut Shelf<T> {
        let position = self.shelves.iter().rposition(|shelf| shelf.capacity == capacity);
        let position = position.unwrap_or_else(|| {
            if self.shelves.len() == CAPACITIES {
                let unused = self.shelves.remove(0);
                self.bytes -= unused.buffers.iter().map(bytes_of).sum::<usize>();
            }
            self.shelves.push(Shelf { capacity, buffers: Vec::new(), out: 0 });
            self.shelves.len() - 1
        });
        self.used(position)
    }

    /// The shelf at a position, which becomes the last.
    fn used(&mut self, position: usize) -> &mut Shelf<T> {
        self.shelves[position..].rotate_left(1);
        let last = self.shelves.len() - 1;
        &mut self.shelves[last]
    }
}

fn bytes_of<T>(buffer: &Vec<T>) -> usize {
    buffer.capacity() * size_of::<T>()
}

/// Floats whose arrays' memory is kept.
#[doc(hidden)]
pub trait Kept: Copy + 'static {
    /// This thread's buffers.
    fn kept() -> &'static LocalKey<RefCell<Shelves<Self>>>;
}

macro_rules! kept {
    ($($float:ident)*) => {$(
        impl Kept for $float {
            fn kept() -> &'static LocalKey<RefCell<Shelves<Self>>> {
                thread_local! {
                    static KEPT: RefCell<Shelves<$float>> = const { RefCell::new(Shelves::new()) };
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
    let mut list = kept(len);
    list.clear();
    list
}

/// A list with room for `len` elements; it may have some from when it was used last.
fn kept<T: Kept>(len: usize) -> Vec<T> {
    // While a thread ends there is nothing kept any more.
    let found = T::kept().try_with(|kept| kept.borrow_mut().take(len));
    found.unwrap_or_else(|_| Vec::with_capacity(len))
}

/// A list of `len` elements, all of which are still to be written: it costs nothing to have other ones there.
#[inline]
pub(crate) fn unwritten<T: Kept + num_traits::Zero>(len: usize) -> Vec<T> {
    let mut list = if len * size_of::<T>() < SMALL { Vec::with_capacity(len) } else { kept(len) };
    fill_up(&mut list, len);
    list
}

/// Lengthens a list with zeros, or shortens it.
///
/// Not where it is allocated: of that rustc makes one call for memory of zeros, which glibc until 2.40 takes three times as
/// long to serve where it is little.
#[inline(never)]
fn fill_up<T: Kept + num_traits::Zero>(list: &mut Vec<T>, len: usize) {
    list.resize(len, T::zero());
}

/// As many zeros.
#[inline]
pub(crate) fn zeros<T: Kept + num_traits::Zero>(len: usize) -> Vec<T> {
    let mut zeros = take(len);
    fill_up(&mut zeros, len);
    zeros
}

/// The same elements.
#[inline]
pub(crate) fn copied<T: Kept>(elements: &[T]) -> Vec<T> {
    let mut copy = take(elements.len());
    // In one piece, a copy to just behind the same place of another page takes ten times as long on some processors
    // (Zen 3 and 4: glibc's bug 30994), and that is how buffers of one size lie.
    for piece in elements.chunks(PIECE) {
        copy.extend_from_slice(piece);
    }
    copy
}

/// Keeps the memory of a list that nobody needs any more.
#[inline]
pub(crate) fn give<T: Kept>(buffer: Vec<T>) {
    if bytes_of(&buffer) < SMALL {
        return;
    }
    // While a thread ends nothing is kept any more.
    let _ = T::kept().try_with(|kept| kept.borrow_mut().give(buffer));
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
        let (small, large) = (take::<f32>(2_000), take::<f32>(BYTES));
        give(small);
        give(take::<f32>(10));
        f32::kept().with_borrow(|kept| assert_eq!(kept.bytes, 8_000));
        give(large);
        f32::kept().with_borrow(|kept| assert_eq!(kept.bytes, 0));
        (2_000..3_000).for_each(|len| give(take::<f32>(len)));
        f32::kept().with_borrow(|kept| assert_eq!(kept.shelves.len(), CAPACITIES));
        clear();
    }

    #[test]
    fn what_is_written_anyway_is_not_filled() {
        clear();
        let mut list = unwritten::<f64>(1_000);
        assert!(list.iter().all(|x| *x == 0.0));
        list.fill(7.0);
        give(list);
        assert_eq!(unwritten::<f64>(950), [7.0; 950]);
        assert!(take::<f64>(1_000).is_empty());
        let mut list = unwritten::<f64>(1_000);
        list.truncate(600);
        list.fill(5.0);
        give(list);
        assert_eq!(zeros::<f64>(900), [0.0; 900]);
        clear();
    }

    #[test]
    fn no_more_is_kept_than_was_taken() {
        clear();
        for _ in 0..3 {
            // Ten at once; and one more comes from elsewhere in every step.
            let taken: Vec<Vec<f64>> = (0..10).map(|_| take(1_000)).collect();
            give(Vec::<f64>::with_capacity(1_000));
            taken.into_iter().for_each(give);
            f64::kept().with_borrow(|kept| assert_eq!(kept.bytes, 80_000));
        }
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
