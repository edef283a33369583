//! Expressions as Rust source.

use std::fmt::Write;

use super::types::{anchored, block_anchored, float, labelled, symbol, type_name};
use super::{Printer, method_name};
use crate::ast::{
    Arm, Block, Chain, End, Expr, Holds, Kind, Lambda, Link, Pattern, Sift, Source, Turns, Type,
    Unary, VarId, state_fields,
};

impl Printer<'_> {
    /// An expression whose value is owned.
    pub(super) fn owned(&mut self, e: &Expr) -> String {
        match &e.kind {
            Kind::Float(x) => float(*x),
            Kind::Int(i) => i.to_string(),
            Kind::Bool(b) => b.to_string(),
            Kind::Read(place) if e.ty.is_copy() => self.read(place),
            Kind::Read(place) => {
                let text = self.place(place);
                let holds =
                    if place.path.is_empty() { self.holds(place.var) } else { Holds::Value };
                match holds {
                    Holds::Slice => format!("{text}.to_vec()"),
                    Holds::View => format!("{text}.to_owned()"),
                    Holds::Value | Holds::Reference => format!("{text}.clone()"),
                }
            }
            Kind::Unary(op, x) => self.unary(*op, x),
            Kind::Binary(op, l, r) => {
                let (l, r) = (self.operand(l), self.operand(r));
                format!("({l} {} {r})", symbol(*op))
            }
            Kind::Extreme(max, l, r) => {
                let (l, r) = (self.receiver(l), self.bare(r));
                format!("{l}.{}({r})", if *max { "max" } else { "min" })
            }
            Kind::IntOp(op, l, r) => format!("({} {op} {})", self.owned(l), self.owned(r)),
            Kind::Len(place) => format!("{}.len()", self.place(place)),
            Kind::Compare(less, l, r) => {
                let (l, r) = (self.owned(l), self.owned(r));
                format!("({l} {} {r})", if *less { "<" } else { ">" })
            }
            Kind::Logic(and, l, r) => {
                let (l, r) = (self.owned(l), self.owned(r));
                format!("({l} {} {r})", if *and { "&&" } else { "||" })
            }
            Kind::Not(x) => format!("!{}", self.owned(x)),
            Kind::Cast(x) => format!("({} as f64)", self.owned(x)),
            Kind::If(condition, then, other) => {
                let condition = self.bare(condition);
                let then = self.block(then);
                let other = match &other.value {
                    Some(value) if other.stmts.is_empty() && matches!(value.kind, Kind::If(..)) => {
                        self.owned(value)
                    }
                    _ => self.block(other),
                };
                format!("if {condition} {then} else {other}")
            }
            Kind::IfLet(var, option, then, other) => {
                let (name, option) = (self.name(*var), self.place(option));
                let (then, other) = (self.block(then), self.block(other));
                format!("if let Some({name}) = {option} {then} else {other}")
            }
            Kind::Match(scrutinee, arms) => self.matched(scrutinee, arms),
            Kind::Block(label, block) => {
                let block = self.block(block);
                format!("{}{block}", labelled(*label))
            }
            Kind::Loop(turns, last) => {
                let last = self.left_with(last);
                self.value_loop(turns, &last)
            }
            Kind::Call(function, args) => self.call(*function, args),
            Kind::Apply(closure, args) => format!("{}({})", self.name(*closure), self.list(args)),
            Kind::Sum(x) => format!("{}.sum()", self.receiver(x)),
            Kind::Dot(l, r) => {
                let l = self.receiver(l);
                format!("{l}.dot({})", self.borrowed(r))
            }
            Kind::Mapv(x, lambda) => {
                // Of an array of literals rustc does not know the type in time.
                let typed = !matches!(x.kind, Kind::Read(_));
                let (x, lambda) = (self.receiver(x), self.lambda(lambda, typed));
                format!("{x}.mapv({lambda})")
            }
            Kind::MapvNamed(x, closure) => {
                let x = self.receiver(x);
                format!("{x}.mapv({})", self.name(*closure))
            }
            Kind::Chain(chain) => self.chain(&e.ty, chain),
            Kind::Tuple(parts) => format!("({})", self.list(parts)),
            Kind::State(fields) => {
                let fields: Vec<String> = state_fields()
                    .iter()
                    .zip(fields)
                    .map(|((name, _), value)| format!("{name}: {}", self.bare(value)))
                    .collect();
                format!("State {{ {} }}", fields.join(", "))
            }
            Kind::Elements(elements) => {
                if let Type::Array2(_, row) = e.ty {
                    let rows: Vec<String> =
                        elements.chunks(row).map(|row| format!("[{}]", self.list(row))).collect();
                    return format!("array![{}]", rows.join(", "));
                }
                let elements = self.list(elements);
                match e.ty {
                    Type::Vec(..) => format!("vec![{elements}]"),
                    Type::List(..) => format!("[{elements}]"),
                    _ => format!("array![{elements}]"),
                }
            }
            Kind::Repeat(x) => {
                let x = self.bare(x);
                match &e.ty {
                    Type::Vec(_, n) => format!("vec![{x}; {n}]"),
                    Type::List(_, n) => format!("[{x}; {n}]"),
                    Type::Array2(n, m) => format!("Array2::from_elem(({n}, {m}), {x})"),
                    Type::Array1(n) => format!("Array1::from_elem({n}, {x})"),
                    _ => unreachable!("no list"),
                }
            }
            Kind::Part(place, from, to) => format!("{}[{from}..{to}].to_vec()", self.place(place)),
            Kind::Line(row, place, i) => {
                let line = if *row { "row" } else { "column" };
                format!("{}.{line}({i}).to_owned()", self.place(place))
            }
            Kind::Some(x) => format!("Some({})", self.bare(x)),
            Kind::None => "None".to_owned(),
            Kind::OfOption(option, lambda, other) => {
                let option = self.place(option);
                let other = other.as_ref().map(|other| self.bare(other));
                let lambda = lambda.as_ref().map(|lambda| self.lambda(lambda, false));
                match (lambda, other) {
                    (Some(lambda), Some(other)) => format!("{option}.map_or({other}, {lambda})"),
                    (Some(lambda), None) => format!("{option}.map({lambda})"),
                    (None, other) => format!("{option}.unwrap_or({})", other.unwrap_or_default()),
                }
            }
            Kind::OfArrays(op, args) => self.of_arrays(op, &e.ty, args),
            Kind::ZipMap(l, r, lambda) => {
                let (l, r) = (self.borrowed(l), self.borrowed(r));
                let names: Vec<String> =
                    lambda.params.iter().map(|p| format!("{}: &f64", self.name(*p))).collect();
                let body = self.lambda_body(&lambda.body);
                let names = names.join(", ");
                format!("Zip::from({l}).and({r}).map_collect(|{names}| {body})")
            }
            Kind::FromFn(lambda) => {
                let (axes, shape) = match e.ty {
                    Type::Array2(n, m) => (2, format!("({n}, {m})")),
                    Type::Array1(n) => (1, n.to_string()),
                    _ => unreachable!("no array"),
                };
                let binders = self.binders(&lambda.params);
                let body = self.lambda_body(&lambda.body);
                format!("Array{axes}::from_shape_fn({shape}, |{binders}| {body})")
            }
        }
    }

    pub(super) fn unary(&mut self, op: Unary, x: &Expr) -> String {
        let method = match op {
            Unary::Neg => return format!("(-{})", self.operand(x)),
            Unary::Sin => "sin()",
            Unary::Cos => "cos()",
            Unary::Tanh => "tanh()",
            Unary::Exp => "exp()",
            Unary::Ln => "ln()",
            Unary::Sqrt => "sqrt()",
            Unary::Square => "powi(2)",
        };
        format!("{}.{method}", self.receiver(x))
    }

    pub(super) fn call(&mut self, function: usize, args: &[Expr]) -> String {
        let callee = self.program.functions[function].clone();
        let mut texts = Vec::new();
        for (arg, param) in args.iter().zip(&callee.params) {
            let is_view = match &arg.kind {
                Kind::Read(place) => self.holds(place.var) == Holds::View && place.path.is_empty(),
                _ => false,
            };
            texts.push(match callee.vars[*param].holds {
                Holds::Value => self.bare(arg),
                _ if is_view => format!("&{}", self.owned(arg)),
                _ => self.borrowed(arg),
            });
        }
        if callee.method {
            let receiver = self.receiver(&args[0]);
            return format!(
                "{receiver}.{}({})",
                method_name(&callee, self.id),
                texts[1..].join(", ")
            );
        }
        format!("{}({})", callee.name, texts.join(", "))
    }

    pub(super) fn lambda(&mut self, lambda: &Lambda, typed: bool) -> String {
        let params: Vec<String> = lambda
            .params
            .iter()
            .map(|p| {
                let var = &self.this().vars[*p];
                if typed {
                    format!("{}: {}", var.name, type_name(&var.ty))
                } else {
                    var.name.clone()
                }
            })
            .collect();
        let (params, body) = (params.join(", "), self.lambda_body(&lambda.body));
        // Where it is called, a method may follow.
        match typed && !block_anchored(&lambda.body) {
            true => format!("|{params}| -> f64 {{ {body} }}"),
            false => format!("|{params}| {body}"),
        }
    }

    pub(super) fn lambda_body(&mut self, body: &Block) -> String {
        match &body.value {
            Some(value) if body.stmts.is_empty() => self.owned(value),
            _ => self.block(body),
        }
    }

    /// What stands before the closure of a chain, or after `in`.
    pub(super) fn source(&mut self, source: &Source, chained: bool) -> String {
        let iter = |text: String| format!("{text}.iter()");
        match source {
            Source::Range(range) => {
                let to = self.bare(&range.to);
                let dots = if range.inclusive { "..=" } else { ".." };
                let plain = format!("{}{dots}{to}", range.from);
                let mut text = if range.reversed || range.step > 1 || chained {
                    format!("({plain})")
                } else {
                    plain
                };
                if range.reversed {
                    text += ".rev()";
                }
                if range.step > 1 {
                    write!(text, ".step_by({})", range.step).expect("a String takes all");
                }
                text
            }
            Source::Each(place, false) if !chained => self.borrowed_place(place),
            Source::Each(place, _) => iter(self.place(place)),
            Source::Reversed(place) => iter(self.place(place)) + ".rev()",
            Source::Numbered(place, false) => iter(self.place(place)) + ".enumerate()",
            Source::Numbered(place, true) => iter(self.place(place)) + ".rev().enumerate()",
            Source::Zipped(a, b) => {
                let a = iter(self.place(a));
                format!("{a}.zip({})", iter(self.place(b)))
            }
            Source::Chained(a, b) => {
                let a = iter(self.place(a));
                format!("{a}.chain({})", iter(self.place(b)))
            }
            Source::Sifted(source, sift, lambda) => {
                let source = self.source(source, true);
                let method = match sift {
                    Sift::Filter => "filter",
                    Sift::TakeWhile => "take_while",
                    Sift::SkipWhile => "skip_while",
                };
                let (binders, body) =
                    (self.binders(&lambda.params), self.lambda_body(&lambda.body));
                format!("{source}.{method}(|&{binders}| {body})")
            }
            Source::Windows(place) => format!("{}.windows(2)", self.place(place)),
            Source::Chunks(place) => format!("{}.chunks(2)", self.place(place)),
            Source::Lines(kind, place) => {
                let place = self.place(place);
                let method = [
                    "rows()",
                    "columns()",
                    "outer_iter()",
                    "axis_iter(Axis(0))",
                    "axis_iter(Axis(1))",
                ][*kind];
                let into = if chained && *kind < 2 { ".into_iter()" } else { "" };
                format!("{place}.{method}{into}")
            }
        }
    }

    pub(super) fn binders(&self, vars: &[VarId]) -> String {
        let names: Vec<String> = vars.iter().map(|v| self.name(*v)).collect();
        if names.len() == 1 { names[0].clone() } else { format!("({})", names.join(", ")) }
    }

    pub(super) fn chain(&mut self, ty: &Type, chain: &Chain) -> String {
        let source = self.source(&chain.source, true);
        let body = self.lambda_body(&chain.lambda.body);
        if let End::Fold(start) = &chain.end {
            let known = anchored(start);
            let start = self.bare(start);
            let start = if known { start } else { format!("f64::from({start})") };
            let state = self.name(chain.lambda.params[0]);
            let binders = self.binders(&chain.lambda.params[1..]);
            return format!("{source}.fold({start}, |{state}, {binders}| {body})");
        }
        let (link, gives) = match chain.link {
            Link::Map => ("map", "f64"),
            Link::FilterMap => ("filter_map", "Option<f64>"),
            Link::MapWhile => ("map_while", "Option<f64>"),
            Link::FlatMap => ("flat_map", "[f64; 2]"),
        };
        let binders = self.binders(&chain.lambda.params);
        // Where literals may be all that it gives, what comes after wants to know their type.
        let given = match chain.end {
            End::Sum | End::Product | End::Collect if chain.link == Link::Map => body,
            _ if body.starts_with('{') => format!("-> {gives} {body}"),
            _ => format!("-> {gives} {{ {body} }}"),
        };
        let items = format!("{source}.{link}(|{binders}| {given})");
        match &chain.end {
            End::Sum => format!("{items}.sum::<f64>()"),
            End::Product => format!("{items}.product::<f64>()"),
            End::FromIter => format!("Array1::from_iter({items})"),
            End::Collect | End::Fold(_) => format!("{items}.collect::<{}>()", type_name(ty)),
            End::Reduce(lambda, other) => {
                let lambda = self.lambda(lambda, false);
                format!("{items}.reduce({lambda}).unwrap_or({})", self.bare(other))
            }
            End::Last(other) => format!("{items}.last().unwrap_or({})", self.bare(other)),
            End::Extreme(max, other) => {
                let method = if *max { "max_by" } else { "min_by" };
                let other = self.bare(other);
                format!("{items}.{method}(|a, b| a.total_cmp(b)).unwrap_or({other})")
            }
        }
    }

    pub(super) fn matched(&mut self, scrutinee: &Expr, arms: &[Arm]) -> String {
        let scrutinee = self.bare(scrutinee);
        self.indent += 1;
        let mut inside = String::new();
        for arm in arms {
            let pattern = match arm.pattern {
                Pattern::Literal(i) => i.to_string(),
                Pattern::Or(i, j) => format!("{i} | {j}"),
                Pattern::Range(i, j) => format!("{i}..={j}"),
                Pattern::Bind(var) => self.name(var),
                Pattern::Wild => "_".to_owned(),
            };
            let guard = match &arm.guard {
                Some(guard) => format!(" if {}", self.bare(guard)),
                None => String::new(),
            };
            let body = self.block(&arm.body);
            writeln!(inside, "{}{pattern}{guard} => {body}", "    ".repeat(self.indent))
                .expect("a String takes all");
        }
        self.indent -= 1;
        format!("match {scrutinee} {{\n{inside}{}}}", "    ".repeat(self.indent))
    }

    /// The head and the first statements of a loop with a counter.
    pub(super) fn value_loop(&mut self, turns: &Turns, last: &str) -> String {
        let counter = self.name(turns.counter);
        let pad = "    ".repeat(self.indent + 1);
        let body = self.block(&turns.body);
        let body = body.strip_prefix("{\n").expect("a block starts with its brace").to_owned();
        format!(
            "{{\n{pad}let mut {counter}: usize = 0;\n{pad}{label}loop {{\n{pad}{counter} += 1;\n\
             {pad}if {counter} > {bound} {{\n{pad}    break {last};\n{pad}}}\n{body}\n{pad}}}",
            label = labelled(turns.label),
            bound = turns.bound,
        )
    }
}
