//! Horner's scheme with fused multiply-adds.

/// `c0 + x * (c1 + x * (c2 + ..))`.
macro_rules! polynomial {
    ($x:ident: $last:expr) => { $last };
    ($x:ident: $first:expr, $($rest:expr),+ $(,)?) => {
        $x.mul_add(polynomial!($x: $($rest),+), $first)
    };
}
pub(super) use polynomial;
