//! Which identifier each value gets: the user's name, or `d` and the user's.

use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};

use super::layers::Layers;
use crate::graph::collections::HashSet;
use crate::graph::{text_of, Value};

/// Whose a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// A variable of the user's, in the user's code.
    Users,
    /// The same value, found again in the adjoint.
    Again,
    /// A value that the user did not name, or that is not the user's.
    Ours,
}

/// The identifiers in force at one point of the emitted code.
#[derive(Clone, Default)]
pub(super) struct Names {
    of: Layers<Value, Ident>,
    /// The value that a text stands for now.
    holder: Layers<String, Value>,
    /// Of what was there before a block, that alone holds its text which is in all of these.
    needed: Vec<Rc<HashSet<Value>>>,
    /// Every identifier in the user's function: a name of ours is none of them.
    users: Rc<HashSet<String>>,
}

impl Names {
    pub(super) fn new(function: TokenStream) -> Names {
        let mut users = HashSet::default();
        collect(function, &mut users);
        Names { users: Rc::new(users), ..Names::default() }
    }

    pub(super) fn get(&self, value: Value) -> Option<&Ident> {
        self.of.get(&value)
    }

    /// Gives `value` an identifier like `wish`. It takes over a text whose holder is no longer
    /// needed, as `is_needed` says; else it gets a number. What is [`Whose::Ours`] never has a name of the
    /// user's, even where that stands for nothing.
    pub(super) fn bind(
        &mut self,
        value: Value,
        wish: &str,
        whose: Whose,
        is_needed: impl Fn(Value) -> bool,
    ) -> Ident {
        // What a method makes of `mut self` is a variable.
        let wish = if wish == "self" { "this" } else { wish };
        // `do`, which is a keyword, is `do_` wherever its holder is looked up.
        let wish = &identifier(text_of(wish), Span::mixed_site()).to_string();
        let is_free = |text: &str| match self.holder(text) {
            Some(holder) => !is_needed(holder),
            None => whose != Whose::Ours || !self.users.contains(text),
        };
        let mut text = wish.to_owned();
        let mut number = 2;
        while !is_free(&text) || number > 2 && self.users.contains(&text) {
            text = format!("{wish}_{number}");
            number += 1;
        }
        // A name of the user's keeps the user's hygiene, so that tokens that are passed on find it.
        let span = if whose == Whose::Users { Span::call_site() } else { Span::mixed_site() };
        let ident = identifier(&text, span);
        self.holder.insert(text, value);
        self.of.insert(value, ident.clone());
        ident
    }

    /// True if the value's identifier still stands for it, and no later value took it over.
    pub(super) fn holds(&self, value: Value) -> bool {
        self.of.get(&value).is_some_and(|ident| self.holder(&ident.to_string()) == Some(value))
    }

    fn holder(&self, text: &str) -> Option<Value> {
        let holder = *self.holder.get(text)?;
        let holds = |needed: &Rc<HashSet<Value>>| needed.contains(&holder);
        (self.holder.is_own(text) || self.needed.iter().all(holds)).then_some(holder)
    }

    /// A copy for a block inside, which forgets which texts are taken, but for those of `needed`.
    pub(super) fn inside(&self, needed: HashSet<Value>) -> Names {
        let mut inside = self.clone();
        inside.holder.forget_own(|holder| !needed.contains(holder));
        inside.needed.push(Rc::new(needed));
        inside
    }

    /// Lets `value` be called `ident`, which the signature or a closure declares.
    pub(super) fn declare(&mut self, value: Value, ident: Ident) {
        self.holder.insert(ident.to_string(), value);
        self.of.insert(value, ident);
    }
}

/// An identifier, raw where it is a keyword.
fn identifier(text: &str, span: Span) -> Ident {
    match text.strip_prefix("r#") {
        Some(keyword) => Ident::new_raw(keyword, span),
        None if text == "self" || is_no_keyword(text) => Ident::new(text, span),
        // What begins with a digit is no identifier, whatever comes after.
        None if text.starts_with(|first: char| first.is_ascii_digit()) => {
            Ident::new(&format!("part_{text}"), span)
        }
        None => syn::parse_str::<Ident>(text)
            .map(|_| Ident::new(text, span))
            .unwrap_or_else(|_| Ident::new(&format!("{text}_"), span)),
    }
}

/// True for what is an identifier and no keyword, as one sees without asking for the list of these.
fn is_no_keyword(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.contains(|c: char| c.is_ascii_digit() || c == '_')
}

/// The identifiers in tokens, but for methods and fields: a variable never clashes with those.
fn collect(tokens: TokenStream, into: &mut HashSet<String>) {
    let mut follows_dot = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if !follows_dot => {
                into.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), into),
            _ => {}
        }
        follows_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
    }
}
