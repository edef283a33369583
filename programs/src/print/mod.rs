//! Programs as Rust source.

mod arrays;
mod expr;
mod stmt;
mod types;

use std::fmt::Write;

use crate::ast::{
    Block, Expr, Function, Holds, Kind, Place, Program, Step, Type, VarId, state_fields,
};
use crate::walk::{Visit, walk_block};
pub(crate) use types::exact;
use types::{anchored, type_name};

/// The struct that all programs of a file share.
pub(crate) fn preamble() -> String {
    let mut out =
        String::from("#[derive(Clone, Debug, Default, Differentiable)]\npub struct State {\n");
    for (name, ty) in state_fields() {
        writeln!(out, "    pub {name}: {},", type_name(&ty)).expect("a String takes all");
    }
    out + "}\n"
}

/// The functions of a program. `id` tells its methods from those of others.
pub(crate) fn program(program: &Program, id: &str) -> String {
    let mut out = String::new();
    for at in reachable(program) {
        let mut printer = Printer { program, at, id, out: String::new(), indent: 0 };
        printer.function();
        out += &printer.out;
        out.push('\n');
    }
    out
}

/// The functions that are called from the last, in order.
pub(crate) fn reachable(program: &Program) -> Vec<usize> {
    struct Calls(Vec<usize>);
    impl Visit for Calls {
        fn enter_expr(&mut self, e: &mut Expr) {
            if let Kind::Call(callee, _) = e.kind {
                self.0.push(callee);
            }
        }
    }
    let mut found = vec![program.functions.len() - 1];
    let mut next = 0;
    while let Some(at) = found.get(next) {
        let mut calls = Calls(Vec::new());
        walk_block(&mut program.functions[*at].body.clone(), &mut calls);
        for callee in calls.0 {
            if !found.contains(&callee) {
                found.push(callee);
            }
        }
        next += 1;
    }
    found.sort_unstable();
    found
}

/// What a method is called.
fn method_name(function: &Function, id: &str) -> String {
    format!("{id}_{}", function.name)
}

struct Printer<'a> {
    program: &'a Program,
    at: usize,
    id: &'a str,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    pub(super) fn this(&self) -> &Function {
        &self.program.functions[self.at]
    }

    pub(super) fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    pub(super) fn function(&mut self) {
        let this = self.this().clone();
        if this.method {
            self.line("impl State {");
            self.indent += 1;
        }
        let mut params = Vec::new();
        for (nth, id) in this.params.iter().enumerate() {
            let var = &this.vars[*id];
            if this.method && nth == 0 {
                params.push("&self".to_owned());
                continue;
            }
            let ty = match var.holds {
                Holds::Value => type_name(&var.ty),
                Holds::Slice => "&[f64]".to_owned(),
                Holds::Reference | Holds::View => format!("&{}", type_name(&var.ty)),
            };
            let mutable = if var.mutable { "mut " } else { "" };
            params.push(format!("{mutable}{}: {ty}", var.name));
        }
        let name = if this.method { method_name(&this, self.id) } else { this.name.clone() };
        self.line("#[differentiable]");
        self.line(&format!(
            "pub fn {name}({}) -> {} {{",
            params.join(", "),
            type_name(&this.result)
        ));
        self.block_inside(&this.body);
        self.line("}");
        if this.method {
            self.indent -= 1;
            self.line("}");
        }
    }

    /// The statements and value of a block, without its braces.
    pub(super) fn block_inside(&mut self, block: &Block) {
        self.indent += 1;
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        if let Some(value) = &block.value {
            let value = self.owned(value);
            self.line(&value);
        }
        self.indent -= 1;
    }

    /// A block with its braces, as text.
    pub(super) fn block(&mut self, block: &Block) -> String {
        let outer = std::mem::take(&mut self.out);
        self.block_inside(block);
        let inside = std::mem::replace(&mut self.out, outer);
        format!("{{\n{inside}{}}}", "    ".repeat(self.indent))
    }

    pub(super) fn name(&self, var: VarId) -> String {
        self.this().vars[var].name.clone()
    }

    pub(super) fn holds(&self, var: VarId) -> Holds {
        self.this().vars[var].holds
    }

    pub(super) fn place(&mut self, place: &Place) -> String {
        let mut text = self.name(place.var);
        let mut ty = self.this().vars[place.var].ty.clone();
        for step in &place.path {
            match step {
                Step::Field(i) => match ty {
                    Type::Tuple(ref parts) => {
                        write!(text, ".{i}").expect("a String takes all");
                        ty = parts[*i].clone();
                    }
                    _ => {
                        let (name, field) = state_fields()[*i].clone();
                        write!(text, ".{name}").expect("a String takes all");
                        ty = field;
                    }
                },
                Step::Index(i) => {
                    let index = self.bare(i);
                    write!(text, "[{index}]").expect("a String takes all");
                    ty = match ty {
                        Type::Vec(element, _) | Type::List(element, _) => *element,
                        _ => Type::Float,
                    };
                }
                Step::Index2(i, j) => {
                    let (i, j) = (self.bare(i), self.bare(j));
                    write!(text, "[[{i}, {j}]]").expect("a String takes all");
                    ty = Type::Float;
                }
            }
        }
        text
    }

    /// A place that is read as a float, integer or bool.
    pub(super) fn read(&mut self, place: &Place) -> String {
        let text = self.place(place);
        if place.path.is_empty() && self.holds(place.var) == Holds::Reference {
            return format!("*{text}");
        }
        text
    }

    pub(super) fn borrowed_place(&mut self, place: &Place) -> String {
        let text = self.place(place);
        match (place.path.is_empty(), self.holds(place.var)) {
            (true, Holds::Reference | Holds::Slice) => text,
            _ => format!("&{text}"),
        }
    }

    /// An expression whose value is taken by reference.
    pub(super) fn borrowed(&mut self, e: &Expr) -> String {
        match &e.kind {
            Kind::Read(place) => self.borrowed_place(place),
            _ => format!("&{}", self.owned(e)),
        }
    }

    /// An operand of arithmetic: arrays by reference where they have a name.
    pub(super) fn operand(&mut self, e: &Expr) -> String {
        match &e.kind {
            Kind::Read(place) if e.ty.is_array() => self.borrowed_place(place),
            _ => self.owned(e),
        }
    }

    /// What a method is called on.
    pub(super) fn receiver(&mut self, e: &Expr) -> String {
        match &e.kind {
            Kind::Read(place) => self.place(place),
            _ if e.ty == Type::Float && !anchored(e) => format!("f64::from({})", self.owned(e)),
            Kind::If(..)
            | Kind::Match(..)
            | Kind::IfLet(..)
            | Kind::Loop(..)
            | Kind::Block(..)
            | Kind::State(_) => {
                format!("({})", self.owned(e))
            }
            _ => self.owned(e),
        }
    }

    /// An expression without the parentheses around it.
    pub(super) fn bare(&mut self, e: &Expr) -> String {
        let text = self.owned(e);
        let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        match (inside, &e.kind) {
            (Some(inside), Kind::Binary(..) | Kind::IntOp(..) | Kind::Compare(..)) => {
                inside.to_owned()
            }
            _ => text,
        }
    }

    pub(super) fn list(&mut self, list: &[Expr]) -> String {
        list.iter().map(|e| self.bare(e)).collect::<Vec<_>>().join(", ")
    }
}
