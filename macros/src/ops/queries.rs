//! Constants that are asked of a value: they carry no derivative.

use super::rows;

rows! { Query:
    /// Number of elements.
    Len = len(x) => { }
    /// Length of one axis.
    LenOf = len_of(x, axis) => { }
    /// True if there are no elements.
    IsEmpty = is_empty(x) => { }
    /// Number of axes.
    Ndim = ndim(x) => { }
    /// Lengths of the axes, as a tuple.
    Dim = dim(x) => { }
    /// Lengths of the axes, as a dimension.
    RawDim = raw_dim(x) => { }
    /// Lengths of the axes, as a slice.
    Shape = shape(x) => { }
    /// Number of rows.
    Nrows = nrows(x) => { }
    /// Number of columns.
    Ncols = ncols(x) => { }
    /// True if the matrix is square.
    IsSquare = is_square(x) => { }
    /// True if the `Option` holds a value.
    IsSome = is_some(x) => { }
    /// True if the `Option` holds none.
    IsNone = is_none(x) => { }
    /// True if not a number.
    IsNan = is_nan(x) => { }
    /// True if neither infinite nor NaN.
    IsFinite = is_finite(x) => { }
    /// True if infinite.
    IsInfinite = is_infinite(x) => { }
    /// True if neither zero, subnormal, infinite nor NaN.
    IsNormal = is_normal(x) => { }
    /// True if subnormal.
    IsSubnormal = is_subnormal(x) => { }
    /// Which of these a number is.
    Classify = classify(x) => { }
    /// True if the sign bit is clear.
    IsSignPositive = is_sign_positive(x) => { }
    /// True if the sign bit is set.
    IsSignNegative = is_sign_negative(x) => { }
    /// True if all elements are NaN.
    IsAllNan = is_all_nan(x) => { }
    /// True if any element is NaN.
    IsAnyNan = is_any_nan(x) => { }
    /// True if all elements are infinite.
    IsAllInfinite = is_all_infinite(x) => { }
    /// True if any element is infinite.
    IsAnyInfinite = is_any_infinite(x) => { }
}
