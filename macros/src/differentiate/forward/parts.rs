//! What takes values apart and puts them together: the same is done with their tangents.

use super::Forward;
use crate::graph::{Construct, Form, Info, Node, Op, Step, Ty, Value};
use crate::ops;

impl Forward {
    /// The same node on the tangent of one argument.
    pub(super) fn alike(&mut self, node: Node, position: usize) {
        let Some(tangent) = self.tangents.get(&node.args[position]) else {
            self.nodes.push(node);
            return;
        };
        let mut twin = node.clone();
        self.nodes.push(node);
        twin.args[position] = tangent;
        self.twin(twin);
    }

    /// A member of a struct whose type the macro does not know may be a constant.
    pub(super) fn field(&mut self, member: String, node: Node) {
        let (base, out, origin) = (node.args[0], node.out(), node.origin);
        let is_known = matches!(self.graph.ty(base), Ty::Tuple(_)) || self.graph.ty(out).is_float();
        let Some(tangent) = self.tangents.get(&base).filter(|_| !is_known) else {
            return self.alike(node, 0);
        };
        self.nodes.push(node);
        let twin = self.tangent_value(out);
        self.graph.info_mut(twin).is_reference = true;
        self.tangents.insert(out, twin);
        let op = Op::FieldTangent(member);
        self.nodes.push(Node::new(twin, op, vec![tangent, out], origin));
    }

    /// Adds a node on tangents, whose results are the tangents of the same node on values.
    pub(super) fn twin(&mut self, mut node: Node) {
        // What shows a part is lent where the part itself is.
        let shows = node.is_place();
        for out in &mut node.outs {
            let value = *out;
            *out = self.tangent_value(value);
            let is_reference = self.graph.info(value).is_reference && shows;
            self.graph.info_mut(*out).is_reference = is_reference;
            self.tangents.insert(value, *out);
        }
        self.nodes.push(node);
    }

    pub(super) fn construct(&mut self, construct: Construct, node: Node) {
        if !node.args.iter().any(|arg| self.has(*arg)) {
            self.nodes.push(node);
            return;
        }
        match &construct.form {
            Form::Struct => self.construct_named(&construct, node),
            Form::Tuple if construct.path.is_some() => self.construct_named(&construct, node),
            form => {
                let mut twin = node.clone();
                let parts = match form {
                    Form::Repeat { .. } => 1,
                    _ => node.args.len(),
                };
                for arg in &mut twin.args[..parts] {
                    *arg = self.part(*arg);
                }
                self.nodes.push(node);
                self.twin(twin);
            }
        }
    }

    /// What stands for a part: its tangent, or nothing where it is no number.
    pub(super) fn part(&mut self, value: Value) -> Value {
        if self.has(value) || !matches!(self.graph.ty(value), Ty::Integer | Ty::Bool | Ty::Constant)
        {
            return self.tangent_of(value);
        }
        let unit = Construct { path: None, form: Form::Tuple, members: vec![], rest: None };
        self.push(Op::Construct(unit), vec![], Ty::Unknown, value, Default::default())
    }

    /// A struct's tangent has a type that the macro cannot write: it is summed up, as a gradient is.
    fn construct_named(&mut self, construct: &Construct, node: Node) {
        let (out, origin) = (node.out(), node.origin);
        let parts: Vec<(String, Value)> = node
            .args
            .iter()
            .zip(&construct.members)
            .filter_map(|(arg, member)| Some((member.clone(), self.tangents.get(arg)?)))
            .collect();
        self.nodes.push(node);
        let mut sum = self.push(Op::Accumulator, vec![out], Ty::Accumulator, out, origin);
        self.given.insert(sum);
        for (member, tangent) in parts {
            let op = Op::AddField(member);
            sum = self.push(op, vec![sum, tangent], Ty::Accumulator, out, origin);
        }
        let ty = self.graph.ty(out).clone();
        let tangent = self.push(Op::Dense, vec![out, sum], ty, out, origin);
        self.settle(out, tangent);
    }

    /// Arrays put together along an axis.
    pub(super) fn join(&mut self, node: Node) {
        if !node.args.iter().any(|arg| self.has(*arg)) {
            self.nodes.push(node);
            return;
        }
        let mut twin = node.clone();
        for arg in &mut twin.args[1..] {
            *arg = self.tangent_of(*arg);
        }
        self.nodes.push(node);
        self.twin(twin);
    }

    /// A write writes the tangent of what is written into the tangent of the same place.
    pub(super) fn update(&mut self, node: Node) {
        let (old, written) = (node.args[0], node.args[node.args.len() - 1]);
        if !self.has(old) && !self.has(written) {
            self.nodes.push(node);
            return;
        }
        let mut twin = node.clone();
        let last = twin.args.len() - 1;
        if self.is_constant_field(&node) {
            let (out, before) = (node.out(), self.tangents.of[&old]);
            self.nodes.push(node);
            self.tangents.insert(out, before);
            return;
        }
        // Made before the write: zeros take the shape of what is there now.
        twin.args[0] = self.tangent_of(old);
        twin.args[last] = self.tangent_of(written);
        self.nodes.push(node);
        self.twin(twin);
    }

    /// True for a write of a field that is no number, of which a tangent has nothing.
    fn is_constant_field(&self, node: &Node) -> bool {
        let Op::Update(steps, _) = &node.op else { return false };
        let written = node.args[node.args.len() - 1];
        matches!(steps.last(), Some(Step::Field(_)))
            && self.has(node.args[0])
            && !self.has(written)
            && matches!(self.graph.ty(written), Ty::Integer | Ty::Bool | Ty::Constant)
    }

    /// An adjoint's part that is taken out of a cotangent.
    pub(super) fn take_part(&mut self, node: Node) {
        if self.has(node.args[0]) {
            self.alike(node, 0);
        } else {
            self.nodes.push(node);
        }
    }

    /// The sum of tangents of contributions begins as empty as that of the contributions.
    pub(super) fn accumulator(&mut self, node: Node) {
        let twin = node.clone();
        self.nodes.push(node);
        self.twin(twin);
    }

    /// The tangent of what is added is added to the tangent of the sum.
    pub(super) fn addition(&mut self, node: Node) {
        let (sum, added) = (node.args[0], node.args[1]);
        let out = node.out();
        let Some(tangent) = self.tangents.get(&added) else {
            let before = self.tangents.get(&sum);
            self.nodes.push(node);
            if let Some(before) = before {
                self.tangents.insert(out, before);
            }
            return;
        };
        let mut twin = node.clone();
        twin.args[0] = self.tangent_of(sum);
        twin.args[1] = tangent;
        self.nodes.push(node);
        self.twin(twin);
    }

    /// A tangent of a broadcast operand, spread to the shape of the result.
    pub(super) fn spread(
        &mut self,
        out: Value,
        value: Value,
        origin: crate::graph::Origin,
    ) -> Value {
        let ty = self.graph.ty(out).clone();
        let depends_on = self.graph.info(out).depends_on.clone();
        let spread = self.graph.value(Info { ty, depends_on, ..Info::default() });
        let op = Op::Row(ops::row("Spread"));
        self.nodes.push(Node::new(spread, op, vec![out, value], origin));
        spread
    }
}
