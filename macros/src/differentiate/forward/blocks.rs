//! Branches and loops: what they give and carry has its tangent beside it.

use super::Forward;
use crate::graph::{Block, Node, Value};

impl Forward {
    /// The results of each arm, then their tangents.
    pub(super) fn branch(&mut self, mut node: Node) {
        let count = node.blocks.first().map_or(0, |arm| arm.results.len());
        let active: Vec<usize> =
            (0..count).filter(|position| self.active.contains(&node.outs[*position])).collect();
        for arm in &mut node.blocks {
            let nodes = std::mem::take(&mut arm.nodes);
            self.arm(arm, nodes, &active);
        }
        let tangents = self.beside(&active, &node.outs);
        node.outs.splice(count..count, tangents);
        self.nodes.push(node);
    }

    /// Walks an arm, with the tangents of these of its results after them.
    fn arm(&mut self, arm: &mut Block, nodes: Vec<Node>, active: &[usize]) {
        let outer = std::mem::take(&mut self.nodes);
        self.walk(nodes);
        for position in active {
            let tangent = self.tangent_of(arm.results[*position]);
            arm.results.push(tangent);
        }
        arm.nodes = std::mem::replace(&mut self.nodes, outer);
    }

    /// What is carried, then its tangents.
    pub(super) fn turns(&mut self, mut node: Node) {
        let (first, items) = (node.first_carried(), node.items());
        let carried = node.carried_results().to_vec();
        let active: Vec<usize> = (0..carried.len())
            .filter(|position| self.active.contains(&node.blocks[0].params[items + position]))
            .collect();
        for position in &active {
            let tangent = self.tangent_of(node.args[first + position]);
            node.args.push(tangent);
        }
        let params = self.beside(&active, &node.blocks[0].params[items..]);
        let mut body = std::mem::take(&mut node.blocks[0]);
        body.params.extend(params);
        let outer = std::mem::take(&mut self.nodes);
        self.walk(std::mem::take(&mut body.nodes));
        for position in &active {
            let tangent = self.tangent_of(carried[*position]);
            body.results.push(tangent);
        }
        body.nodes = std::mem::replace(&mut self.nodes, outer);
        node.blocks[0] = body;
        let tangents = self.beside(&active, &node.outs);
        let count = carried.len();
        node.outs.splice(count..count, tangents);
        self.nodes.push(node);
    }

    /// New values that are the tangents of these of the values.
    fn beside(&mut self, active: &[usize], values: &[Value]) -> Vec<Value> {
        active
            .iter()
            .map(|position| {
                let value = values[*position];
                let tangent = self.tangent_value(value);
                self.tangents.insert(value, tangent);
                self.given.insert(tangent);
                tangent
            })
            .collect()
    }
}
