//! Operations on whole arrays as Rust source.

use super::Printer;
use crate::ast::{ArrayOp, Expr, Type};

impl Printer<'_> {
    /// An operation whose value is owned.
    pub(super) fn of_arrays(&mut self, op: &ArrayOp, ty: &Type, args: &[Expr]) -> String {
        match op {
            ArrayOp::Concatenate => return format!("concatenate![Axis(0), {}]", self.list(args)),
            ArrayOp::Stack => return format!("stack![Axis(0), {}]", self.list(args)),
            _ => {}
        }
        let x = self.receiver(&args[0]);
        let last = usize::from(matches!(args[0].ty, Type::Array2(..)));
        let shape = match ty {
            Type::Array2(n, m) => format!("({n}, {m})"),
            Type::Array1(n) => n.to_string(),
            _ => String::new(),
        };
        match op {
            ArrayOp::Slice(from, to) => format!("{x}.slice(s![{from}..{to}]).to_owned()"),
            ArrayOp::Backwards => format!("{x}.slice(s![..;-1]).to_owned()"),
            ArrayOp::Transpose => format!("{x}.t().to_owned()"),
            ArrayOp::Diag => format!("{x}.diag().to_owned()"),
            ArrayOp::IndexAxis(axis, i) => format!("{x}.index_axis(Axis({axis}), {i}).to_owned()"),
            ArrayOp::Select(indices) => format!("{x}.select(Axis(0), &{indices:?})"),
            ArrayOp::SumAxis(axis) => format!("{x}.sum_axis(Axis({axis}))"),
            ArrayOp::MeanAxis(axis) => format!("{x}.mean_axis(Axis({axis})).unwrap()"),
            ArrayOp::Cumsum => format!("{x}.cumsum(Axis({last}))"),
            ArrayOp::Softmax => format!("{x}.softmax(Axis({last}))"),
            ArrayOp::LogSumExp => format!("{x}.logsumexp(Axis({last}))"),
            ArrayOp::Reshape => format!("{x}.to_shape({shape}).unwrap().to_owned()"),
            ArrayOp::Broadcast => format!("{x}.broadcast({shape}).unwrap().to_owned()"),
            ArrayOp::Mean => format!("{x}.mean().unwrap()"),
            ArrayOp::Norm => format!("{x}.norm()"),
            ArrayOp::Amax => format!("{x}.amax()"),
            ArrayOp::Product => format!("{x}.product()"),
            ArrayOp::Concatenate | ArrayOp::Stack => unreachable!("written before"),
        }
    }
}
