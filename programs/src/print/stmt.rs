//! Statements as Rust source.

use super::Printer;
use super::types::{
    anchored, labelled, needs_annotation, parts_anchored, spaced, symbol, type_name,
};
use crate::ast::{Block, Expr, Kind, Stmt, Through, Turns, Type, VarId, Whole, state_fields};

impl Printer<'_> {
    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        let text = self.statement(stmt);
        self.line(&text);
    }

    pub(super) fn statement(&mut self, stmt: &Stmt) -> String {
        match stmt {
            Stmt::Let(var, init) => {
                let text = self.bare(init);
                let Var { mutable, name, ty } = self.var(*var);
                let annotation = if needs_annotation(init) {
                    format!(": {}", type_name(&ty))
                } else {
                    String::new()
                };
                format!("let {mutable}{name}{annotation} = {text};")
            }
            Stmt::LetParts(vars, init) => self.let_parts(vars, init),
            Stmt::Late(var, condition, then, other) => {
                let Var { mutable, name, ty } = self.var(*var);
                let condition = self.bare(condition);
                let then = self.assigning(&name, then);
                let other = self.assigning(&name, other);
                let pad = "    ".repeat(self.indent);
                let ty = type_name(&ty);
                format!("let {mutable}{name}: {ty};\n{pad}if {condition} {then} else {other}")
            }
            Stmt::LetElse(var, option, other) => {
                let (name, option, other) =
                    (self.name(*var), self.place(option), self.block(other));
                format!("let Some({name}) = {option} else {other};")
            }
            Stmt::Const(var, x) => format!("const {}: f64 = {x:?};", self.name(*var)),
            Stmt::Assert(x) => format!("assert!({}.is_finite());", self.receiver(x)),
            Stmt::LetFunction(var, lambda) => {
                let name = self.name(*var);
                let params: Vec<String> =
                    lambda.params.iter().map(|p| format!("{}: f64", self.name(*p))).collect();
                let body = self.lambda_body(&lambda.body);
                let params = params.join(", ");
                match body.starts_with('{') {
                    true => format!("fn {name}({params}) -> f64 {body}"),
                    false => format!("fn {name}({params}) -> f64 {{ {body} }}"),
                }
            }
            Stmt::LetClosure(var, lambda) => {
                let (name, lambda) = (self.name(*var), self.lambda(lambda, true));
                format!("let {name} = {lambda};")
            }
            Stmt::Assign(place, value) => {
                let value = self.bare(value);
                format!("{} = {value};", self.place(place))
            }
            Stmt::Compound(op, place, value) => {
                let value =
                    if value.ty.is_array() { self.borrowed(value) } else { self.bare(value) };
                format!("{} {}= {value};", self.place(place), symbol(*op))
            }
            Stmt::TupleAssign(places, values) => {
                let places: Vec<String> = places.iter().map(|p| self.place(p)).collect();
                format!("({}) = ({});", places.join(", "), self.list(values))
            }
            Stmt::MemSwap(a, b) => {
                let (a, b) = (self.place(a), self.place(b));
                format!("std::mem::swap(&mut {a}, &mut {b});")
            }
            Stmt::Replace(var, place, value) => {
                let value = self.bare(value);
                let Var { mutable, name, .. } = self.var(*var);
                format!(
                    "let {mutable}{name} = std::mem::replace(&mut {}, {value});",
                    self.place(place)
                )
            }
            Stmt::Take(var, place) => {
                let Var { mutable, name, .. } = self.var(*var);
                format!("let {mutable}{name} = std::mem::take(&mut {});", self.place(place))
            }
            Stmt::Lend(var, place, op, value, through) => {
                let value = self.bare(value);
                let (name, place) = (self.name(*var), self.place(place));
                let pad = "    ".repeat(self.indent);
                let op = op.map(|op| symbol(op).to_string()).unwrap_or_default();
                match through {
                    Through::Place => {
                        format!("let {name} = &mut {place};\n{pad}*{name} {op}= {value};")
                    }
                    Through::Loop => format!(
                        "let {name} = &mut {place};\n{pad}for _ in 0..2 {{ *{name} {op}= {value}; }}"
                    ),
                    Through::Closure => format!(
                        "let mut {name} = |by: f64| {place} {op}= by;\n{pad}for _ in 0..2 {{ {name}({value}); }}"
                    ),
                    Through::Chain => format!(
                        "let {name} = (0..2).map(|_| {{ {place} {op}= {value}; 0.5 }}).sum::<f64>();"
                    ),
                }
            }
            Stmt::Step(place, by) => format!("{} += {by};", self.place(place)),
            Stmt::Unused(var, value) => {
                let value = self.owned(value);
                format!("let {} = f64::sqrt({value} * 0.0);", self.name(*var))
            }
            Stmt::SwapElements(place, i, j) => format!("{}.swap({i}, {j});", self.place(place)),
            Stmt::Push(place, value) => {
                let value = self.bare(value);
                format!("{}.push({value});", self.place(place))
            }
            Stmt::Pop(var, place, value) => {
                let (value, place) = (self.bare(value), self.place(place));
                let Var { mutable, name, .. } = self.var(*var);
                let pad = "    ".repeat(self.indent);
                format!(
                    "let {mutable}{name} = {place}.pop().unwrap();\n{pad}{place}.push({value});"
                )
            }
            Stmt::Split(place, at, i, j) => {
                let place = self.place(place);
                format!(
                    "{{ let (head, tail) = {place}.split_at_mut({at}); head[{i}] += tail[{j}]; }}"
                )
            }
            Stmt::Whole(place, whole) => {
                let whole = self.whole(whole);
                format!("{}{whole};", self.place(place))
            }
            Stmt::If(condition, then, other) => {
                let (condition, then) = (self.bare(condition), self.block(then));
                match other {
                    None => format!("if {condition} {then}"),
                    Some(other) => match &other.stmts[..] {
                        [chained @ Stmt::If(..)] if other.value.is_none() => {
                            let chained = self.statement(chained);
                            format!("if {condition} {then} else {chained}")
                        }
                        _ => format!("if {condition} {then} else {}", self.block(other)),
                    },
                }
            }
            Stmt::IfLet(var, option, then, other) => {
                let (name, option) = (self.name(*var), self.place(option));
                let (then, other) = (self.block(then), self.block(other));
                format!("if let Some({name}) = {option} {then} else {other}")
            }
            Stmt::Match(scrutinee, arms) => self.matched(scrutinee, arms),
            Stmt::For(label, vars, source, body) => {
                let source = self.source(source, false);
                let body = self.block(body);
                format!("{}for {} in {source} {body}", labelled(*label), self.binders(vars))
            }
            Stmt::While(turns) | Stmt::Loop(turns) => {
                self.turns(turns, matches!(stmt, Stmt::While(_)))
            }
            Stmt::Break(label, value) => {
                let value = value.as_ref().map(|value| self.left_with(value)).unwrap_or_default();
                format!(
                    "{};",
                    ["break", &spaced(*label), &value].join(" ").replace("  ", " ").trim_end()
                )
            }
            Stmt::Continue(label) => {
                format!("{};", format!("continue {}", spaced(*label)).trim_end())
            }
            Stmt::Return(value) => format!("return {};", self.bare(value)),
        }
    }

    /// The value of a `break`: rustc asks for parentheses around one that may begin with a label.
    pub(super) fn left_with(&mut self, value: &Expr) -> String {
        let text = self.owned(value);
        if text.starts_with(['\'', '{']) { format!("({text})") } else { text }
    }

    pub(super) fn let_parts(&mut self, vars: &[VarId], init: &Expr) -> String {
        let text = self.bare(init);
        let names: Vec<String> = vars
            .iter()
            .map(|v| {
                let Var { mutable, name, .. } = self.var(*v);
                format!("{mutable}{name}")
            })
            .collect();
        let annotation = match &init.kind {
            Kind::Tuple(_) | Kind::Elements(_) => format!(": {}", type_name(&init.ty)),
            _ if !parts_anchored(init) => format!(": {}", type_name(&init.ty)),
            _ => String::new(),
        };
        let pattern = match &init.ty {
            Type::Tuple(_) => format!("({})", names.join(", ")),
            Type::List(..) => format!("[{}]", names.join(", ")),
            _ => {
                let fields: Vec<String> = state_fields()
                    .iter()
                    .zip(&names)
                    .map(|((field, _), name)| format!("{field}: {name}"))
                    .collect();
                format!("State {{ {} }}", fields.join(", "))
            }
        };
        format!("let {pattern}{annotation} = {text};")
    }

    pub(super) fn turns(&mut self, turns: &Turns, is_while: bool) -> String {
        let counter = self.name(turns.counter);
        let condition = turns.condition.as_ref().map(|condition| self.owned(condition));
        let body = self.block(&turns.body);
        let body = body.strip_prefix("{\n").expect("a block starts with its brace").to_owned();
        let (label, bound) = (labelled(turns.label), turns.bound);
        let pad = "    ".repeat(self.indent);
        let head = format!("let mut {counter}: usize = 0;\n{pad}{label}");
        let step = format!("{pad}    {counter} += 1;\n");
        if is_while {
            let condition = condition.map(|c| format!(" && {c}")).unwrap_or_default();
            return format!("{head}while {counter} < {bound}{condition} {{\n{step}{body}");
        }
        let condition = condition.map(|c| format!(" || {c}")).unwrap_or_default();
        format!(
            "{head}loop {{\n{pad}    if {counter} >= {bound}{condition} {{\n{pad}        break;\n\
             {pad}    }}\n{step}{body}"
        )
    }

    /// A block whose value is written to a variable.
    pub(super) fn assigning(&mut self, name: &str, block: &Block) -> String {
        let mut text = self.block(&Block { stmts: block.stmts.clone(), value: None });
        let Some(value) = &block.value else { return text };
        self.indent += 1;
        let value = self.bare(value);
        self.indent -= 1;
        let pad = "    ".repeat(self.indent);
        text.truncate(text.len() - pad.len() - 1);
        text + &format!("{pad}    {name} = {value};\n{pad}}}")
    }

    pub(super) fn whole(&mut self, whole: &Whole) -> String {
        match whole {
            Whole::Assign(value) => format!(".assign({})", self.borrowed(value)),
            Whole::Fill(value) => format!(".fill({})", self.bare(value)),
            Whole::ScaledAdd(factor, value) => {
                let factor = self.bare(factor);
                format!(".scaled_add({factor}, {})", self.borrowed(value))
            }
            Whole::MapvInplace(lambda) => format!(".mapv_inplace({})", self.lambda(lambda, false)),
            Whole::ZipMutWith(value, lambda) => {
                // Nothing else says what an array of literals holds.
                let ty = if anchored(value) { "" } else { ": &f64" };
                let value = self.borrowed(value);
                let [a, b] = [self.name(lambda.params[0]), self.name(lambda.params[1])];
                let body = self.lambda_body(&lambda.body);
                format!(".zip_mut_with({value}, |{a}, {b}{ty}| *{a} = {body})")
            }
            Whole::Compound(op, value) => {
                let value =
                    if value.ty.is_array() { self.borrowed(value) } else { self.bare(value) };
                format!(" {}= {value}", symbol(*op))
            }
            Whole::SliceAssign(from, to, value) => {
                format!(".slice_mut(s![{from}..{to}]).assign({})", self.borrowed(value))
            }
            Whole::SliceFill(from, to, value) => {
                format!(".slice_mut(s![{from}..{to}]).fill({})", self.bare(value))
            }
            Whole::SliceScale(from, to, value) => {
                let value = self.bare(value);
                format!(".slice_mut(s![{from}..{to}]).mapv_inplace(|v| v * {value})")
            }
            Whole::RowAssign(i, value) => format!(".row_mut({i}).assign({})", self.borrowed(value)),
            Whole::ColumnScaledAdd(i, factor, value) => {
                let factor = self.bare(factor);
                format!(".column_mut({i}).scaled_add({factor}, {})", self.borrowed(value))
            }
        }
    }

    fn var(&self, var: VarId) -> Var {
        let var = &self.this().vars[var];
        let mutable = if var.mutable { "mut " } else { "" };
        Var { mutable, name: var.name.clone(), ty: var.ty.clone() }
    }
}

/// What a `let` says of a variable.
struct Var {
    mutable: &'static str,
    name: String,
    ty: Type,
}
