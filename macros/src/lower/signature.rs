//! The parameters of a function, without its body.

use super::ty;
use crate::graph::{Arguments, Block, Graph, Info};
use crate::source::Source;

/// A graph of nothing but the parameters.
pub(crate) fn signature(source: &Source) -> Graph {
    let mut graph = Graph { name: source.name().to_string(), ..Graph::default() };
    let generics = Some(&source.item.sig.generics);
    let params = source
        .params
        .iter()
        .enumerate()
        .map(|(position, param)| {
            let known = ty::Known { holds_floats: param.holds_floats, generics };
            let depends_on = match param.is_active {
                true => Arguments::one(position),
                false => Arguments::default(),
            };
            graph.value(Info {
                name: Some(param.name.to_string()),
                ty: ty::of_type(&param.ty, known),
                depends_on,
                is_reference: param.reference().is_some(),
                shape_of: None,
            })
        })
        .collect();
    graph.body = Block { params, ..Block::default() };
    graph
}
