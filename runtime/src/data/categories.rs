//! Categories as numbers.

use ndarray::Array2;

use crate::Float;

/// The categories of a column, in alphabetical order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Categories {
    names: Vec<String>,
}

impl Categories {
    /// All categories that occur. Take them from the training rows: then they are the same for all.
    pub fn of(cells: &[String]) -> Self {
        let mut names = cells.to_vec();
        names.sort_unstable();
        names.dedup();
        Self { names }
    }

    /// The categories' names; a category's index is its place here.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The index of each cell's category: labels for a cross entropy. None is an unknown category.
    pub fn indices(&self, cells: &[String]) -> Vec<Option<usize>> {
        cells.iter().map(|cell| self.names.binary_search(cell).ok()).collect()
    }

    /// A column per category that is 1 where a cell is of it and 0 elsewhere: `[cells, categories]`. An
    /// unknown category is a row of zeros.
    pub fn one_hot<T: Float>(&self, cells: &[String]) -> Array2<T> {
        let mut columns = Array2::zeros((cells.len(), self.names.len()));
        for (row, index) in self.indices(cells).into_iter().enumerate() {
            if let Some(index) = index {
                columns[[row, index]] = T::one();
            }
        }
        columns
    }
}
