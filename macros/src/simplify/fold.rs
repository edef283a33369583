//! Constant folding and the algebra of ones and zeros.

use crate::graph::collections::HashMap;
use crate::graph::{Block, Elem, Graph, Info, Node, Op, Tokens, Ty, Value};
use crate::ops;

/// Folds what is known: `1.0 * x`, `x.powi(1)`, an integer that is a literal.
pub(crate) fn fold(mut graph: Graph) -> Graph {
    let (primal, adjoint) = graph.take_sweeps();
    let mut folding = Folding {
        graph,
        known: HashMap::default(),
        names: HashMap::default(),
        taken: HashMap::default(),
    };
    let primal = folding.nodes(primal);
    let adjoint = folding.nodes(adjoint);
    let Folding { mut graph, names, .. } = folding;
    for result in &mut graph.body.results {
        *result = names.get(result).copied().unwrap_or(*result);
    }
    graph.put_sweeps(primal, adjoint);
    graph
}

/// What is known of a value at compile time.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Float(String),
    Integer(i64),
    Bool(bool),
}

struct Folding {
    graph: Graph,
    known: HashMap<Value, Known>,
    /// Values that turned out to be others.
    names: HashMap<Value, Value>,
    /// The records of branches whose arm is known, with the arm.
    taken: HashMap<Value, usize>,
}

/// What a node turned out to be.
enum Folded {
    Same,
    Value(Value),
    Float(String),
    /// The value with its sign changed.
    Negative(Value),
    /// The number one, in a type that the macro does not know.
    One,
    /// The arm of a branch that is always taken: its nodes, and what its results are.
    Arm(Block),
}

impl Folding {
    fn nodes(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut folded = Vec::new();
        for node in nodes {
            self.node(node, &mut folded);
        }
        folded
    }

    fn block(&mut self, block: &mut Block) {
        let nodes = std::mem::take(&mut block.nodes);
        block.nodes = self.nodes(nodes);
        for result in &mut block.results {
            *result = self.name(*result);
        }
    }

    fn name(&self, value: Value) -> Value {
        self.names.get(&value).copied().unwrap_or(value)
    }

    fn node(&mut self, mut node: Node, into: &mut Vec<Node>) {
        for arg in &mut node.args {
            *arg = self.name(*arg);
        }
        self.drop_invariants(&mut node);
        self.tell_formula(&node);
        for block in &mut node.blocks {
            self.block(block);
        }
        self.drop_agreed(&mut node);
        let folded = match self.formula_of_floats(&mut node) {
            Some(formula) => Folded::Arm(formula),
            None => self.folded(&node),
        };
        match folded {
            Folded::Same => into.push(node),
            Folded::One => {
                self.known.insert(node.out(), Known::Float("1.0".to_owned()));
                into.push(node);
            }
            Folded::Negative(of) => {
                let op = Op::Row(ops::row("Neg"));
                into.push(Node { op, args: vec![of], ..node });
            }
            Folded::Value(value) => {
                self.names.insert(node.out(), value);
            }
            Folded::Float(text) => {
                let out = node.out();
                self.known.insert(out, Known::Float(text.clone()));
                let elem = self.graph.ty(out).elem();
                let elem = if elem == Elem::Unknown { Elem::Literal } else { elem };
                let info = self.graph.info(out).clone();
                *self.graph.info_mut(out) = Info { ty: Ty::Float(elem), name: None, ..info };
                into.push(Node::new(out, Op::Literal(text), vec![], node.origin));
            }
            Folded::Arm(arm) => {
                into.extend(arm.nodes);
                for (out, result) in node.outs.iter().zip(arm.results) {
                    self.names.insert(*out, result);
                }
            }
        }
    }

    /// What is known of a kernel's operands is known in its formula.
    fn tell_formula(&mut self, node: &Node) {
        let Some(operands) = node.operands_of_kernel() else { return };
        for (param, operand) in node.blocks[0].params.iter().zip(operands) {
            if let Some(known) = self.known.get(operand).cloned() {
                self.known.insert(*param, known);
            }
        }
    }

    /// A kernel whose operands all turned out to be floats is its formula.
    fn formula_of_floats(&mut self, node: &mut Node) -> Option<Block> {
        let likes = node.args.len() - node.operands_of_kernel()?.len();
        if !node.args[likes..].iter().all(|arg| self.graph.ty(*arg).is_float()) {
            return None;
        }
        let mut formula = std::mem::take(&mut node.blocks[0]);
        let operands: HashMap<Value, Value> =
            formula.params.iter().copied().zip(node.args[likes..].iter().copied()).collect();
        formula.replace_uses(&mut |value| operands.get(&value).copied().unwrap_or(value));
        for (like, result) in node.args[..likes].iter().zip(&mut formula.results) {
            let sum = self.graph.value(self.graph.info(*result).clone());
            let args = vec![*like, *result];
            formula.nodes.push(Node::new(sum, Op::Row(ops::row("SumTo")), args, node.origin));
            *result = sum;
        }
        Some(formula)
    }

    /// What every turn of a loop leaves as it was is not carried.
    fn drop_invariants(&mut self, node: &mut Node) {
        if !matches!(node.op, Op::Loop(_) | Op::Unloop(_)) {
            return;
        }
        let (first_arg, first_param) = (node.first_carried(), node.items());
        let count = node.carried_results().len();
        let first_result = node.blocks[0].results.len() - count;
        for at in (0..count).rev() {
            let body = &mut node.blocks[0];
            if body.results[first_result + at] != body.params[first_param + at] {
                continue;
            }
            body.results.remove(first_result + at);
            let param = body.params.remove(first_param + at);
            let arg = node.args.remove(first_arg + at);
            self.names.insert(param, arg);
            self.names.insert(node.outs.remove(at), arg);
        }
    }

