//! A kernel that grows: elementwise operations over one domain, and the sums that are taken from them.

use super::lift::element_of;
use super::Fusion;
use crate::graph::collections::HashMap;
use crate::graph::{Arguments, Block, Graph, Node, Op, Origin, Ty, Value};
use crate::simplify::shapes::{is_row, is_scalar, Shape, Shapes};

/// The runtime's kernels take so many operands, and give so many results.
const MAX_OPERANDS: usize = 8;
const MAX_RESULTS: usize = 8;
/// A loop over more arrays at once is slower than two over fewer.
const MAX_ARRAYS: usize = 14;

/// A value that is computed at every element.
#[derive(Clone, Debug)]
struct Computed {
    out: Value,
    /// Its element in the formula.
    inner: Value,
    /// Plain arithmetic costs less again, even in a larger domain, than a pass over memory.
    is_cheap: bool,
}

/// A value that is summed from one that is computed.
#[derive(Clone, Debug)]
struct Sum {
    out: Value,
    inner: Value,
    /// What it is summed to the shape of; nothing for the sum of all.
    like: Option<Value>,
}

/// An array or float.
#[derive(Clone, Copy, Debug)]
struct Operand {
    value: Value,
    /// Its element in the formula.
    inner: Value,
    /// How many of the region's operations were given it.
    uses: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Region {
    operands: Vec<Operand>,
    nodes: Vec<Node>,
    computed: Vec<Computed>,
    sums: Vec<Sum>,
    /// The shape that sums are taken over, which every further operand must leave as it is.
    summed: Option<Shape>,
    /// How often values that are computed here are used here.
    used: HashMap<Value, usize>,
    /// What it uses from outside: operands, likes, and constants in its formula.
    outside: Vec<Value>,
    /// The shape of all operands together.
    domain: Shape,
    /// The node as it was, while it is alone and no kernel yet; several, while they are sums of one value.
    alone: Vec<Node>,
    origin: Origin,
}

impl Region {
    /// A node that is a kernel, or may become part of one.
    pub(super) fn of(graph: &mut Graph, fusion: &Fusion, node: &Node) -> Option<Region> {
        let shapes = &fusion.shapes;
        let mut region = Region {
            operands: Vec::new(),
            nodes: Vec::new(),
            computed: Vec::new(),
            sums: Vec::new(),
            summed: None,
            used: HashMap::default(),
            outside: Vec::new(),
            domain: Shape::default(),
            alone: Vec::new(),
            origin: node.origin,
        };
        let calls = |node: &Node| matches!(node.op, Op::Call(_) | Op::Pullback(_) | Op::Jvp(_));
        match &node.op {
            // A callee is called once an element, and not again in the kernel beside it; what has effects runs
            // whether or not its result is used.
            Op::Map | Op::Pull { .. }
                if !node.is_pure() || node.blocks[0].nodes.iter().any(calls) =>
            {
                return None;
            }
            Op::Map => {
                let block = &node.blocks[0];
                region.operands = operands(&node.args, &block.params);
                region.nodes = block.nodes.clone();
                let is_cheap = block.nodes.iter().all(is_cheap);
                region.computed = (node.outs.iter().zip(&block.results))
                    .map(|(out, inner)| Computed { out: *out, inner: *inner, is_cheap })
                    .collect();
            }
            Op::Pull { likes } => {
                let block = &node.blocks[0];
                region.operands = operands(&node.args[*likes..], &block.params);
                region.nodes = block.nodes.clone();
                region.sums = (node.outs.iter().zip(&block.results).zip(&node.args[..*likes]))
                    .map(|((out, inner), like)| Sum { out: *out, inner: *inner, like: Some(*like) })
                    .collect();
                region.summed = Some(region.joined_domain(shapes));
            }
            Op::Row(_) if is_row(node, "SumTo") || is_row(node, "Sum") => {
                let (value, like) = match node.args[..] {
                    [value] => (value, None),
                    [like, value] => (value, Some(like)),
                    _ => return None,
                };
                if is_scalar(graph, value) {
                    return None;
                }
                let inner = element_of(graph, value);
                region.operands = operands(&[value], &[inner]);
                region.sums = vec![Sum { out: node.out(), inner, like }];
                region.summed = Some(region.joined_domain(shapes));
                region.alone = vec![node.clone()];
            }
            Op::Row(_) if is_row(node, "Expand") && graph.ty(node.args[0]).is_float() => {
                let inner = element_of(graph, node.args[0]);
                region.operands = operands(&node.args[..1], &[inner]);
                region.computed = vec![Computed { out: node.out(), inner, is_cheap: true }];
                region.alone = vec![node.clone()];
            }
            _ => return None,
        }
        region.domain = region.joined_domain(shapes);
        region.outside = region.used_outside();
        if fusion.expands && is_row(node, "Expand") {
            region.outside.push(node.args[1]);
        }
        Some(region)
    }

