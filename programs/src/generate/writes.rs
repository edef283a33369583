//! Statements that write.

use crate::ast::{Binary, Expr, Kind, Place, Stmt, Through, Type, VarId, Whole};

use super::Generator;

impl Generator<'_> {
    /// A write named like its construct.
    pub(super) fn write_of(&mut self, kind: &str) -> Option<Stmt> {
        Some(match kind {
            "assign" => {
                let types: Vec<Type> = self
                    .writable_vars(|ty| ty.holds_floats())
                    .into_iter()
                    .map(|var| self.vars[var].ty.clone())
                    .collect();
                let ty = if self.chance(60) { Type::Float } else { self.pick(&types)? };
                let vars = self.writable_vars(|other| *other == ty);
                let var = self.pick(&vars)?;
                let value = if ty == Type::Float { self.tame(2) } else { self.expr(&ty, 2) };
                Stmt::Assign(Place { var, path: Vec::new() }, value)
            }
            "option_changed" => {
                let vars = self.writable_vars(|ty| *ty == Type::OptionFloat);
                let var = self.pick(&vars)?;
                let value = self.expr(&Type::OptionFloat, 2);
                Stmt::Assign(Place { var, path: Vec::new() }, value)
            }
            "compound" => {
                let place = self.writable_place(&Type::Float)?;
                let op = self.pick(&[Binary::Add, Binary::Sub, Binary::Mul, Binary::Div])?;
                let mut value = self.nested(|g| g.tame(2));
                if op == Binary::Div {
                    let square = Self::unary(crate::ast::Unary::Square, value);
                    value = self.binary('+', square, Expr::float(1.0));
                }
                Stmt::Compound(op, place, value)
            }
            "tuple_assign" | "mem_swap" => {
                let vars = self.writable_vars(|ty| *ty == Type::Float);
                let a = self.pick(&vars)?;
                let b = self.pick(&vars).filter(|b| *b != a)?;
                let [a, b] = [a, b].map(|var| Place { var, path: Vec::new() });
                if kind == "mem_swap" {
                    return Some(Stmt::MemSwap(a, b));
                }
                let first = if self.chance(60) {
                    Expr::new(Type::Float, Kind::Read(b.clone()))
                } else {
                    self.nested(|g| g.tame(1))
                };
                let second = self.nested(|g| g.tame(2));
                Stmt::TupleAssign(vec![a, b], vec![first, second])
            }
            "mem_replace" => {
                let place = self.writable_place(&Type::Float)?;
                let value = self.without(place.var, |g| g.tame(2));
                let var = self.declare_fresh(Type::Float);
                Stmt::Replace(var, place, value)
            }
            "mem_take" => {
                let place = self.writable_place(&Type::Float)?;
                let var = self.declare_fresh(Type::Float);
                Stmt::Take(var, place)
            }
            "lent_mutably" | "lent_to_a_loop" | "closure_writes" | "chain_writes" => {
                let place = self.writable_place(&Type::Float)?;
                let through = match kind {
                    "lent_mutably" => Through::Place,
                    "lent_to_a_loop" => Through::Loop,
                    "closure_writes" => Through::Closure,
                    _ => Through::Chain,
                };
                // Done twice, and in a body of its own, it must not jump.
                let value = self.without(place.var, |g| match through {
                    Through::Place => g.tame(2),
                    _ => g.leaf(),
                });
                let op = self.pick(&[None, Some(Binary::Add), Some(Binary::Mul)])?;
                let var = self.declare_fresh(Type::Float);
                // The name does not go on: a borrow would freeze the place.
                self.scope.pop();
                self.vars[var].mutable = false;
                Stmt::Lend(var, place, op, value, through)
            }
            "unused" => {
                let value = self.nested(|g| g.leaf());
                let var = self.declare_fresh(Type::Float);
                self.scope.pop();
                Stmt::Unused(var, value)
            }
            "write_element" | "write_element_2d" | "write_nested" | "write_field" => {
                let place = self.writable_part(kind)?;
                if self.on("compound") && self.chance(35) {
                    let op = self.pick(&[Binary::Add, Binary::Sub, Binary::Mul])?;
                    let value = self.nested(|g| g.tame(2));
                    return Some(Stmt::Compound(op, place, value));
                }
                let value = self.nested(|g| g.tame(2));
                Stmt::Assign(place, value)
            }
            "swap_elements" => {
                let vars = self.writable_vars(|ty| match ty {
                    Type::Vec(_, n) | Type::List(_, n) => *n > 0,
                    ty => matches!(ty, Type::Array1(_)),
                });
                let var = self.pick(&vars)?;
                let (Type::Vec(_, n) | Type::List(_, n) | Type::Array1(n)) = self.vars[var].ty
                else {
                    return None;
                };
                let (i, j) = (self.below(n), self.below(n));
                Stmt::SwapElements(Place { var, path: Vec::new() }, i, j)
            }
            "push" => {
                let vars = self.writable_vars(
                    |ty| matches!(ty, Type::Vec(element, _) if **element == Type::Float),
                );
                let var = self.pick(&vars)?;
                let value = self.nested(|g| g.tame(2));
                Stmt::Push(Place { var, path: Vec::new() }, value)
            }
            "pop" => {
                let vars = self.writable_vars(
                    |ty| matches!(ty, Type::Vec(element, n) if **element == Type::Float && *n > 0),
                );
                let list = self.pick(&vars)?;
                // Left between the two, the list would be shorter than its type says.
                let value = self.without_jumps(|g| g.without(list, |g| g.tame(2)));
                let var = self.declare_fresh(Type::Float);
                Stmt::Pop(var, Place { var: list, path: Vec::new() }, value)
            }
            "split_mutably" => {
                let vars = self.writable_vars(|ty| match ty {
                    Type::Vec(element, n) | Type::List(element, n) => {
                        **element == Type::Float && *n > 1
                    }
                    _ => false,
                });
                let var = self.pick(&vars)?;
                let (Type::Vec(_, n) | Type::List(_, n)) = self.vars[var].ty else { return None };
                let at = 1 + self.below(n - 1);
                let (i, j) = (self.below(at), self.below(n - at));
                Stmt::Split(Place { var, path: Vec::new() }, at, i, j)
            }
            _ => return self.whole(kind),
        })
    }

    /// A float within a container, of a kind named like its construct.
    fn writable_part(&mut self, kind: &str) -> Option<Place> {
        let is_nested = |ty: &Type| match ty {
            Type::Vec(element, _) | Type::List(element, _) => **element != Type::Float,
            Type::Tuple(parts) => parts.iter().any(|part| *part != Type::Float),
            _ => false,
        };
        let on = self.on("projection");
        let vars = self.writable_vars(|ty| match kind {
            "write_element_2d" => matches!(ty, Type::Array2(..)),
            "write_field" => on && matches!(ty, Type::State | Type::Tuple(_)) && !is_nested(ty),
            "write_nested" => is_nested(ty),
            _ => match ty {
                Type::Vec(..) | Type::List(..) => !is_nested(ty),
                ty => matches!(ty, Type::Array1(_)),
            },
        });
        let var = self.pick(&vars)?;
        self.place_with(var, &Type::Float, true)
    }

    /// A write of an array.
    fn whole(&mut self, kind: &str) -> Option<Stmt> {
        if !self.on("array") {
            return None;
        }
        let vars = self.writable_vars(|ty| match kind {
            "slice_mut" => matches!(ty, Type::Array1(_)),
            "row_mut" => matches!(ty, Type::Array2(..)),
            _ => ty.is_array(),
        });
        let var = self.pick(&vars)?;
        let ty = self.vars[var].ty.clone();
        let place = Place { var, path: Vec::new() };
        let whole = self.without(var, |g| g.whole_of(kind, &ty));
        Some(Stmt::Whole(place, whole?))
    }

    /// Operands made while a variable is borrowed to be written: they do not read it.
    fn without<T>(&mut self, var: VarId, f: impl FnOnce(&mut Self) -> T) -> T {
        let hidden = self.scope.iter().position(|other| *other == var);
        let (scope, frozen) = (self.scope.clone(), self.frozen.len());
        self.frozen.push(var);
        if let Some(hidden) = hidden {
            self.scope[hidden] = usize::MAX;
        }
        let made = self.nested(f);
        self.scope = scope;
        self.frozen.truncate(frozen);
        made
    }

    fn whole_of(&mut self, kind: &str, ty: &Type) -> Option<Whole> {
        Some(match kind {
            "assign_array" => Whole::Assign(self.array(ty, 2)),
            "fill" => Whole::Fill(self.tame(2)),
            "scaled_add" => {
                let factor = self.tame(1);
                Whole::ScaledAdd(factor, self.array(ty, 1))
            }
            "mapv_inplace" => Whole::MapvInplace(self.lambda(1, false)),
            "zip_mut_with" => {
                let other = self.array(ty, 1);
                // What its closure gives is written to a place.
                let no_return = std::mem::replace(&mut self.no_return, true);
                let lambda = self.lambda(2, true);
                self.no_return = no_return;
                Whole::ZipMutWith(other, lambda)
            }
            "array_compound" => {
                let op = self.pick(&[Binary::Add, Binary::Sub, Binary::Mul])?;
                let value = if self.on("broadcasting") && self.chance(40) {
                    self.tame(1)
                } else {
                    self.array(ty, 1)
                };
                Whole::Compound(op, value)
            }
            "slice_mut" => {
                let Type::Array1(n) = *ty else { return None };
                let from = self.below(n);
                let to = from + 1 + self.below(n - from);
                match self.below(3) {
                    0 => Whole::SliceAssign(from, to, self.array(&Type::Array1(to - from), 1)),
                    1 => Whole::SliceFill(from, to, self.tame(1)),
                    // It stands in a closure, where a `return` would end that.
                    _ => Whole::SliceScale(from, to, self.leaf()),
                }
            }
            _ => {
                let Type::Array2(n, m) = *ty else { return None };
                if self.chance(50) {
                    return Some(Whole::RowAssign(self.below(n), self.array(&Type::Array1(m), 1)));
                }
                let factor = self.tame(1);
                let column = self.array(&Type::Array1(n), 1);
                Whole::ColumnScaledAdd(self.below(m), factor, column)
            }
        })
    }
}
