//! What is visible, and which places of it may be read or written.

use crate::ast::{Expr, Holds, Kind, Place, Step, Type, Var, VarId, state_fields};

use super::Generator;

impl Generator<'_> {
    /// A new variable, which may take the name of an old one.
    pub(super) fn declare(&mut self, ty: Type, mutable: bool, holds: Holds) -> VarId {
        let id = self.vars.len();
        let mut name = format!("x{id}");
        let old = self.scope.iter().rev().copied().take(6).collect::<Vec<_>>();
        if self.on("shadowing")
            && self.chance(12)
            && let Some(old) = self.pick(&old)
            && self.may_hide(old)
        {
            name = self.vars[old].name.clone();
            let at = self.scope.iter().position(|var| *var == old).expect("it is visible");
            // It keeps its position, so that the floors stay what they are.
            self.scope[at] = usize::MAX;
        }
        self.vars.push(Var { name, ty, mutable, holds, bound: None });
        self.scope.push(id);
        id
    }

    /// Whether a variable is not needed any more under its name.
    fn may_hide(&self, var: VarId) -> bool {
        var != usize::MAX
            && self.vars[var].name != "self"
            && !self.vars[var].name.starts_with('C')
            && self.depth_var != Some(var)
            && !self.closures.iter().any(|(closure, _)| *closure == var)
            && !self.frozen.contains(&var)
            && self.vars[var].ty != Type::Int
    }

    /// What was declared since is gone.
    pub(super) fn close(&mut self, scope: Vec<VarId>, closures: usize) {
        self.scope = scope;
        self.closures.truncate(closures);
    }

    pub(super) fn var_expr(&self, var: VarId) -> Expr {
        Expr::new(self.vars[var].ty.clone(), Kind::Read(Place { var, path: Vec::new() }))
    }

    fn visible(&self) -> Vec<VarId> {
        let readable = |(at, var): (usize, &VarId)| {
            (*var != usize::MAX && (at >= self.captured || !self.vars[*var].mutable))
                .then_some(*var)
        };
        self.scope.iter().enumerate().filter_map(readable).collect()
    }

    fn writable(&self) -> Vec<VarId> {
        let writable = |(at, var): (usize, &VarId)| {
            let fine = *var != usize::MAX
                && at >= self.floor
                && self.vars[*var].mutable
                && self.vars[*var].holds == Holds::Value
                && !self.frozen.contains(var);
            fine.then_some(*var)
        };
        self.scope.iter().enumerate().filter_map(writable).collect()
    }

    /// One of the variables, rather a late one.
    fn recent(&mut self, vars: &[VarId]) -> Option<VarId> {
        let n = vars.len();
        if n == 0 {
            return None;
        }
        let (a, b) = (self.below(n), self.below(n));
        Some(vars[if self.chance(50) { a.max(b) } else { a }])
    }

    /// A place to read a value of a type from.
    pub(super) fn readable_place(&mut self, ty: &Type) -> Option<Place> {
        let all = self.visible();
        let vars: Vec<VarId> =
            all.into_iter().filter(|v| self.reaches(&self.vars[*v].ty, ty, false)).collect();
        let var = self.recent(&vars)?;
        self.place_within(var, ty)
    }

    /// A place to write a value of a type to.
    pub(super) fn writable_place(&mut self, ty: &Type) -> Option<Place> {
        let all = self.writable();
        let vars: Vec<VarId> =
            all.into_iter().filter(|v| self.reaches(&self.vars[*v].ty, ty, true)).collect();
        let var = self.recent(&vars)?;
        self.place_with(var, ty, true)
    }

    /// Whole variables that can be read, of types for which `which` holds.
    pub(super) fn readable_vars(&self, which: impl Fn(&Var) -> bool) -> Vec<VarId> {
        self.visible().into_iter().filter(|var| which(&self.vars[*var])).collect()
    }

    /// Whole variables that can be written.
    pub(super) fn writable_vars(&self, which: impl Fn(&Type) -> bool) -> Vec<VarId> {
        self.writable().into_iter().filter(|var| which(&self.vars[*var].ty)).collect()
    }

    pub(super) fn place_within(&mut self, var: VarId, ty: &Type) -> Option<Place> {
        self.place_with(var, ty, false)
    }

    /// If `exact`, a place to be written.
    pub(super) fn place_with(&mut self, var: VarId, ty: &Type, exact: bool) -> Option<Place> {
        let mut at = self.vars[var].ty.clone();
        if !self.reaches(&at, ty, exact) {
            return None;
        }
        let mut place = Place { var, path: Vec::new() };
        while !fits(&at, ty, exact) {
            let step = match at.clone() {
                Type::Tuple(parts) => {
                    let fields: Vec<usize> =
                        (0..parts.len()).filter(|i| self.reaches(&parts[*i], ty, exact)).collect();
                    let i = self.pick(&fields)?;
                    at = parts[i].clone();
                    Step::Field(i)
                }
                Type::State => {
                    let fields: Vec<usize> =
                        (0..3).filter(|i| self.reaches(&state_fields()[*i].1, ty, exact)).collect();
                    let i = self.pick(&fields)?;
                    at = state_fields()[i].1.clone();
                    Step::Field(i)
                }
                Type::Array2(n, m) => {
                    at = Type::Float;
                    Step::Index2(self.index(n, None), self.index(m, None))
                }
                Type::Array1(n) => {
                    at = Type::Float;
                    Step::Index(self.index(n, None))
                }
                Type::List(element, n) => {
                    at = *element;
                    Step::Index(self.index(n, None))
                }
                Type::Vec(element, n) => {
                    at = *element;
                    let whole = place.clone();
                    // A place that is borrowed to be written cannot ask for its length.
                    Step::Index(self.index(n, (!exact).then_some(whole)))
                }
                _ => return None,
            };
            place.path.push(step);
        }
        Some(place)
    }

    /// Whether a place of type `ty` lies within a value of type `from`.
    pub(super) fn reaches(&self, from: &Type, ty: &Type, exact: bool) -> bool {
        if fits(from, ty, exact) {
            return true;
        }
        match from {
            Type::Tuple(parts) => {
                self.on("projection") && parts.iter().any(|part| self.reaches(part, ty, exact))
            }
            Type::State => {
                self.on("projection")
                    && state_fields().iter().any(|(_, field)| self.reaches(field, ty, exact))
            }
            Type::Array2(..) => *ty == Type::Float && self.on("element_2d"),
            Type::Array1(_) => *ty == Type::Float && self.on("element"),
            Type::Vec(_, 0) => false,
            Type::Vec(element, _) | Type::List(element, _) => {
                let nested = !matches!(**element, Type::Float);
                self.on(if nested { "nested_place" } else { "element" })
                    && self.reaches(element, ty, exact)
            }
            _ => false,
        }
    }

    /// An index below `n`; of a `Vec` that is at least as long, perhaps by its length.
    pub(super) fn index(&mut self, n: usize, list: Option<Place>) -> Expr {
        let vars = self.readable_vars(|var| var.ty == Type::Int && var.bound.is_some());
        let Some(var) = self.pick(&vars).filter(|_| self.chance(65)) else {
            return Expr::int(self.below(n));
        };
        let read = self.var_expr(var);
        if self.vars[var].bound.is_some_and(|bound| bound <= n) && self.chance(70) {
            return read;
        }
        let moved = if self.chance(50) {
            Expr::new(Type::Int, Kind::IntOp('+', Box::new(read), Box::new(Expr::int(1))))
        } else {
            read
        };
        let modulus = match list {
            Some(list) if self.chance(50) => Expr::new(Type::Int, Kind::Len(list)),
            _ => Expr::int(n),
        };
        Expr::new(Type::Int, Kind::IntOp('%', Box::new(moved), Box::new(modulus)))
    }
}

/// Whether a value of type `found` serves as one of type `wanted`; written places have the exact type.
fn fits(found: &Type, wanted: &Type, exact: bool) -> bool {
    match (found, wanted) {
        (Type::Vec(a, n), Type::Vec(b, m)) => a == b && if exact { n == m } else { n >= m },
        _ => found == wanted,
    }
}
