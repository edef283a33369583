//! Parts of matrices, copied in the order in which tiles read them.

use super::Product;
use crate::Float;

impl<T: Float> Product<T> {
    /// Columns `start..start + depth` of `a`, in groups of `rows` rows, each group column by column.
    pub(super) fn pack_a(&self, start: usize, depth: usize, rows: usize, packed: &mut Vec<T>) {
        let len = self.m * depth;
        if packed.len() < len {
            packed.resize(len, T::zero());
        }
        for (group, packed) in packed[..len].chunks_mut(rows * depth).enumerate() {
            let first = self.a.at(group * rows, start);
            match rows.min(self.m - group * rows) {
                // Of these lengths a copy is an instruction or two.
                6 if self.a.row == 1 => self.copy_columns::<6>(first, packed),
                8 if self.a.row == 1 => self.copy_columns::<8>(first, packed),
                rows => {
                    for (step, packed) in packed.chunks_exact_mut(rows).enumerate() {
                        for (row, x) in packed.iter_mut().enumerate() {
                            let (row, step) = (row as isize, step as isize);
                            // SAFETY: an element of `a`: one of the group's rows, at a step inside.
                            *x = unsafe {
                                *first.wrapping_offset(row * self.a.row + step * self.a.column)
                            };
                        }
                    }
                }
            }
        }
    }

    /// Columns of `ROWS` elements that follow one another, from `first` on.
    fn copy_columns<const ROWS: usize>(&self, first: *const T, packed: &mut [T]) {
        for (step, packed) in packed.as_chunks_mut::<ROWS>().0.iter_mut().enumerate() {
            let column = first.wrapping_offset(step as isize * self.a.column);
            // SAFETY: `ROWS` rows of `a`, which follow one another, at a step inside.
            *packed = unsafe { column.cast::<[T; ROWS]>().read() };
        }
    }

    /// Rows `steps` of `columns` columns of `b`, each filled up to `wide` with zeros.
    pub(super) fn pack_b(
        &self,
        steps: std::ops::Range<usize>,
        column: usize,
        columns: usize,
        wide: usize,
        packed: &mut Vec<T>,
    ) {
        let len = steps.len() * wide;
        if packed.len() < len {
            packed.resize(len, T::zero());
        }
        let first = self.b.at(steps.start, column);
        let is_whole = columns == wide && self.b.column == 1;
        // Of these lengths a copy is an instruction or two.
        match wide {
            4 if is_whole => self.copy_rows::<4>(first, &mut packed[..len]),
            8 if is_whole => self.copy_rows::<8>(first, &mut packed[..len]),
            16 if is_whole => self.copy_rows::<16>(first, &mut packed[..len]),
            32 if is_whole => self.copy_rows::<32>(first, &mut packed[..len]),
            _ => {
                for (step, row) in packed[..len].chunks_exact_mut(wide).enumerate() {
                    let first = first.wrapping_offset(step as isize * self.b.row);
                    let (row, rest) = row.split_at_mut(columns);
                    for (index, element) in row.iter_mut().enumerate() {
                        // SAFETY: an element of `b`: in this row, one of its columns.
                        *element =
                            unsafe { *first.wrapping_offset(index as isize * self.b.column) };
                    }
                    rest.fill(T::zero());
                }
            }
        }
    }

    /// Rows of `COLUMNS` elements that follow one another, from `first` on.
    fn copy_rows<const COLUMNS: usize>(&self, first: *const T, packed: &mut [T]) {
        for (step, packed) in packed.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            let row = first.wrapping_offset(step as isize * self.b.row);
            // SAFETY: `COLUMNS` columns of `b`, which follow one another, at a step inside.
            *packed = unsafe { row.cast::<[T; COLUMNS]>().read() };
        }
    }
}
