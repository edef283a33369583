//! Formulas of the table, read by the code that reads users' functions.

use std::rc::Rc;

use proc_macro2::Span;
use syn::Expr;

use super::{Language, Lowering};
use crate::graph::collections::HashMap;
use crate::graph::{Arguments, Block, Elem, Graph, Info, Node, Op, Origin, Ty, Value};
use crate::mistake::Mistakes;
use crate::ops::{self, Row};

/// Reads a formula of `row`; its parameters are the row's operands, then `y`, then `dy`.
///
/// The table is ours: a formula that does not parse is a bug, found by the test that reads all.
pub(crate) fn formula(row: &Row, text: &str) -> Graph {
    read(row, text, "dy")
}

/// Reads what the tangent of an operand gives to the value's; the last parameter is that tangent: `dx`.
#[cfg(test)]
pub(crate) fn tangent_formula(row: &Row, position: usize, text: &str) -> Graph {
    read(row, text, &format!("d{}", row.operands[position]))
}

/// Formulas that were read before: a long function asks for the same ones again and again.
#[derive(Default)]
pub(crate) struct Formulas {
    /// By row, text, and what is given.
    read: HashMap<(&'static str, &'static str, String), Rc<Graph>>,
}

impl Formulas {
    /// The same as [`formula`].
    pub(crate) fn of(&mut self, row: &Row, text: &'static str) -> Rc<Graph> {
        self.read(row, text, "dy".to_owned())
    }

    /// The same as [`tangent_formula`].
    pub(crate) fn tangent(&mut self, row: &Row, position: usize, text: &'static str) -> Rc<Graph> {
        self.read(row, text, format!("d{}", row.operands[position]))
    }

    fn read(&mut self, row: &Row, text: &'static str, given: String) -> Rc<Graph> {
        let key = (row.name, text, given);
        if let Some(graph) = self.read.get(&key) {
            return graph.clone();
        }
        let graph = Rc::new(read(row, text, &key.2));
        self.read.insert(key, graph.clone());
        graph
    }
}

fn read(row: &Row, text: &str, given: &str) -> Graph {
    let mut mistakes = Mistakes::default();
    let mut lowering = Lowering::new(Language::Formula, &mut mistakes);
    lowering.scopes.enter();
    let names = (0..row.operands.len())
        .map(|position| (row.operands[position], row.is_constant_operand(position)));
    let params: Vec<Value> = names
        .chain([("y", false), (given, false)])
        .map(|(name, is_constant)| {
            let ty = match (name, row.is_elementwise()) {
                ("n", _) => Ty::Integer,
                _ if is_constant => Ty::Constant,
                (_, true) => Ty::Float(Elem::Unknown),
                (_, false) => Ty::Numeric(Elem::Unknown),
            };
            // Whatever is no constant must be understood, just as what is active in a function.
            let depends_on = if is_constant { Arguments::default() } else { Arguments::one(0) };
            let value = lowering.graph.value(Info { ty, depends_on, ..Info::default() });
            lowering.scopes.bind(name, value);
            value
        })
        .collect();
    // The user's scope need not have the name.
    let text = text.replace("Axis(", "__chainrule::ndarray::Axis(");
    let result = match syn::parse_str::<Expr>(&text) {
        Ok(expr) => lowering.expr(&expr),
        Err(error) => lowering.mistake(Span::call_site(), error.to_string()),
    };
    lowering.graph.body =
        Block { params, nodes: lowering.nodes, results: vec![result], ..Block::default() };
    let graph = lowering.graph;
    debug_assert!(mistakes.is_empty(), "a formula of row {row:?} is not in the language: {text}");
    graph
}

impl Lowering<'_> {
    /// True for `float(n)` in a formula: a row's name with constants, which is no plain constant.
    pub(super) fn is_formula_call(&self, expr: &Expr) -> bool {
        self.language == Language::Formula
            && matches!(expr, Expr::Call(call) if formula_row(call).is_some())
    }

    /// Puts a composition's formula in the place of the call.
    pub(super) fn compose(&mut self, row: &'static Row, args: &[Value], span: Span) -> Value {
        let Some(text) = row.value() else {
            return self.mistake(span, "this operation has no value");
        };
        let graph = formula(row, text);
        let unused = self.graph.value(Info::default());
        let args: Vec<Value> = args.iter().copied().chain([unused, unused]).collect();
        let mut nodes = std::mem::take(&mut self.nodes);
        let results = self.graph.splice_formula(&mut nodes, row, &graph, &args, Origin::from(span));
        self.nodes = nodes;
        results
    }
}

/// The row that a function call in a formula names.
pub(super) fn formula_row(call: &syn::ExprCall) -> Option<&'static Row> {
    match &*call.func {
        Expr::Path(path) => {
            let name = path.path.get_ident()?.to_string();
            ops::by_call(&name, call.args.len())
        }
        _ => None,
    }
}

impl Graph {
    /// Puts a row's formula in place. An elementwise formula that decides something per element
    /// (`if x > 0.0`) becomes a kernel of its own where an operand may be an array.
    pub(crate) fn splice_formula(
        &mut self,
        nodes: &mut Vec<Node>,
        row: &Row,
        formula: &Graph,
        args: &[Value],
        origin: Origin,
    ) -> Value {
        let used = formula.uses();
        let is_used = |position: usize| used[formula.body.params[position].0] > 0;
        let decides = formula.body.nodes.iter().any(|node| matches!(node.op, Op::If));
        let are_floats = (0..args.len())
            .filter(|position| is_used(*position))
            .all(|position| matches!(self.ty(args[position]), Ty::Float(_) | Ty::Integer));
        if !row.is_elementwise() || !decides || are_floats {
            return self.splice(nodes, formula, args, origin)[0];
        }
        let mut operands = Vec::new();
        let mut params = Vec::new();
        let mut inside = Vec::new();
        for (position, arg) in args.iter().copied().enumerate() {
            if !is_used(position) || *self.ty(arg) == Ty::Integer {
                inside.push(arg);
                continue;
            }
            let info = self.info(arg).clone();
            let param =
                self.value(Info { ty: Ty::Float(info.ty.elem()), is_reference: false, ..info });
            operands.push(arg);
            params.push(param);
            inside.push(param);
        }
        let mut body = Vec::new();
        let results = self.splice(&mut body, formula, &inside, origin);
        let types: Vec<&Ty> = operands.iter().map(|arg| self.ty(*arg)).collect();
        let mut info = Info { ty: Ty::broadcast(&types), ..Info::default() };
        for arg in &operands {
            info.depends_on.join(&self.info(*arg).depends_on);
        }
        let out = self.value(info);
        let block = Block { params, nodes: body, results, ..Block::default() };
        nodes.push(Node {
            outs: vec![out],
            op: Op::Map,
            args: operands,
            blocks: vec![block],
            origin,
        });
        out
    }
}
