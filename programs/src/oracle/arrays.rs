//! Operations on whole arrays.

use super::Reject;
use super::exec::{MALFORMED, Run, greater, listed};
use super::iterate::line;
use super::value::{Dual, Value};
use crate::ast::{ArrayOp, Binary, Type, Unary};

/// Nearer to zero, the norm has a kink.
const SMALL: f64 = 0.05;

/// What an operation gives for arrays, each with the length of a row.
pub(super) fn of_arrays(
    op: &ArrayOp,
    ty: &Type,
    args: &[(Vec<Dual>, Option<usize>)],
) -> Run<Value> {
    let Some((x, row)) = args.first() else { return Err(MALFORMED) };
    let columns = row.unwrap_or(x.len());
    let rows = x.len() / columns;
    let along = |axis: usize, i: usize| line(x, columns, axis == 0, i);
    let vector = |elements: Vec<Dual>| Value::Array(elements, None);
    let each = |f: &dyn Fn(&[Dual]) -> Vec<Dual>| {
        Value::Array(x.chunks(columns).flat_map(f).collect(), *row)
    };
    Ok(match op {
        ArrayOp::Slice(from, to) => vector(x.get(*from..*to).ok_or(MALFORMED)?.to_vec()),
        ArrayOp::Backwards => vector(x.iter().rev().copied().collect()),
        ArrayOp::Transpose => {
            Value::Array((0..columns).flat_map(|j| along(1, j)).collect(), Some(rows))
        }
        ArrayOp::Diag => vector((0..rows).map(|i| x[i * columns + i]).collect()),
        ArrayOp::IndexAxis(axis, i) => vector(along(*axis, *i)),
        ArrayOp::Select(indices) => {
            let picked = indices.iter().map(|i| x.get(*i).copied().ok_or(MALFORMED));
            vector(picked.collect::<Run<_>>()?)
        }
        ArrayOp::SumAxis(axis) | ArrayOp::MeanAxis(axis) => {
            // What is summed for each element of the other axis.
            let (count, length) = if *axis == 0 { (columns, rows) } else { (rows, columns) };
            let by = if matches!(op, ArrayOp::SumAxis(_)) { 1.0 } else { length as f64 };
            let sums = (0..count).map(|i| over(sum(&along(1 - axis, i)), Dual::constant(by)));
            vector(sums.collect())
        }
        ArrayOp::Cumsum => each(&|line| (1..=line.len()).map(|n| sum(&line[..n])).collect()),
        ArrayOp::Softmax => each(&|line| {
            let exps: Vec<Dual> = line.iter().map(|x| x.unary(Unary::Exp)).collect();
            let total = sum(&exps);
            exps.into_iter().map(|e| over(e, total)).collect()
        }),
        ArrayOp::LogSumExp => {
            let of = |line: &[Dual]| {
                let exps: Vec<Dual> = line.iter().map(|x| x.unary(Unary::Exp)).collect();
                sum(&exps).unary(Unary::Ln)
            };
            vector(x.chunks(columns).map(of).collect())
        }
        ArrayOp::Reshape => listed(ty, x.iter().map(|x| Value::Float(*x)).collect())?,
        ArrayOp::Broadcast => {
            let Type::Array2(rows, _) = *ty else { return Err(MALFORMED) };
            Value::Array((0..rows).flat_map(|_| x.clone()).collect(), Some(columns))
        }
        ArrayOp::Concatenate => vector(args.iter().flat_map(|(x, _)| x.clone()).collect()),
        ArrayOp::Stack => {
            Value::Array(args.iter().flat_map(|(x, _)| x.clone()).collect(), Some(x.len()))
        }
        ArrayOp::Mean => Value::Float(over(sum(x), Dual::constant(x.len() as f64))),
        ArrayOp::Norm => {
            let squares: Vec<Dual> = x.iter().map(|x| x.unary(Unary::Square)).collect();
            let norm = sum(&squares).unary(Unary::Sqrt);
            if norm.value < SMALL {
                return Err(Reject::Kink.into());
            }
            Value::Float(norm)
        }
        ArrayOp::Amax => {
            let mut best = x[0];
            for other in &x[1..] {
                if *other != best && greater(*other, best)? {
                    best = *other;
                }
            }
            Value::Float(best)
        }
        ArrayOp::Product => {
            let times = |a, b: &Dual| Dual::binary(Binary::Mul, a, *b);
            Value::Float(x.iter().fold(Dual::constant(1.0), times))
        }
    })
}

fn sum(x: &[Dual]) -> Dual {
    x.iter().fold(Dual::default(), |a, b| Dual::binary(Binary::Add, a, *b))
}

fn over(a: Dual, b: Dual) -> Dual {
    Dual::binary(Binary::Div, a, b)
}
