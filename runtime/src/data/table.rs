//! Tables of named columns.

use std::io::Read;
use std::path::{Path, PathBuf};

use ndarray::{Array1, Array2};

use super::open::{decompress, open};
use super::{Error, Place};
use crate::Float;

/// A CSV file with a header (RFC 4180), plain or compressed with gzip.
///
/// Cells are texts until they are asked for as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    path: PathBuf,
    names: Vec<String>,
    columns: Vec<Vec<String>>,
    /// The line at which each row begins.
    lines: Vec<u64>,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// If the file cannot be read, a row has more or fewer cells than the header, or two columns have
    /// the same name.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::from_reader(path, open(path)?)
    }

    /// Reads what is in memory, such as an embedded file; `name` stands in errors.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn from_bytes(name: impl AsRef<Path>, bytes: &[u8]) -> Result<Self, Error> {
        let name = name.as_ref();
        let reader = decompress(bytes).map_err(|source| Error::new(name, None, source))?;
        Self::from_reader(name, reader)
    }

    fn from_reader(path: &Path, reader: impl Read) -> Result<Self, Error> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
        let error = |source: csv::Error| {
            let line = source.position().map(|position| Place::Line(position.line()));
            match source.into_kind() {
                csv::ErrorKind::Io(source) => Error::new(path, line, source),
                csv::ErrorKind::Utf8 { err, .. } => Error::new(path, line, err),
                other => Error::new(path, line, format!("{other:?}")),
            }
        };
        let header = reader.headers().map_err(error)?;
        // Excel's mark of UTF-8 is no part of a name.
        let names: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        if let Some(name) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
            let reason = format!("two columns are called `{}`", names[name]);
            return Err(Error::new(path, Some(Place::Line(1)), reason));
        }
        let mut table = Self {
            path: path.to_owned(),
            columns: vec![Vec::new(); names.len()],
            names,
            lines: Vec::new(),
        };
        for record in reader.records() {
            let record = record.map_err(error)?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != table.names.len() {
                let (cells, columns) = (record.len(), table.names.len());
                let reason = format!("{cells} cells, and the header has {columns}");
                return Err(Error::new(path, Some(Place::Line(line)), reason));
            }
            for (column, cell) in table.columns.iter_mut().zip(&record) {
                column.push(cell.to_owned());
            }
            table.lines.push(line);
        }
        Ok(table)
    }

    /// The names of the columns, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.lines.len()
    }

    /// A column's cells, as texts.
    ///
    /// # Errors
    /// If there is no column of this name.
    pub fn column(&self, name: &str) -> Result<&[String], Error> {
        match self.names.iter().position(|known| known == name) {
            Some(index) => Ok(&self.columns[index]),
            None => {
                let names = self.names.join(", ");
                let reason = format!("there is no column `{name}`, only {names}");
                Err(Error::new(&self.path, None, reason))
            }
        }
    }

    /// A column's numbers.
    ///
    /// # Errors
    /// If there is no column of this name, or one of its cells is no number.
    pub fn number<T: Float>(&self, name: &str) -> Result<Array1<T>, Error> {
        self.parse(name, |_| None).map(Array1::from)
    }

    /// The numbers of some columns, side by side: `[rows, columns]`.
    ///
    /// # Errors
    /// As [`number`](Self::number).
    pub fn numbers<T: Float>(&self, names: &[&str]) -> Result<Array2<T>, Error> {
        self.side_by_side(names, |_| None)
    }

    /// Like [`numbers`](Self::numbers), with `missing` for every cell that is empty, `NA` or `NaN`.
    ///
    /// # Errors
    /// As [`number`](Self::number), for any other cell.
    pub fn numbers_or<T: Float>(&self, names: &[&str], missing: T) -> Result<Array2<T>, Error> {
        self.side_by_side(names, |cell| matches!(cell, "" | "NA" | "NaN").then_some(missing))
    }

    fn side_by_side<T: Float>(
        &self,
        names: &[&str],
        special: impl Fn(&str) -> Option<T>,
    ) -> Result<Array2<T>, Error> {
        let mut numbers = Array2::zeros((self.row_count(), names.len()));
        for (mut column, name) in numbers.columns_mut().into_iter().zip(names) {
            column.assign(&Array1::from(self.parse(name, &special)?));
        }
        Ok(numbers)
    }

    fn parse<T: Float>(
        &self,
        name: &str,
        special: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Error> {
        let cells = self.column(name)?.iter().zip(&self.lines);
        let parsed = cells.map(|(cell, line)| {
            let trimmed = cell.trim();
            if let Some(value) = special(trimmed) {
                return Ok(value);
            }
            match trimmed.parse::<f64>() {
                // A number that is spelled out is one, even if it is too large for the type.
                Ok(value) if value.is_finite() => Ok(T::from_f64_lossy(value)),
                _ => {
                    let reason = format!("`{name}` is {cell:?}, which is no number");
                    Err(Error::new(&self.path, Some(Place::Line(*line)), reason))
                }
            }
        });
        parsed.collect()
    }
}
