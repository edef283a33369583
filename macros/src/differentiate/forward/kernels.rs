//! Kernels: the tangent of one is one, which computes the formula again beside its tangent.

use super::{activity, Forward};
use crate::graph::collections::HashMap;
use crate::graph::{Block, Info, Node, Op, Ty, Value};

/// The runtime's kernels take so many operands and give so many results.
const MOST: usize = 8;

impl Forward {
    /// The kernel, and one that gives its tangent.
    pub(super) fn map(&mut self, mut node: Node) {
        let origin = node.origin;
        let groups = self.groups(&node, 0);
        let twins: Vec<Node> = groups.iter().map(|group| self.kernel(&node, 0, group)).collect();
        let out = node.out();
        if !self.is_second {
            call_plainly(&mut node.blocks[0].nodes);
        }
        self.nodes.push(node);
        let shares = twins
            .into_iter()
            .map(|mut twin| {
                let share = self.tangent_value(out);
                self.graph.info_mut(share).name = None;
                twin.outs = vec![share];
                self.nodes.push(twin);
                share
            })
            .collect();
        if let Some(tangent) = self.sum(out, shares, true, origin) {
            self.settle(out, tangent);
        }
    }

    /// The backward of a kernel gives its results' tangents too.
    pub(super) fn pull(&mut self, likes: usize, mut node: Node) {
        let origin = node.origin;
        let groups = self.groups(&node, likes);
        match groups.as_slice() {
            [] => self.nodes.push(node),
            [group] if 2 * likes <= MOST => {
                let twin = self.kernel(&node, likes, group);
                let block = &mut node.blocks[0];
                let mut both = twin.blocks.into_iter().next().unwrap_or_default();
                // The twin computes the results again, so they may as well be its own.
                let results = both.restored.drain(..).collect::<Vec<_>>();
                both.results = results.into_iter().chain(both.results).collect();
                *block = both;
                let mut args = node.args[..likes].to_vec();
                args.extend(&node.args[..likes]);
                args.extend(&twin.args[likes..]);
                let tangents: Vec<Value> =
                    node.outs.iter().map(|out| self.tangent_value(*out)).collect();
                for (out, tangent) in node.outs.iter().zip(&tangents) {
                    self.tangents.insert(*out, *tangent);
                }
                node.args = args;
                node.outs.extend(tangents);
                node.op = Op::Pull { likes: 2 * likes };
                self.nodes.push(node);
            }
            groups => {
                let mut shares: Vec<Vec<Value>> = vec![Vec::new(); node.outs.len()];
                for group in groups {
                    let mut twin = self.kernel(&node, likes, group);
                    twin.blocks[0].restored.clear();
                    twin.outs = node.outs.iter().map(|out| self.tangent_value(*out)).collect();
                    for (share, out) in shares.iter_mut().zip(&twin.outs) {
                        share.push(*out);
                    }
                    self.nodes.push(twin);
                }
                let outs = node.outs.clone();
                self.nodes.push(node);
                for (out, shares) in outs.into_iter().zip(shares) {
                    if let Some(tangent) = self.sum(out, shares, true, origin) {
                        self.settle(out, tangent);
                    }
                }
            }
        }
    }

    /// The tangents that flow into a kernel, in as many groups as its kernels take: one if it can be.
    fn groups(&self, node: &Node, likes: usize) -> Vec<Vec<Value>> {
        let operands = &node.args[likes..];
        let mut flowing: Vec<Value> = Vec::new();
        for value in operands.iter().chain(&node.blocks[0].captured()) {
            if self.has(*value) && !flowing.contains(value) {
                flowing.push(*value);
            }
        }
        let is_array = |value: &&Value| !self.graph.ty(**value).is_float();
        let arrays = operands.iter().filter(is_array).count();
        let tangents = operands.iter().filter(|value| self.has(**value)).filter(is_array).count();
        if flowing.is_empty() {
            Vec::new()
        } else if arrays + tangents <= MOST {
            vec![flowing]
        } else {
            flowing.into_iter().map(|value| vec![value]).collect()
        }
    }

    /// A kernel that gives the tangents of the results, as far as they come from `flowing`; what
    /// stands for the results themselves is noted as restored.
    fn kernel(&mut self, node: &Node, likes: usize, flowing: &[Value]) -> Node {
        let block = &node.blocks[0];
        let mut names: HashMap<Value, Value> = HashMap::default();
        let mut args = node.args.clone();
        let mut params = Vec::new();
        for param in &block.params {
            let copy = self.graph.value(self.graph.info(*param).clone());
            names.insert(*param, copy);
            params.push(copy);
        }
        // Beside one tangent all others are zero.
        let hidden: Vec<(Value, Value)> = block
            .captured()
            .into_iter()
            .filter(|value| !flowing.contains(value))
            .filter_map(|value| Some((value, self.tangents.of.remove(&value)?)))
            .collect();
        for (position, operand) in node.args[likes..].iter().enumerate() {
            let Some(tangent) = self.tangents.get(operand) else { continue };
            if !flowing.contains(operand) {
                continue;
            }
            let param = params[position];
            let inner = self.element_tangent(param);
            self.tangents.insert(param, inner);
            self.active.insert(param);
            args.push(tangent);
            params.push(inner);
        }
        let copies = self.graph.copy_nodes(&block.nodes, &mut names);
        activity::extend(&self.graph, &mut self.active, &copies);
        let was_in_kernel = std::mem::replace(&mut self.in_kernel, true);
        let outer = std::mem::take(&mut self.nodes);
        self.walk(copies);
        let restored: Vec<Value> = block
            .results
            .iter()
            .map(|result| names.get(result).copied().unwrap_or(*result))
            .collect();
        let results = restored.iter().map(|result| self.tangent_of(*result)).collect();
        let nodes = std::mem::replace(&mut self.nodes, outer);
        self.in_kernel = was_in_kernel;
        self.tangents.of.extend(hidden);
        let block = Block { params, restored, nodes, results, ..Block::default() };
        Node { outs: vec![], op: node.op.clone(), args, blocks: vec![block], origin: node.origin }
    }

    /// The tangent of an element.
    fn element_tangent(&mut self, param: Value) -> Value {
        let info = self.graph.info(param).clone();
        let name = info.name.as_deref().map(|name| self.tangent_name(name));
        let ty = Ty::Float(info.ty.elem());
        self.graph.value(Info { name, ty, is_reference: false, shape_of: None, ..info })
    }
}

/// Where a value alone is asked for, its functions are called as the user wrote it.
fn call_plainly(nodes: &mut [Node]) {
    for node in nodes {
        if let Op::Call(callee) = &node.op {
            node.op = Op::Jvp(callee.clone());
            node.outs.truncate(1);
        }
        node.blocks.iter_mut().for_each(|block| call_plainly(&mut block.nodes));
    }
}
