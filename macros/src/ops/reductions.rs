//! Reductions, softmax and cumulative operations on whole arrays.

use super::rows;

rows! { Whole:
    /// Sum of all elements.
    Sum = sum(x) => { dx: expand(dy, x); linear: [x]; gives: float; example: [3, 4]; }
    /// Mean of all elements.
    Mean = mean(x) => { dx: expand(dy / count(x), x); linear: [x]; fallible: true; gives: float; example: [3, 4]; }
    /// Product of all elements.
    Product = product(x) => { dx: dy * product_others(x); gives: float; example: [3, 2]; }
    /// Variance with `ddof` delta degrees of freedom.
    Var = var(x, ddof) => {
        dx: 2.0 * dy / (count(x) - ddof) * (x - mean(x));
        dddof: dy * y / (count(x) - ddof);
        gives: float; example: ([3, 4], 1.0);
    }
    /// Standard deviation; its derivative at a constant vector is 0.
    Std = std(x, ddof) => {
        dx: div_or_zero(dy, y * (count(x) - ddof)) * (x - mean(x));
        dddof: 0.5 * dy * y / (count(x) - ddof);
        gives: float; example: ([3, 4], 1.0);
    }
    /// Sum along an axis.
    SumAxis = sum_axis(x, axis) => {
        dx: expand_axis(dy, axis, x); linear: [x]; gives: reduced; example: ([3, 4], Axis(1));
    }
    /// Mean along an axis.
    MeanAxis = mean_axis(x, axis) => {
        dx: expand_axis(dy / count_axis(x, axis), axis, x);
        linear: [x]; fallible: true; gives: reduced; example: ([3, 4], Axis(0));
    }
    /// Product along an axis.
    ProductAxis = product_axis(x, axis) => {
        dx: expand_axis(dy, axis, x) * product_others_axis(x, axis);
        tx: sum_axis(dx * product_others_axis(x, axis), axis);
        gives: reduced; example: ([3, 4], Axis(1));
    }
    /// Variance along an axis.
    VarAxis = var_axis(x, axis, ddof) => {
        dx: expand_axis(2.0 * dy / (count_axis(x, axis) - ddof), axis, x)
            * (x - expand_axis(mean_axis(x, axis), axis, x));
        dddof: sum(dy * y) / (count_axis(x, axis) - ddof);
        tx: sum_axis(2.0 * dx * (x - expand_axis(mean_axis(x, axis), axis, x)), axis)
            / (count_axis(x, axis) - ddof);
        tddof: y * (dddof / (count_axis(x, axis) - ddof));
        gives: reduced; example: ([3, 4], Axis(1), 1.0);
    }
    /// Standard deviation along an axis; its derivative at a constant lane is 0.
    StdAxis = std_axis(x, axis, ddof) => {
        dx: expand_axis(div_or_zero(dy, y * (count_axis(x, axis) - ddof)), axis, x)
            * (x - expand_axis(mean_axis(x, axis), axis, x));
        dddof: 0.5 * sum(dy * y) / (count_axis(x, axis) - ddof);
        tx: div_or_zero(
            sum_axis(dx * (x - expand_axis(mean_axis(x, axis), axis, x)), axis),
            y * (count_axis(x, axis) - ddof)
        );
        tddof: y * (0.5 * dddof / (count_axis(x, axis) - ddof));
        gives: reduced; example: ([3, 4], Axis(0), 0.0);
    }
    /// Euclidean norm of all elements; its derivative at 0 is 0.
    Norm = norm(x) => { dx: div_or_zero(dy, y) * x; gives: float; extension: true; example: [3, 4]; }
    /// Largest element; tied elements share the cotangent equally.
    Amax = amax(x) => { dx: dy * share_of_max(x, y); gives: float; extension: true; example: [3, 4]; }
    /// Smallest element; tied elements share the cotangent equally.
    Amin = amin(x) => { dx: dy * share_of_max(x, y); gives: float; extension: true; example: [3, 4]; }
    /// Largest element along an axis; tied elements share the cotangent equally.
    AmaxAxis = amax_axis(x, axis) => {
        dx: expand_axis(dy, axis, x) * share_of_max_axis(x, y, axis);
        tx: sum_axis(dx * share_of_max_axis(x, y, axis), axis); gives: reduced; extension: true; example: ([3, 4], Axis(1));
    }
    /// Smallest element along an axis; tied elements share the cotangent equally.
    AminAxis = amin_axis(x, axis) => {
        dx: expand_axis(dy, axis, x) * share_of_max_axis(x, y, axis);
        tx: sum_axis(dx * share_of_max_axis(x, y, axis), axis); gives: reduced; extension: true; example: ([3, 4], Axis(0));
    }
    /// Softmax along an axis.
    Softmax = softmax(x, axis) => {
        dx: y * (dy - expand_axis(sum_axis(dy * y, axis), axis, x));
        tx: y * (dx - expand_axis(sum_axis(dx * y, axis), axis, x)); gives: same; extension: true; example: ([3, 4], Axis(1));
    }
    /// Logarithm of the softmax along an axis.
    LogSoftmax = log_softmax(x, axis) => {
        dx: dy - y.exp() * expand_axis(sum_axis(dy, axis), axis, x);
        tx: dx - expand_axis(sum_axis(dx * y.exp(), axis), axis, x); gives: same; extension: true; example: ([3, 4], Axis(1));
    }
    /// Logarithm of the sum of exponentials along an axis.
    Logsumexp = logsumexp(x, axis) => {
        dx: expand_axis(dy, axis, x) * softmax(x, axis);
        tx: sum_axis(dx * softmax(x, axis), axis); gives: reduced; extension: true; example: ([3, 4], Axis(1));
    }
    /// Cumulative sum along an axis.
    Cumsum = cumsum(x, axis) => {
        dx: cumsum_reversed(dy, axis); linear: [x]; gives: same; extension: true; example: ([3, 4], Axis(1));
    }
    /// Cumulative product along an axis.
    Cumprod = cumprod(x, axis) => {
        dx: cumprod_pull(x, dy, axis); tx: recurrence(x, dx * shifted_one(y, axis), axis); gives: same;
        example: ([3, 4], Axis(1));
    }
}
