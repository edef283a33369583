//! Writes: the adjoint of a place that is overwritten is consumed.

use super::{Cotangent, Reversal};
use crate::graph::{Action, Node, Op, Step, Ty, Value};

impl Reversal {
    /// The part that was written gives its cotangent to what was written there, and the old version
    /// receives the rest: nothing for that part.
    pub(super) fn reverse_update(
        &mut self,
        steps: &[Step],
        action: Action,
        node: &Node,
        out: Value,
    ) {
        let origin = node.origin;
        let (old, written) = (node.args[0], node.args[node.args.len() - 1]);
        let whole = match self.graph.ty(out).is_numeric() {
            true => Cotangent::Dense(self.dense(out, origin)),
            false => Cotangent::Accumulator(self.accumulator(out, origin)),
        };
        let mut args = vec![whole.value()];
        args.extend(&node.args[1..node.args.len() - 1]);
        let (rest_ty, part_ty) =
            (self.graph.ty(whole.value()).clone(), self.part_type(action, written));
        let rest = self.cotangent_value(old, rest_ty);
        let part = self.cotangent_value(written, part_ty.clone());
        self.nodes.push(Node {
            outs: vec![rest, part],
            op: Op::TakePart(steps.to_vec(), action),
            args,
            blocks: Vec::new(),
            origin,
        });
        if self.graph.is_active(written) {
            let gave = match action {
                Action::Assign => {
                    self.graph.info_mut(part).shape_of = None;
                    Cotangent::Dense(self.sum_to(written, part, origin))
                }
                _ if part_ty == Ty::Accumulator => Cotangent::Accumulator(part),
                _ => Cotangent::Dense(part),
            };
            self.contribute(written, gave, origin);
        }
        if self.graph.is_active(old) {
            self.contribute(old, whole.with(rest), origin);
        }
    }

    /// The type of the cotangent that is taken out.
    fn part_type(&self, action: Action, written: Value) -> Ty {
        match (action, self.graph.ty(written)) {
            (_, ty @ Ty::Float(_)) if action != Action::Assign => ty.clone(),
            (Action::Assign, ty) => Ty::Array(ty.elem(), None),
            _ => Ty::Accumulator,
        }
    }
}
