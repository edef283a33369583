//! Operations that move elements and compute nothing.

use super::rows;

rows! { Whole:
    /// The elements in C order, in another shape.
    IntoShape = into_shape_with_order(x, shape) => {
        y: x.to_shape(shape); fallible: true; example: ([3, 4], (2, 6));
    }
    /// The elements in C order, in another shape.
    ToShape = to_shape(x, shape) => {
        dx: reshape_like(dy, x); linear: [x]; fallible: true; example: ([3, 4], 12);
    }
    /// The elements in C order, in another shape.
    IntoShapeClone = into_shape_clone(x, shape) => {
        y: x.to_shape(shape); fallible: true; example: ([3, 4], [4, 3]);
    }
    /// The elements in C order, as a vector.
    Flatten = flatten(x) => { dx: reshape_like(dy, x); linear: [x]; example: [3, 4]; }
    /// The elements in C order, as a vector.
    IntoFlat = into_flat(x) => { y: x.flatten(); }
    /// The axes in another order.
    PermutedAxes = permuted_axes(x, axes) => {
        dx: permute_back(dy, axes); linear: [x]; example: ([2, 3, 4], [2, 0, 1]);
    }
    /// Two axes exchanged.
    SwapAxes = swap_axes(x, i, n) => { dx: swap_axes(dy, i, n); linear: [x]; gives: alike; internal: true; }
    /// An axis backwards.
    InvertAxis = invert_axis(x, axis) => { dx: invert_axis(dy, axis); linear: [x]; gives: same; internal: true; }
    /// An axis of length 1 put in.
    InsertAxis = insert_axis(x, axis) => {
        dx: remove_axis(dy, axis); linear: [x]; example: ([3, 4], Axis(1));
    }
    /// Without an axis: the part at its index 0.
    RemoveAxis = remove_axis(x, axis) => { y: x.index_axis(axis, 0); example: ([3, 1], Axis(1)); }
    /// With a number of axes that the type does not say.
    IntoDyn = into_dyn(x) => { dx: from_dyn(dy, x); linear: [x]; example: [3, 4]; }
    /// Spread to a larger shape.
    Broadcast = broadcast(x, shape) => {
        dx: sum_to(x, dy); linear: [x]; fallible: true; example: ([3, 1], (2, 3, 4));
    }
    /// The parts at some indices of an axis, in their order; an index may come twice.
    Select = select(x, axis, indices) => {
        dx: select_back(dy, axis, indices, x); linear: [x]; example: ([3, 4], Axis(1), &[2, 0, 2]);
    }
    /// The axes in reverse order.
    ReversedAxes = reversed_axes(x) => { y: x.t(); }
    /// An array of one float.
    FromElem = from_elem(x, shape) => { dx: sum(dy); linear: [x]; internal: true; }
    /// The elements as `f32`.
    ToF32 = to_f32(x) => { dx: to_float_of(dy, x); linear: [x]; internal: true; }
    /// The elements as `f64`.
    ToF64 = to_f64(x) => { dx: to_float_of(dy, x); linear: [x]; internal: true; }
    /// The elements in the float type of `like`, which has the same shape.
    ToFloatOf = to_float_of(x, like) => { dx: to_float_of(dy, x); linear: [x]; gives: like; internal: true; }
    /// A copy of a part of an array.
    ToOwned = to_owned(x) => { dx: dy; linear: [x]; gives: same; internal: true; }
    /// The axes of an owned array in reverse order: the cotangent of a transpose.
    Transpose = transpose(x) => { dx: transpose(dy); linear: [x]; internal: true; }

    /// The cotangent of a reshape.
    ReshapeLike = reshape_like(x, like) => { dx: reshape_like(dy, x); gives: like; linear: [x]; internal: true; }
    /// The cotangent of a permutation of the axes.
    PermuteBack = permute_back(x, axes) => { dx: permuted_axes(dy, axes); linear: [x]; internal: true; }
    /// In the dimension type of `like`.
    FromDyn = from_dyn(x, like) => { gives: like; linear: [x]; internal: true; }
    /// The cotangent of a selection: what came from one index twice is summed.
    SelectBack = select_back(x, axis, indices, like) => {
        dx: select(dy, axis, indices); gives: like; linear: [x]; internal: true;
    }
    /// The part of a concatenation that belongs to `like`.
    SplitLike = split_like(x, axis, like, offset) => { gives: like; linear: [x]; internal: true; }
}
