//! With the feature `find-nonfinite`, the runtime is shown every number that generated code computes.

use quote::quote_spanned;

use super::text::Text;
use super::writer::Writer;
use crate::graph::{Node, Op, Ty};
use crate::ops::Kind;

impl Writer<'_> {
    /// `watch(text, "name", "operation")` where the node computes floats, outside of kernels.
    pub(super) fn watched(&self, node: &Node, text: Text) -> Text {
        if !self.is_watched() || self.math.is_some() || !self.computes_floats(node) {
            return text;
        }
        let (watch, tokens) = (self.rt("watch"), text.tokens);
        let names = node.outs.iter().filter_map(|out| self.graph.info(*out).name.clone());
        let (names, operation) =
            (names.collect::<Vec<_>>().join(", "), operations(node).join(", "));
        Text::atom(quote_spanned!(node.span()=> #watch(#tokens, #names, #operation)))
    }

    /// True where the runtime is shown numbers at all.
    pub(super) fn is_watched(&self) -> bool {
        cfg!(feature = "find-nonfinite") && !self.signature.for_reading
    }

    fn computes_floats(&self, node: &Node) -> bool {
        let computes = match &node.op {
            Op::Row(row) => matches!(row.kind, Kind::Elementwise | Kind::Whole),
            Op::Map | Op::Pull { .. } => true,
            _ => false,
        };
        let is_float = |ty: &Ty| matches!(ty, Ty::Float(_) | Ty::Array(..) | Ty::Numeric(_));
        computes && node.outs.iter().all(|out| is_float(self.graph.ty(*out)))
    }
}

/// What the node does, in the words that a user writes; what one kernel computes, in order.
fn operations(node: &Node) -> Vec<&'static str> {
    match &node.op {
        Op::Row(row) => vec![row.symbol.unwrap_or(row.call)],
        _ => node.blocks.iter().flat_map(|block| block.nodes.iter().flat_map(operations)).collect(),
    }
}
