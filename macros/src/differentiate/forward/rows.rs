//! Tangents of rows. A row says its operands' cotangents; what follows from them for the tangent, and
//! what a row has to say besides, is decided here.

use super::Forward;
use crate::graph::{Node, Op, Origin, Ty, Value};
use crate::ops::{self, Gives, Row};

impl Forward {
    pub(super) fn row(&mut self, row: &'static Row, node: Node) {
        let flows: Vec<usize> = (0..node.args.len())
            .filter(|position| {
                self.has(node.args[*position])
                    && !row.is_constant_operand(*position)
                    && !row.is_shape_only(*position)
            })
            .collect();
        if flows.is_empty() || row.is_constant_in_tangents() {
            self.nodes.push(node);
            return;
        }
        if row.is_view() {
            return self.view(row, node);
        }
        let is_linear = flows.iter().all(|position| row.is_linear_in(*position));
        if let Some(text) = row.through().filter(|_| !is_linear) {
            return self.through(row, text, node);
        }
        let (out, origin, args) = (node.out(), node.origin, node.args.clone());
        self.nodes.push(node);
        let mut shares = Vec::new();
        let mut covered: Vec<usize> = Vec::new();
        for position in flows {
            let tangent = self.tangents.of[&args[position]];
            covered.push(position);
            if let Some(share) =
                self.share(row, position, tangent, &args, out, origin, &mut covered)
            {
                shares.push(share);
            }
        }
        let Some(sum) = self.sum(out, shares, !row.is_elementwise(), origin) else { return };
        let is_whole = !row.is_elementwise()
            || self.graph.ty(out).is_float()
            || (0..args.len()).all(|position| {
                covered.contains(&position)
                    || row.is_constant_operand(position)
                    || matches!(self.graph.ty(args[position]), Ty::Float(_) | Ty::Integer)
            });
        let tangent = if is_whole { sum } else { self.spread(out, sum, origin) };
        self.settle(out, tangent);
    }

    /// What the tangent of one operand gives to that of the result. What the share has the shape of,
    /// besides its operand, is noted.
    #[allow(clippy::too_many_arguments)]
    fn share(
        &mut self,
        row: &'static Row,
        position: usize,
        tangent: Value,
        args: &[Value],
        out: Value,
        origin: Origin,
        covered: &mut Vec<usize>,
    ) -> Option<Value> {
        let ty = self.graph.ty(out).clone();
        if let ("AsF32" | "AsF64", false) = (row.name, self.graph.ty(tangent).is_float()) {
            // What is cast may be a struct's integer, whose tangent is nothing.
            let cast = ops::row(if row.name == "AsF32" { "TangentAsF32" } else { "TangentAsF64" });
            return Some(self.push(Op::Row(cast), vec![tangent], ty, out, origin));
        }
        if row.is_linear_in(position) {
            let mut args = args.to_vec();
            args[position] = tangent;
            return Some(self.push(Op::Row(row), args, ty, out, origin));
        }
        if let Some(text) = row.tangent(position) {
            let formula = self.formulas.tangent(row, position, text);
            let args: Vec<Value> = args.iter().copied().chain([out, tangent]).collect();
            return Some(self.graph.splice_formula(&mut self.nodes, row, &formula, &args, origin));
        }
        let text = row.cotangent(position)?;
        let formula = self.formulas.of(row, text);
        if row.is_elementwise() {
            let uses = formula.uses();
            let params = &formula.body.params;
            let is_used = |at: usize| uses[params[at].0] > 0;
            match is_used(args.len()) {
                true => covered.extend(0..args.len()),
                false => covered.extend((0..args.len()).filter(|at| is_used(*at))),
            }
            let args: Vec<Value> = args.iter().copied().chain([out, tangent]).collect();
            return Some(self.graph.splice_formula(&mut self.nodes, row, &formula, &args, origin));
        }
        // A float's tangent is its gradient times the operand's tangent.
        if row.gives() != Gives::Float {
            return None;
        }
        let one = self.push(Op::Row(ops::row("One")), vec![out], ty, out, origin);
        let with_one: Vec<Value> = args.iter().copied().chain([out, one]).collect();
        let gradient = self.graph.splice_formula(&mut self.nodes, row, &formula, &with_one, origin);
        let mul = ops::row("Mul");
        let product_ty = self.graph.result_type(mul, &[gradient, tangent]);
        let is_float = product_ty.is_float();
        let product = self.push(Op::Row(mul), vec![gradient, tangent], product_ty, out, origin);
        if is_float {
            return Some(product);
        }
        let sum = ops::row("Sum");
        let ty = self.graph.result_type(sum, &[product]);
        Some(self.push(Op::Row(sum), vec![product], ty, out, origin))
    }

    /// A view of the tangent shows the same part.
    fn view(&mut self, row: &'static Row, node: Node) {
        let mut twin = node.clone();
        let (out, tangent) = (node.out(), self.tangents.of[&node.args[0]]);
        self.nodes.push(node);
        twin.args[0] = tangent;
        if row.name == "UnwrapOr" {
            // Where there is nothing, the constant that stands in has the tangent zero.
            twin.args[1] = self.zero_of(out);
        }
        self.twin(twin);
    }

    /// A row that equals a formula of other rows: the tangent of the formula.
    fn through(&mut self, row: &'static Row, text: &'static str, node: Node) {
        let (out, origin, args) = (node.out(), node.origin, node.args.clone());
        self.nodes.push(node);
        let formula = self.formulas.of(row, text);
        let args: Vec<Value> = args.into_iter().chain([out, out]).collect();
        let mut nodes = Vec::new();
        let result = self.graph.splice_formula(&mut nodes, row, &formula, &args, origin);
        self.walk(nodes);
        if let Some(tangent) = self.tangents.get(&result) {
            self.settle(out, tangent);
        }
    }
}
