//! Data of which a batch of rows can be taken.

use ndarray::{Array, Axis, RemoveAxis};

/// A collection whose rows can be selected: an array (along its first axis), a `Vec`, or a tuple or
/// [`Dataset`] of these.
pub trait Rows {
    /// How many rows there are.
    fn row_count(&self) -> usize;

    /// The rows with these indices, in this order.
    ///
    /// # Panics
    /// If an index is not below [`row_count`](Self::row_count).
    #[must_use]
    fn select_rows(&self, rows: &[usize]) -> Self;
}

impl<A: Clone, D: RemoveAxis> Rows for Array<A, D> {
    fn row_count(&self) -> usize {
        self.len_of(Axis(0))
    }
    fn select_rows(&self, rows: &[usize]) -> Self {
        self.select(Axis(0), rows)
    }
}

impl<A: Clone> Rows for Vec<A> {
    fn row_count(&self) -> usize {
        self.len()
    }
    fn select_rows(&self, rows: &[usize]) -> Self {
        rows.iter().map(|row| self[*row].clone()).collect()
    }
}

macro_rules! rows_of_tuples {
    ($(($first:ident $($part:ident)*))*) => {$(
        /// As many rows as the first part has, and each part must have as many.
        impl<$first: Rows $(, $part: Rows)*> Rows for ($first, $($part,)*) {
            fn row_count(&self) -> usize {
                self.0.row_count()
            }
            fn select_rows(&self, rows: &[usize]) -> Self {
                #[allow(non_snake_case)]
                let ($first, $($part,)*) = self;
                ($first.select_rows(rows), $($part.select_rows(rows),)*)
            }
        }
    )*};
}
rows_of_tuples! { (X Y) (X Y Z) (X Y Z W) }

/// Inputs and what is to be predicted from them, row by row; a batch is one too.
///
/// ```
/// use chainrule::ndarray::array;
/// use chainrule::train::{Dataset, Rows};
///
/// let data = Dataset::new(array![[1.0], [2.0], [3.0], [4.0]], vec![0, 1, 0, 1]);
/// let (test, training) = data.split(|row| row % 4 == 0);
/// assert_eq!(test, Dataset::new(array![[1.0]], vec![0]));
/// assert_eq!(training.y, [1, 0, 1]);
/// assert_eq!(training.select_rows(&[2, 0]).x, array![[4.0], [2.0]]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<X, Y> {
    /// The inputs, a row each.
    pub x: X,
    /// The targets or labels, as many.
    pub y: Y,
}

impl<X: Rows, Y: Rows> Dataset<X, Y> {
    /// Inputs beside their targets.
    ///
    /// # Panics
    /// If there are more of one than of the other.
    #[track_caller]
    pub fn new(x: X, y: Y) -> Self {
        let (inputs, targets) = (x.row_count(), y.row_count());
        assert!(inputs == targets, "Dataset: {inputs} rows of x do not fit {targets} rows of y");
        Self { x, y }
    }

    /// The rows whose index satisfies `chosen`, and the others; both in their order.
    pub fn split(&self, chosen: impl FnMut(&usize) -> bool) -> (Self, Self) {
        let (chosen, rest): (Vec<_>, Vec<_>) = (0..self.row_count()).partition(chosen);
        (self.select_rows(&chosen), self.select_rows(&rest))
    }

    /// A part of the rows, chosen at random, and the others, both in a random order: for validation and
    /// training. The same seed chooses the same rows.
    ///
    /// ```
    /// use chainrule::train::{Dataset, Rows};
    /// let data = Dataset::new((0..10).collect::<Vec<_>>(), vec!["row"; 10]);
    /// let (validation, training) = data.split_at_random(0.2, 7);
    /// assert_eq!((validation.row_count(), training.row_count()), (2, 8));
    /// let mut all = [validation.x, training.x].concat();
    /// all.sort();
    /// assert_eq!(all, data.x);
    /// ```
    ///
    /// # Panics
    /// If `part` is not at least 0 and at most 1.
    #[track_caller]
    pub fn split_at_random(&self, part: f64, seed: u64) -> (Self, Self) {
        assert!((0.0..=1.0).contains(&part), "split_at_random: {part} is not in 0..=1");
        let order = super::random::order(seed, 0, self.row_count());
        let (chosen, rest) = order.split_at((part * order.len() as f64).round() as usize);
        (self.select_rows(chosen), self.select_rows(rest))
    }
}

impl<X: Rows, Y: Rows> Rows for Dataset<X, Y> {
    fn row_count(&self) -> usize {
        self.x.row_count()
    }
    fn select_rows(&self, rows: &[usize]) -> Self {
        Self { x: self.x.select_rows(rows), y: self.y.select_rows(rows) }
    }
}
