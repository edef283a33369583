//! An interpreter of programs over dual numbers. It never calls chainrule.

mod arrays;
mod exec;
mod iterate;
mod stmt;
mod value;

use crate::ast::{Function, Holds, Program, Type};
pub(crate) use value::{Dual, Value};

use exec::Machine;

/// Why a program is not used.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reject {
    /// A comparison or maximum of values that are nearly the same.
    Kink,
    /// A number out of the range in which comparisons mean something.
    Wild,
    /// It takes too long.
    Long,
    /// The derivative is not that of differences.
    Differences { derivative: f64, difference: f64 },
    /// It means nothing: only while shrinking.
    Malformed,
}

/// What a program is to give at its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) value: f64,
    /// The derivative in every float of the arguments, in order.
    pub(crate) gradient: Vec<f64>,
}

/// Runs a program once in the direction of every float of its arguments, and compares each derivative with
/// differences of the values.
pub(crate) fn expected(program: &Program, args: &[Value]) -> Result<Expected, Reject> {
    let run = |args: Vec<Value>| -> Result<Dual, Reject> {
        let mut machine = Machine::new(program);
        let result = machine.call(program.functions.len() - 1, args)?;
        match result {
            Value::Float(y) => Ok(y),
            _ => Err(Reject::Malformed),
        }
    };
    let value = run(args.to_vec())?.value;
    let count: usize = args.to_vec().iter_mut().map(|arg| arg.floats().len()).sum();
    let mut gradient = Vec::with_capacity(count);
    let mut largest: f64 = 0.0;
    for nth in 0..count {
        let with = |change: &dyn Fn(&mut Dual)| {
            let mut args = args.to_vec();
            let mut floats: Vec<&mut Dual> = args.iter_mut().flat_map(Value::floats).collect();
            change(floats[nth]);
            args
        };
        let derivative = run(with(&|x| x.tangent = 1.0))?.tangent;
        if derivative.is_nan() || derivative.abs() > 1e4 {
            return Err(Reject::Wild);
        }
        difference(derivative, |step| Ok(run(with(&|x| x.value += step))?.value))?;
        largest = largest.max(derivative.abs());
        gradient.push(derivative);
    }
    if largest < 1e-6 {
        return Err(Reject::Wild);
    }
    Ok(Expected { value, gradient })
}

/// Compares a derivative with differences: the best of a few steps has to agree to six digits.
fn difference(derivative: f64, f: impl Fn(f64) -> Result<f64, Reject>) -> Result<(), Reject> {
    let mut best = f64::INFINITY;
    let mut nearest = f64::NAN;
    for step in [1e-3, 1e-4, 1e-5, 1e-6] {
        // Of fourth order (Fornberg, 1988).
        let near = f(step)? - f(-step)?;
        let far = f(2.0 * step)? - f(-2.0 * step)?;
        let difference = (8.0 * near - far) / (12.0 * step);
        let error = (difference - derivative).abs() / derivative.abs().max(1.0);
        if error < best {
            (best, nearest) = (error, difference);
        }
        if best < 1e-6 {
            return Ok(());
        }
    }
    Err(Reject::Differences { derivative, difference: nearest })
}

/// The value that a parameter's type has, filled with numbers by `next`.
pub(crate) fn argument(ty: &Type, next: &mut dyn FnMut() -> f64) -> Value {
    match ty {
        Type::Float => Value::float(next()),
        Type::Array1(n) => Value::Array((0..*n).map(|_| Dual::constant(next())).collect(), None),
        Type::Array2(n, m) => {
            Value::Array((0..n * m).map(|_| Dual::constant(next())).collect(), Some(*m))
        }
        Type::Vec(element, n) | Type::List(element, n) => {
            Value::List((0..*n).map(|_| argument(element, next)).collect())
        }
        Type::Tuple(parts) => Value::Parts(parts.iter().map(|part| argument(part, next)).collect()),
        Type::State => Value::Parts(
            crate::ast::state_fields().iter().map(|(_, field)| argument(field, next)).collect(),
        ),
        Type::OptionFloat => {
            let x = next();
            Value::Option((x > -0.5).then(|| Box::new(Value::float(x))))
        }
        Type::OptionInt => {
            let x = next();
            Value::Option((x > 0.0).then(|| Box::new(Value::Int((x * 3.0) as usize))))
        }
        Type::Int => Value::Int((next().abs() * 3.0) as usize),
        Type::Bool => Value::Bool(next() > 0.0),
        Type::Unit => Value::Unit,
    }
}

/// Whether a parameter has a gradient.
pub(crate) fn is_active(function: &Function, param: usize) -> bool {
    let var = &function.vars[function.params[param]];
    var.ty.holds_floats() && var.holds != Holds::View
}
