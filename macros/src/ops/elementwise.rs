//! Operations on floats, and element by element with broadcasting on arrays.
//!
//! Without a `y` the value is the float type's own method of that name. With a `y` and no
//! cotangents the row is a composition, and its derivative follows.

use super::rows;

rows! { Elementwise:
    /// Sum.
    Add = add(a, b) as "+" => { da: dy; db: dy; }
    /// Difference.
    Sub = sub(a, b) as "-" => { da: dy; db: -dy; }
    /// Product.
    Mul = mul(a, b) as "*" => { da: dy * b; db: dy * a; }
    /// Quotient.
    Div = div(a, b) as "/" if b.abs() > 0.2 => { da: dy / b; db: -(dy * y / b); }
    /// Remainder of truncated division, with the sign of `a`.
    Rem = rem(a, b) as "%" if b.abs() > 0.2 && ((a / b) - (a / b).round()).abs() > 0.05 => {
        da: dy; db: -(dy * (a / b).trunc());
    }
    /// Negation.
    Neg = neg(x) as "-" => { dx: -dy; }

    /// Absolute value; its derivative at 0 is 0.
    Abs = abs(x) if x.abs() > 0.05 => { dx: if x > 0.0 { dy } else if x < 0.0 { -dy } else { 0.0 }; }
    /// Reciprocal `1 / x`.
    Recip = recip(x) if x.abs() > 0.2 => { dx: -(dy * y * y); }
    /// Square root.
    Sqrt = sqrt(x) if x > 0.1 => { dx: 0.5 * dy / y; }
    /// Cube root.
    Cbrt = cbrt(x) if x.abs() > 0.1 => { dx: dy / (3.0 * y * y); }
    /// Square.
    Pow2 = pow2(x) => { y: x * x; dx: 2.0 * dy * x; }
    /// Integer power; `powi(0)` has derivative 0 everywhere.
    Powi = powi(x, n) if x.abs() > 0.3 => { dx: if n == 0 { 0.0 } else { dy * float(n, x) * x.powi(n - 1) }; }
    /// Float power. At base 0 the derivative in `p` is 0 for `p > 0`.
    Powf = powf(x, p) if x > 0.1 => {
        dx: if p == 0.0 { 0.0 } else { dy * p * x.powf(p - 1.0) };
        dp: if x == 0.0 && p > 0.0 { 0.0 } else { dy * y * x.ln() };
    }
    /// Exponential.
    Exp = exp(x) => { dx: dy * y; }
    /// Power of two.
    Exp2 = exp2(x) => { dx: dy * y * 0.6931471805599453; }
    /// `exp(x) - 1`, accurate near 0.
    ExpM1 = exp_m1(x) => { dx: dy * (y + 1.0); }
    /// Natural logarithm.
    Ln = ln(x) if x > 0.1 => { dx: dy / x; }
    /// Base 2 logarithm.
    Log2 = log2(x) if x > 0.1 => { dx: dy / (x * 0.6931471805599453); }
    /// Base 10 logarithm.
    Log10 = log10(x) if x > 0.1 => { dx: dy / (x * 2.302585092994046); }
    /// `ln(1 + x)`, accurate near 0.
    Ln1p = ln_1p(x) if x > -0.9 => { dx: dy / (1.0 + x); }
    /// Logarithm to a base.
    Log = log(x, base) if x > 0.1 && base > 1.2 => {
        dx: dy / (x * base.ln());
        dbase: -(dy * y / (base * base.ln()));
    }
    /// Sine.
    Sin = sin(x) => { dx: dy * x.cos(); }
    /// Cosine.
    Cos = cos(x) => { dx: -(dy * x.sin()); }
    /// Tangent.
    Tan = tan(x) if x.abs() < 1.4 => { dx: dy * (1.0 + y * y); }
    /// Inverse sine.
    Asin = asin(x) if x.abs() < 0.9 => { dx: dy / (1.0 - x * x).sqrt(); }
    /// Inverse cosine.
    Acos = acos(x) if x.abs() < 0.9 => { dx: -(dy / (1.0 - x * x).sqrt()); }
    /// Inverse tangent.
    Atan = atan(x) => { dx: dy / (1.0 + x * x); }
    /// Angle of the point `(b, a)`.
    Atan2 = atan2(a, b) if a.abs() + b.abs() > 0.3 && (b > 0.1 || a.abs() > 0.1) => {
        da: dy * b / (a * a + b * b);
        db: -(dy * a / (a * a + b * b));
    }
    /// Hyperbolic sine.
    Sinh = sinh(x) => { dx: dy * x.cosh(); }
    /// Hyperbolic cosine.
    Cosh = cosh(x) => { dx: dy * x.sinh(); }
    /// Hyperbolic tangent.
    Tanh = tanh(x) => { dx: dy * (1.0 - y * y); }
    /// Inverse hyperbolic sine.
    Asinh = asinh(x) => { dx: dy / (x * x + 1.0).sqrt(); }
    /// Inverse hyperbolic cosine.
    Acosh = acosh(x) if x > 1.2 => { dx: dy / ((x - 1.0) * (x + 1.0)).sqrt(); }
    /// Inverse hyperbolic tangent.
    Atanh = atanh(x) if x.abs() < 0.9 => { dx: dy / (1.0 - x * x); }
    /// Length of the hypotenuse; its derivative at the origin is 0.
    Hypot = hypot(a, b) if a.abs() + b.abs() > 0.2 => {
        da: div_or_zero(dy * a, y);
        db: div_or_zero(dy * b, y);
    }
    /// Radians to degrees.
    ToDegrees = to_degrees(x) => { dx: dy.to_degrees(); }
    /// Degrees to radians.
    ToRadians = to_radians(x) => { dx: dy.to_radians(); }
    /// `x * a + b`, rounded once.
    MulAdd = mul_add(x, a, b) => { dx: dy * a; da: dy * x; db: dy; }
    /// The part after the decimal point.
    Fract = fract(x) if (x - x.round()).abs() > 0.05 => { dx: dy; }
    /// The magnitude of `a` with the sign of `b`.
    Copysign = copysign(a, b) if a.abs() > 0.1 && b.abs() > 0.1 => {
        da: if a.is_sign_negative() == b.is_sign_negative() { dy } else { -dy };
    }
    /// The positive difference: `a - b` where that is positive, else 0.
    AbsSub = abs_sub(a, b) if (a - b).abs() > 0.05 => {
        da: if a > b { dy } else { 0.0 };
        db: if a > b { -dy } else { 0.0 };
    }
    /// The point halfway between two.
    Midpoint = midpoint(a, b) => { da: 0.5 * dy; db: 0.5 * dy; }
    /// The next float above; its derivative is that of `x`.
    NextUp = next_up(x) => { dx: dy; }
    /// The next float below; its derivative is that of `x`.
    NextDown = next_down(x) => { dx: dy; }
    /// Remainder of Euclidean division.
    RemEuclid = rem_euclid(a, b) if b.abs() > 0.2 && ((a / b) - (a / b).round()).abs() > 0.05 => {
        da: dy; db: -(dy * a.div_euclid(b));
    }
    /// The larger. Two tied values share the cotangent equally; NaN loses, as in std.
    Max = max(a, b) if (a - b).abs() > 0.05 => {
        da: if a > b || b != b { dy } else if a == b { 0.5 * dy } else { 0.0 };
        db: if b > a || a != a { dy } else if a == b { 0.5 * dy } else { 0.0 };
    }
    /// The smaller. Two tied values share the cotangent equally; NaN loses, as in std.
    Min = min(a, b) if (a - b).abs() > 0.05 => {
        da: if a < b || b != b { dy } else if a == b { 0.5 * dy } else { 0.0 };
        db: if b < a || a != a { dy } else if a == b { 0.5 * dy } else { 0.0 };
    }
    /// The larger of `x` and a literal or const item; 0 at a tie.
    MaxConst = max_const(x, bound) => {
        y: x.max(bound);
        dx: if x > bound { dy } else { 0.0 };
        internal: true;
    }
    /// The smaller of `x` and a literal or const item; 0 at a tie.
    MinConst = min_const(x, bound) => {
        y: x.min(bound);
        dx: if x < bound { dy } else { 0.0 };
        internal: true;
    }
    /// `x` limited to `low..=high`. A tie with a variable bound is shared equally.
    Clamp = clamp(x, low, high)
        if low < high - 0.5 && (x - low).abs() > 0.1 && (x - high).abs() > 0.1 => {
        dx: if x > low && x < high { dy } else if x == low || x == high { 0.5 * dy } else { 0.0 };
        dlow: if x < low { dy } else if x == low { 0.5 * dy } else { 0.0 };
        dhigh: if x > high { dy } else if x == high { 0.5 * dy } else { 0.0 };
    }
    /// `x` limited to bounds that are literals or const items; 0 at a tie.
    ClampConst = clamp_const(x, low, high) => {
        y: x.clamp(low, high);
        dx: if x > low && x < high { dy } else { 0.0 };
        internal: true;
    }

    /// The logistic function `1 / (1 + exp(-x))`.
    Sigmoid = sigmoid(x) => { y: 1.0 / (1.0 + (-x).exp()); dx: dy * y * (1.0 - y); }
    /// `x` where it is positive, else 0; its derivative at 0 is 0.
    Relu = relu(x) if x.abs() > 0.05 => { y: if x > 0.0 || x != x { x } else { 0.0 }; dx: if y > 0.0 { dy } else { 0.0 }; }
    /// `x` where it is positive, else `slope * x`.
    LeakyRelu = leaky_relu(x, slope) if x.abs() > 0.05 => {
        y: if x > 0.0 { x } else { slope * x };
        dx: if x > 0.0 { dy } else { dy * slope };
        dslope: if x > 0.0 { 0.0 } else { dy * x };
    }
    /// `x` where it is positive, else `alpha * (exp(x) - 1)` (Clevert et al. 2016).
    Elu = elu(x, alpha) if x.abs() > 0.05 => {
        y: if x > 0.0 { x } else { alpha * x.exp_m1() };
        dx: if x > 0.0 { dy } else { dy * (y + alpha) };
        dalpha: if x > 0.0 { 0.0 } else { dy * x.exp_m1() };
    }
    /// Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016).
    Gelu = gelu(x) => {
        y: 0.5 * x * (1.0 + (0.7978845608028654 * (x + 0.044715 * x * x * x)).tanh());
    }
    /// `x * sigmoid(x)`, also called swish.
    Silu = silu(x) => { y: x * x.sigmoid(); }
    /// `ln(1 + exp(x))`, computed without overflow.
    Softplus = softplus(x) => { y: x.max(0.0) + (-x.abs()).exp().ln_1p(); dx: dy * x.sigmoid(); }

    /// The elementwise Huber loss of a residual: quadratic up to `delta`, then linear (Huber 1964).
    HuberResidual = huber_residual(x, delta) if delta > 0.1 && (x.abs() - delta).abs() > 0.05 => {
        y: if x.abs() <= delta { 0.5 * x * x } else { delta * (x.abs() - 0.5 * delta) };
        dx: if x.abs() <= delta { dy * x } else if x > 0.0 { dy * delta } else { -(dy * delta) };
        ddelta: if x.abs() <= delta { 0.0 } else { dy * (x.abs() - delta) };
        internal: true;
    }
    /// The value as an `f32`.
    AsF32 = as_f32(x) => { dx: cast_like(dy, x); internal: true; }
    /// The value as an `f64`.
    AsF64 = as_f64(x) => { dx: cast_like(dy, x); internal: true; }
    /// The value in the float type of `like`.
    CastLike = cast_like(x, like) => { dx: cast_like(dy, x); internal: true; }
    /// `a / b`, and 0 where `b` is 0: for the kinks of norms.
    DivOrZero = div_or_zero(a, b) if b.abs() > 0.2 => {
        y: if b == 0.0 { 0.0 } else { a / b };
        da: div_or_zero(dy, b);
        db: -div_or_zero(dy * y, b);
        internal: true;
    }

    /// The largest integer not above; piecewise constant.
    Floor = floor(x) if (x - x.round()).abs() > 0.05 => { }
    /// The smallest integer not below; piecewise constant.
    Ceil = ceil(x) if (x - x.round()).abs() > 0.05 => { }
    /// The nearest integer, ties away from 0; piecewise constant.
    Round = round(x) if ((x - x.floor()) - 0.5).abs() > 0.05 => { }
    /// The nearest integer, ties to even; piecewise constant.
    RoundTiesEven = round_ties_even(x) if ((x - x.floor()) - 0.5).abs() > 0.05 => { }
    /// The integer part; piecewise constant.
    Trunc = trunc(x) if (x - x.round()).abs() > 0.05 => { }
    /// The sign; piecewise constant.
    Signum = signum(x) if x.abs() > 0.05 => { }
    /// Quotient of Euclidean division; piecewise constant.
    DivEuclid = div_euclid(a, b) if b.abs() > 0.2 && ((a / b) - (a / b).round()).abs() > 0.05 => { }
}
