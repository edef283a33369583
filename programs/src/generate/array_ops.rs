//! Operations on whole arrays.

use crate::ast::{ArrayOp, Expr, Kind, Type};

use super::Generator;

impl Generator<'_> {
    /// An operation that gives an array of this type.
    pub(super) fn array_op(&mut self, ty: &Type, down: usize) -> Option<Expr> {
        let (op, args) = match *ty {
            Type::Array1(n) => self.vector_op(n)?,
            Type::Array2(n, m) => self.matrix_op(n, m)?,
            _ => return None,
        };
        let args = self.nested(|g| args.iter().map(|ty| g.array(ty, down)).collect());
        Some(Expr::new(ty.clone(), Kind::OfArrays(op, args)))
    }

    fn vector_op(&mut self, n: usize) -> Option<(ArrayOp, Vec<Type>)> {
        let kind = self.weighted(&[
            ("slice", 4),
            ("backwards", 4),
            ("diag", 3),
            ("index_axis", 3),
            ("select", 4),
            ("sum_axis", 3),
            ("mean_axis", 4),
            ("cumsum", 4),
            ("softmax", 4),
            ("logsumexp", 4),
            ("reshape", 4),
            ("concatenate", 3),
        ])?;
        let other = 2 + self.below(2);
        let same = Type::Array1(n);
        Some(match kind {
            "slice" => {
                let (from, after) = (self.below(2), self.below(2));
                (ArrayOp::Slice(from, from + n), vec![Type::Array1(from + n + after)])
            }
            "backwards" => (ArrayOp::Backwards, vec![same]),
            "diag" => (ArrayOp::Diag, vec![Type::Array2(n, n)]),
            "index_axis" => {
                let i = self.below(other);
                match self.chance(50) {
                    true => (ArrayOp::IndexAxis(0, i), vec![Type::Array2(other, n)]),
                    false => (ArrayOp::IndexAxis(1, i), vec![Type::Array2(n, other)]),
                }
            }
            "select" => {
                let indices = (0..n).map(|_| self.below(other)).collect();
                (ArrayOp::Select(indices), vec![Type::Array1(other)])
            }
            "sum_axis" | "mean_axis" => {
                let axis = self.below(2);
                let of = if axis == 0 { Type::Array2(other, n) } else { Type::Array2(n, other) };
                let is_sum = kind == "sum_axis";
                (if is_sum { ArrayOp::SumAxis(axis) } else { ArrayOp::MeanAxis(axis) }, vec![of])
            }
            "cumsum" => (ArrayOp::Cumsum, vec![same]),
            "softmax" => (ArrayOp::Softmax, vec![same]),
            "logsumexp" => (ArrayOp::LogSumExp, vec![Type::Array2(n, other)]),
            "reshape" if n.is_multiple_of(2) => (ArrayOp::Reshape, vec![Type::Array2(2, n / 2)]),
            "concatenate" if n > 1 => {
                let first = 1 + self.below(n - 1);
                (ArrayOp::Concatenate, vec![Type::Array1(first), Type::Array1(n - first)])
            }
            _ => return None,
        })
    }

    fn matrix_op(&mut self, n: usize, m: usize) -> Option<(ArrayOp, Vec<Type>)> {
        let kind = self.weighted(&[
            ("transpose", 12),
            ("cumsum", 1),
            ("softmax", 1),
            ("reshape", 2),
            ("broadcast", 13),
            ("stack", 20),
        ])?;
        Some(match kind {
            "transpose" => (ArrayOp::Transpose, vec![Type::Array2(m, n)]),
            "cumsum" => (ArrayOp::Cumsum, vec![Type::Array2(n, m)]),
            "softmax" => (ArrayOp::Softmax, vec![Type::Array2(n, m)]),
            "reshape" => (ArrayOp::Reshape, vec![Type::Array1(n * m)]),
            "broadcast" => (ArrayOp::Broadcast, vec![Type::Array1(m)]),
            "stack" if n == 2 => (ArrayOp::Stack, vec![Type::Array1(m), Type::Array1(m)]),
            _ => return None,
        })
    }

    /// An operation that gives a float, named like its construct.
    pub(super) fn reduction(&mut self, kind: &str, down: usize) -> Option<Expr> {
        let ty = self.some_array_type()?;
        let op = match kind {
            "mean" => ArrayOp::Mean,
            "norm" => ArrayOp::Norm,
            "amax" => ArrayOp::Amax,
            _ => ArrayOp::Product,
        };
        let x = self.nested(|g| g.array(&ty, down));
        Some(Expr::new(Type::Float, Kind::OfArrays(op, vec![x])))
    }
}
