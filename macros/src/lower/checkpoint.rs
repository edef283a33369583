//! `#[checkpoint]` on a loop: the turns are cut into segments, each a loop inside a loop. Of a segment only
//! what it began with is kept; its turns are computed again in the adjoint (`residuals`).
//!
//! With n turns and segments of about sqrt(n), about 2 sqrt(n) states live at once, for one more run of the
//! loop (T. Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016, section 4).

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{quote, ToTokens};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Pat, Token};

use super::exits::Around;
use super::items::Bounded;
use super::loops::Scope;
use super::scope::Variable;
use super::turns::{Over, Part};
use super::Lowering;
use crate::graph::{Node, Op, Ty, Value};
use crate::language;

/// How long the segments of a loop are.
#[derive(Clone, Debug)]
pub(super) enum Every {
    /// About the square root of the number of turns.
    Root,
    /// So many turns.
    Turns(Box<Expr>),
}

impl Every {
    /// What the attributes of a loop say.
    pub(super) fn of(attrs: &[Attribute], lowering: &mut Lowering<'_>) -> Option<Every> {
        let attr = attrs.iter().find(|attr| attr.path().is_ident("checkpoint"))?;
        match &attr.meta {
            syn::Meta::Path(_) => Some(Every::Root),
            _ => match attr.parse_args::<Turns>() {
                Ok(Turns(turns)) => Some(Every::Turns(Box::new(turns))),
                Err(_) => {
                    lowering.mistake(attr, language::CHECKPOINT);
                    None
                }
            },
        }
    }
}

/// `every = k`.
struct Turns(Expr);

impl Parse for Turns {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let word: syn::Ident = input.parse()?;
        if word != "every" {
            return Err(syn::Error::new(word.span(), "unknown"));
        }
        input.parse::<Token![=]>()?;
        Ok(Turns(input.parse()?))
    }
}

/// What is gone through in one segment.
pub(super) enum Segment<'e> {
    /// The constants of this iterator.
    Constants(&'e Expr, &'e Pat),
    /// So many positions from one on.
    Positions { items: &'e Bounded<'e>, pattern: &'e Pat, start: Value, length: Value },
    /// As long as a condition holds, and `%left` is not 0.
    Condition(&'e Expr),
}

/// How many turns a segment of a `while` loop has left.
pub(super) const LEFT: &str = "%left";

/// The number of the next segment of a `while` loop, from 1 on.
const SEGMENT: &str = "%segment";

/// A loop that is cut into segments.
pub(super) struct Cut<'c> {
    pub(super) around: &'c Around,
    /// What is carried from turn to turn.
    pub(super) variables: BTreeSet<Variable>,
    pub(super) scope: &'c Scope,
    pub(super) span: Span,
}

