//! Names in the user's tokens that stand for something else in ours.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Pat};

use super::flow::names_of;
use super::mentions::Mentions;
use crate::graph::key;

/// Replaces what names variables from outside; a name that the tokens bind themselves stays, and so does a field
/// or method of that name.
pub(crate) fn rename(tokens: TokenStream, names: &HashMap<String, TokenStream>) -> TokenStream {
    renamed(tokens, Names { tokens: names, numbers: &BTreeSet::new() })
}

/// The same of names that are references in the user's code alone. A number is `x` in ours where the user looks through
/// any of them: `**x`.
pub(super) fn rename_lent(tokens: TokenStream, mentions: &Mentions) -> TokenStream {
    renamed(tokens, Names { tokens: &mentions.lent, numbers: &mentions.numbers })
}

/// What names become.
#[derive(Clone, Copy)]
struct Names<'n> {
    tokens: &'n HashMap<String, TokenStream>,
    /// Those that are no references, whatever stands before them.
    numbers: &'n BTreeSet<String>,
}

fn renamed(tokens: TokenStream, names: Names<'_>) -> TokenStream {
    if names.tokens.is_empty() && names.numbers.is_empty() {
        return tokens;
    }
    let mut renamer = Renamer { names, bound: Vec::new() };
    if let Ok(mut expr) = syn::parse2::<Expr>(tokens.clone()) {
        renamer.visit_expr_mut(&mut expr);
        return expr.into_token_stream();
    }
    match syn::parse::Parser::parse2(Block::parse_within, tokens.clone()) {
        Ok(mut stmts) => {
            stmts.iter_mut().for_each(|stmt| renamer.visit_stmt_mut(stmt));
            stmts.iter().map(ToTokens::to_token_stream).collect()
        }
        Err(_) => rename_tokens(tokens, names),
    }
}

/// The same of tokens that are no syntax of their own, such as a macro's.
fn rename_tokens(tokens: TokenStream, names: Names<'_>) -> TokenStream {
    let mut renamed: Vec<TokenTree> = Vec::new();
    let mut previous: [Option<char>; 2] = [None, None];
    for tree in tokens {
        let follows_dot = previous[1] == Some('.') && previous[0] != Some('.');
        let follows_path = previous == [Some(':'), Some(':')];
        previous = [previous[1], None];
        match tree {
            TokenTree::Ident(ident) => {
                let derefs = match names.numbers.contains(&key(&ident)) {
                    true => derefs_at_end(&renamed),
                    false => 0,
                };
                renamed.truncate(renamed.len() - derefs);
                match names.tokens.get(&key(&ident)) {
                    Some(name) if derefs == 0 && !follows_dot && !follows_path => {
                        renamed.extend(name.clone());
                    }
                    _ => renamed.extend([TokenTree::Ident(ident)]),
                }
            }
            TokenTree::Group(group) => {
                let inner = rename_tokens(group.stream(), names);
                let mut inner = Group::new(group.delimiter(), inner);
                inner.set_span(group.span());
                renamed.extend([TokenTree::Group(inner)]);
            }
            TokenTree::Punct(punct) => {
                previous[1] = Some(punct.as_char());
                renamed.extend([TokenTree::Punct(punct)]);
            }
            literal => renamed.extend([literal]),
        }
    }
    renamed.into_iter().collect()
}

/// How many `*` at the end of tokens look through references.
fn derefs_at_end(tokens: &[TokenTree]) -> usize {
    let is_star =
        |token: &&TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '*');
    let stars = tokens.iter().rev().take_while(is_star).count();
    let multiplies = match tokens[..tokens.len() - stars].last() {
        Some(TokenTree::Ident(ident)) => syn::parse_str::<Ident>(&ident.to_string()).is_ok(),
        Some(TokenTree::Literal(_) | TokenTree::Group(_)) => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == '?',
        None => false,
    };
    stars - usize::from(multiplies && stars > 0)
}

struct Renamer<'n> {
    names: Names<'n>,
    /// The names that are bound where the walk is.
    bound: Vec<String>,
}

