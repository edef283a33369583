//! Programs written as files of Rust that compare chainrule with the oracle.

use std::fmt::Write;

use crate::ast::{Holds, Program, Type, state_fields};
use crate::constructs::Switches;
use crate::generate;
use crate::oracle::{self, Expected, Reject, Value, is_active};
use crate::print::{self, exact};

/// A program, its arguments and what the oracle says of it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) program: Program,
    pub(crate) args: Vec<Value>,
    pub(crate) expected: Expected,
}

/// How many programs were thrown away, and why.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rejected {
    pub(crate) kinks: usize,
    pub(crate) wild: usize,
    pub(crate) long: usize,
    pub(crate) differences: usize,
    pub(crate) malformed: usize,
}

/// The programs of a seed that mean something.
pub(crate) fn cases(seed: u64, count: usize, switches: &Switches) -> (Vec<Case>, Rejected) {
    let mut rejected = Rejected::default();
    let mut cases = Vec::with_capacity(count);
    for nth in 0.. {
        if cases.len() == count {
            break;
        }
        let (program, args) =
            generate::program(seed.wrapping_mul(1_000_003).wrapping_add(nth), switches);
        match oracle::expected(&program, &args) {
            Ok(expected) => cases.push(Case { program, args, expected }),
            Err(Reject::Kink) => rejected.kinks += 1,
            Err(Reject::Wild) => rejected.wild += 1,
            Err(Reject::Long) => rejected.long += 1,
            Err(Reject::Differences { .. }) => rejected.differences += 1,
            Err(Reject::Malformed) => rejected.malformed += 1,
        }
    }
    (cases, rejected)
}

