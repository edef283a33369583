//! Common subexpressions, between the forward and the backward too.

use crate::graph::collections::HashMap;
use crate::graph::{Block, Graph, Node, Op, Ty, Value};

/// Lets equal pure nodes be one.
pub(crate) fn share(mut graph: Graph) -> Graph {
    let mut body = std::mem::take(&mut graph.body);
    let (names, literals, seen) = (HashMap::default(), HashMap::default(), HashMap::default());
    let mut sharing = Sharing { graph, names, literals, seen };
    sharing.block(&mut body);
    Graph { body, ..sharing.graph }
}

struct Sharing {
    graph: Graph,
    /// Values that turned out to be others.
    names: HashMap<Value, Value>,
    /// Literals without a name, by what is written. Each stays where it is used, and all of one text are alike.
    literals: HashMap<Value, String>,
    /// The first value in scope that is computed in a way, by the text of that.
    seen: HashMap<String, Value>,
}

impl Sharing {
    fn block(&mut self, block: &mut Block) {
        let mut seen_here = Vec::new();
        for node in &mut block.nodes {
            for arg in &mut node.args {
                *arg = self.names.get(arg).copied().unwrap_or(*arg);
            }
            for inner in &mut node.blocks {
                self.block(inner);
            }
            if let Op::Literal(text) = &node.op {
                let info = self.graph.info(node.out());
                if info.name.is_none() {
                    self.literals.insert(node.out(), format!("{text} {:?}", info.ty));
                }
            }
            let Some(key) = self.key(node) else { continue };
            match self.seen.get(&key) {
                Some(first) => {
                    // The shared value serves whatever either of the two was for.
                    let depends_on = self.graph.info(node.out()).depends_on.clone();
                    self.graph.info_mut(*first).depends_on.join(&depends_on);
                    self.names.insert(node.out(), *first);
                }
                None => {
                    self.seen.insert(key.clone(), node.out());
                    seen_here.push(key);
                }
            }
        }
        for key in &seen_here {
            self.seen.remove(key);
        }
        for result in &mut block.results {
            *result = self.names.get(result).copied().unwrap_or(*result);
        }
    }

    /// A text that equal computations share; none for what must not be shared.
    fn key(&self, node: &Node) -> Option<String> {
        if !may_be_shared(&self.graph, node) {
            return None;
        }
        // A whole number that has a name has the type that its name was given, and a bare one any.
        let name = match &node.op {
            Op::Verbatim(_) if node.args.is_empty() => self.graph.info(node.out()).name.as_deref(),
            _ => None,
        };
        let mut operands: Vec<String> = node
            .args
            .iter()
            .map(|arg| self.literals.get(arg).cloned().unwrap_or_else(|| format!("{arg:?}")))
            .collect();
        if matches!(node.op, Op::Row(row) if matches!(row.name, "Add" | "Mul")) {
            operands.sort();
        }
        Some(format!("{:?} {operands:?} {}", node.op, name.unwrap_or_default()))
    }
}

/// True for what gives the same whenever it is computed, and is nothing of its own.
fn may_be_shared(graph: &Graph, node: &Node) -> bool {
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
    node.is_pure() && !is_own && !is_new && node.outs.len() == 1 && node.blocks.is_empty()
}
