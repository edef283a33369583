//! Items inside of the body. In the graph its blocks are no scopes of their own, and the adjoint of a loop does not see what
//! stands in the loop: all items stand first, so none may be named like something that is used outside of its block.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Block, Item, Stmt};

use super::flow::elements_of;
use super::stmt::effect;
use super::Lowering;
use crate::language;

impl Lowering<'_> {
    /// Lets the items of a body stand before all that is read of it.
    pub(super) fn items_first(&mut self, body: &Block) {
        let mut found = Items::default();
        found.visit_block(body);
        let everywhere = body.to_token_stream();
        let mut seen = HashSet::new();
        for (at, (_, item)) in found.0.iter().enumerate() {
            // `use` of one thing in several blocks means the same in each.
            let is_use = matches!(item, Item::Use(_));
            if !seen.insert(item.to_token_stream().to_string()) && is_use {
                continue;
            }
            let is_same = |(place, (_, other)): &(usize, &(Block, Item))| match is_use {
                true => other == item,
                false => *place == at,
            };
            let same = found.0.iter().enumerate().filter(is_same);
            let blocks: Vec<&Block> = same.map(|(_, (block, _))| block).collect();
            for name in names_of(item) {
                let name = name.to_string();
                let in_blocks: usize =
                    blocks.iter().map(|block| count(block.to_token_stream(), &name)).sum();
                if count(everywhere.clone(), &name) > in_blocks {
                    self.mistake(item, language::ITEM_LIKE_ANOTHER);
                }
            }
            let span = syn::spanned::Spanned::span(item);
            self.nodes.push(effect(item.to_token_stream(), vec![], vec![], span));
        }
    }
}

/// The items of all blocks, each with its block: those in `vec![{ .. }]` are parsed for this.
#[derive(Default)]
struct Items(Vec<(Block, Item)>);

impl<'ast> Visit<'ast> for Items {
    fn visit_block(&mut self, block: &'ast Block) {
        for stmt in &block.stmts {
            if let Stmt::Item(item) = stmt {
                self.0.push((block.clone(), item.clone()));
            }
        }
        visit::visit_block(self, block);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        elements_of(mac).iter().for_each(|element| self.visit_expr(element));
    }
}

/// The names that an item brings into its block.
fn names_of(item: &Item) -> Vec<&Ident> {
    match item {
        Item::Const(item) => vec![&item.ident],
        Item::Enum(item) => vec![&item.ident],
        Item::Fn(item) => vec![&item.sig.ident],
        Item::Macro(item) => item.ident.iter().collect(),
        Item::Mod(item) => vec![&item.ident],
        Item::Static(item) => vec![&item.ident],
        Item::Struct(item) => vec![&item.ident],
        Item::Trait(item) => vec![&item.ident],
        Item::Type(item) => vec![&item.ident],
        Item::Union(item) => vec![&item.ident],
        Item::Use(item) => names_of_use(&item.tree),
        _ => Vec::new(),
    }
}

fn names_of_use(tree: &syn::UseTree) -> Vec<&Ident> {
    match tree {
        syn::UseTree::Path(path) => names_of_use(&path.tree),
        syn::UseTree::Name(name) => vec![&name.ident],
        syn::UseTree::Rename(name) => vec![&name.rename],
        syn::UseTree::Group(group) => group.items.iter().flat_map(names_of_use).collect(),
        syn::UseTree::Glob(_) => Vec::new(),
    }
}

/// How often a name stands in tokens.
fn count(tokens: TokenStream, name: &str) -> usize {
    let each = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) => usize::from(ident == name),
        TokenTree::Group(group) => count(group.stream(), name),
        _ => 0,
    });
    each.sum()
}