impl Lowering<'_> {
    /// The loop over the segments, with the loop over a segment's turns in it.
    pub(super) fn segments(
        &mut self,
        over: &Over<'_>,
        every: &Every,
        cut: Cut<'_>,
        body: &mut dyn FnMut(&mut Self, usize),
    ) {
        let span = cut.span;
        let turns = match over {
            Over::Constants { iterable, .. } => {
                let mentions = self.mentions(&quote!(#iterable));
                let tokens = quote!((#iterable).into_iter().count());
                Some(self.verbatim(tokens, mentions, Ty::Integer, span))
            }
            over => over.length(),
        };
        let every = match (every, turns) {
            (Every::Turns(asked), _) if !self.is_constant(asked) => {
                self.mistake(&**asked, language::CHECKPOINT_EVERY);
                return;
            }
            (Every::Turns(asked), _) => {
                let asked = self.constant(asked);
                let at_least_one = |asked: &TokenStream| quote!(::core::cmp::Ord::max(#asked, 1));
                Some(self.count("every", [asked], |[asked]| at_least_one(asked), span))
            }
            (Every::Root, Some(turns)) => Some(self.count(
                "every",
                [turns],
                |[turns]| quote!(::core::cmp::Ord::max(usize::isqrt(#turns), 1)),
                span,
            )),
            (Every::Root, None) => None,
        };
        match (every, turns) {
            (Some(every), Some(turns)) => self.segments_of_for(over, every, turns, cut, body),
            _ => self.segments_of_while(over, every, cut, body),
        }
    }

    fn segments_of_for(
        &mut self,
        over: &Over<'_>,
        every: Value,
        turns: Value,
        cut: Cut<'_>,
        body: &mut dyn FnMut(&mut Self, usize),
    ) {
        let (around, span) = (cut.around, cut.span);
        let segments = [turns, every];
        let segments =
            self.count("segments", segments, |[t, k]| quote!(usize::div_ceil(#t, #k)), span);
        let mut turn = |lowering: &mut Self, number: usize| {
            let at = lowering.scopes.get("%at").map_or(segments, |held| held.value);
            let start = lowering.count("start", [at, every], |[at, k]| quote!(#at * #k), span);
            let mut read = |inner: &mut Self, _: usize| body(inner, number);
            match over {
                Over::Constants { iterable, pattern } => {
                    lowering.scopes.bind("__start", start);
                    lowering.scopes.bind("__every", every);
                    let part =
                        syn::parse_quote!((#iterable).into_iter().skip(__start).take(__every));
                    lowering.segment(Segment::Constants(&part, pattern), &cut, &mut read);
                }
                Over::Positions(items, pattern) => {
                    let length = lowering.count(
                        "length",
                        [turns, start, every],
                        |[turns, start, k]| quote!(::core::cmp::Ord::min(#k, #turns - #start)),
                        span,
                    );
                    let segment = Segment::Positions { items, pattern, start, length };
                    lowering.segment(segment, &cut, &mut read);
                }
                _ => {}
            }
        };
        let over = Over::Items(segments);
        self.carry(&over, Part::Segments, around, &cut.variables, span, &mut turn);
    }

    /// Where the number of turns is not known beforehand, segments become longer by one turn each, so that
    /// of n turns about sqrt(2 n) states are kept, unless a length is asked for.
    fn segments_of_while(
        &mut self,
        over: &Over<'_>,
        every: Option<Value>,
        mut cut: Cut<'_>,
        body: &mut dyn FnMut(&mut Self, usize),
    ) {
        let Over::Condition(condition) = over else { return };
        let (around, span) = (cut.around, cut.span);
        let carried = cut.variables.clone();
        if every.is_none() {
            let first = self.count("segment", [], |[]| quote!(1usize), span);
            self.scopes.bind(SEGMENT, first);
            cut.variables.extend(self.scopes.variable(SEGMENT));
        }
        let mut turn = |lowering: &mut Self, number: usize| {
            let left = every.or(lowering.scopes.get(SEGMENT).map(|held| held.value));
            let Some(left) = left else { return };
            lowering.scopes.bind(LEFT, left);
            let variables = carried.iter().cloned().chain(lowering.scopes.variable(LEFT));
            let inside = Cut { variables: variables.collect(), ..cut };
            lowering.segment(Segment::Condition(condition), &inside, &mut |inner, _| {
                body(inner, number);
                let Some(left) = inner.scopes.get(LEFT) else { return };
                let fewer = inner.count("left", [left.value], |[left]| quote!(#left - 1), span);
                inner.scopes.assign(LEFT, fewer);
            });
            if every.is_none() {
                let next = lowering.count("segment", [left], |[length]| quote!(#length + 1), span);
                lowering.scopes.assign(SEGMENT, next);
            }
        };
        let over = Over::Condition(condition);
        self.carry(&over, Part::Segments, around, &cut.variables, span, &mut turn);
    }

    fn segment(
        &mut self,
        segment: Segment<'_>,
        cut: &Cut<'_>,
        body: &mut dyn FnMut(&mut Self, usize),
    ) {
        let mut variables = cut.variables.clone();
        if cut.scope.leaves {
            // What ends the loop ends the segment.
            variables.extend(self.scopes.variable(&cut.around.done()));
        }
        let over = Over::Segment(segment);
        self.carry(&over, Part::Segment, cut.around, &variables, cut.span, body);
    }

    /// An integer made of others, with a name.
    fn count<const N: usize>(
        &mut self,
        name: &str,
        operands: [Value; N],
        tokens: impl FnOnce([&TokenStream; N]) -> TokenStream,
        span: Span,
    ) -> Value {
        let count = self.number(
            &operands,
            |names| {
                let names: Vec<TokenStream> = names.iter().map(ToTokens::to_token_stream).collect();
                tokens(std::array::from_fn(|position| &names[position]))
            },
            span,
        );
        self.graph.info_mut(count).name = Some(name.to_owned());
        count
    }

    /// Finds what cannot be computed again in what is checkpointed.
    pub(super) fn check_repeatable(&mut self, nodes: &[Node]) {
        for node in nodes {
            let is_once = match &node.op {
                Op::Verbatim(verbatim) => {
                    !verbatim.pure && !node.outs.iter().all(|out| self.kept.contains(out))
                }
                Op::Effect(verbatim) => {
                    let statement = syn::parse2::<syn::Stmt>(verbatim.tokens.0.clone());
                    !matches!(statement, Ok(syn::Stmt::Macro(mac)) if super::macros::is_effect_macro(&mac.mac))
                }
                _ => false,
            };
            if is_once {
                self.mistake(node.span(), language::RUNS_ONCE);
            }
            for block in &node.blocks {
                self.check_repeatable(&block.nodes);
            }
        }
    }
}