    /// What all arms of a branch leave as it was is no result of it.
    fn drop_agreed(&mut self, node: &mut Node) {
        if !matches!(node.op, Op::If | Op::Unbranch) {
            return;
        }
        let mut defined = crate::graph::collections::HashSet::default();
        for block in &node.blocks {
            block.each_definition(&mut |value| {
                defined.insert(value);
            });
        }
        for at in (0..node.blocks[0].results.len()).rev() {
            let first = node.blocks[0].results[at];
            let agree = node.blocks.iter().all(|block| block.results[at] == first);
            if agree && !defined.contains(&first) {
                node.blocks.iter_mut().for_each(|block| {
                    block.results.remove(at);
                });
                self.names.insert(node.outs.remove(at), first);
            }
        }
    }

    fn folded(&mut self, node: &Node) -> Folded {
        match &node.op {
            Op::Literal(text) => {
                self.known.insert(node.out(), Known::Float(text.clone()));
                Folded::Same
            }
            Op::Verbatim(verbatim) if verbatim.pure && verbatim.pattern.is_none() => {
                let mentions: Vec<(&str, Value)> = verbatim.mentions(&node.args).collect();
                if let Some(known) = self.evaluate(&verbatim.tokens, &mentions) {
                    self.known.insert(node.out(), known);
                }
                Folded::Same
            }
            Op::If => match self.known.get(&node.args[0]) {
                Some(Known::Bool(condition)) => {
                    let arm = usize::from(!condition);
                    if let Some(record) = node.record() {
                        self.taken.insert(record, arm);
                    }
                    Folded::Arm(node.blocks[arm].clone())
                }
                _ => Folded::Same,
            },
            Op::Unbranch => match self.taken.get(&node.args[0]) {
                Some(arm) => Folded::Arm(node.blocks[*arm].clone()),
                None => Folded::Same,
            },
            Op::Row(row) => self.folded_row(row, node),
            _ => Folded::Same,
        }
    }

    fn folded_row(&self, row: &ops::Row, node: &Node) -> Folded {
        let float = |position: usize| match self.known.get(&node.args[position]) {
            Some(Known::Float(text)) => text.parse::<f64>().ok(),
            _ => None,
        };
        let integer = |position: usize| match self.known.get(&node.args[position]) {
            Some(Known::Integer(value)) => Some(*value),
            _ => None,
        };
        // Where it stands in the user's tokens, a product is no reference.
        let is_value = |position: usize| {
            let factor = self.graph.info(node.args[position]);
            !(factor.is_reference && factor.ty.is_float())
        };
        // `1.0 * x` is `x` whatever its shape; the literal has none.
        match row.name {
            "One" => Folded::One,
            "Mul" if float(0) == Some(1.0) && is_value(1) => Folded::Value(node.args[1]),
            "Mul" | "Div" if float(1) == Some(1.0) && is_value(0) => Folded::Value(node.args[0]),
            "Mul" => match (float(0), float(1)) {
                (Some(a), Some(b)) => Folded::Float(format!("{:?}", a * b)),
                (Some(-1.0), None) => Folded::Negative(node.args[1]),
                (None, Some(-1.0)) => Folded::Negative(node.args[0]),
                _ => Folded::Same,
            },
            // Small whole numbers, so that the sum is exact in every type.
            "Add" | "Plus" => match (float(0).filter(is_whole), float(1).filter(is_whole)) {
                (Some(a), Some(b)) => Folded::Float(format!("{:?}", a + b)),
                _ => Folded::Same,
            },
            "Neg" => match float(0) {
                Some(value) => Folded::Float(format!("{:?}", -value)),
                None => Folded::Same,
            },
            "Powi" if integer(1) == Some(1) => Folded::Value(node.args[0]),
            "FloatOf" => match integer(0) {
                Some(value) => Folded::Float(format!("{:?}", value as f64)),
                None => Folded::Same,
            },
            _ => Folded::Same,
        }
    }

    /// The value of `2`, `-3`, `n - 1` or `n == 0`, if its names are known integers.
    fn evaluate(&self, tokens: &Tokens, mentions: &[(&str, Value)]) -> Option<Known> {
        let text = tokens.to_string();
        let words: Vec<&str> = text.split_whitespace().collect();
        let integer = |word: &str| -> Option<i64> {
            let word = word.trim_end_matches("i32").trim_end_matches("usize").trim_end_matches('_');
            if let Ok(value) = word.parse() {
                return Some(value);
            }
            let (_, value) = mentions.iter().find(|(name, _)| *name == word)?;
            match self.known.get(value) {
                Some(Known::Integer(value)) => Some(*value),
                _ => None,
            }
        };
        match words.as_slice() {
            ["true"] => Some(Known::Bool(true)),
            ["false"] => Some(Known::Bool(false)),
            [word] => match mentions.iter().find(|(name, _)| name == word) {
                Some((_, value)) => self.known.get(value).cloned(),
                None => integer(word).map(Known::Integer),
            },
            ["-", word] => integer(word)?.checked_neg().map(Known::Integer),
            [a, "-", b] => integer(a)?.checked_sub(integer(b)?).map(Known::Integer),
            [a, "==", b] => Some(Known::Bool(integer(a)? == integer(b)?)),
            _ => None,
        }
    }
}

/// True for whole numbers of which f32 has every one.
fn is_whole(x: &f64) -> bool {
    x.fract() == 0.0 && x.abs() <= f64::from(1 << 20)
}
