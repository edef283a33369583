//! Calls: the callee gives its result's tangent beside the result, and its pullback those of the
//! cotangents beside them.

use super::Forward;
use crate::graph::{Callee, Node, Op, Value};

impl Forward {
    pub(super) fn call(&mut self, callee: Callee, mut node: Node) {
        let given: Vec<Option<Value>> =
            node.args.iter().map(|arg| self.tangents.get(arg)).collect();
        let callee =
            Callee { tangents: Some(given.iter().map(Option::is_some).collect()), ..callee };
        node.args.extend(given.into_iter().flatten());
        let out = node.outs[0];
        let tangent = self.tangent_value(out);
        self.tangents.insert(out, tangent);
        if self.is_second {
            node.op = Op::Call(callee);
        } else {
            node.op = Op::Jvp(callee);
            node.outs.truncate(1);
        }
        node.outs.push(tangent);
        self.nodes.push(node);
    }

    /// A call in forward mode, in another direction: `(value, tangent)`, then the tangents of both.
    pub(super) fn call_with_tangents(&mut self, callee: Callee, mut node: Node) {
        let count = callee.passing.len();
        let Some(first) = callee.tangents.clone() else {
            // In a kernel, where its first tangent was of no use.
            return self.call(callee, node);
        };
        let mut of_first = node.args[count..].iter();
        let first_tangents: Vec<Option<Value>> = first
            .iter()
            .map(|is_given| is_given.then(|| of_first.next().copied()).flatten())
            .collect();
        let second = node.args[..count].iter().map(|arg| self.tangents.get(arg));
        let both = first_tangents.iter().map(|tangent| self.tangents.get(&(*tangent)?));
        let given: Vec<Option<Value>> = second.chain(both).collect();
        if given.iter().all(Option::is_none) {
            return self.nodes.push(node);
        }
        let tangents = first.into_iter().chain(given.iter().map(Option::is_some)).collect();
        node.op = Op::Jvp(Callee { tangents: Some(tangents), ..callee });
        node.args.extend(given.into_iter().flatten());
        for value in node.outs.clone() {
            let tangent = self.tangent_value(value);
            self.tangents.insert(value, tangent);
            node.outs.push(tangent);
        }
        self.nodes.push(node);
    }

    /// `(pullback, arguments.., cotangent, its tangent)`: the cotangents, then their tangents.
    pub(super) fn pullback(&mut self, callee: Callee, mut node: Node) {
        let seed = node.args[node.args.len() - 1];
        let tangent = self.tangent_of(seed);
        node.args.push(tangent);
        node.op = Op::Pullback(Callee { tangents: Some(Vec::new()), ..callee });
        let tangents: Vec<Value> = node.outs.iter().map(|out| self.tangent_value(*out)).collect();
        for (out, tangent) in node.outs.iter().zip(&tangents) {
            self.tangents.insert(*out, *tangent);
        }
        node.outs.extend(tangents);
        self.nodes.push(node);
    }
}
