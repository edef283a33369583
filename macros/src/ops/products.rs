//! Matrix products. `dot_nt` and `dot_tn` are the two cotangents of `dot`, read off the trilinear
//! form `<dy, dot(a, b)>`; differentiating one of the three gives the other two, so they are closed.

use super::rows;

rows! { Whole:
    /// Product of vectors and matrices, in every pair of ranks that ndarray has.
    Dot = dot(a, b) => {
        da: dot_nt(dy, b); db: dot_tn(a, dy); linear: [a, b]; gives: product; example: ([3, 4], [4, 2]);
    }
    /// The cotangent of `a` in `dot(a, b)`: for matrices `dy . b^T`.
    DotNt = dot_nt(dy_, b) => {
        ddy_: dot(dy, b); db: dot_tn(dy, dy_); linear: [dy_, b]; internal: true;
    }
    /// The cotangent of `b` in `dot(a, b)`: for matrices `a^T . dy`.
    DotTn = dot_tn(a, dy_) => {
        da: dot_nt(dy_, dy); ddy_: dot(a, dy); linear: [a, dy_]; internal: true;
    }
    /// Product of stacks of matrices: the leading axes agree.
    Matmul = matmul(a, b) => {
        da: matmul_nt(dy, b); db: matmul_tn(a, dy); linear: [a, b];
        extension: true; example: ([2, 3, 4], [2, 4, 2]);
    }
    /// The cotangent of `a` in `matmul(a, b)`.
    MatmulNt = matmul_nt(dy_, b) => {
        ddy_: matmul(dy, b); db: matmul_tn(dy, dy_); linear: [dy_, b]; internal: true;
    }
    /// The cotangent of `b` in `matmul(a, b)`.
    MatmulTn = matmul_tn(a, dy_) => {
        da: matmul_nt(dy_, dy); ddy_: matmul(a, dy); linear: [a, dy_]; internal: true;
    }
}
