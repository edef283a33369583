//! What only adjoints are made of: spreading a cotangent out and summing it up again. They are
//! rows like any other, so that the adjoint of an adjoint needs nothing else.

use super::rows;

rows! { Whole:
    /// A float spread over the shape of `like`.
    Expand = expand(x, like) => { gives: like; dx: sum(dy); linear: [x]; internal: true; }
    /// What an array of the shape of `like` becomes by `assign` or `fill`.
    Assigned = assigned(like, x) => { gives: like; dx: sum_to(x, dy); linear: [x]; internal: true; }
    /// An axis inserted and spread to the shape of `like`.
    ExpandAxis = expand_axis(x, axis, like) => { gives: like; dx: sum_axis(dy, axis); linear: [x]; internal: true; }
    /// Summed over the axes along which `like` was broadcast.
    SumTo = sum_to(like, x) => { gives: like; linear: [x]; internal: true; }
    /// In the place of a shape: the sum of all elements is asked for.
    Total = sum_of_all() => { internal: true; }
    /// Two contributions to one cotangent.
    Plus = plus(a, b) => { gives: same; da: dy; db: dy; ta: da; tb: db; internal: true; }
    /// The tangent `x` of a broadcast operand at every place of `like`'s shape.
    Spread = spread(like, x) => { gives: like; dx: sum_to(x, dy); linear: [x]; internal: true; }
    /// The tangent of `x as f32`; 0 where `x` is an integer.
    TangentAsF32 = tangent_as_f32(x) => { gives: float; dx: cast_like(dy, x); linear: [x]; internal: true; }
    /// The tangent of `x as f64`; 0 where `x` is an integer.
    TangentAsF64 = tangent_as_f64(x) => { gives: float; dx: cast_like(dy, x); linear: [x]; internal: true; }
    /// A gradient of `like`, whatever that is, of zeros.
    ZeroGradient = zero_gradient(like) => { gives: like; internal: true; }
    /// Zeros of the shape of `like`.
    Zeros = zeros(like) => { gives: like; internal: true; }
    /// What an element of a cotangent has received so far, which stays there.
    Element = element(dx, i) => { gives: float; linear: [dx]; internal: true; }
    /// One, in the type of `like`.
    One = one(like) => { gives: float; internal: true; }
    /// The number of elements of `like`, as a float of its elements' type.
    Count = count(like) => { gives: float; internal: true; }
    /// The same where a mean is taken, which there is none of no elements.
    CountOfMean = count_of_mean(like) => { gives: float; internal: true; }
    /// The length of an axis of `like`, as a float of its elements' type.
    CountAxis = count_axis(like, axis) => { gives: float; internal: true; }
    /// An integer as a float.
    FloatOf = float(n, like) => { gives: like; internal: true; }
    /// Where an array has its extreme value: one divided by the number of ties, else 0.
    ShareOfMax = share_of_max(x, extreme) => { gives: same; internal: true; }
    /// The same along an axis.
    ShareOfMaxAxis = share_of_max_axis(x, extreme, axis) => { gives: same; internal: true; }
    /// The product of all other elements.
    ProductOthers = product_others(x) => {
        gives: same;
        through: reshape_like(product_others_axis(flatten(x), Axis(0)), x);
        internal: true;
    }
    /// The product of all other elements along an axis.
    ProductOthersAxis = product_others_axis(x, axis) => {
        gives: same;
        through: shifted_one(cumprod(x, axis), axis)
            * invert_axis(shifted_one(cumprod(invert_axis(x, axis), axis), axis), axis);
        internal: true;
    }
    /// Cumulative sum from the end.
    CumsumReversed = cumsum_reversed(x, axis) => { gives: same; dx: cumsum(dy, axis); linear: [x]; internal: true; }
    /// The cotangent of a cumulative product: of each element, the products before it and the cotangents after.
    CumprodPull = cumprod_pull(x, dy_, axis) => {
        gives: same;
        linear: [dy_];
        through: shifted_one(cumprod(x, axis), axis) * invert_axis(
            recurrence(invert_axis(shifted_back(x, axis), axis), invert_axis(dy_, axis), axis),
            axis
        );
        internal: true;
    }
    /// The sequences `s[i] = a[i] * s[i - 1] + b[i]` along an axis, from 0.
    Recurrence = recurrence(a, b, axis) => {
        gives: same; ta: recurrence(a, da * shifted(y, axis), axis); linear: [b]; internal: true;
    }
    /// Each element one place further along an axis, and 0 at the first.
    Shifted = shifted(x, axis) => { gives: same; linear: [x]; internal: true; }
    /// Each element one place further along an axis, and 1 at the first.
    ShiftedOne = shifted_one(x, axis) => { gives: same; tx: shifted(dx, axis); internal: true; }
    /// Each element one place back along an axis, and 0 at the last.
    ShiftedBack = shifted_back(x, axis) => { gives: same; linear: [x]; internal: true; }
    /// One at each row's label, else 0.
    OneHot = one_hot(labels, x) => { internal: true; }
}
