//! Arrays.

use crate::ast::{Expr, Holds, Kind, Place, Type, Unary};

use super::Generator;

impl Generator<'_> {
    /// The type of an array that is in scope, or of a small one.
    pub(super) fn some_array_type(&mut self) -> Option<Type> {
        if !self.on("array") {
            return None;
        }
        let vars = self.readable_vars(|var| var.ty.is_array());
        let n = 2 + self.below(3);
        Some(match self.pick(&vars) {
            Some(var) => self.vars[var].ty.clone(),
            None => Type::Array1(n),
        })
    }

    pub(super) fn array(&mut self, ty: &Type, depth: usize) -> Expr {
        if depth == 0 || self.chance(15) {
            if let Some(read) = self.read(ty) {
                return read;
            }
            return self.new_array(ty, 0);
        }
        let kind = self.weighted(&[
            ("arithmetic", 12),
            ("broadcasting", 24),
            ("method", 8),
            ("mapv", 20),
            ("mapv_named", 400),
            ("from_shape_fn", 18),
            ("slice", 300),
            ("zip_map", 16),
            ("row_or_column", 40),
            ("matrix_product", 16),
            ("array", 3),
            ("chain_collect", 46),
            ("if_value", 2),
            ("match_value", 1),
            ("block_value", 1),
            ("call_gives_parts", 3),
        ]);
        let made = kind.and_then(|kind| self.array_of(kind, ty, depth - 1));
        made.unwrap_or_else(|| self.new_array(ty, depth - 1))
    }

    fn array_of(&mut self, kind: &str, ty: &Type, down: usize) -> Option<Expr> {
        Some(match kind {
            "arithmetic" => {
                let (l, r) = self.nested(|g| (g.array(ty, down), g.array(ty, down)));
                let op = self.pick(&['+', '-', '*']).expect("three");
                self.binary(op, l, r)
            }
            "broadcasting" => {
                let op = self.pick(&['+', '-', '*']).expect("three");
                let array = self.nested(|g| g.array(ty, down));
                match ty {
                    Type::Array2(_, m) if self.chance(50) => {
                        let row = self.nested(|g| g.array(&Type::Array1(*m), down));
                        self.binary(op, array, row)
                    }
                    _ => {
                        let x = self.nested(|g| g.float(down));
                        // The macro takes a literal on the left as well as any float on the right.
                        self.binary(op, array, x)
                    }
                }
            }
            "method" => {
                let x = self.nested(|g| g.array(ty, down));
                let op =
                    self.pick(&[Unary::Sin, Unary::Tanh, Unary::Cos, Unary::Neg]).expect("four");
                Self::unary(op, x)
            }
            "mapv" => {
                let x = self.nested(|g| g.array(ty, down));
                let lambda = self.lambda(1, false);
                Expr::new(ty.clone(), Kind::Mapv(Box::new(x), Box::new(lambda)))
            }
            "slice" => return self.array_op(ty, down),
            "zip_map" => {
                let (l, r) = self.nested(|g| (g.array(ty, down), g.array(ty, down)));
                let lambda = self.lambda(2, true);
                Expr::new(ty.clone(), Kind::ZipMap(Box::new(l), Box::new(r), Box::new(lambda)))
            }
            "from_shape_fn" => {
                let axes = match *ty {
                    Type::Array1(n) => vec![n],
                    Type::Array2(n, m) => vec![n, m],
                    _ => return None,
                };
                let index = |n| (Type::Int, Holds::Value, Some(n));
                let lambda = self.lambda_of(axes.into_iter().map(index).collect(), &Type::Float);
                Expr::new(ty.clone(), Kind::FromFn(Box::new(lambda)))
            }
            "mapv_named" => {
                let closures: Vec<_> = self.closures.iter().filter(|c| c.1 == 1).copied().collect();
                let (closure, _) = self.pick(&closures)?;
                let x = self.nested(|g| g.array(ty, down));
                Expr::new(ty.clone(), Kind::MapvNamed(Box::new(x), closure))
            }
            "row_or_column" => {
                let line = self.line()?;
                return (line.ty == *ty).then_some(line);
            }
            "matrix_product" => {
                let (left, right) = match *ty {
                    Type::Array1(n) => {
                        let k = 2 + self.below(2);
                        (Type::Array2(n, k), Type::Array1(k))
                    }
                    Type::Array2(n, m) => {
                        let k = 2 + self.below(2);
                        (Type::Array2(n, k), Type::Array2(k, m))
                    }
                    _ => return None,
                };
                let (l, r) = self.nested(|g| (g.array(&left, down), g.array(&right, down)));
                let half = Expr::new(ty.clone(), Kind::Dot(Box::new(l), Box::new(r)));
                self.binary('*', half, Expr::float(0.5))
            }
            "chain_collect" if matches!(ty, Type::Array1(_)) => return self.chain(kind, ty, down),
            "call_gives_parts" => return self.call(ty, down),
            "array" | "chain_collect" => return None,
            _ => return self.control(kind, ty, down),
        })
    }

    /// A row or column of a matrix in scope.
    pub(super) fn line(&mut self) -> Option<Expr> {
        let vars = self.readable_vars(|var| matches!(var.ty, Type::Array2(..)));
        let var = self.pick(&vars)?;
        let Type::Array2(rows, columns) = self.vars[var].ty else { return None };
        let is_row = self.chance(50);
        let i = self.below(if is_row { rows } else { columns });
        let ty = Type::Array1(if is_row { columns } else { rows });
        Some(Expr::new(ty, Kind::Line(is_row, Place { var, path: Vec::new() }, i)))
    }

    /// One made of floats.
    fn new_array(&mut self, ty: &Type, depth: usize) -> Expr {
        let repeats = self.on("from_elem") && self.chance(40);
        let kind = match ty {
            Type::Array1(n) if !repeats => {
                Kind::Elements(self.nested(|g| (0..*n).map(|_| g.float(depth.min(1))).collect()))
            }
            Type::Array2(n, m) if !repeats => {
                Kind::Elements(self.nested(|g| (0..n * m).map(|_| g.float(0)).collect()))
            }
            _ => Kind::Repeat(Box::new(self.nested(|g| g.float(depth.min(1))))),
        };
        Expr::new(ty.clone(), kind)
    }
}