/// What stands before the programs of a file.
pub(crate) fn header() -> String {
    let header = "\
use chainrule::ndarray::{Array, Array1, Array2, Axis, Dimension, array, s};
use chainrule::prelude::*;

/// All floats of a gradient in order.
pub trait Flat {
    fn flat(&self, out: &mut Vec<f64>);
}
impl Flat for f64 {
    fn flat(&self, out: &mut Vec<f64>) {
        out.push(*self);
    }
}
impl<D: Dimension> Flat for Array<f64, D> {
    fn flat(&self, out: &mut Vec<f64>) {
        out.extend(self.iter());
    }
}
impl<T: Flat> Flat for Vec<T> {
    fn flat(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.flat(out));
    }
}
impl<T: Flat, const N: usize> Flat for [T; N] {
    fn flat(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.flat(out));
    }
}
impl<T: Flat> Flat for Option<T> {
    fn flat(&self, out: &mut Vec<f64>) {
        self.iter().for_each(|x| x.flat(out));
    }
}
macro_rules! tuples {
    ($($name:ident)+) => {
        #[allow(non_snake_case)]
        impl<$($name: Flat),+> Flat for ($($name,)+) {
            fn flat(&self, out: &mut Vec<f64>) {
                let ($($name,)+) = self;
                $($name.flat(out);)+
            }
        }
    };
}
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
impl Flat for StateGradient {
    fn flat(&self, out: &mut Vec<f64>) {
        self.x.flat(out);
        self.v.flat(out);
        self.l.flat(out);
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

/// What is wrong with a value, if anything.
fn value(what: &str, found: f64, expected: f64) -> Result<(), String> {
    if near(found, expected) {
        return Ok(());
    }
    Err(format!(\"{what} is {found:?}, expected {expected:?}\"))
}

/// What is wrong with a gradient, if anything.
fn gradient(what: &str, found: &impl Flat, expected: &[f64], factor: f64) -> Result<(), String> {
    let mut flat = Vec::new();
    found.flat(&mut flat);
    let right = flat.len() == expected.len()
        && flat.iter().zip(expected).all(|(a, b)| near(*a, factor * b));
    if right {
        return Ok(());
    }
    Err(format!(\"{what} is {flat:?}, expected {factor} * {expected:?}\"))
}

";
    header.to_owned() + &print::preamble()
}

/// A case as a module with a function `check`; if `plain`, without chainrule's attributes.
pub(crate) fn module(case: &Case, id: &str, plain: bool) -> String {
    let program = &case.program;
    let main = program.functions.last().expect("a program has a function");
    let mut lets = String::new();
    let mut args = Vec::new();
    for (nth, (param, value)) in main.params.iter().zip(&case.args).enumerate() {
        let var = &main.vars[*param];
        writeln!(lets, "        let a{nth} = {};", literal(&var.ty, value))
            .expect("a String takes all");
        args.push(match var.holds {
            Holds::Value if var.ty.is_copy() => format!("a{nth}"),
            Holds::Value => format!("a{nth}.clone()"),
            _ => format!("&a{nth}"),
        });
    }
    let active = (0..main.params.len()).any(|param| is_active(main, param));
    assert!(active, "a program has floats among its arguments");
    let args = args.join(", ");
    let expected: Vec<String> = case.expected.gradient.iter().map(|x| exact(*x)).collect();
    let (result, gradient) = (exact(case.expected.value), expected.join(", "));
    let mut program = print::program(program, id);
    if plain {
        program = program.replace("#[differentiable]\n", "");
        return format!(
            "pub mod {id} {{
    use super::*;
{program}
    pub fn check() -> Result<(), String> {{
{lets}        value(\"the function\", main({args}), {result})
    }}
}}
"
        );
    }
    format!(
        "pub mod {id} {{
    use super::*;
{program}
    pub fn check() -> Result<(), String> {{
{lets}        let result = {result};
        let expected = [{gradient}];
        value(\"the function\", main({args}), result)?;
        let (y, g) = main::value_and_grad({args});
        value(\"the value of value_and_grad\", y, result)?;
        gradient(\"value_and_grad\", &g, &expected, 1.0)?;
        let (y, pullback) = main::vjp({args});
        value(\"the value of vjp\", y, result)?;
        gradient(\"the pullback\", &pullback(1.0), &expected, 1.0)?;
        gradient(\"the pullback called again\", &pullback(-0.5), &expected, -0.5)
    }}
}}
"
    )
}

/// A value as an expression.
fn literal(ty: &Type, value: &Value) -> String {
    let list = |element: &Type, values: &[Value]| -> String {
        values.iter().map(|v| literal(element, v)).collect::<Vec<_>>().join(", ")
    };
    match (ty, value) {
        (_, Value::Float(x)) => exact(x.value),
        (_, Value::Int(i)) => format!("{i}_usize"),
        (_, Value::Bool(b)) => b.to_string(),
        (_, Value::Unit) => "()".to_owned(),
        (_, Value::Array(elements, row)) => {
            let elements: Vec<String> = elements.iter().map(|x| exact(x.value)).collect();
            match row {
                None => format!("array![{}]", elements.join(", ")),
                Some(row) => {
                    let rows: Vec<String> =
                        elements.chunks(*row).map(|row| format!("[{}]", row.join(", "))).collect();
                    format!("array![{}]", rows.join(", "))
                }
            }
        }
        (Type::Vec(element, _), Value::List(values)) => format!("vec![{}]", list(element, values)),
        (Type::List(element, _), Value::List(values)) => format!("[{}]", list(element, values)),
        (Type::Tuple(parts), Value::Parts(values)) => {
            let values: Vec<String> =
                parts.iter().zip(values).map(|(t, v)| literal(t, v)).collect();
            format!("({})", values.join(", "))
        }
        (_, Value::Parts(values)) => {
            let fields: Vec<String> = state_fields()
                .iter()
                .zip(values)
                .map(|((name, ty), value)| format!("{name}: {}", literal(ty, value)))
                .collect();
            format!("State {{ {} }}", fields.join(", "))
        }
        (Type::OptionInt, Value::Option(None)) => "None::<usize>".to_owned(),
        (_, Value::Option(None)) => "None::<f64>".to_owned(),
        (ty, Value::Option(Some(value))) => {
            let inner = if *ty == Type::OptionInt { Type::Int } else { Type::Float };
            format!("Some({})", literal(&inner, value))
        }
        (_, Value::List(values)) => format!("[{}]", list(&Type::Float, values)),
    }
}

/// A file whose `main` checks all cases and prints what is wrong.
pub(crate) fn file<'a>(cases: impl Iterator<Item = (String, &'a Case)>, plain: bool) -> String {
    let mut out = "#![allow(warnings, clippy::all)]\n".to_owned() + &header();
    let mut calls = String::new();
    for (id, case) in cases {
        out += &module(case, &id, plain);
        writeln!(calls, "    run(\"{id}\", {id}::check);").expect("a String takes all");
    }
    out + &format!(
        "
/// A panic is a failure of its own program alone.
fn run(id: &str, check: fn() -> Result<(), String>) {{
    match std::panic::catch_unwind(check) {{
        Ok(Ok(())) => println!(\"{{id}} right\"),
        Ok(Err(wrong)) => println!(\"{{id}} wrong {{wrong}}\"),
        Err(_) => println!(\"{{id}} wrong it panics\"),
    }}
}}

fn main() {{
{calls}}}
"
    )
}
