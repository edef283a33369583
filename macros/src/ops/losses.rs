//! Losses, each the mean over the examples.

use super::rows;

rows! { Whole:
    /// Mean over the rows of the cross-entropy of logits with integer labels.
    CrossEntropy = cross_entropy(x, labels) => {
        dx: cross_entropy_pull(x, labels, dy);
        gives: float; extension: true; example: ([3, 4], &[1, 0, 3]);
    }
    /// Mean binary cross-entropy of logits `x` with targets `t` in `0..=1`.
    BinaryCrossEntropy = binary_cross_entropy_with_logits(x, t) => {
        y: mean(x.softplus() - x * t); extension: true; example: ([3, 4], [3, 4]);
    }
    /// Mean squared error.
    Mse = mse(a, b) => { y: mean((a - b).pow2()); extension: true; example: ([3, 4], [3, 4]); }
    /// Mean Huber loss of the residuals `a - b`.
    Huber = huber(a, b, delta) => { y: mean(huber_residual(a - b, delta)); extension: true; example: ([3, 4], [3, 4], 0.7); }
    /// The cotangent of the logits in `cross_entropy`: `(softmax - one hot) * dy / rows`.
    CrossEntropyPull = cross_entropy_pull(x, labels, dy_) => {
        ddy_: sum(dy * (softmax(x, Axis(1)) - one_hot(labels, x))) / count_axis(x, Axis(0));
        dx: (dy - expand_axis(sum_axis(dy * softmax(x, Axis(1)), Axis(1)), Axis(1), x))
            * softmax(x, Axis(1)) * (dy_ / count_axis(x, Axis(0)));
        tx: (dx - expand_axis(sum_axis(dx * softmax(x, Axis(1)), Axis(1)), Axis(1), x))
            * softmax(x, Axis(1)) * (dy_ / count_axis(x, Axis(0)));
        linear: [dy_]; gives: same; internal: true;
    }
}
