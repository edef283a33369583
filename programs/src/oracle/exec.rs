//! Expressions, run.

use super::Reject;
use super::arrays::of_arrays;
use super::iterate::line;
use super::value::{Dual, Value};
use crate::ast::{
    Arm, Binary, Block, Expr, Kind, Label, Lambda, Pattern, Place, Program, Step, Turns, Type,
    Unary, VarId,
};

/// What may interrupt a run.
#[derive(Debug)]
pub(super) enum Exit {
    Break(Option<Label>, Value),
    Continue(Option<Label>),
    Return(Value),
    Reject(Reject),
}

impl From<Reject> for Exit {
    fn from(reject: Reject) -> Self {
        Exit::Reject(reject)
    }
}

pub(super) type Run<T> = Result<T, Exit>;

pub(super) const MALFORMED: Exit = Exit::Reject(Reject::Malformed);

/// How many expressions a program may evaluate.
const FUEL: usize = 20_000;

/// Values beyond this make programs whose comparisons mean nothing.
const WILD: f64 = 1e3;

/// Nearer than this is a kink.
const NEAR: f64 = 1e-3;

/// Runs a program's functions.
pub(super) struct Machine<'a> {
    program: &'a Program,
    /// The variables of the functions that are running.
    pub(super) frames: Vec<Vec<Option<Value>>>,
    /// The closures of the functions that are running.
    pub(super) closures: Vec<Vec<(VarId, Lambda)>>,
    fuel: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Self { program, frames: Vec::new(), closures: Vec::new(), fuel: FUEL }
    }

    pub(super) fn call(&mut self, function: usize, args: Vec<Value>) -> Result<Value, Reject> {
        let callee = &self.program.functions[function];
        if self.frames.len() > 30 {
            return Err(Reject::Long);
        }
        let mut frame = vec![None; callee.vars.len()];
        for (param, arg) in callee.params.iter().zip(args) {
            frame[*param] = Some(arg);
        }
        self.frames.push(frame);
        self.closures.push(Vec::new());
        let result = self.block(&callee.body);
        self.frames.pop();
        self.closures.pop();
        match result {
            Ok(value) | Err(Exit::Return(value)) => Ok(value),
            Err(Exit::Reject(reject)) => Err(reject),
            Err(_) => Err(Reject::Malformed),
        }
    }

    pub(super) fn set(&mut self, var: VarId, value: Value) {
        let frame = self.frames.last_mut().expect("a function is running");
        frame[var] = Some(value);
    }

    pub(super) fn burn(&mut self) -> Run<()> {
        self.fuel = self.fuel.checked_sub(1).ok_or(Reject::Long)?;
        Ok(())
    }

    pub(super) fn block(&mut self, block: &Block) -> Run<Value> {
        for stmt in &block.stmts {
            self.stmt(stmt)?;
        }
        match &block.value {
            Some(value) => self.eval(value),
            None => Ok(Value::Unit),
        }
    }

    /// The indices of a place's path, and where it leads.
    fn place(&mut self, place: &Place) -> Run<(VarId, Vec<usize>)> {
        let mut indices = Vec::new();
        for step in &place.path {
            match step {
                Step::Field(i) => indices.push(*i),
                Step::Index(i) => indices.push(self.int(i)?),
                Step::Index2(i, j) => {
                    indices.push(self.int(i)?);
                    indices.push(self.int(j)?);
                }
            }
        }
        Ok((place.var, indices))
    }

    pub(super) fn read(&mut self, place: &Place) -> Run<Value> {
        let (var, indices) = self.place(place)?;
        let frame = self.frames.last().expect("a function is running");
        let mut value = frame[var].as_ref().ok_or(MALFORMED)?;
        let mut rest = &indices[..];
        while let [i, tail @ ..] = rest {
            match value {
                Value::List(parts) | Value::Parts(parts) => {
                    value = parts.get(*i).ok_or(MALFORMED)?
                }
                Value::Array(elements, None) => {
                    return Ok(Value::Float(*elements.get(*i).ok_or(MALFORMED)?));
                }
                Value::Array(elements, Some(row)) => {
                    let [j] = tail else { return Err(MALFORMED) };
                    return Ok(Value::Float(*elements.get(i * row + j).ok_or(MALFORMED)?));
                }
                _ => return Err(MALFORMED),
            }
            rest = tail;
        }
        Ok(value.clone())
    }

    pub(super) fn write(&mut self, place: &Place, new: Value) -> Run<()> {
        let (var, indices) = self.place(place)?;
        let frame = self.frames.last_mut().expect("a function is running");
        if indices.is_empty() {
            frame[var] = Some(new);
            return Ok(());
        }
        let mut value = frame[var].as_mut().ok_or(MALFORMED)?;
        let mut rest = &indices[..];
        while let [i, tail @ ..] = rest {
            match value {
                Value::List(parts) | Value::Parts(parts) => {
                    value = parts.get_mut(*i).ok_or(MALFORMED)?
                }
                Value::Array(elements, row) => {
                    let at = match (row, tail) {
                        (None, []) => *i,
                        (Some(row), [j]) => i * *row + j,
                        _ => return Err(MALFORMED),
                    };
                    let Value::Float(new) = new else { return Err(MALFORMED) };
                    *elements.get_mut(at).ok_or(MALFORMED)? = new;
                    return Ok(());
                }
                _ => return Err(MALFORMED),
            }
            rest = tail;
        }
        *value = new;
        Ok(())
    }

    pub(super) fn float(&mut self, e: &Expr) -> Run<Dual> {
        match self.eval(e)? {
            Value::Float(x) => Ok(x),
            _ => Err(MALFORMED),
        }
    }

    pub(super) fn int(&mut self, e: &Expr) -> Run<usize> {
        match self.eval(e)? {
            Value::Int(i) => Ok(i),
            _ => Err(MALFORMED),
        }
    }

    pub(super) fn boolean(&mut self, e: &Expr) -> Run<bool> {
        match self.eval(e)? {
            Value::Bool(b) => Ok(b),
            _ => Err(MALFORMED),
        }
    }

    pub(super) fn array(&mut self, e: &Expr) -> Run<(Vec<Dual>, Option<usize>)> {
        match self.eval(e)? {
            Value::Array(elements, row) => Ok((elements, row)),
            _ => Err(MALFORMED),
        }
    }

    pub(super) fn all(&mut self, list: &[Expr]) -> Run<Vec<Value>> {
        list.iter().map(|e| self.eval(e)).collect()
    }

    pub(super) fn eval(&mut self, e: &Expr) -> Run<Value> {
        self.burn()?;
        let value = self.evaluated(e)?;
        let tame = |x: &Dual| x.value.abs() < WILD && x.tangent.abs() < WILD * WILD;
        let fine = match &value {
            Value::Float(x) => tame(x),
            Value::Array(elements, _) => elements.iter().all(tame),
            _ => true,
        };
        if fine { Ok(value) } else { Err(Reject::Wild.into()) }
    }

    fn evaluated(&mut self, e: &Expr) -> Run<Value> {
        Ok(match &e.kind {
            Kind::Float(x) => Value::float(*x),
            Kind::Int(i) => Value::Int(*i),
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Read(place) => self.read(place)?,
            Kind::Unary(op, x) => {
                if *op == Unary::Square {
                    let x = self.float(x)?;
                    return Ok(Value::Float(x.unary(*op)));
                }
                self.eval(x)?.map(|x| x.unary(*op)).ok_or(MALFORMED)?
            }
            Kind::Binary(op, l, r) => {
                let (l, r) = (self.eval(l)?, self.eval(r)?);
                Value::binary(*op, l, r).ok_or(MALFORMED)?
            }
            Kind::Extreme(max, l, r) => {
                let (l, r) = (self.float(l)?, self.float(r)?);
                // The same value twice is no kink, however the tie is shared.
                if l == r {
                    return Ok(Value::Float(l));
                }
                let larger = greater(l, r)?;
                Value::Float(if larger == *max { l } else { r })
            }
            Kind::IntOp(op, l, r) => {
                let (l, r) = (self.int(l)?, self.int(r)?);
                Value::Int(match op {
                    '+' => l + r,
                    '*' => l * r,
                    '-' => l.checked_sub(r).ok_or(MALFORMED)?,
                    _ => l.checked_rem(r).ok_or(MALFORMED)?,
                })
            }
            Kind::Len(place) => match self.read(place)? {
                Value::List(list) => Value::Int(list.len()),
                Value::Array(elements, None) => Value::Int(elements.len()),
                _ => return Err(MALFORMED),
            },
            Kind::Compare(less, l, r) if l.ty == Type::Int => {
                let (l, r) = (self.int(l)?, self.int(r)?);
                Value::Bool(if *less { l < r } else { l > r })
            }
            Kind::Compare(less, l, r) => {
                let (l, r) = (self.float(l)?, self.float(r)?);
                Value::Bool(greater(l, r)? != *less)
            }
            Kind::Logic(and, l, r) => {
                let l = self.boolean(l)?;
                Value::Bool(if l == *and { self.boolean(r)? } else { l })
            }
            Kind::Not(x) => Value::Bool(!self.boolean(x)?),
            Kind::Cast(x) => Value::float(self.int(x)? as f64),
            Kind::If(condition, then, other) => {
                let arm = if self.boolean(condition)? { then } else { other };
                self.block(arm)?
            }
            Kind::IfLet(var, option, then, other) => self.if_let(*var, option, then, other)?,
            Kind::Match(scrutinee, arms) => self.matched(scrutinee, arms)?,
            Kind::Block(label, block) => match self.block(block) {
                Err(Exit::Break(Some(left), value)) if Some(left) == *label => value,
                other => other?,
            },
            Kind::Loop(turns, last) => self.value_loop(turns, last)?,
            Kind::Call(function, args) => {
                let args = self.all(args)?;
                self.call(*function, args)?
            }
            Kind::Apply(closure, args) => {
                let args = self.all(args)?;
                let closures = self.closures.last().expect("a function is running");
                let known = closures.iter().rev().find(|(var, _)| var == closure);
                let lambda = known.ok_or(MALFORMED)?.1.clone();
                self.apply(&lambda, args)?
            }
            Kind::Sum(x) => {
                let (elements, _) = self.array(x)?;
                let add = |a, b| Dual::binary(Binary::Add, a, b);
                Value::Float(elements.into_iter().fold(Dual::default(), add))
            }
            Kind::Dot(l, r) => {
                let (l, r) = (self.array(l)?, self.array(r)?);
                dot(l, r)
            }
            Kind::Mapv(x, lambda) => {
                let (elements, row) = self.array(x)?;
                self.mapped(lambda, elements, row)?
            }
            Kind::MapvNamed(x, closure) => {
                let (elements, row) = self.array(x)?;
                let closures = self.closures.last().expect("a function is running");
                let known = closures.iter().rev().find(|(var, _)| var == closure);
                let lambda = known.ok_or(MALFORMED)?.1.clone();
                self.mapped(&lambda, elements, row)?
            }
            Kind::Chain(chain) => self.chain(&e.ty, chain)?,
            Kind::Tuple(parts) | Kind::State(parts) => Value::Parts(self.all(parts)?),
            Kind::Elements(elements) => {
                let elements = self.all(elements)?;
                listed(&e.ty, elements)?
            }
            Kind::Repeat(x) => {
                let x = self.eval(x)?;
                let n = match e.ty {
                    Type::Vec(_, n) | Type::List(_, n) | Type::Array1(n) => n,
                    Type::Array2(n, m) => n * m,
                    _ => return Err(MALFORMED),
                };
                listed(&e.ty, vec![x; n])?
            }
            Kind::Part(place, from, to) => match self.read(place)? {
                Value::List(list) => Value::List(list.get(*from..*to).ok_or(MALFORMED)?.to_vec()),
                _ => return Err(MALFORMED),
            },
            Kind::Line(is_row, place, i) => match self.read(place)? {
                Value::Array(elements, Some(row)) => {
                    Value::Array(line(&elements, row, *is_row, *i), None)
                }
                _ => return Err(MALFORMED),
            },
            Kind::Some(x) => Value::Option(Some(Box::new(self.eval(x)?))),
            Kind::None => Value::Option(None),
            Kind::OfOption(place, lambda, other) => {
                let Value::Option(held) = self.read(place)? else { return Err(MALFORMED) };
                let other = match other {
                    Some(other) => Some(self.eval(other)?),
                    None => None,
                };
                let mapped = match (held, lambda) {
                    (Some(held), Some(lambda)) => Some(self.apply(lambda, vec![*held])?),
                    (held, _) => held.map(|held| *held),
                };
                match other {
                    Some(other) => mapped.unwrap_or(other),
                    None => Value::Option(mapped.map(Box::new)),
                }
            }
            Kind::OfArrays(op, args) => {
                let mut arrays = Vec::new();
                for arg in args {
                    arrays.push(self.array(arg)?);
                }
                of_arrays(op, &e.ty, &arrays)?
            }
            Kind::ZipMap(l, r, lambda) => {
                let ((left, row), (right, _)) = (self.array(l)?, self.array(r)?);
                let mut elements = Vec::new();
                for (a, b) in left.into_iter().zip(right) {
                    match self.apply(lambda, vec![Value::Float(a), Value::Float(b)])? {
                        Value::Float(element) => elements.push(element),
                        _ => return Err(MALFORMED),
                    }
                }
                Value::Array(elements, row)
            }
            Kind::FromFn(lambda) => {
                let shape = match e.ty {
                    Type::Array1(n) => (n, None),
                    Type::Array2(n, m) => (n, Some(m)),
                    _ => return Err(MALFORMED),
                };
                let mut elements = Vec::new();
                for i in 0..shape.0 {
                    for j in 0..shape.1.unwrap_or(1) {
                        let at = [i, j].map(Value::Int);
                        elements.push(self.apply(lambda, at.to_vec())?);
                    }
                }
                listed(&e.ty, elements)?
            }
        })
    }

    pub(super) fn if_let(
        &mut self,
        var: VarId,
        option: &Place,
        then: &Block,
        other: &Block,
    ) -> Run<Value> {
        match self.read(option)? {
            Value::Option(Some(value)) => {
                self.set(var, *value);
                self.block(then)
            }
            Value::Option(None) => self.block(other),
            _ => Err(MALFORMED),
        }
    }

    pub(super) fn matched(&mut self, scrutinee: &Expr, arms: &[Arm]) -> Run<Value> {
        let i = self.int(scrutinee)?;
        for arm in arms {
            let matches = match arm.pattern {
                Pattern::Literal(j) => i == j,
                Pattern::Or(j, k) => i == j || i == k,
                Pattern::Range(j, k) => (j..=k).contains(&i),
                Pattern::Bind(var) => {
                    self.set(var, Value::Int(i));
                    true
                }
                Pattern::Wild => true,
            };
            let guarded = match &arm.guard {
                Some(guard) if matches => self.boolean(guard)?,
                _ => true,
            };
            if matches && guarded {
                return self.block(&arm.body);
            }
        }
        Err(MALFORMED)
    }

    fn value_loop(&mut self, turns: &Turns, last: &Expr) -> Run<Value> {
        self.set(turns.counter, Value::Int(0));
        for turn in 1.. {
            self.burn()?;
            self.set(turns.counter, Value::Int(turn));
            if turn > turns.bound {
                return self.eval(last);
            }
            match self.block(&turns.body) {
                Err(Exit::Break(label, value)) if label.is_none() || label == turns.label => {
                    return Ok(value);
                }
                Err(Exit::Continue(label)) if label.is_none() || label == turns.label => {}
                other => drop(other?),
            }
        }
        Err(MALFORMED)
    }
}

