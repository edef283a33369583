//! What a turn hands to the next is what the next begins with: it is saved once.
//!
//! The adjoint, which comes from the next turn, has it still. A recurrent state, whose derivative is computed from the
//! state itself and which the next turn multiplies, is so kept once a turn and not twice.

use super::Saving;
use crate::graph::{Info, Node, Ty, Value};

impl Saving {
    /// Lets the adjoint of a loop carry what its turns began with, wherever a turn's adjoint asks for what it handed on
    /// and for what it began with both.
    pub(super) fn hand_on(&mut self, forward: &mut Node, reverse: &mut Node) {
        let results = forward.carried_results().to_vec();
        let params = forward.blocks[0].params[forward.items()..].to_vec();
        for ((result, param), out) in results.into_iter().zip(params).zip(forward.outs.clone()) {
            let saved = &forward.blocks[0].saved;
            let position = |value: Value| saved.iter().position(|saved| *saved == value);
            let (Some(handed), Some(begun)) = (position(result), position(param)) else { continue };
            let is_number =
                matches!(self.graph.ty(result), Ty::Float(_) | Ty::Array(..) | Ty::Numeric(_));
            if handed == begun || !is_number {
                continue;
            }
            let items = reverse.blocks[0].restored.len() - saved.len();
            let adjoint = &mut reverse.blocks[0];
            let begun = adjoint.restored[items + begun];
            let handed_again = adjoint.restored.remove(items + handed);
            forward.blocks[0].saved.remove(handed);
            self.graph.info_mut(handed_again).is_reference = false;
            let info = self.graph.info(handed_again).clone();
            adjoint.params.push(handed_again);
            adjoint.results.push(begun);
            reverse.args.push(out);
            let last = self.graph.value(Info { name: None, ..info });
            reverse.outs.push(last);
        }
    }
}
