//! Programs written as files of Rust that compare chainrule with the oracle.

use std::fmt::Write;

use crate::ast::{Holds, Program, Type, state_fields};
use crate::constructs::Switches;
use crate::generate;
use crate::oracle::{self, Expected, Reject, Value, is_active};
use crate::print::{self, exact};

/// What is compared with the oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The value alone, compiled without chainrule.
    Plain,
    /// The value and the gradient.
    Reverse,
    /// Those, the derivative in a direction, and the Hessian's product with it.
    Second,
}

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
use chainrule::ndarray::{
    Array, Array1, Array2, Axis, Dimension, Zip, array, concatenate, s, stack,
};
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

/// A direction of the shape of a gradient.
fn direction_of<G: Differentiable<Gradient = G> + Clone>(gradient: &G) -> G {
    struct Fill(usize);
    impl chainrule::differentiable::VisitMut for Fill {
        fn leaf<T: Float>(&mut self, _: &str, mut leaf: chainrule::ndarray::ArrayViewMutD<'_, T>) {
            for element in &mut leaf {
                self.0 += 1;
                *element = T::from_f64_lossy(((self.0 * 37 + 11) % 17) as f64 / 8.0 - 1.0);
            }
        }
    }
    let mut direction = gradient.clone();
    direction.visit_mut(&mut chainrule::differentiable::LeafPath::new(), &mut Fill(0));
    direction
}

/// A value moved along a direction.
fn moved<X: Differentiable + Clone>(x: &X, direction: &X::Gradient, step: f64) -> X {
    struct Move(f64);
    impl chainrule::differentiable::VisitWith for Move {
        fn leaf<T: Float>(
            &mut self,
            _: &str,
            mut leaf: chainrule::ndarray::ArrayViewMutD<'_, T>,
            direction: chainrule::ndarray::ArrayViewD<'_, T>,
        ) {
            leaf.zip_mut_with(&direction, |x, d| *x = *x + *d * T::from_f64_lossy(self.0));
        }
    }
    let mut moved = x.clone();
    moved.visit_with(direction, &mut chainrule::differentiable::LeafPath::new(), &mut Move(step));
    moved
}

/// What is wrong with a derivative in a direction, if anything.
fn along(what: &str, found: f64, expected: &[f64], direction: &impl Flat) -> Result<(), String> {
    let mut flat = Vec::new();
    direction.flat(&mut flat);
    let terms = || expected.iter().zip(&flat).map(|(a, b)| a * b);
    let (sum, size): (f64, f64) = (terms().sum(), terms().map(f64::abs).sum());
    if (found - sum).abs() <= 1e-9 * size.max(1.0) {
        return Ok(());
    }
    Err(format!(\"{what} is {found:?}, expected {sum:?}\"))
}

/// What is wrong with a Hessian's product, if anything: one of some steps must agree.
fn differences<G: Flat>(what: &str, found: &G, at: impl Fn(f64) -> G) -> Result<(), String> {
    let flat = |gradient: &G| {
        let mut flat = Vec::new();
        gradient.flat(&mut flat);
        flat
    };
    let found = flat(found);
    let mut last = Vec::new();
    for step in [1e-4, 1e-5, 1e-3, 1e-6] {
        let (up, down) = (flat(&at(step)), flat(&at(-step)));
        last = up.iter().zip(&down).map(|(a, b)| (a - b) / (2.0 * step)).collect();
        let size = up.iter().chain(&last).fold(1.0_f64, |size, x| size.max(x.abs()));
        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-4 * size;
        if found.len() == last.len() && found.iter().zip(&last).all(near) {
            return Ok(());
        }
    }
    Err(format!(\"{what} is {found:?}, differences {last:?}\"))
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

/// A case as a module with a function `check`; compiled in this mode.
pub(crate) fn module(case: &Case, id: &str, mode: Mode) -> String {
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
    if mode == Mode::Plain {
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
    let mut second = String::new();
    if mode == Mode::Second {
        program = program.replace("#[differentiable]\n", "#[differentiable(second_order)]\n");
        second = second_order(case, &args);
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
        gradient(\"the pullback called again\", &pullback(-0.5), &expected, -0.5)?;
{second}        Ok(())
    }}
}}
"
    )
}

/// The derivative in a direction against the gradient, and the Hessian's product with it against
/// differences of gradients.
fn second_order(case: &Case, args: &str) -> String {
    let main = case.program.functions.last().expect("a program has a function");
    let active: Vec<usize> =
        (0..main.params.len()).filter(|param| is_active(main, *param)).collect();
    let names: Vec<String> = active.iter().map(|nth| format!("d{nth}")).collect();
    let pattern = match names.as_slice() {
        [one] => one.clone(),
        many => format!("({})", many.join(", ")),
    };
    let tangents: Vec<String> = active
        .iter()
        .map(|nth| match main.vars[main.params[*nth]].ty {
            Type::Float => format!("*d{nth}"),
            _ => format!("d{nth}"),
        })
        .collect();
    let tangents = match tangents.as_slice() {
        [one] => one.clone(),
        many => format!("({})", many.join(", ")),
    };
    let moved: String = active
        .iter()
        .map(|nth| format!("            let a{nth} = moved(&a{nth}, d{nth}, step);\n"))
        .collect();
    format!(
        "        drop(pullback);
        let direction = direction_of(&g);
        let {pattern} = &direction;
        let (y, dy) = main::jvp({args}, {tangents});
        value(\"the value of jvp\", y, result)?;
        along(\"jvp\", dy, &expected, &direction)?;
        let (g, product) = main::grad_and_hvp({args}, {tangents});
        gradient(\"the gradients beside hvp\", &g, &expected, 1.0)?;
        let at = |step: f64| {{
{moved}            main::grad({args})
        }};
        differences(\"hvp\", &product, at)?;
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
pub(crate) fn file<'a>(cases: impl Iterator<Item = (String, &'a Case)>, mode: Mode) -> String {
    let mut out = "#![allow(warnings, clippy::all)]\n".to_owned() + &header();
    let mut calls = String::new();
    for (id, case) in cases {
        out += &module(case, &id, mode);
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
