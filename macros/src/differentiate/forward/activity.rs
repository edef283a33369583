//! Which values may have a tangent, found before any is made: a loop must know what it carries.

use crate::graph::collections::{HashMap, HashSet};
use crate::graph::{Form, Graph, Node, Op, Ty, Value};

/// The values that something with a tangent flows into.
pub(super) fn active(graph: &Graph, params: &[Value]) -> HashSet<Value> {
    let mut marking = Marking { graph, active: params.iter().copied().collect() };
    if let Some(sweep) = &graph.sweep {
        if !graph.body.nodes.iter().any(|node| node.outs.contains(&sweep.seed)) {
            marking.active.insert(sweep.seed);
        }
    }
    marking.nodes(&graph.body.nodes);
    marking.active
}

/// Finds more of them in nodes that were added.
pub(super) fn extend(graph: &Graph, active: &mut HashSet<Value>, nodes: &[Node]) {
    let mut marking = Marking { graph, active: std::mem::take(active) };
    marking.nodes(nodes);
    *active = marking.active;
}

/// The values whose zero is made as they are, of the zeros of their parts: lists, tuples, options, what nothing
/// reads. rustc may not know their types yet.
pub(super) fn made_of_parts(nodes: &[Node]) -> HashMap<Value, (Op, Vec<Value>)> {
    let mut found = HashMap::default();
    for node in nodes {
        let is_made = match &node.op {
            Op::Undefined => true,
            Op::Construct(construct) => match construct.form {
                Form::NdArray(_) | Form::Repeat { .. } | Form::Struct => false,
                Form::Option => true,
                Form::Tuple | Form::Array | Form::Vec => construct.path.is_none(),
            },
            _ => false,
        };
        if is_made {
            found.insert(node.out(), (node.op.clone(), node.args.clone()));
        }
        for block in &node.blocks {
            found.extend(made_of_parts(&block.nodes));
        }
    }
    found
}

struct Marking<'g> {
    graph: &'g Graph,
    active: HashSet<Value>,
}

impl Marking<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.op {
            Op::Literal(_) | Op::Verbatim(_) | Op::Effect(_) | Op::Undefined => {}
            Op::If | Op::Unbranch => {
                for arm in &node.blocks {
                    self.nodes(&arm.nodes);
                    for (result, out) in arm.results.iter().zip(&node.outs) {
                        self.flow(*result, *out);
                    }
                }
            }
            Op::Loop(_) | Op::Unloop(_) => self.turns(node),
            Op::Row(row) => {
                let flows = node.args.iter().enumerate().any(|(position, arg)| {
                    !row.is_constant_operand(position)
                        && !row.is_shape_only(position)
                        && self.active.contains(arg)
                });
                if flows && !row.is_constant_in_tangents() {
                    self.active.extend(&node.outs);
                }
            }
            // Accumulators are made again beside themselves, zero or not.
            Op::Accumulator | Op::Pullback(_) => self.active.extend(&node.outs),
            _ => {
                let mut flows = node.args.iter().any(|arg| self.active.contains(arg));
                for block in &node.blocks {
                    flows |= block.captured().iter().any(|value| self.active.contains(value));
                }
                if flows {
                    let outs = node.outs.iter().filter(|out| *self.graph.ty(**out) != Ty::Constant);
                    self.active.extend(outs);
                }
            }
        }
    }

    fn flow(&mut self, from: Value, to: Value) {
        if self.active.contains(&from) {
            self.active.insert(to);
        }
    }

    /// What is carried is active if it begins so or a turn makes it so.
    fn turns(&mut self, node: &Node) {
        let first = node.first_carried();
        let params = &node.blocks[0].params[node.items()..];
        loop {
            let before = self.active.len();
            for (position, param) in params.iter().enumerate() {
                self.flow(node.args[first + position], *param);
                self.flow(node.carried_results()[position], *param);
            }
            self.nodes(&node.blocks[0].nodes);
            if self.active.len() == before {
                break;
            }
        }
        for (param, out) in params.iter().zip(&node.outs) {
            self.flow(*param, *out);
        }
    }
}