impl Renamer<'_> {
    fn bind(&mut self, pattern: &Pat) {
        self.bound.extend(names_of(pattern));
    }

    /// Walks with what is bound on the way in scope until the end alone.
    fn scope(&mut self, walk: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        walk(self);
        self.bound.truncate(outer);
    }

    /// Tokens that are no syntax, in which the names that are not bound here are replaced.
    fn tokens(&self, tokens: TokenStream) -> TokenStream {
        let free = self.names.tokens.iter().filter(|(name, _)| !self.bound.contains(name));
        let free = free.map(|(name, tokens)| (name.clone(), tokens.clone())).collect();
        let numbers = self.names.numbers.iter().filter(|name| !self.bound.contains(name));
        rename_tokens(tokens, Names { tokens: &free, numbers: &numbers.cloned().collect() })
    }

    /// The number that `**x` is.
    fn looked_through(&self, expr: &Expr) -> Option<Expr> {
        let Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr, .. }) = expr else {
            return None;
        };
        let Expr::Path(path) = &**expr else { return self.looked_through(expr) };
        let name = path.path.get_ident().map(key)?;
        let is_number = self.names.numbers.contains(&name) && !self.bound.contains(&name);
        is_number.then(|| (**expr).clone())
    }

    fn replacement(&self, expr: &Expr) -> Option<Expr> {
        let Expr::Path(path) = expr else { return None };
        let name = path.path.get_ident().filter(|_| path.qself.is_none()).map(key)?;
        let tokens = self.names.tokens.get(&name).filter(|_| !self.bound.contains(&name))?;
        let parsed = syn::parse2::<Expr>(tokens.clone());
        Some(parsed.unwrap_or_else(|_| Expr::Verbatim(tokens.clone())))
    }
}

impl VisitMut for Renamer<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(value) = self.looked_through(expr) {
            *expr = value;
            return;
        }
        if let Some(replacement) = self.replacement(expr) {
            *expr = replacement;
            return;
        }
        match expr {
            Expr::Verbatim(tokens) => *tokens = self.tokens(tokens.clone()),
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.scope(|this| visit_mut::visit_block_mut(this, block));
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        if let Some(init) = &mut local.init {
            self.visit_local_init_mut(init);
        }
        self.bind(&local.pat);
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut syn::ExprClosure) {
        self.scope(|this| {
            closure.inputs.iter().for_each(|input| this.bind(input));
            this.visit_expr_mut(&mut closure.body);
        });
    }

    fn visit_expr_for_loop_mut(&mut self, turns: &mut syn::ExprForLoop) {
        self.visit_expr_mut(&mut turns.expr);
        self.scope(|this| {
            this.bind(&turns.pat);
            this.visit_block_mut(&mut turns.body);
        });
    }

    // What a condition binds is in scope from there to the end of the block that it guards.
    fn visit_expr_let_mut(&mut self, test: &mut syn::ExprLet) {
        self.visit_expr_mut(&mut test.expr);
        self.bind(&test.pat);
    }

    fn visit_expr_if_mut(&mut self, branch: &mut syn::ExprIf) {
        self.scope(|this| {
            this.visit_expr_mut(&mut branch.cond);
            this.visit_block_mut(&mut branch.then_branch);
        });
        if let Some((_, otherwise)) = &mut branch.else_branch {
            self.visit_expr_mut(otherwise);
        }
    }

    fn visit_expr_while_mut(&mut self, turns: &mut syn::ExprWhile) {
        self.scope(|this| visit_mut::visit_expr_while_mut(this, turns));
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        self.scope(|this| {
            this.bind(&arm.pat);
            visit_mut::visit_arm_mut(this, arm);
        });
    }

    // `State { x }` is `State { x: x }`.
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        let is_replaced = self.replacement(&field.expr).is_some();
        if is_replaced && field.colon_token.is_none() {
            field.colon_token = Some(Default::default());
        }
        visit_mut::visit_field_value_mut(self, field);
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        self.visit_path_mut(&mut mac.path);
        mac.tokens = self.tokens(mac.tokens.clone());
    }

    // Of paths, only ours begin with a name that stands for something else.
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let first = path.segments.first().filter(|first| first.ident == "__chainrule");
        let whole = first.and_then(|_| self.names.tokens.get("__chainrule"));
        let Some(Ok(mut whole)) = whole.cloned().map(syn::parse2::<syn::Path>) else { return };
        whole.segments.extend(std::mem::take(&mut path.segments).into_iter().skip(1));
        *path = whole;
    }

    // An item sees no variables.
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}
