//! What generated code calls. Not for users: it changes with the compiler.
//!
//! One idea a file; everything is named flat, as `rt::name`.

mod accumulate;
mod activity;
mod again;
mod alias;
mod at;
mod branch;
pub mod callee;
mod casts;
mod cotangents;
mod element;
mod elements;
mod elementwise;
mod extrema;
mod jacobian;
mod losses;
mod marking;
mod messages;
mod one_hot;
mod order;
mod positions;
mod products;
mod pullback;
mod record;
mod reductions;
mod rules;
mod scans;
mod softmax;
mod structure;
mod tangent;

pub use crate::differentiable::{
    Accumulator, ArrayAcc, Contribution, Differentiable, Lazy, Nothing, VecAcc,
};
pub use crate::kernels::*;
#[cfg(feature = "find-nonfinite")]
pub use crate::nonfinite::{Watched, watch};
pub use accumulate::{
    Dense, Elements, accumulator, add, copied, dense, filled, finish, into_acc, into_acc_of,
    recycle, release, take, take_pushed, total, zeros_like,
};
pub use activity::{Activity, Constant, No, Or, Yes, or};
pub use again::{Lent, NotLent, Passed};
pub use alias::{
    Answer, ByAnotherName, CutOff, FloatType, Shown, WrittenOut, asked, cut_off, float_type, shown,
};
pub use at::{
    AddInto, At, DenseMut, WriteInto, add_element, add_into, at, dense_mut, take_view, write_into,
};
pub use branch::{Branch2, Branch3, Branch4, Branch5, Branch6, Branch7, Branch8};
pub use casts::{Cast, CastTangent, as_f32, as_f64, cast_like, tangent_as_f32, tangent_as_f64};
pub use cotangents::{
    accumulate, assigned, count, count_axis, expand, expand_axis, joined, lit, plus, scalar_one,
    seed, seed_acc, seed_gradient, spread, sum_of_all, sum_to, zero_gradient, zeros,
};
pub use element::{Arrived, element};
pub use elements::{aview1, from_elem, to_f32, to_f64, to_float_of};
pub use elementwise::*;
pub use extrema::{amax, amax_axis, amin, amin_axis, share_of_max, share_of_max_axis};
pub use jacobian::{floats, rows};
pub use losses::{cross_entropy, cross_entropy_pull};
pub use marking::{AsAConstant, AsItsStruct, Marking};
pub use messages::{
    CalleeHasNoAux, CalleeIsDifferentiable, CalleeIsForward, Copies, Forward, HasDerivatives,
    NotAsked, ScalarResult, SecondOrder, copy_of,
};
pub(crate) use one_hot::check_labels;
pub use one_hot::{Labels, one_hot};
pub use order::{kept_by, order_by};
pub use positions::{InOrder, Linear, Nth, Positions, indices, nth, positions};
pub use products::{
    Dot, DotNt, DotNtToAdd, DotTn, DotTnToAdd, DotToAdd, Reused, count_products, dot, dot_nt,
    dot_nt_to_add, dot_tn, dot_tn_to_add, dot_to_add, matmul, matmul_nt, matmul_tn, plus_dot,
    plus_dot_nt, plus_dot_tn, reused,
};
pub use pullback::pullback;
pub use record::{Record, record};
pub use reductions::{
    count_of_mean, mean, mean_axis, norm, product, product_axis, std, std_axis, sum, sum_axis, var,
    var_axis,
};
pub use rules::{check_rule, shapes};
pub use scans::{
    cumprod, cumprod_pull, cumsum, cumsum_reversed, product_others, product_others_axis,
    recurrence, shifted, shifted_back, shifted_one,
};
pub use softmax::{log_softmax, logsumexp, softmax};
pub use structure::*;
pub use tangent::{
    GivenTangent, GivenTangents, MadeOfItsField, NoTangent, OfItsStruct, Tangent, TangentOfField,
    given_tangents, owned_tangent,
};
