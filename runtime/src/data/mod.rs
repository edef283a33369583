//! Data from files: tables as CSV, images as IDX (MNIST's format), arrays as `.npy` and `.npz`; plain
//! or, but for NumPy's, compressed with gzip.
//!
//! ```
//! use chainrule::data::{Categories, Standard, Table};
//! use chainrule::ndarray::array;
//!
//! let csv = "rooms,area,town,price\n3,80.5,Ames,120\n4,110,Boone,150\n2,60,Ames,90\n";
//! let houses = Table::from_bytes("houses.csv", csv.as_bytes())?;
//!
//! let sizes = houses.numbers::<f64>(&["rooms", "area"])?;
//! assert_eq!(sizes.row(1), array![4.0, 110.0]);
//! let standard = Standard::of(&sizes);
//! assert!(standard.apply(&sizes).mean().unwrap().abs() < 1e-15);
//!
//! let towns = Categories::of(houses.column("town")?);
//! assert_eq!(towns.names(), ["Ames", "Boone"]);
//! let towns = towns.one_hot::<f64>(houses.column("town")?);
//! assert_eq!(towns, array![[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]);
//!
//! let error = houses.numbers::<f64>(&["town"]).unwrap_err();
//! assert_eq!(error.to_string(), "houses.csv, line 2: `town` is \"Ames\", which is no number");
//! # Ok::<(), chainrule::data::Error>(())
//! ```
//!
//! [`Dataset::split_at_random`](crate::train::Dataset::split_at_random) (feature `train`) keeps rows for
//! validation.

mod categories;
mod error;
mod idx;
mod numpy;
mod open;
mod standard;
mod table;
#[cfg(test)]
mod tests;

pub use categories::Categories;
pub use error::{Error, Place};
pub use idx::{idx_from_bytes, read_idx};
pub use numpy::{NpzWriter, read_npy, read_npz, write_npy, write_npz};
pub use standard::Standard;
pub use table::Table;

// Their elements' traits stand in the signatures here.
pub use ndarray_npy;
