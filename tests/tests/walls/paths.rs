//! The paths that a source text mentions, resolved as far as its own imports go.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// Other crates whose names are told from those of local modules.
const CRATES: &[&str] = &["syn", "quote", "proc_macro2", "proc_macro", "prettyplease"];

/// A path from the root of a crate.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) path: String,
    pub(crate) line: usize,
    /// True in a `use`, where a module may be named for the sake of one thing in it.
    pub(crate) is_import: bool,
}

/// Everything that `source` mentions of `crate` and of [`CRATES`]. `module` is where it stands.
///
/// # Panics
/// If the source is not Rust.
pub(crate) fn mentions(source: &str, module: &[String]) -> Vec<Mention> {
    let file = syn::parse_file(source).unwrap_or_else(|error| panic!("{error}: {source}"));
    let mut reader = Reader { module: module.to_vec(), imports: HashMap::new(), found: Vec::new() };
    // Imports first, since a path may stand before the `use` that it needs.
    Imports(&mut reader).visit_file(&file);
    reader.visit_file(&file);
    reader.found
}

/// The words in `quote!`, but for those that are interpolated.
pub(crate) fn quoted_words(source: &str) -> Vec<String> {
    struct Quotes(Vec<String>);
    impl<'ast> Visit<'ast> for Quotes {
        fn visit_macro(&mut self, mac: &'ast syn::Macro) {
            match is_quote(mac) {
                true => own_words(mac.tokens.clone(), &mut self.0),
                false => quotes_within(mac.tokens.clone(), &mut self.0),
            }
        }
    }
    let mut quotes = Quotes(Vec::new());
    quotes.visit_file(&syn::parse_file(source).unwrap_or_else(|error| panic!("{error}: {source}")));
    quotes.0
}

fn is_quote(mac: &syn::Macro) -> bool {
    mac.path.segments.last().is_some_and(|last| writes_code(&last.ident.to_string()))
}

fn writes_code(name: &str) -> bool {
    name.starts_with("quote") || name.starts_with("parse_quote")
}

fn own_words(tokens: TokenStream, into: &mut Vec<String>) {
    let mut is_interpolated = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if !is_interpolated => into.push(ident.to_string()),
            TokenTree::Group(group) => own_words(group.stream(), into),
            _ => {}
        }
        is_interpolated = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
    }
}

/// `quote!` inside the tokens of another macro, which syn does not read.
fn quotes_within(tokens: TokenStream, into: &mut Vec<String>) {
    let mut last_word = String::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => last_word = ident.to_string(),
            TokenTree::Group(group) if writes_code(&last_word) => own_words(group.stream(), into),
            TokenTree::Group(group) => quotes_within(group.stream(), into),
            _ => {}
        }
    }
}

struct Reader {
    module: Vec<String>,
    /// What a name that was imported stands for.
    imports: HashMap<String, Vec<String>>,
    found: Vec<Mention>,
}

impl Reader {
    /// A path from the root of a crate; none for what is local or of another crate.
    fn resolve(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => vec!["crate".to_owned()],
            "self" => self.module.clone(),
            "super" => {
                let above = self.module.len().saturating_sub(1).max(1);
                let ups = rest.iter().take_while(|part| *part == "super").count();
                let above = above.saturating_sub(ups).max(1);
                return Some([&self.module[..above], &rest[ups..]].concat());
            }
            // A lone `quote` is a macro that was imported, not the crate.
            name if CRATES.contains(&name)
                && !(rest.is_empty() && self.imports.contains_key(name)) =>
            {
                vec![first.clone()]
            }
            name => self.imports.get(name)?.clone(),
        };
        Some([start.as_slice(), rest].concat())
    }

    fn note(&mut self, path: &[String], span: Span, is_import: bool) {
        // `self` alone is a value, `pub(crate)` and `pub(super)` say who may see an item.
        let is_word = path.len() == 1 && ["crate", "self", "super"].contains(&path[0].as_str());
        if is_word && !is_import {
            return;
        }
        if let Some(resolved) = self.resolve(path) {
            let line = span.start().line;
            self.found.push(Mention { path: resolved.join("::"), line, is_import });
        }
    }

    /// Paths in tokens that syn does not read, but for those that are written into generated code.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut start = Span::call_site();
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) => {
                    if colons < 2 {
                        self.note(&std::mem::take(&mut path), start, false);
                        start = ident.span();
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    let is_code = path.last().is_some_and(|last| writes_code(last));
                    if let TokenTree::Group(group) = other {
                        self.note(&std::mem::take(&mut path), start, false);
                        if !is_code {
                            self.tokens(group.stream());
                        }
                    } else if !is_code {
                        self.note(&std::mem::take(&mut path), start, false);
                    }
                    colons = 0;
                }
            }
        }
        self.note(&path, start, false);
    }

    /// Each name that a `use` brings, with its path.
    fn imported(&self, item: &syn::ItemUse) -> Vec<(String, Vec<String>, Span)> {
        let mut leaves = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut leaves);
        leaves
    }
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, leaves: &mut Vec<(String, Vec<String>, Span)>) {
    let with = |path: &[String], name: &str| {
        let mut path = path.to_vec();
        if name != "self" {
            path.push(name.to_owned());
        }
        path
    };
    match tree {
        UseTree::Path(inner) => {
            path.push(inner.ident.to_string());
            flatten(&inner.tree, path, leaves);
            path.pop();
        }
        UseTree::Name(name) => {
            let whole = with(path, &name.ident.to_string());
            leaves.push((whole.last().cloned().unwrap_or_default(), whole, name.ident.span()));
        }
        UseTree::Rename(name) => {
            let whole = with(path, &name.ident.to_string());
            leaves.push((name.rename.to_string(), whole, name.ident.span()));
        }
        UseTree::Glob(glob) => {
            leaves.push(("*".to_owned(), with(path, "*"), glob.star_token.spans[0]));
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, path, leaves);
            }
        }
    }
}

/// True for `#[cfg(test)]`.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Learns what is imported under which name.
struct Imports<'r>(&'r mut Reader);

impl<'ast> Visit<'ast> for Imports<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for (name, path, _) in self.0.imported(item) {
            if let Some(resolved) = self.0.resolve(&path) {
                self.0.imports.insert(name, resolved);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for (_, path, span) in self.imported(item) {
            self.note(&path, span, true);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.note(&names, first.ident.span(), false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        if !is_quote(mac) {
            self.tokens(mac.tokens.clone());
        }
    }
}
