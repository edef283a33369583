//! Putting one graph, such as a formula of the table, into another.

use super::{Block, Graph, Info, Node, Op, Origin, Ty, Value};
use crate::graph::collections::HashMap;

impl Graph {
    /// Copies the nodes of `formula`'s body to the end of `nodes`, with `args` for its parameters,
    /// and gives what its results became. Types and dependencies are those of the new operands.
    pub(crate) fn splice(
        &mut self,
        nodes: &mut Vec<Node>,
        formula: &Graph,
        args: &[Value],
        origin: Origin,
    ) -> Vec<Value> {
        let mut copy = Copy {
            from: formula,
            to: self,
            names: formula.body.params.iter().copied().zip(args.iter().copied()).collect(),
            origin: Some(origin),
        };
        copy.nodes(&formula.body.nodes, nodes);
        formula.body.results.iter().map(|result| copy.names[result]).collect()
    }

    /// Copies a block of this same graph with new values, so that each stays defined once.
    /// `names` says what the values from outside become; others stay.
    pub(crate) fn copy_nodes(
        &mut self,
        from: &[Node],
        names: &mut HashMap<Value, Value>,
    ) -> Vec<Node> {
        let source = self.clone();
        let mut copy = Copy { from: &source, to: self, names: std::mem::take(names), origin: None };
        let mut nodes = Vec::new();
        copy.nodes(from, &mut nodes);
        *names = copy.names;
        nodes
    }
}

struct Copy<'a> {
    from: &'a Graph,
    to: &'a mut Graph,
    names: HashMap<Value, Value>,
    /// The origin of every copied node, if not its own.
    origin: Option<Origin>,
}

impl Copy<'_> {
    fn nodes(&mut self, from: &[Node], into: &mut Vec<Node>) {
        for node in from {
            let copied = self.node(node);
            into.push(copied);
        }
    }

    fn node(&mut self, node: &Node) -> Node {
        let args: Vec<Value> = node.args.iter().map(|arg| self.name(*arg)).collect();
        let blocks: Vec<Block> = node.blocks.iter().map(|block| self.block(block)).collect();
        let outs = node.outs.iter().map(|out| self.out(*out, node, &args, &blocks)).collect();
        let origin = self.origin.unwrap_or(node.origin);
        Node { outs, op: node.op.clone(), args, blocks, origin }
    }

    fn block(&mut self, block: &Block) -> Block {
        let params = self.definitions(&block.params);
        let restored = self.definitions(&block.restored);
        let mut nodes = Vec::new();
        self.nodes(&block.nodes, &mut nodes);
        let results = block.results.iter().map(|result| self.name(*result)).collect();
        let saved = block.saved.iter().map(|value| self.name(*value)).collect();
        let stacks = block.stacks.iter().map(|value| self.name(*value)).collect();
        let Block { takes, is_sparse, primal, .. } = *block;
        Block { params, restored, takes, nodes, results, saved, is_sparse, stacks, primal }
    }

    fn definitions(&mut self, values: &[Value]) -> Vec<Value> {
        values
            .iter()
            .map(|from| {
                let value = self.to.value(self.from.info(*from).clone());
                self.names.insert(*from, value);
                value
            })
            .collect()
    }

    fn name(&self, value: Value) -> Value {
        self.names.get(&value).copied().unwrap_or(value)
    }

    /// A value for a copied result, of the type that the new operands give it.
    fn out(&mut self, out: Value, node: &Node, args: &[Value], blocks: &[Block]) -> Value {
        let mut info: Info = self.from.info(out).clone();
        match &node.op {
            Op::Row(row) => info.ty = self.to.result_type(row, args),
            Op::If if node.outs.len() == 1 && may_be_numeric(&info.ty) => {
                let results: Vec<&Ty> =
                    blocks.iter().map(|block| self.to.ty(block.results[0])).collect();
                info.ty = Ty::broadcast(&results);
            }
            _ => {}
        }
        if self.origin.is_some() {
            info.depends_on = Default::default();
            for arg in args.iter().chain(blocks.iter().flat_map(|block| &block.results)) {
                let depends_on = self.to.info(*arg).depends_on.clone();
                info.depends_on.join(&depends_on);
            }
        }
        let value = self.to.value(info);
        self.names.insert(out, value);
        value
    }
}

fn may_be_numeric(ty: &Ty) -> bool {
    ty.is_numeric() || *ty == Ty::Unknown
}
