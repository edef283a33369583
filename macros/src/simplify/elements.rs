//! What one element receives more than once is added up before it is added to the array.
//!
//! `x[i] * x[i] + x[i]` gives three contributions to one element of `dx`. Added one by one, each has to wait for
//! the one before to reach memory. And what `x[i] += v` takes out of an element to put it back stays there.

use crate::graph::collections::HashMap;
use crate::graph::{Action, Graph, Info, Node, Op, Step, Value};
use crate::ops::row;

/// Adds up what is added to the same element in one block.
pub(crate) fn gather_elements(mut graph: Graph) -> Graph {
    let uses = graph.uses();
    let (primal, adjoint) = graph.take_sweeps();
    let mut gathering = Gathering { graph, uses, names: HashMap::default() };
    let primal = gathering.nodes(primal);
    let adjoint = gathering.nodes(adjoint);
    let Gathering { mut graph, names, .. } = gathering;
    graph.put_sweeps(primal, adjoint);
    graph.body.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
    graph
}

struct Gathering {
    graph: Graph,
    uses: Vec<usize>,
    /// Versions that were left out, and what they are instead.
    names: HashMap<Value, Value>,
}

impl Gathering {
    fn nodes(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut kept: Vec<Node> = Vec::new();
        for mut node in nodes {
            self.rename(&mut node);
            if node.holds_code() {
                for block in &mut node.blocks {
                    block.nodes = self.nodes(std::mem::take(&mut block.nodes));
                }
            }
            if let Some(before) = self.same_element(&kept, &node) {
                let earlier = kept.remove(before);
                self.names.insert(earlier.out(), earlier.args[0]);
                let (old, new) = (earlier.args[1], node.args[1]);
                // The sum is for what receives it alone, whatever else its parts are for.
                let depends_on = self.graph.info(node.out()).depends_on.clone();
                let info = Info { name: None, depends_on, ..self.graph.info(old).clone() };
                let sum = self.graph.value(info);
                kept.push(Node::new(sum, Op::Row(row("Add")), vec![old, new], node.origin));
                node.args[1] = sum;
                kept.iter_mut().for_each(|node| self.rename(node));
                self.rename(&mut node);
            }
            if let Some(before) = self.taken_before(&kept, &node) {
                let taken = &mut kept[before];
                // The element is looked at here: nothing added before may be added later.
                if let Some(uses) = self.uses.get_mut(taken.args[0].0) {
                    *uses += 1;
                }
                self.names.insert(node.out(), taken.args[0]);
                self.names.insert(taken.outs.remove(0), taken.args[0]);
                taken.op = Op::Row(row("Element"));
                continue;
            }
            kept.push(node);
        }
        kept
    }

    fn rename(&self, node: &mut Node) {
        for arg in &mut node.args {
            *arg = self.names.get(arg).copied().unwrap_or(*arg);
        }
    }

    /// Where that was taken out of an element which a node puts back, if nothing else happens to it in between.
    fn taken_before(&self, kept: &[Node], node: &Node) -> Option<usize> {
        if !matches!(node.op, Op::AddView(row) if row.name == "Get") {
            return None;
        }
        let takes = |earlier: &Node| match &earlier.op {
            Op::TakePart(steps, Action::Set) => {
                steps.as_slice() == [Step::Index]
                    && earlier.outs == node.args[..2]
                    && earlier.args[1..] == node.args[2..]
            }
            _ => false,
        };
        let is_float = self.graph.ty(node.args[1]).is_float();
        let is_single = self.uses.get(node.args[0].0) == Some(&1);
        kept.iter().rposition(takes).filter(|_| is_float && is_single)
    }

    /// Where an earlier addition to the same element stands, if nothing but additions to other elements comes
    /// between.
    fn same_element(&self, kept: &[Node], node: &Node) -> Option<usize> {
        let is_element = |node: &Node| matches!(node.op, Op::AddView(row) if row.name == "Get");
        if !is_element(node) {
            return None;
        }
        let mut version = node.args[0];
        loop {
            let is_next = |earlier: &Node| is_element(earlier) && earlier.out() == version;
            let before = kept.iter().rposition(is_next)?;
            let earlier = &kept[before];
            if self.uses.get(version.0) != Some(&1) {
                return None;
            }
            let is_float = |value: Value| self.graph.ty(value).is_float();
            if earlier.args[2..] == node.args[2..]
                && is_float(earlier.args[1])
                && is_float(node.args[1])
            {
                return Some(before);
            }
            version = earlier.args[0];
        }
    }
}
