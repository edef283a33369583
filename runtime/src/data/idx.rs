//! The IDX format: <http://yann.lecun.com/exdb/mnist/>, at the end of the page.

use std::io::Read;
use std::path::Path;

use ndarray::{Array, Dimension, IxDyn};
use num_traits::FromPrimitive;

use super::open::{decompress, open};
use super::{Error, Place};

/// Reads an IDX file, plain or compressed with gzip, such as MNIST's. Elements are converted to `A`.
///
/// `read_idx::<f32, Ix3>("train-images-idx3-ubyte.gz")` are images of `[number, height, width]` with
/// brightnesses from 0 to 255, `read_idx::<usize, Ix1>("train-labels-idx1-ubyte.gz")` their labels.
///
/// # Errors
/// If the file cannot be read, is damaged, has another number of axes than `D`, or an element does not
/// fit `A`.
pub fn read_idx<A: FromPrimitive, D: Dimension>(
    path: impl AsRef<Path>,
) -> Result<Array<A, D>, Error> {
    let path = path.as_ref();
    from_reader(path, open(path)?)
}

/// Reads what is in memory; `name` stands in errors.
///
/// ```
/// use chainrule::data::idx_from_bytes;
/// use chainrule::ndarray::{Ix2, array};
/// let bytes = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 255];
/// assert_eq!(idx_from_bytes::<f32, Ix2>("a.idx", &bytes)?, array![[1.0, 2.0], [3.0, 255.0]]);
/// let error = idx_from_bytes::<f32, Ix2>("a.idx", &bytes[..14]).unwrap_err();
/// assert_eq!(error.to_string(), "a.idx, byte 14: it ends here, and [2, 2] elements of 1 byte end at byte 16");
/// # Ok::<(), chainrule::data::Error>(())
/// ```
///
/// # Errors
/// As [`read_idx`].
pub fn idx_from_bytes<A: FromPrimitive, D: Dimension>(
    name: impl AsRef<Path>,
    bytes: &[u8],
) -> Result<Array<A, D>, Error> {
    let name = name.as_ref();
    let reader = decompress(bytes).map_err(|source| Error::new(name, None, source))?;
    from_reader(name, reader)
}

/// The type of the elements, by its code in the third byte.
#[derive(Clone, Copy)]
enum Element {
    U8,
    I8,
    I16,
    I32,
    F32,
    F64,
}

impl Element {
    fn of_code(code: u8) -> Option<Self> {
        Some(match code {
            0x08 => Self::U8,
            0x09 => Self::I8,
            0x0b => Self::I16,
            0x0c => Self::I32,
            0x0d => Self::F32,
            0x0e => Self::F64,
            _ => return None,
        })
    }

    fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// The number in big-endian bytes, of which there are as many as its size.
    fn read(self, bytes: &[u8]) -> f64 {
        match (self, bytes) {
            (Self::U8, [a]) => f64::from(*a),
            (Self::I8, [a]) => f64::from(i8::from_be_bytes([*a])),
            (Self::I16, [a, b]) => f64::from(i16::from_be_bytes([*a, *b])),
            (Self::I32, [a, b, c, d]) => f64::from(i32::from_be_bytes([*a, *b, *c, *d])),
            (Self::F32, [a, b, c, d]) => f64::from(f32::from_be_bytes([*a, *b, *c, *d])),
            (_, bytes) => {
                bytes.try_into().map(f64::from_be_bytes).expect("as many bytes as the size")
            }
        }
    }
}

fn from_reader<A: FromPrimitive, D: Dimension>(
    path: &Path,
    mut reader: impl Read,
) -> Result<Array<A, D>, Error> {
    let error =
        |byte: usize, reason: String| Error::new(path, Some(Place::Byte(byte as u64)), reason);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|source| error(bytes.len(), source.to_string()))?;

    let [0, 0, code, rank, ..] = bytes[..] else {
        return Err(error(0, "an IDX file begins with two zeros, a type and a rank".to_owned()));
    };
    let Some(element) = Element::of_code(code) else {
        return Err(error(2, format!("0x{code:02x} is no type of IDX")));
    };
    let rank = usize::from(rank);
    if D::NDIM.is_some_and(|expected| expected != rank) {
        let expected = D::NDIM.unwrap_or(rank);
        return Err(error(3, format!("the array has {rank} axes, and {expected} are expected")));
    }
    let start = 4 + 4 * rank;
    let Some(header) = bytes.get(4..start) else {
        return Err(error(bytes.len(), format!("it ends here, before the {rank} lengths do")));
    };
    let lengths = header.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    let shape: Vec<usize> = lengths.map(|length| length as usize).collect();
    let size = element.size();
    let end = shape
        .iter()
        .try_fold(size, |product, length| product.checked_mul(*length))
        .and_then(|length| length.checked_add(start));
    if end != Some(bytes.len()) {
        let end = end.map_or("beyond any file".to_owned(), |end| format!("at byte {end}"));
        let unit = if size == 1 { "byte" } else { "bytes" };
        let reason = format!("it ends here, and {shape:?} elements of {size} {unit} end {end}");
        return Err(error(bytes.len(), reason));
    }
    let elements = bytes[start..].chunks_exact(size).enumerate().map(|(index, bytes)| {
        let value = element.read(bytes);
        A::from_f64(value).ok_or_else(|| {
            error(start + index * size, format!("{value} does not fit the type asked for"))
        })
    });
    let elements = elements.collect::<Result<Vec<A>, Error>>()?;
    Array::from_shape_vec(IxDyn(&shape), elements)
        .and_then(|array| array.into_dimensionality::<D>())
        .map_err(|source| error(3, source.to_string()))
}
