//! Calls: the callee gives its result's tangent beside the result, and its pullback those of the
//! cotangents beside them.

use super::Forward;
use crate::graph::{Callee, Node, Op, Value};

impl Forward {
    pub(super) fn call(&mut self, callee: Callee, mut node: Node) {
        let given: Vec<Option<Value>> =
            node.args.iter().map(|arg| self.tangents.get(arg).copied()).collect();
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
