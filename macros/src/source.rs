//! What the user wrote: the attribute's options and the function's signature.

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{FnArg, Ident, ItemFn, Pat, ReturnType, Token, Type};

use crate::language;
use crate::mistake::Mistakes;
use crate::types;

/// The options of `#[differentiable(..)]`.
#[derive(Default)]
pub(crate) struct Options {
    /// The path of the runtime crate, where it is renamed.
    pub(crate) krate: Option<syn::Path>,
    pub(crate) wrt: Option<Vec<Ident>>,
    pub(crate) constant: Vec<Ident>,
    pub(crate) aux: bool,
    pub(crate) associated: bool,
    pub(crate) recursive: bool,
    /// The pullback keeps the arguments alone, and computes the function again.
    pub(crate) checkpoint: bool,
    /// Asked for by `forward`, or by `second_order`, which needs it.
    pub(crate) forward: bool,
    pub(crate) second_order: bool,
    /// The user's own rules, in the place of what follows from the body.
    pub(crate) vjp: Option<syn::Path>,
    pub(crate) jvp: Option<syn::Path>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Options::default();
        while !input.is_empty() {
            options.parse_one(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

impl Options {
    fn parse_one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            self.krate = Some(input.call(syn::Path::parse_mod_style)?);
            return Ok(());
        }
        let word: Ident = input.parse()?;
        match word.to_string().as_str() {
            "wrt" => self.wrt = Some(names(input)?),
            "constant" => self.constant = names(input)?,
            "aux" => self.aux = true,
            "associated" => self.associated = true,
            "recursive" => self.recursive = true,
            "forward" => self.forward = true,
            "second_order" => (self.forward, self.second_order) = (true, true),
            "checkpoint" => self.checkpoint = true,
            "vjp" => self.vjp = Some(rule(input)?),
            "jvp" => (self.jvp, self.forward) = (Some(rule(input)?), true),
            other => {
                return Err(syn::Error::new(
                    word.span(),
                    format!(
                        "`{other}` is no option of `differentiable`: use `wrt(..)`, `constant(..)`, \
                         `aux`, `associated`, `recursive`, `checkpoint`, `forward`, `second_order`, \
                         `vjp = path`, `jvp = path` or `crate = path`"
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// The user's tokens without `#[checkpoint]`, which rustc does not know; what one asks for stands in its place, so that
/// no variable of the user's is called unused. What holds none is passed on untouched: a group that is made anew may
/// mean something else, where a macro's fragment stands in it.
pub(crate) fn without_checkpoints(tokens: TokenStream) -> TokenStream {
    changed(&tokens).unwrap_or(tokens)
}

/// The tokens without the attributes, if there are any.
fn changed(tokens: &TokenStream) -> Option<TokenStream> {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut kept = Vec::new();
    let mut is_changed = false;
    let mut position = 0;
    while let Some(token) = all.get(position) {
        let is_attribute = matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
            && matches!(all.get(position + 1), Some(TokenTree::Group(group))
                if group.delimiter() == Delimiter::Bracket && names_checkpoint(group.stream()));
        position += if is_attribute { 2 } else { 1 };
        let inside = match token {
            TokenTree::Group(group) if !is_attribute => changed(&group.stream())
                .map(|inside| (Group::new(group.delimiter(), inside), group.span())),
            _ => None,
        };
        is_changed |= is_attribute || inside.is_some();
        match inside {
            Some((mut group, span)) => {
                group.set_span(span);
                kept.push(TokenTree::Group(group));
            }
            None if is_attribute => {
                let begins_a_statement = match position.checked_sub(3).and_then(|at| all.get(at)) {
                    Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
                    Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
                    before => before.is_none(),
                };
                let asked = all.get(position - 1).and_then(asked_for);
                kept.extend(asked.filter(|_| begins_a_statement).into_iter().flatten());
            }
            None => kept.push(token.clone()),
        }
    }
    is_changed.then(|| kept.into_iter().collect())
}

fn names_checkpoint(attribute: TokenStream) -> bool {
    matches!(attribute.into_iter().next(), Some(TokenTree::Ident(word)) if word == "checkpoint")
}

/// `let _ = &(k);` for `[checkpoint(every = k)]`.
fn asked_for(attribute: &TokenTree) -> Option<TokenStream> {
    let TokenTree::Group(attribute) = attribute else { return None };
    let Some(TokenTree::Group(asked)) = attribute.stream().into_iter().nth(1) else { return None };
    let turns: TokenStream = asked.stream().into_iter().skip(2).collect();
    if turns.clone().into_iter().all(|token| matches!(token, TokenTree::Literal(_))) {
        return None;
    }
    let mut mentioned: TokenStream = "let _ = &".parse().ok()?;
    let turns = Group::new(Delimiter::Parenthesis, turns);
    mentioned.extend([TokenTree::Group(turns), TokenTree::Punct(Punct::new(';', Spacing::Alone))]);
    Some(mentioned)
}

/// `= path`.
fn rule(input: ParseStream<'_>) -> syn::Result<syn::Path> {
    input.parse::<Token![=]>()?;
    input.call(syn::Path::parse_mod_style)
}

/// `(w, b, self)`.
fn names(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    use syn::ext::IdentExt;
    if !input.peek(syn::token::Paren) {
        return Err(input.error("name the arguments in parentheses: `wrt(x)`, `constant(x, y)`"));
    }
    let inside;
    syn::parenthesized!(inside in input);
    Ok(Punctuated::<Ident, Token![,]>::parse_terminated_with(&inside, Ident::parse_any)?
        .into_iter()
        .collect())
}

/// A type without the invisible brackets that a `macro_rules!` fragment stands in.
fn without_groups(ty: Type) -> Type {
    match ty {
        Type::Group(group) => without_groups(*group.elem),
        Type::Paren(paren) => without_groups(*paren.elem),
        ty => ty,
    }
}

/// A parameter of the user's function.
pub(crate) struct Param {
    /// Its name; `self`, or a name of ours where the user wrote a pattern.
    pub(crate) name: Ident,
    /// The pattern, where it is more than a name.
    pub(crate) pattern: Option<Pat>,
    /// The type as written; `Self`, `&Self` or `&mut Self` for the receiver.
    pub(crate) ty: Type,
    pub(crate) is_active: bool,
    /// True if it may be active by its type, whatever `wrt` says.
    pub(crate) holds_floats: bool,
}

impl Param {
    pub(crate) fn is_receiver(&self) -> bool {
        self.name == "self"
    }

    /// `&T`, and whether `mut`.
    pub(crate) fn reference(&self) -> Option<&syn::TypeReference> {
        match &self.ty {
            Type::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// A float or an array of floats, or a reference to one.
    pub(crate) fn is_float_or_array(&self, generics: &syn::Generics) -> bool {
        let ty = self.reference().map_or(&self.ty, |reference| &reference.elem);
        types::is_float_or_array(ty, generics)
    }

    /// A view by value, such as `ArrayView1<f64>`.
    pub(crate) fn is_view(&self) -> bool {
        types::is_view(&self.ty)
    }

    fn is_mutable_reference(&self) -> bool {
        self.reference().is_some_and(|reference| reference.mutability.is_some())
    }
}

/// A function with its attribute.
pub(crate) struct Source {
    pub(crate) options: Options,
    pub(crate) item: ItemFn,
    pub(crate) params: Vec<Param>,
}

impl Source {
    /// Reads an item; what cannot be a differentiable function at all is noted.
    pub(crate) fn read(options: TokenStream, item: ItemFn, mistakes: &mut Mistakes) -> Source {
        let options = syn::parse2::<Options>(options).unwrap_or_else(|error| {
            mistakes.add_syn(&error);
            Options::default()
        });
        refuse_qualifiers(&item, mistakes);
        if item.sig.ident == "clone" && item.sig.receiver().is_some() {
            mistakes.add(item.sig.ident.span(), language::CALLED_CLONE);
        }
        let params = item
            .sig
            .inputs
            .iter()
            .enumerate()
            .filter_map(|(position, input)| param(position, input, &item.sig.generics, mistakes))
            .collect();
        let mut source = Source { options, item, params };
        source.decide_activity(mistakes);
        source.check_rules(mistakes);
        source
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.item.sig.ident
    }

    /// True for a function in an `impl`, whose derivatives are its siblings.
    pub(crate) fn is_associated(&self) -> bool {
        self.options.associated
            || self.item.sig.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_)))
            || mentions_self(&self.item.sig)
    }

    /// The result's type as written; `()` where there is none.
    pub(crate) fn result(&self) -> Type {
        match &self.item.sig.output {
            ReturnType::Type(_, ty) => (**ty).clone(),
            ReturnType::Default => syn::parse_quote!(()),
        }
    }

    pub(crate) fn active(&self) -> impl Iterator<Item = (usize, &Param)> {
        self.params.iter().enumerate().filter(|(_, param)| param.is_active)
    }

    /// What does not follow from a rule of one's own.
    fn check_rules(&self, mistakes: &mut Mistakes) {
        let Some(rule) = &self.options.vjp else { return };
        if self.options.second_order {
            mistakes.add(
                rule,
                "second derivatives do not follow from a rule of your own: leave `second_order` out, or \
                 write the function in the language",
            );
        } else if self.options.forward && self.options.jvp.is_none() {
            mistakes.add(
                rule,
                "forward mode does not follow from a rule of your own for `vjp`: give its twin, `jvp = path`",
            );
        }
        for param in self.params.iter().filter(|param| param.is_mutable_reference()) {
            mistakes.add(
                &param.ty,
                "a rule of your own may run again in the backward pass, so it cannot write an argument: take it \
                 by `&` or by value",
            );
        }
    }

    fn decide_activity(&mut self, mistakes: &mut Mistakes) {
        let listed = self.options.wrt.iter().flatten().chain(&self.options.constant);
        for name in listed {
            if !self.params.iter().any(|param| param.name == *name) {
                mistakes.add(
                    name.span(),
                    format!("this function has no argument `{name}`: name one of its arguments"),
                );
            }
        }
        for param in &mut self.params {
            let wanted = match &self.options.wrt {
                Some(wrt) => wrt.contains(&param.name),
                None => param.holds_floats && !self.options.constant.contains(&param.name),
            };
            if wanted && self.options.constant.contains(&param.name) {
                mistakes.add(
                    param.name.span(),
                    format!(
                        "`{}` is named in both `wrt` and `constant`: name it in one",
                        param.name
                    ),
                );
            }
            if wanted && !param.holds_floats {
                mistakes.add(
                    &param.ty,
                    format!(
                        "there is no derivative with respect to `{}`: its type holds no floats; \
                         leave it out of `wrt`",
                        param.name
                    ),
                );
                continue;
            }
            if wanted && param.is_mutable_reference() {
                mistakes.add(
                    &param.ty,
                    format!(
                        "`{0}` is active and borrowed mutably, so its derivative would have to be \
                         written back: take it by value or by `&` and return the new value, or \
                         name it in `constant({0})`",
                        param.name
                    ),
                );
                continue;
            }
            if let (true, Some(object)) = (wanted, types::trait_object(&param.ty)) {
                mistakes.add(
                    object,
                    format!(
                        "a trait object hides what it holds from the compiler of derivatives: name it in \
                         `constant({0})`, or take `{0}` by its own type",
                        param.name
                    ),
                );
                continue;
            }
            param.is_active = wanted;
        }
        self.check_result(mistakes);
        if mistakes.is_empty() && self.active().next().is_none() {
            let span = match &self.options.wrt {
                Some(_) => Span::call_site(),
                None => self.item.sig.ident.span(),
            };
            let instead = match self.params.iter().any(|param| param.holds_floats) {
                true => "leave an argument out of `constant(..)`, or name one in `wrt(..)`",
                false => {
                    "take a float, an array of floats or a struct that derives `Differentiable`"
                }
            };
            mistakes.add(
                span,
                format!(
                    "this function has no active argument, so there is nothing to differentiate with \
                     respect to: {instead}"
                ),
            );
        }
    }

    /// Every part of a result receives a cotangent. Where one cannot, the stand-ins of the derivatives have a result that
    /// can, so that there is no second error.
    fn check_result(&mut self, mistakes: &mut Mistakes) {
        let generics = &self.item.sig.generics;
        let ReturnType::Type(_, ty) = &mut self.item.sig.output else { return };
        if self.options.aux && types::is_no_pair(ty, generics) {
            mistakes.add(
                &*ty,
                "`aux` passes on the second part of `-> (Y, A)`, and this function does not return a pair: return \
                 both, or leave `aux` out",
            );
            **ty = syn::parse_quote!((f64, ()));
            return;
        }
        // What stands behind the value is passed on.
        let value = match &mut **ty {
            Type::Tuple(both) if self.options.aux => match both.elems.first_mut() {
                Some(value) => value,
                None => return,
            },
            whole => whole,
        };
        if let Some(part) = types::constant_part(value, generics) {
            mistakes.add(
                part,
                "this has no gradient, since it holds no floats: `#[differentiable(aux)]` on `-> (Y, A)` passes \
                 `A` on as it is, or leave it out",
            );
            *value = syn::parse_quote!(f64);
        } else if let Some(part) = types::lent_part(value) {
            mistakes.add(part, language::LENT_RESULT);
            *value = syn::parse_quote!(f64);
        }
    }
}

/// Reads one parameter.
fn param(
    position: usize,
    input: &FnArg,
    generics: &syn::Generics,
    mistakes: &mut Mistakes,
) -> Option<Param> {
    match input {
        FnArg::Receiver(receiver) => Some(Param {
            name: Ident::new("self", receiver.self_token.span),
            pattern: None,
            ty: receiver_type(receiver),
            is_active: false,
            holds_floats: true,
        }),
        FnArg::Typed(typed) => {
            let (name, pattern) = match &*typed.pat {
                Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                    (pat.ident.clone(), None)
                }
                pat => {
                    (Ident::new(&format!("arg{position}"), Span::mixed_site()), Some(pat.clone()))
                }
            };
            if let Type::ImplTrait(ty) = &*typed.ty {
                mistakes.add(ty, language::IMPL_TRAIT);
                return None;
            }
            Some(Param {
                holds_floats: !types::is_constant(&typed.ty, generics),
                name,
                pattern,
                ty: without_groups((*typed.ty).clone()),
                is_active: false,
            })
        }
    }
}

/// `async`, `const`, `unsafe` and `extern` functions are not in the language.
fn refuse_qualifiers(item: &ItemFn, mistakes: &mut Mistakes) {
    let sig = &item.sig;
    if let Some(token) = &sig.constness {
        mistakes.add(token.span(), language::CONST_FUNCTION);
    }
    if let Some(token) = &sig.asyncness {
        mistakes.add(token.span(), language::ASYNC_FUNCTION);
    }
    if let Some(abi) = &sig.abi {
        mistakes.add(abi.span(), language::EXTERN_FUNCTION);
    }
    if let Some(span) = unsafety(sig) {
        mistakes.add(span, language::UNSAFE_FUNCTION);
    }
}

fn unsafety(sig: &syn::Signature) -> Option<Span> {
    match &sig.safety {
        syn::Safety::Unsafe(token) => Some(token.span()),
        _ => None,
    }
}

/// True if `Self` stands anywhere in the signature.
fn mentions_self(sig: &syn::Signature) -> bool {
    struct Finder(bool);
    impl<'ast> syn::visit::Visit<'ast> for Finder {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            self.0 |= path.segments.first().is_some_and(|segment| segment.ident == "Self");
            syn::visit::visit_path(self, path);
        }
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_signature(&mut finder, sig);
    finder.0
}

/// The type of `self`: `Self`, `&Self` or as written.
fn receiver_type(receiver: &syn::Receiver) -> Type {
    match &receiver.kind {
        syn::ReceiverKind::Reference(_, lifetime, mutability) => {
            syn::parse_quote!(& #lifetime #mutability Self)
        }
        syn::ReceiverKind::Typed(_, ty) => (**ty).clone(),
        _ => syn::parse_quote!(Self),
    }
}
