//! Kernels, taken apart into their partial derivatives and what is linear in tangents.

use super::linear::{Apart, Parts};
use crate::graph::collections::HashMap;
use crate::graph::{Block, Info, Node, Op, Ty, Value};
use crate::ops;

impl Apart {
    /// True for a kernel whose partial derivatives can be had by giving it ones for tangents.
    pub(super) fn is_splittable(&self, kernel: &Node) -> bool {
        fn calls(nodes: &[Node]) -> bool {
            let is_call = |node: &Node| {
                matches!(node.op, Op::Jvp(_)) || node.blocks.iter().any(|block| calls(&block.nodes))
            };
            nodes.iter().any(is_call)
        }
        let is_concrete = |value: &Value| self.graph.ty(*value).elem().is_concrete();
        kernel.outs.iter().all(is_concrete)
            && self.linear_in(kernel).iter().all(is_concrete)
            && !calls(&kernel.blocks[0].nodes)
    }

    /// The tangents that a kernel reads or uses from outside.
    fn linear_in(&self, kernel: &Node) -> Vec<Value> {
        let mut found = Vec::new();
        for value in kernel.args.iter().copied().chain(kernel.blocks[0].captured()) {
            if self.linear.contains(&value) && !found.contains(&value) {
                found.push(value);
            }
        }
        found
    }

    /// A kernel is linear in its tangents: for each, one computes what it gives for a tangent of 1, and what is left
    /// for every direction is a product.
    pub(super) fn kernel(&mut self, kernel: Node) -> Parts {
        let (mut primal, mut linear) = (Vec::new(), Vec::new());
        let out = kernel.out();
        let info = Info { name: None, ..self.graph.info(out).clone() };
        let mut sum = None;
        for tangent in self.linear_in(&kernel) {
            let partial = self.partial(&kernel, tangent, info.clone());
            let product = self.graph.value(info.clone());
            let op = Op::Row(ops::row("Mul"));
            linear.push(Node::new(product, op, vec![partial.out(), tangent], kernel.origin));
            primal.push(partial);
            sum = Some(match sum {
                None => product,
                Some(before) => {
                    let next = self.graph.value(info.clone());
                    let op = Op::Row(ops::row("Plus"));
                    linear.push(Node::new(next, op, vec![before, product], kernel.origin));
                    next
                }
            });
        }
        // The last sum or product is what the kernel gave.
        if let Some(last) = linear.last_mut() {
            last.outs = vec![out];
        }
        self.linear.extend(linear.iter().flat_map(|node| &node.outs));
        (primal, linear)
    }

    /// The kernel for a tangent of 1 and none else.
    fn partial(&mut self, kernel: &Node, tangent: Value, info: Info) -> Node {
        let block = &kernel.blocks[0];
        let mut names = HashMap::default();
        let mut nodes = Vec::new();
        let (mut params, mut args) = (Vec::new(), Vec::new());
        for (param, arg) in block.params.iter().zip(&kernel.args) {
            let name = match self.linear.contains(arg) {
                true => self.unit(*arg, tangent, &mut nodes),
                false => {
                    let copy = self.graph.value(self.graph.info(*param).clone());
                    params.push(copy);
                    args.push(*arg);
                    copy
                }
            };
            names.insert(*param, name);
        }
        for value in block.captured() {
            if self.linear.contains(&value) {
                let name = self.unit(value, tangent, &mut nodes);
                names.insert(value, name);
            }
        }
        nodes.extend(self.graph.copy_nodes(&block.nodes, &mut names));
        let name = |value: &Value| names.get(value).copied().unwrap_or(*value);
        let results = block.results.iter().map(name).collect();
        let block = Block { params, nodes, results, ..Block::default() };
        let out = self.graph.value(info);
        Node { outs: vec![out], op: Op::Map, args, blocks: vec![block], origin: kernel.origin }
    }

    /// 1 for the tangent that is asked about, 0 for any other.
    fn unit(&mut self, value: Value, asked: Value, nodes: &mut Vec<Node>) -> Value {
        let ty = Ty::Float(self.graph.ty(value).elem());
        let unit = self.graph.value(Info { ty, ..Info::default() });
        let text = if value == asked { "1.0" } else { "0.0" };
        nodes.push(Node::new(unit, Op::Literal(text.to_owned()), vec![], Default::default()));
        unit
    }
}