/// Whether the first is greater; a kink where they are nearly the same, unless both are constants.
pub(super) fn greater(l: Dual, r: Dual) -> Run<bool> {
    if (l.value - r.value).abs() < NEAR {
        return Err(Reject::Kink.into());
    }
    Ok(l.value > r.value)
}

pub(super) fn listed(ty: &Type, values: Vec<Value>) -> Run<Value> {
    let row = match ty {
        Type::Array1(_) => None,
        Type::Array2(_, row) => Some(*row),
        _ => return Ok(Value::List(values)),
    };
    let float = |value| match value {
        Value::Float(x) => Ok(x),
        _ => Err(MALFORMED),
    };
    Ok(Value::Array(values.into_iter().map(float).collect::<Run<_>>()?, row))
}

fn dot(l: (Vec<Dual>, Option<usize>), r: (Vec<Dual>, Option<usize>)) -> Value {
    let inner = l.1.unwrap_or(l.0.len());
    let columns = r.1.unwrap_or(1);
    let mut elements = Vec::new();
    for row in l.0.chunks(inner) {
        for j in 0..columns {
            let mut sum = Dual::default();
            for (k, x) in row.iter().enumerate() {
                sum = Dual::binary(
                    Binary::Add,
                    sum,
                    Dual::binary(Binary::Mul, *x, r.0[k * columns + j]),
                );
            }
            elements.push(sum);
        }
    }
    match (l.1, r.1) {
        (None, None) => Value::Float(elements[0]),
        (_, row) => Value::Array(elements, row),
    }
}
