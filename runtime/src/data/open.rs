//! Files that may be compressed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::Error;

/// What a gzip file begins with (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file's bytes, decompressed if they are compressed.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, Error> {
    let error = |source| Error::new(path, None, source);
    decompress(BufReader::new(File::open(path).map_err(error)?)).map_err(error)
}

/// Told by the first bytes, not by a name.
pub(super) fn decompress<'a>(mut bytes: impl BufRead + 'a) -> std::io::Result<Box<dyn Read + 'a>> {
    if bytes.fill_buf()?.starts_with(&GZIP) {
        Ok(Box::new(MultiGzDecoder::new(bytes)))
    } else {
        Ok(Box::new(bytes))
    }
}