    fn joined_domain(&self, shapes: &Shapes) -> Shape {
        shapes.joined(self.operands.iter().map(|operand| &operand.value))
    }

    pub(super) fn outs(&self) -> impl Iterator<Item = Value> + '_ {
        self.computed.iter().map(|computed| computed.out).chain(self.sums.iter().map(|sum| sum.out))
    }

    pub(super) fn operands(&self) -> impl Iterator<Item = Value> + '_ {
        self.operands.iter().map(|operand| operand.value)
    }

    /// Every value from outside that it uses.
    pub(super) fn uses(&self) -> &[Value] {
        &self.outside
    }

    fn used_outside(&self) -> Vec<Value> {
        let mut outside: Vec<Value> = self.operands().collect();
        outside.extend(self.sums.iter().filter_map(|sum| sum.like));
        let block = Block {
            params: self.operands.iter().map(|operand| operand.inner).collect(),
            nodes: self.nodes.clone(),
            ..Block::default()
        };
        outside.extend(block.captured());
        outside
    }

    fn inner(&self, out: Value) -> Option<Value> {
        self.computed.iter().find(|computed| computed.out == out).map(|computed| computed.inner)
    }

    /// The two as one, if that is a kernel and saves a pass over memory.
    pub(super) fn with(&self, later: &Region, graph: &Graph, fusion: &Fusion) -> Option<Region> {
        let depends_alike = !fusion.is_guarded || self.depends_on(graph) == later.depends_on(graph);
        if self.is_alone() && later.is_alone() {
            return (self.sums_what(later) && depends_alike).then(|| {
                let mut merged = self.joined(later, &fusion.shapes);
                merged.alone = [&self.alone[..], &later.alone].concat();
                merged
            });
        }
        let is_used = later.operands.iter().any(|operand| self.inner(operand.value).is_some());
        let shares_operand = !self.is_alone()
            && !later.is_alone()
            && later.operands.iter().any(|operand| {
                !is_scalar(graph, operand.value)
                    && self.operands.iter().any(|own| own.value == operand.value)
            })
            && self.domain == later.domain
            && depends_alike;
        // What is summed here is known after the last element only.
        let waits = later.outside.iter().any(|used| self.sums.iter().any(|sum| sum.out == *used));
        let needs_shape =
            later.sums.iter().filter_map(|sum| sum.like).any(|like| self.inner(like).is_some());
        if !(is_used || shares_operand) || waits || needs_shape {
            return None;
        }
        let merged = self.joined(later, &fusion.shapes);
        merged.is_kernel(graph, &fusion.shapes, &fusion.uses).then_some(merged)
    }

    /// True if it is no kernel yet.
    fn is_alone(&self) -> bool {
        !self.alone.is_empty()
    }

    /// True if both are sums of one value, alone: what computes that has nothing to store once it takes up all of them.
    fn sums_what(&self, later: &Region) -> bool {
        let is_summed = |region: &Region| !region.sums.is_empty() && region.computed.is_empty();
        is_summed(self)
            && is_summed(later)
            && self.operands().eq(later.operands())
            && self.sums.len() + later.sums.len() <= MAX_RESULTS
    }

    /// The arguments for which it runs, where some are constant.
    fn depends_on(&self, graph: &Graph) -> Arguments {
        let mut all = Arguments::default();
        self.outs().for_each(|out| all.join(&graph.info(out).depends_on));
        all
    }

    /// True if all that it computes is used inside: nothing is stored but what it sums.
    pub(super) fn stores_nothing(&self, uses: &[usize]) -> bool {
        self.stored(uses).next().is_none()
    }

    /// True if nothing that `earlier` computes has to be stored in this, which has taken it up.
    pub(super) fn has_absorbed(&self, earlier: &Region, uses: &[usize]) -> bool {
        let is_earlier = |out: Value| earlier.computed.iter().any(|computed| computed.out == out);
        earlier.sums.is_empty() && !self.stored(uses).any(|stored| is_earlier(stored.out))
    }

    fn joined(&self, later: &Region, shapes: &Shapes) -> Region {
        let mut merged = self.clone();
        merged.alone.clear();
        merged.origin = later.origin;
        let mut names: HashMap<Value, Value> = HashMap::default();
        for operand in &later.operands {
            let own = merged.operands.iter_mut().find(|own| own.value == operand.value);
            if let Some(inner) = self.inner(operand.value) {
                *merged.used.entry(operand.value).or_default() += operand.uses;
                names.insert(operand.inner, inner);
            } else if let Some(own) = own {
                own.uses += operand.uses;
                names.insert(operand.inner, own.inner);
            } else {
                merged.operands.push(*operand);
            }
        }
        let mut block = Block { nodes: later.nodes.clone(), ..Block::default() };
        block.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        merged.nodes.extend(block.nodes);
        let name = |value: Value| names.get(&value).copied().unwrap_or(value);
        let computed = later.computed.iter().cloned();
        merged.computed.extend(computed.map(|it| Computed { inner: name(it.inner), ..it }));
        let sums = later.sums.iter().cloned();
        merged.sums.extend(sums.map(|it| Sum { inner: name(it.inner), ..it }));
        for (value, count) in &later.used {
            *merged.used.entry(*value).or_default() += count;
        }
        merged.summed = merged.summed.or_else(|| later.summed.clone());
        let is_inside = |used: &Value| self.inner(*used).is_some();
        let outside = later.outside.iter().copied().filter(|used| !is_inside(used));
        merged.outside.extend(outside.collect::<Vec<_>>());
        merged.outside.sort_unstable();
        merged.outside.dedup();
        merged.domain = merged.joined_domain(shapes);
        merged
    }

    /// True if one loop over one domain computes it all, and no formula that costs much is evaluated more
    /// often than there are elements.
    fn is_kernel(&self, graph: &Graph, shapes: &Shapes, uses: &[usize]) -> bool {
        let domain = &self.domain;
        let arrays =
            self.operands.iter().filter(|operand| !is_scalar(graph, operand.value)).count();
        let stored: Vec<&Computed> = self.stored(uses).collect();
        let results = stored.len() + self.sums.len();
        let fits = arrays <= MAX_OPERANDS && results <= MAX_RESULTS;
        // A second sum over another shape was taken over that one's elements.
        let sums_fit = self.sums.iter().all(|sum| match self.summed_over(sum, shapes) {
            Some(shape) => shape == *domain,
            None => self.summed.as_ref() == Some(domain),
        });
        fits && arrays + results <= MAX_ARRAYS
            && sums_fit
            && self.computed.iter().all(|computed| {
                shapes.of(computed.out).is_subset(domain)
                    && (computed.is_cheap || is_as_large(graph, shapes, computed.out, domain))
            })
            && stored.iter().all(|computed| shapes.of(computed.out) == *domain)
            && (self.sums.is_empty()
                || stored.is_empty()
                || self.pinned(graph, shapes, domain).is_some())
    }

    /// The shape of a value that is computed here and then summed.
    fn summed_over(&self, sum: &Sum, shapes: &Shapes) -> Option<Shape> {
        let source = self.computed.iter().find(|computed| computed.inner == sum.inner)?;
        Some(shapes.of(source.out))
    }

    /// What is computed and used elsewhere too.
    fn stored<'r>(&'r self, uses: &'r [usize]) -> impl Iterator<Item = &'r Computed> {
        self.computed.iter().filter(|computed| {
            let here = self.used.get(&computed.out).copied().unwrap_or_default();
            uses.get(computed.out.0).copied().unwrap_or_default() > here
        })
    }

    /// An operand that has the shape of the domain.
    fn pinned(&self, graph: &Graph, shapes: &Shapes, domain: &Shape) -> Option<Value> {
        self.operands
            .iter()
            .map(|operand| operand.value)
            .find(|operand| !is_scalar(graph, *operand) && shapes.of(*operand) == *domain)
    }

    /// The node that it became, and before it what says that a result is the sum of all.
    pub(super) fn into_nodes(
        self,
        graph: &mut Graph,
        shapes: &Shapes,
        uses: &[usize],
    ) -> Vec<Node> {
        if self.is_alone() {
            return self.alone;
        }
        let mut nodes = Vec::new();
        let stored: Vec<Computed> = self.stored(uses).cloned().collect();
        let pinned = self.pinned(graph, shapes, &self.domain);
        let (args, params): (Vec<Value>, Vec<Value>) =
            self.operands.iter().map(|operand| (operand.value, operand.inner)).unzip();
        let mut likes = Vec::new();
        let mut outs: Vec<Value> = Vec::new();
        let mut results = Vec::new();
        for sum in &self.sums {
            likes.push(sum.like.unwrap_or_else(|| {
                let total =
                    graph.value(crate::graph::Info { ty: Ty::Constant, ..Default::default() });
                nodes.push(Node::new(
                    total,
                    Op::Row(crate::ops::row("Total")),
                    vec![],
                    self.origin,
                ));
                total
            }));
            outs.push(sum.out);
            results.push(sum.inner);
        }
        let op = match self.sums.is_empty() {
            true => Op::Map,
            false => {
                likes.extend(stored.iter().filter_map(|_| pinned));
                Op::Pull { likes: likes.len() }
            }
        };
        outs.extend(stored.iter().map(|computed| computed.out));
        results.extend(stored.iter().map(|computed| computed.inner));
        let block = Block { params, nodes: self.nodes, results, ..Block::default() };
        let args = likes.into_iter().chain(args).collect();
        nodes.push(Node { outs, op, args, blocks: vec![block], origin: self.origin });
        nodes
    }
}

fn operands(args: &[Value], params: &[Value]) -> Vec<Operand> {
    let each = args.iter().zip(params);
    each.map(|(value, inner)| Operand { value: *value, inner: *inner, uses: 1 }).collect()
}

fn is_cheap(node: &Node) -> bool {
    match &node.op {
        Op::Row(row) => row.symbol.is_some(),
        Op::Literal(_) => true,
        _ => false,
    }
}

/// True if a value has as many elements as the domain, as far as one can tell: broadcasting between
/// arrays of one rank is rare, and so is that of a product of matrices.
fn is_as_large(graph: &Graph, shapes: &Shapes, value: Value, domain: &Shape) -> bool {
    let rank = |value: &Value| match graph.ty(*value) {
        Ty::Array(_, Some(rank)) if *rank > 0 => Some(*rank),
        _ => None,
    };
    let shape = shapes.of(value);
    if shape == *domain || shapes.has_product(&shape) {
        return true;
    }
    let first = domain.iter().next().and_then(rank);
    first.is_some() && shape.iter().chain(domain.iter()).all(|leaf| rank(leaf) == first)
}
