//! Parts of arrays, shown in place. Their cotangent is added into the same part, so a row needs no
//! formula where ndarray has the mutable method (`row` and `row_mut`).

use super::rows;

rows! { View:
    /// One element.
    Get = get(x, i) => { internal: true; }
    /// What an `Option` holds.
    Unwrap = unwrap(x) => { internal: true; }
    /// What an `Option` holds.
    Expect = expect(x, info) => { internal: true; }
    /// What an `Option` holds, or a constant.
    UnwrapOr = unwrap_or(x, info) => { internal: true; }
    /// A list of floats as a vector.
    Aview1 = aview1(x) => { internal: true; }
    /// The axes in reverse order.
    T = t(x) => { dx: transpose(dy); example: [3, 4]; }
    /// One row of a matrix.
    RowOf = row(x, i) => { example: ([3, 4], 1); }
    /// One column of a matrix.
    ColumnOf = column(x, i) => { example: ([3, 4], 2); }
    /// The part at one index of an axis.
    IndexAxis = index_axis(x, axis, i) => { example: ([3, 4], Axis(1), 2); }
    /// A slice by `s![..]`.
    Slice = slice(x, info) => { example: ([3, 4], s![1.., ..;2]); }
    /// A slice along one axis.
    SliceAxis = slice_axis(x, axis, part) => { example: ([3, 4], Axis(1), Slice::from(1..3)); }
    /// The diagonal.
    Diag = diag(x) => { example: [3, 3]; }
}
