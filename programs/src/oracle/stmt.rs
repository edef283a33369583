//! Statements, run.

use super::exec::{Exit, MALFORMED, Machine, Run};
use super::value::{Dual, Value};
use crate::ast::{Binary, Block, Expr, Label, Place, Stmt, Through, Whole};

impl Machine<'_> {
    pub(super) fn stmt(&mut self, stmt: &Stmt) -> Run<()> {
        self.burn()?;
        match stmt {
            Stmt::Let(var, init) => {
                let value = self.eval(init)?;
                self.set(*var, value);
            }
            Stmt::LetParts(vars, init) => match self.eval(init)? {
                Value::Parts(parts) | Value::List(parts) => {
                    for (var, part) in vars.iter().zip(parts) {
                        self.set(*var, part);
                    }
                }
                _ => return Err(MALFORMED),
            },
            Stmt::Late(var, condition, then, other) => {
                let arm = if self.boolean(condition)? { then } else { other };
                let value = self.block(arm)?;
                self.set(*var, value);
            }
            Stmt::LetElse(var, option, other) => match self.read(option)? {
                Value::Option(Some(value)) => self.set(*var, *value),
                _ => drop(self.block(other)?),
            },
            Stmt::Const(var, x) => self.set(*var, Value::float(*x)),
            Stmt::Assert(x) => drop(self.float(x)?),
            Stmt::LetClosure(var, lambda) | Stmt::LetFunction(var, lambda) => {
                let closures = self.closures.last_mut().expect("a function is running");
                closures.push((*var, lambda.clone()));
            }
            Stmt::Assign(place, value) => {
                let value = self.eval(value)?;
                self.write(place, value)?;
            }
            Stmt::Compound(op, place, value) => {
                let value = self.eval(value)?;
                self.compound(*op, place, value)?;
            }
            Stmt::TupleAssign(places, values) => {
                let values = self.all(values)?;
                for (place, value) in places.iter().zip(values) {
                    self.write(place, value)?;
                }
            }
            Stmt::MemSwap(a, b) => {
                let (old_a, old_b) = (self.read(a)?, self.read(b)?);
                self.write(a, old_b)?;
                self.write(b, old_a)?;
            }
            Stmt::Replace(var, place, value) => {
                let value = self.eval(value)?;
                let old = self.read(place)?;
                self.write(place, value)?;
                self.set(*var, old);
            }
            Stmt::Take(var, place) => {
                let old = self.read(place)?;
                self.write(place, Value::float(0.0))?;
                self.set(*var, old);
            }
            Stmt::Lend(_, place, op, value, through) => {
                for _ in 0..if *through == Through::Place { 1 } else { 2 } {
                    let value = self.eval(value)?;
                    match op {
                        Some(op) => self.compound(*op, place, value)?,
                        None => self.write(place, value)?,
                    }
                }
            }
            Stmt::Step(place, by) => {
                let Value::Int(at) = self.read(place)? else {
                    return Err(MALFORMED);
                };
                self.write(place, Value::Int(at + by))?;
            }
            Stmt::Unused(_, value) => drop(self.float(value)?),
            Stmt::SwapElements(place, i, j) => {
                let mut list = self.read(place)?;
                match &mut list {
                    Value::List(parts) if *i.max(j) < parts.len() => parts.swap(*i, *j),
                    Value::Array(elements, None) if *i.max(j) < elements.len() => {
                        elements.swap(*i, *j)
                    }
                    _ => return Err(MALFORMED),
                }
                self.write(place, list)?;
            }
            Stmt::Push(place, value) => {
                let value = self.eval(value)?;
                let mut list = self.read(place)?;
                let Value::List(parts) = &mut list else { return Err(MALFORMED) };
                parts.push(value);
                self.write(place, list)?;
            }
            Stmt::Pop(var, place, value) => {
                let mut list = self.read(place)?;
                let Value::List(parts) = &mut list else { return Err(MALFORMED) };
                let last = parts.pop().ok_or(MALFORMED)?;
                self.write(place, list.clone())?;
                self.set(*var, last);
                let value = self.eval(value)?;
                let Value::List(parts) = &mut list else { return Err(MALFORMED) };
                parts.push(value);
                self.write(place, list)?;
            }
            Stmt::Split(place, at, i, j) => {
                let mut list = self.read(place)?;
                let Value::List(parts) = &mut list else { return Err(MALFORMED) };
                let (head, tail) = parts.split_at_mut(*at);
                let (Some(head), Some(tail)) = (head.get_mut(*i), tail.get(*j)) else {
                    return Err(MALFORMED);
                };
                *head = Value::binary(Binary::Add, head.clone(), tail.clone()).ok_or(MALFORMED)?;
                self.write(place, list)?;
            }
            Stmt::Whole(place, whole) => self.whole(place, whole)?,
            Stmt::If(condition, then, other) => {
                if self.boolean(condition)? {
                    self.block(then)?;
                } else if let Some(other) = other {
                    self.block(other)?;
                }
            }
            Stmt::IfLet(var, option, then, other) => drop(self.if_let(*var, option, then, other)?),
            Stmt::Match(scrutinee, arms) => drop(self.matched(scrutinee, arms)?),
            Stmt::For(label, vars, source, body) => {
                for turn in self.turns_of(source)? {
                    for (var, value) in vars.iter().zip(turn) {
                        self.set(*var, value);
                    }
                    if !self.turn(*label, body)? {
                        break;
                    }
                }
            }
            Stmt::While(turns) => {
                let mut counter = 0;
                self.set(turns.counter, Value::Int(0));
                while counter < turns.bound && self.holds(turns.condition.as_ref(), true)? {
                    counter += 1;
                    self.set(turns.counter, Value::Int(counter));
                    if !self.turn(turns.label, &turns.body)? {
                        break;
                    }
                }
            }
            Stmt::Loop(turns) => {
                let mut counter = 0;
                self.set(turns.counter, Value::Int(0));
                while counter < turns.bound && !self.holds(turns.condition.as_ref(), false)? {
                    counter += 1;
                    self.set(turns.counter, Value::Int(counter));
                    if !self.turn(turns.label, &turns.body)? {
                        break;
                    }
                }
            }
            Stmt::Break(label, value) => {
                let value = match value {
                    Some(value) => self.eval(value)?,
                    None => Value::Unit,
                };
                return Err(Exit::Break(*label, value));
            }
            Stmt::Continue(label) => return Err(Exit::Continue(*label)),
            Stmt::Return(value) => {
                let value = self.eval(value)?;
                return Err(Exit::Return(value));
            }
        }
        Ok(())
    }

    fn holds(&mut self, condition: Option<&Expr>, without: bool) -> Run<bool> {
        condition.map_or(Ok(without), |condition| self.boolean(condition))
    }

    /// A turn of a loop: whether it goes on.
    fn turn(&mut self, label: Option<Label>, body: &Block) -> Run<bool> {
        self.burn()?;
        match self.block(body) {
            Err(Exit::Break(left, _)) if left.is_none() || left == label => Ok(false),
            Err(Exit::Continue(left)) if left.is_none() || left == label => Ok(true),
            other => other.map(|_| true),
        }
    }

    fn compound(&mut self, op: Binary, place: &Place, value: Value) -> Run<()> {
        let old = self.read(place)?;
        let new = Value::binary(op, old, value).ok_or(MALFORMED)?;
        self.write(place, new)
    }

    fn whole(&mut self, place: &Place, whole: &Whole) -> Run<()> {
        let operand = match whole {
            Whole::Assign(e) | Whole::Fill(e) | Whole::ZipMutWith(e, _) | Whole::Compound(_, e) => {
                Some(self.eval(e)?)
            }
            Whole::SliceAssign(_, _, e)
            | Whole::SliceFill(_, _, e)
            | Whole::SliceScale(_, _, e) => Some(self.eval(e)?),
            Whole::RowAssign(_, e) => Some(self.eval(e)?),
            Whole::ScaledAdd(factor, e) | Whole::ColumnScaledAdd(_, factor, e) => {
                let (factor, e) = (self.eval(factor)?, self.eval(e)?);
                Some(Value::binary(Binary::Mul, factor, e).ok_or(MALFORMED)?)
            }
            Whole::MapvInplace(_) => None,
        };
        if let Whole::Compound(op, _) = whole {
            return self.compound(*op, place, operand.ok_or(MALFORMED)?);
        }
        let Value::Array(mut old, row) = self.read(place)? else { return Err(MALFORMED) };
        let other = match operand {
            Some(Value::Array(elements, _)) => elements,
            Some(Value::Float(x)) => vec![x],
            _ => Vec::new(),
        };
        let at = |i: usize| other[i % other.len()];
        match whole {
            Whole::Assign(_) | Whole::Fill(_) => {
                old.iter_mut().enumerate().for_each(|(i, e)| *e = at(i));
            }
            Whole::ScaledAdd(..) => {
                for (i, e) in old.iter_mut().enumerate() {
                    *e = Dual::binary(Binary::Add, *e, at(i));
                }
            }
            Whole::MapvInplace(lambda) => {
                let new = self.mapped(lambda, old, row)?;
                return self.write(place, new);
            }
            Whole::ZipMutWith(_, lambda) => {
                for (i, e) in old.iter_mut().enumerate() {
                    let args = vec![Value::Float(*e), Value::Float(at(i))];
                    let Value::Float(new) = self.apply(lambda, args)? else {
                        return Err(MALFORMED);
                    };
                    *e = new;
                }
            }
            Whole::Compound(..) => return Err(MALFORMED),
            Whole::SliceAssign(from, to, _) | Whole::SliceFill(from, to, _) => {
                let part = old.get_mut(*from..*to).ok_or(MALFORMED)?;
                part.iter_mut().enumerate().for_each(|(i, e)| *e = at(i));
            }
            Whole::SliceScale(from, to, _) => {
                let part = old.get_mut(*from..*to).ok_or(MALFORMED)?;
                part.iter_mut().for_each(|e| *e = Dual::binary(Binary::Mul, *e, at(0)));
            }
            Whole::RowAssign(i, _) => {
                let row = row.ok_or(MALFORMED)?;
                (0..row).for_each(|j| old[i * row + j] = at(j));
            }
            Whole::ColumnScaledAdd(j, ..) => {
                let row = row.ok_or(MALFORMED)?;
                for i in 0..old.len() / row {
                    let e = &mut old[i * row + j];
                    *e = Dual::binary(Binary::Add, *e, at(i));
                }
            }
        }
        self.write(place, Value::Array(old, row))
    }
}
