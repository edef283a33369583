//! Common subexpressions, between the forward and the backward too.

use std::collections::HashMap;

use crate::graph::{Block, Graph, Node, Op, Ty, Value};

/// Lets equal pure nodes be one.
pub(crate) fn share(mut graph: Graph) -> Graph {
    let mut body = std::mem::take(&mut graph.body);
    let mut names = HashMap::new();
    share_block(&mut graph, &mut body, &HashMap::new(), &mut names);
    graph.body = body;
    graph
}

/// The first node that computes something, by its text.
type Seen = HashMap<String, Value>;

fn share_block(
    graph: &mut Graph,
    block: &mut Block,
    outside: &Seen,
    names: &mut HashMap<Value, Value>,
) {
    let mut seen = outside.clone();
    for node in &mut block.nodes {
        for arg in &mut node.args {
            *arg = names.get(arg).copied().unwrap_or(*arg);
        }
        for inner in &mut node.blocks {
            share_block(graph, inner, &seen, names);
        }
        let Some(key) = key(graph, node) else { continue };
        match seen.get(&key) {
            Some(first) => {
                // The shared value serves whatever either of the two was for.
                let depends_on = graph.info(node.out()).depends_on.clone();
                graph.info_mut(*first).depends_on.join(&depends_on);
                names.insert(node.out(), *first);
            }
            None => {
                seen.insert(key, node.out());
            }
        }
    }
    for result in &mut block.results {
        *result = names.get(result).copied().unwrap_or(*result);
    }
}

/// A text that equal computations share; none for what must not be shared.
fn key(graph: &Graph, node: &Node) -> Option<String> {
    // What is summed up in place must stay apart, and a literal is cheaper written twice.
    let is_own = matches!(
        node.op,
        Op::Accumulator
            | Op::AddField(_)
            | Op::AddAll
            | Op::AddView(_)
            | Op::Update(..)
            | Op::TakePart(..)
            | Op::Undefined
            | Op::Literal(_)
            | Op::Dense
    ) || matches!(node.op, Op::Row(row) if matches!(row.name, "Zeros" | "Total"));
    // One of two new lists may be written to, and to copy the other costs as much as to make it.
    let is_new = matches!(&node.op, Op::Verbatim(verbatim) if !verbatim.is_lent())
        && node.outs.first().is_some_and(|out| match graph.ty(*out) {
            Ty::List(inner) => **inner != Ty::Integer,
            ty => matches!(ty, Ty::Array(..)),
        });
    if !node.is_pure() || is_own || is_new || node.outs.len() != 1 || !node.blocks.is_empty() {
        return None;
    }
    // A whole number that has a name has the type that its name was given, and a bare one any.
    let name = match &node.op {
        Op::Verbatim(_) if node.args.is_empty() => graph.info(node.out()).name.as_deref(),
        _ => None,
    };
    Some(format!("{:?} {:?} {}", node.op, node.args, name.unwrap_or_default()))
}
