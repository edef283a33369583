//! A graph with tangents, taken apart: first all that the tangents do not reach, then what is linear in them. So
//! the primal, with the sines and exponentials that its derivative asks for, is computed once for any
//! number of directions.
//!
//! The two parts stand to each other as primal and adjoint do: a branch or loop of the first gets a record, and its
//! twin in the second uses its values as if they were in scope. But a loop's twin goes forwards.

use crate::graph::collections::HashSet;
use crate::graph::{Block, Callee, Graph, Info, Node, Op, Sweep, Turns, Ty, Unloop, Value};

/// Takes a graph with tangents apart. `tangents` are those that do not follow from the tangents of the parameters:
/// what blocks give and carry, and zeros.
pub(super) fn apart(mut graph: Graph, count: usize, tangents: HashSet<Value>) -> Graph {
    let params = graph.body.params.clone();
    let nodes = std::mem::take(&mut graph.body.nodes);
    let first = params[params.len() - count];
    let mut apart = Apart { graph, linear: tangents };
    apart.linear.extend(&params[params.len() - count..]);
    let (primal, linear) = apart.nodes(nodes);
    let mut graph = apart.graph;
    let values = graph.body.results.len() - 1;
    graph.sweep = Some(Sweep {
        start: primal.len(),
        values,
        seed: first,
        seed_tangent: None,
        is_linear: true,
    });
    graph.body.nodes = primal.into_iter().chain(linear).collect();
    graph
}

/// The nodes of the first part, and those of the second.
pub(super) type Parts = (Vec<Node>, Vec<Node>);

pub(super) struct Apart {
    pub(super) graph: Graph,
    /// What is linear in the tangents of the parameters.
    pub(super) linear: HashSet<Value>,
}

impl Apart {
    fn nodes(&mut self, nodes: Vec<Node>) -> Parts {
        let (mut primal, mut linear) = (Vec::new(), Vec::new());
        for node in nodes {
            let (one, other) = self.node(node);
            primal.extend(one);
            linear.extend(other);
        }
        (primal, linear)
    }

    fn node(&mut self, node: Node) -> Parts {
        match &node.op {
            Op::If => self.branch(node),
            Op::Loop(_) => self.turns(node),
            Op::Jvp(Callee { tangents: Some(_), .. }) => self.call(node),
            Op::Map if self.is_linear(&node) && self.is_splittable(&node) => self.kernel(node),
            _ if self.is_linear(&node) => {
                self.linear.extend(&node.outs);
                (vec![], vec![node])
            }
            _ => (vec![node], vec![]),
        }
    }

    fn is_linear(&self, node: &Node) -> bool {
        let mut is_linear = node.outs.iter().any(|out| self.linear.contains(out));
        node.each_use(&mut |value| is_linear |= self.linear.contains(&value));
        is_linear
    }

    /// A branch, and its twin if it gives tangents.
    fn branch(&mut self, mut node: Node) -> Parts {
        let whole = node.clone();
        let mut arms: Vec<Block> = Vec::new();
        for arm in &mut node.blocks {
            let (primal, nodes) = self.nodes(std::mem::take(&mut arm.nodes));
            arm.nodes = primal;
            arms.push(Block { nodes, ..Block::default() });
        }
        let is_linear = |this: &Self, position: usize| {
            this.linear.contains(&node.outs[position])
                || node.blocks.iter().any(|arm| this.linear.contains(&arm.results[position]))
        };
        let is_linear: Vec<bool> =
            (0..node.outs.len()).map(|position| is_linear(self, position)).collect();
        let (outs, twins) = divided(&node.outs, &is_linear);
        self.linear.extend(&twins);
        if twins.is_empty() {
            return (vec![node], vec![]);
        }
        if outs.is_empty() && node.blocks.iter().all(|arm| arm.nodes.is_empty()) {
            return (vec![], vec![whole]);
        }
        for (arm, twin) in node.blocks.iter_mut().zip(&mut arms) {
            (arm.results, twin.results) = divided(&arm.results, &is_linear);
        }
        self.with_record(
            node,
            outs,
            Node { outs: twins, op: Op::Unbranch, args: vec![], blocks: arms, ..whole },
        )
    }

    /// A loop, and its twin if it carries tangents.
    fn turns(&mut self, mut node: Node) -> Parts {
        let (first, items) = (node.first_carried(), node.items());
        let exits = node.blocks[0].results.len() - node.carried_results().len();
        let values = node.outs.iter().filter(|out| !self.linear.contains(out)).count();
        let twins = node.outs.split_off(values);
        let args = node.args.split_off(first + values);
        let turn = &mut node.blocks[0];
        let params = turn.params.split_off(items + values);
        let results = turn.results.split_off(exits + values);
        let (primal, nodes) = self.nodes(std::mem::take(&mut turn.nodes));
        turn.nodes = primal;
        if twins.is_empty() {
            return (vec![node], vec![]);
        }
        let unloop = Unloop { again: None, turns: Turns::Recorded };
        let twin = Node {
            outs: twins,
            op: Op::Unloop(unloop),
            args,
            blocks: vec![Block { params, nodes, results, ..Block::default() }],
            origin: node.origin,
        };
        let outs = std::mem::take(&mut node.outs);
        self.with_record(node, outs, twin)
    }

    /// Both, with a record of the first that the second is handed.
    fn with_record(&mut self, mut node: Node, outs: Vec<Value>, mut twin: Node) -> Parts {
        let record = self.graph.value(Info { ty: Ty::Constant, ..Info::default() });
        node.outs = outs;
        node.outs.push(record);
        twin.args.insert(0, record);
        (vec![node], vec![twin])
    }

    /// A call is made once: it gives the value, and the map that is given the tangents of each direction.
    fn call(&mut self, mut node: Node) -> Parts {
        let mut twin = node.clone();
        let Op::Jvp(callee) = &mut node.op else { return (vec![node], vec![]) };
        node.args.truncate(callee.passing.len());
        if !callee.is_derivative() {
            let given = callee.tangents.clone();
            let callee = Callee { is_linear: true, ..callee.clone() };
            let map = self.graph.value(Info { ty: Ty::Constant, ..Info::default() });
            node.op = Op::Call(callee.clone());
            node.outs = vec![node.outs[0], map];
            twin.op = Op::Pullback(Callee { tangents: given, ..callee });
            twin.args.insert(0, map);
            twin.outs.remove(0);
            self.linear.extend(&twin.outs);
            return (vec![node], vec![twin]);
        }
        if callee.takes_tangents() {
            // The public one takes them in another form than the hidden one.
            callee.tangents = Some(vec![false; callee.passing.len()]);
            let unused = self.graph.info(node.outs[1]).clone();
            node.outs[1] = self.graph.value(unused);
        } else {
            node.outs.truncate(1);
            callee.tangents = None;
        }
        let again = self.graph.info(node.outs[0]).clone();
        twin.outs[0] = self.graph.value(again);
        self.linear.extend(&twin.outs);
        (vec![node], vec![twin])
    }
}

/// The values that are not linear, and those that are.
fn divided(values: &[Value], is_linear: &[bool]) -> (Vec<Value>, Vec<Value>) {
    let (linear, others): (Vec<_>, Vec<_>) =
        values.iter().zip(is_linear).partition(|(_, is_linear)| **is_linear);
    let values = |of: Vec<(&Value, &bool)>| of.into_iter().map(|(value, _)| *value).collect();
    (values(others), values(linear))
}
