//! Values over dual numbers: a float with its derivative along one direction.

use crate::ast::{Binary, Unary};

/// A number and its tangent (Clifford, 1873): `value + tangent * e` with `e * e = 0`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(crate) struct Dual {
    pub(crate) value: f64,
    pub(crate) tangent: f64,
}

impl Dual {
    pub(crate) fn constant(value: f64) -> Self {
        Self { value, tangent: 0.0 }
    }

    pub(crate) fn unary(self, op: Unary) -> Self {
        let x = self.value;
        let (value, slope) = match op {
            Unary::Neg => (-x, -1.0),
            Unary::Sin => (x.sin(), x.cos()),
            Unary::Cos => (x.cos(), -x.sin()),
            Unary::Tanh => (x.tanh(), 1.0 - x.tanh() * x.tanh()),
            Unary::Exp => (x.exp(), x.exp()),
            Unary::Ln => (x.ln(), 1.0 / x),
            Unary::Sqrt => (x.sqrt(), 0.5 / x.sqrt()),
            Unary::Square => (x.powi(2), 2.0 * x),
        };
        Self { value, tangent: slope * self.tangent }
    }

    pub(crate) fn binary(op: Binary, l: Self, r: Self) -> Self {
        let (a, b) = (l.value, r.value);
        let (value, tangent) = match op {
            Binary::Add => (a + b, l.tangent + r.tangent),
            Binary::Sub => (a - b, l.tangent - r.tangent),
            Binary::Mul => (a * b, l.tangent * b + a * r.tangent),
            Binary::Div => (a / b, (l.tangent - a / b * r.tangent) / b),
        };
        Self { value, tangent }
    }
}

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Unit,
    Float(Dual),
    Int(usize),
    Bool(bool),
    /// The elements in order, and the length of a row; of one axis where that is None.
    Array(Vec<Dual>, Option<usize>),
    /// A `Vec`, slice or `[T; N]`.
    List(Vec<Value>),
    /// A tuple or struct.
    Parts(Vec<Value>),
    Option(Option<Box<Value>>),
}

impl Value {
    pub(crate) fn float(x: f64) -> Self {
        Value::Float(Dual::constant(x))
    }

    /// All floats, in the order in which gradients list them.
    pub(crate) fn floats(&mut self) -> Vec<&mut Dual> {
        match self {
            Value::Unit | Value::Int(_) | Value::Bool(_) => Vec::new(),
            Value::Float(x) => vec![x],
            Value::Array(elements, _) => elements.iter_mut().collect(),
            Value::List(parts) | Value::Parts(parts) => {
                parts.iter_mut().flat_map(Value::floats).collect()
            }
            Value::Option(value) => value.iter_mut().flat_map(|value| value.floats()).collect(),
        }
    }

    pub(crate) fn map(self, f: impl Fn(Dual) -> Dual) -> Option<Self> {
        match self {
            Value::Float(x) => Some(Value::Float(f(x))),
            Value::Array(elements, row) => {
                Some(Value::Array(elements.into_iter().map(f).collect(), row))
            }
            _ => None,
        }
    }

    /// Arithmetic with broadcasting: floats with anything, a row with a matrix.
    pub(crate) fn binary(op: Binary, l: Self, r: Self) -> Option<Self> {
        let f = |a, b| Dual::binary(op, a, b);
        Some(match (l, r) {
            (Value::Float(a), Value::Float(b)) => Value::Float(f(a, b)),
            (Value::Float(a), Value::Array(b, row)) => {
                Value::Array(b.into_iter().map(|b| f(a, b)).collect(), row)
            }
            (Value::Array(a, row), Value::Float(b)) => {
                Value::Array(a.into_iter().map(|a| f(a, b)).collect(), row)
            }
            (Value::Array(a, row), Value::Array(b, other)) => {
                let row = row.or(other);
                let n = a.len().max(b.len());
                let (small_a, small_b) = (a.len(), b.len());
                Value::Array((0..n).map(|i| f(a[i % small_a], b[i % small_b])).collect(), row)
            }
            _ => return None,
        })
    }
}
