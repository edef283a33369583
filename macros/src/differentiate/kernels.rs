//! Kernels, and the branches in them: what they compute is computed again in their adjoints.

use super::{Cotangent, Reversal};
use crate::graph::collections::HashMap;
use crate::graph::{Block, Elem, Info, Node, Op, Ty, Value};

impl Reversal {
    /// The adjoint of a kernel is a kernel: it computes the formula again, then its adjoint, and
    /// each operand's result is summed to the operand's shape.
    pub(super) fn reverse_map(&mut self, node: &Node, out: Value) {
        let dy = self.dense(out, node.origin);
        let block = &node.blocks[0];
        let mut names: HashMap<Value, Value> = HashMap::default();
        let mut params: Vec<Value> = block
            .params
            .iter()
            .map(|param| {
                let copy = self.graph.value(self.graph.info(*param).clone());
                names.insert(*param, copy);
                copy
            })
            .collect();
        let seed = self.graph.value(Info {
            name: self.graph.info(dy).name.clone(),
            ty: Ty::Float(self.graph.ty(dy).elem()),
            depends_on: self.graph.info(out).depends_on.clone(),
            ..Info::default()
        });
        let primal = self.graph.copy_nodes(&block.nodes, &mut names);
        let result = names.get(&block.results[0]).copied().unwrap_or(block.results[0]);
        let inner_params = params.clone();
        let (nodes, received) = self.inside(primal, result, seed, &inner_params);
        params.push(seed);

        let active: Vec<usize> = (0..node.args.len())
            .filter(|position| self.graph.is_active(node.args[*position]))
            .collect();
        let results = active.iter().map(|position| received[*position]).collect();
        let likes: Vec<Value> = active.iter().map(|position| node.args[*position]).collect();
        let outs: Vec<Value> = likes
            .iter()
            .map(|like| {
                let ty = self.graph.ty(*like).clone();
                self.cotangent_value(*like, ty)
            })
            .collect();
        let args = likes.iter().chain(&node.args).copied().chain([dy]).collect();
        self.nodes.push(Node {
            outs: outs.clone(),
            op: Op::Pull { likes: likes.len() },
            args,
            blocks: vec![Block { params, nodes, results, ..Block::default() }],
            origin: node.origin,
        });
        for (like, gave) in likes.into_iter().zip(outs) {
            self.contribute(like, Cotangent::Dense(gave), node.origin);
        }
    }

    /// A branch on floats: the arm that was taken is computed again, then its adjoint; the other
    /// arm contributes nothing.
    pub(super) fn reverse_if(&mut self, node: &Node, out: Value) {
        let dy = self.dense(out, node.origin);
        let captured = self.captured(&node.blocks);
        let blocks = node
            .blocks
            .iter()
            .map(|arm| {
                let mut names = HashMap::default();
                let primal = self.graph.copy_nodes(&arm.nodes, &mut names);
                let result = names.get(&arm.results[0]).copied().unwrap_or(arm.results[0]);
                let (nodes, results) = self.inside(primal, result, dy, &captured);
                Block { nodes, results, ..Block::default() }
            })
            .collect();
        let outs: Vec<Value> = captured
            .iter()
            .map(|value| {
                let ty = self.graph.ty(*value).clone();
                self.cotangent_value(*value, ty)
            })
            .collect();
        self.nodes.push(Node {
            outs: outs.clone(),
            op: Op::If,
            args: node.args.clone(),
            blocks,
            origin: node.origin,
        });
        for (value, gave) in captured.into_iter().zip(outs) {
            self.contribute(value, Cotangent::Dense(gave), node.origin);
        }
    }

    /// Primal nodes followed by their adjoint, and what each of `wanted` receives: its adjoints
    /// start at zero, whatever was received outside.
    fn inside(
        &mut self,
        mut primal: Vec<Node>,
        result: Value,
        seed: Value,
        wanted: &[Value],
    ) -> (Vec<Node>, Vec<Value>) {
        let was_in_kernel = std::mem::replace(&mut self.in_kernel, true);
        let outer_nodes = std::mem::take(&mut self.nodes);
        let outer_cotangents = std::mem::take(&mut self.cotangents);
        if self.graph.is_active(result) {
            self.cotangents.seed(result, Cotangent::Dense(seed));
        }
        self.reverse(&mut primal);
        let received = wanted
            .iter()
            .map(|value| match self.cotangents.get(*value) {
                Some(Cotangent::Dense(cotangent) | Cotangent::Accumulator(cotangent)) => cotangent,
                None => self.zero(),
            })
            .collect();
        let adjoint = std::mem::replace(&mut self.nodes, outer_nodes);
        self.cotangents = outer_cotangents;
        self.in_kernel = was_in_kernel;
        (primal.into_iter().chain(adjoint).collect(), received)
    }

    fn zero(&mut self) -> Value {
        let zero = self.graph.value(Info { ty: Ty::Float(Elem::Literal), ..Info::default() });
        self.nodes.push(Node::new(
            zero,
            Op::Literal("0.0".to_owned()),
            Vec::new(),
            Default::default(),
        ));
        zero
    }
}
