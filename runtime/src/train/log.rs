//! A line for every epoch in a file that other programs read.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Epoch, Error};

/// A CSV file with a header, or a JSON object a line.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    format: Format,
}

#[derive(Clone, Copy)]
enum Format {
    Csv,
    JsonLines,
}

impl Log {
    /// A file of this name, with the epochs that a resumed training has behind it.
    pub(super) fn create(path: &Path, before: &[Epoch]) -> Result<Self, Error> {
        let format = match path.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl" | "ndjson") => Format::JsonLines,
            _ => Format::Csv,
        };
        let error = |source| Error::Log { path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let made = folder.map_or(Ok(()), fs::create_dir_all);
        let file = made.and_then(|()| File::create(path)).map_err(error)?;
        let mut log = Self { path: path.to_owned(), file, format };
        before.iter().try_for_each(|epoch| log.epoch(epoch))?;
        Ok(log)
    }

    /// Appends an epoch. It is in the file when this returns.
    pub(super) fn epoch(&mut self, epoch: &Epoch) -> Result<(), Error> {
        self.write(epoch).map_err(|source| Error::Log { path: self.path.clone(), source })
    }

    fn write(&mut self, epoch: &Epoch) -> io::Result<()> {
        let columns = columns(epoch);
        let line = match self.format {
            Format::Csv => {
                let row = |cells: Vec<String>| cells.join(",") + "\n";
                let values = row(columns.iter().map(|(_, value)| value.to_string()).collect());
                match epoch.number {
                    1 => row(columns.iter().map(|(name, _)| csv_cell(name)).collect()) + &values,
                    _ => values,
                }
            }
            Format::JsonLines => {
                let pairs = columns.iter().map(|(name, value)| match value.is_finite() {
                    true => format!("{}:{value}", json_string(name)),
                    // JSON knows neither infinities nor NaN.
                    false => format!("{}:null", json_string(name)),
                });
                format!("{{{}}}\n", pairs.collect::<Vec<_>>().join(","))
            }
        };
        // In one piece, so that a reader sees whole lines.
        self.file.write_all(line.as_bytes())
    }
}

fn columns(epoch: &Epoch) -> Vec<(&str, f64)> {
    let mut columns = vec![("epoch", epoch.number as f64), ("loss", epoch.loss)];
    columns.extend(epoch.validation_loss.map(|loss| ("validation_loss", loss)));
    columns.extend(epoch.metrics.iter().map(|(name, value)| (name.as_str(), *value)));
    columns.extend([("learning_rate", epoch.learning_rate), ("seconds", epoch.seconds)]);
    columns
}

fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn json_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control < ' ' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must() {
        assert_eq!(csv_cell("accuracy"), "accuracy");
        assert_eq!(csv_cell("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(json_string("a \"b\"\\\n"), r#""a \"b\"\\\u000a""#);
    }
}
