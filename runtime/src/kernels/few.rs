//! A list that is mostly short.

/// Elements of a list, inline as long as they are few: a kernel over small arrays should not allocate
/// for its bookkeeping.
#[derive(Clone, Debug)]
pub(super) struct Few<T> {
    inline: [T; INLINE],
    len: usize,
    /// All elements, where they are more than fit inline.
    heap: Vec<T>,
}

/// Hardly any program has arrays of more axes, and adjacent ones are merged.
const INLINE: usize = 4;

impl<T: Copy> Few<T> {
    /// `len` times `value`.
    #[inline]
    pub(super) fn filled(value: T, len: usize) -> Self {
        let heap = if len > INLINE { vec![value; len] } else { Vec::new() };
        Self { inline: [value; INLINE], len, heap }
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[T] {
        if self.heap.is_empty() { &self.inline[..self.len] } else { &self.heap }
    }

    #[inline]
    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        if self.heap.is_empty() { &mut self.inline[..self.len] } else { &mut self.heap }
    }

    #[inline]
    pub(super) fn push(&mut self, value: T) {
        if self.heap.is_empty() {
            if self.len < INLINE {
                self.inline[self.len] = value;
                self.len += 1;
                return;
            }
            self.heap.extend_from_slice(&self.inline);
        }
        self.heap.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn grows_past_what_is_inline() {
        let mut few = Few::filled(7, 2);
        (0..5).for_each(|value| few.push(value));
        assert_eq!(few.as_slice(), [7, 7, 0, 1, 2, 3, 4]);
        few.as_mut_slice()[6] = 9;
        assert_eq!(few.as_slice()[6], 9);
        assert_eq!(Few::filled(1, 6).as_slice(), [1; 6]);
        assert!(Few::filled(1, 0).as_slice().is_empty());
    }
}
