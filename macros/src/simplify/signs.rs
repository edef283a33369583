//! Signs: a difference is written as one, not as the sum with a negation.
//!
//! The formulas of cotangents negate what they subtract (`db: -dy`). All of this is exact: IEEE 754 negates without
//! rounding, and `a - b` is `a + (-b)`.

use crate::graph::collections::HashMap;
use crate::graph::{Graph, Info, Node, Op, Value};
use crate::ops::{row, Row};

/// Lets sums take over the signs of what they add up.
pub(crate) fn settle_signs(mut graph: Graph) -> Graph {
    let uses = graph.uses();
    let (primal, adjoint) = graph.take_sweeps();
    let mut signs = Signs { graph, uses, defined: HashMap::default(), names: HashMap::default() };
    let primal = signs.nodes(primal);
    let adjoint = signs.nodes(adjoint);
    let Signs { mut graph, names, .. } = signs;
    graph.put_sweeps(primal, adjoint);
    graph.body.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
    graph
}

struct Signs {
    graph: Graph,
    uses: Vec<usize>,
    /// What the values of the block that is read are: operation and operands. What a turn or the adjoint would have to
    /// compute again, or keep in another's place, stays as it is.
    defined: HashMap<Value, (&'static Row, Vec<Value>)>,
    /// Values that turned out to be others.
    names: HashMap<Value, Value>,
}

impl Signs {
    fn nodes(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut settled = Vec::new();
        let outside = std::mem::take(&mut self.defined);
        for mut node in nodes {
            for arg in &mut node.args {
                *arg = self.names.get(arg).copied().unwrap_or(*arg);
            }
            for block in &mut node.blocks {
                block.nodes = self.nodes(std::mem::take(&mut block.nodes));
            }
            self.settle(&mut node, &mut settled);
            if let (Op::Row(row), [out]) = (&node.op, node.outs.as_slice()) {
                self.defined.insert(*out, (row, node.args.clone()));
            }
            settled.push(node);
        }
        self.defined = outside;
        settled
    }

    /// Writes `a + -b` as `a - b`, and so on. What that needs goes into `before`.
    fn settle(&mut self, node: &mut Node, before: &mut Vec<Node>) {
        let Op::Row(operation) = &node.op else { return };
        // A cotangent that comes from elsewhere may be an accumulator, which knows of sums alone.
        let is_elementwise =
            |arg: &Value| self.defined.get(arg).is_some_and(|(row, _)| row.is_elementwise());
        if operation.name == "Plus" && !node.args.iter().all(is_elementwise) {
            return;
        }
        let rewritten = match (operation.name, node.args.as_slice()) {
            ("Neg", [a]) => {
                if let Some(a) = self.negated(*a, node, before) {
                    self.names.insert(node.out(), a);
                }
                None
            }
            ("Add" | "Plus", [a, b]) => match self.negated(*b, node, before) {
                Some(b) => Some(("Sub", vec![*a, b])),
                None => self.negated(*a, node, before).map(|a| ("Sub", vec![*b, a])),
            },
            ("Sub", [a, b]) => self.negated(*b, node, before).map(|b| ("Add", vec![*a, b])),
            _ => None,
        };
        if let Some((name, args)) = rewritten {
            node.op = Op::Row(row(name));
            node.args = args;
        }
    }

    /// What the value is the negation of: `x` of `-x`, and `x * y` of `-x * y` where nothing else uses that.
    fn negated(&mut self, value: Value, user: &Node, before: &mut Vec<Node>) -> Option<Value> {
        let (operation, mut args) = self.defined.get(&value)?.clone();
        let is_single = self.uses.get(value.0) == Some(&1);
        let first = match operation.name {
            "Neg" => return Some(args[0]),
            "Mul" | "Div" if is_single => self.negated(args[0], user, before),
            "Expand" => self.negated(args[0], user, before),
            _ => return None,
        };
        match first {
            Some(positive) => args[0] = positive,
            None if operation.name == "Expand" => return None,
            None => args[1] = self.negated(args[1], user, before)?,
        }
        let info = Info { name: None, ..self.graph.info(value).clone() };
        let positive = self.graph.value(info);
        before.push(Node::new(positive, Op::Row(operation), args.clone(), user.origin));
        self.defined.insert(positive, (operation, args));
        Some(positive)
    }
}
