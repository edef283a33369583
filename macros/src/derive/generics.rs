//! Which parameters of the struct its gradient has.

use std::collections::HashSet;

use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{
    DeriveInput, GenericArgument, GenericParam, Generics, Ident, Lifetime, Path, PathArguments,
    Token, Type, TypeParamBound, WherePredicate,
};

use crate::types;

/// The parameters and bounds of the gradient and of the accumulator.
///
/// They have those that the active fields mention, with the bounds that the struct has, and with
/// what these bounds mention. They have no lifetimes, for gradients are owned.
pub(super) struct GradientGenerics {
    pub kept: Generics,
    /// Type parameters that only bounds mention: they need a `PhantomData`.
    pub phantom: Vec<Ident>,
    /// `T: Differentiable` parameters, whose gradient is not known to have `PartialEq`.
    pub opaque: Vec<Ident>,
}

impl GradientGenerics {
    /// From the struct's parameters and the types of its active fields.
    pub(super) fn new<'t, I: Iterator<Item = &'t Type>>(
        generics: &Generics,
        required: &[WherePredicate],
        active: impl Fn() -> I,
    ) -> Self {
        let names = Names::of(generics);
        let mut mentioned = HashSet::new();
        for ty in active() {
            mentioned.extend(names.parameters_in(ty));
        }
        let in_fields = mentioned.clone();
        let predicates = predicates(generics, &names);
        loop {
            let before = mentioned.len();
            for predicate in &predicates {
                if predicate.is_about(&mentioned) {
                    mentioned.extend(predicate.mentions.iter().cloned());
                }
            }
            if mentioned.len() == before {
                break;
            }
        }

        let keeps = |parameter: &GenericParam| match parameter {
            GenericParam::Lifetime(_) => false,
            GenericParam::Type(parameter) => mentioned.contains(&parameter.ident),
            GenericParam::Const(parameter) => mentioned.contains(&parameter.ident),
        };
        let mut params: Punctuated<_, Token![,]> =
            generics.params.iter().filter(|parameter| keeps(parameter)).map(unbounded).collect();
        if defaults(&params).flat_map(|ty| names.parameters_in(ty)).any(|n| !mentioned.contains(&n))
        {
            params.iter_mut().for_each(remove_default);
        }
        let mut kept = Generics { params, ..Generics::default() };
        if !kept.params.is_empty() {
            kept.lt_token = Some(Default::default());
            kept.gt_token = Some(Default::default());
        }
        for predicate in predicates.iter().filter(|predicate| predicate.is_about(&mentioned)) {
            kept.make_where_clause().predicates.push(predicate.written.clone());
        }

        if !required.is_empty() {
            kept.make_where_clause().predicates.extend(required.iter().cloned());
        }

        let types = || kept.type_params().map(|parameter| parameter.ident.clone());
        let phantom = types().filter(|name| !in_fields.contains(name)).collect();
        let opaque = types()
            .filter(|name| types::bounds_of(name, generics).any(is_differentiable))
            .filter(|name| in_fields.contains(name))
            .collect();
        Self { kept, phantom, opaque }
    }
}

/// A bound on the struct's parameters, and the parameters that it mentions.
struct Predicate {
    written: WherePredicate,
    /// The parameters on its left.
    subject: Vec<Ident>,
    /// All its parameters.
    mentions: Vec<Ident>,
}

impl Predicate {
    fn is_about(&self, parameters: &HashSet<Ident>) -> bool {
        !self.subject.is_empty() && self.subject.iter().all(|name| parameters.contains(name))
    }
}

/// All bounds of the struct's parameters in the form of a `where` clause, without what mentions
/// one of its lifetimes.
fn predicates(generics: &Generics, names: &Names) -> Vec<Predicate> {
    let listed = generics.type_params().filter(|parameter| !parameter.bounds.is_empty()).map(
        |parameter| -> WherePredicate {
            let (name, bounds) = (&parameter.ident, &parameter.bounds);
            syn::parse_quote!(#name: #bounds)
        },
    );
    let clauses = generics.where_clause.iter().flat_map(|clause| clause.predicates.clone());
    listed
        .chain(clauses)
        .filter_map(|predicate| match predicate {
            WherePredicate::Type(predicate) => Some(predicate),
            _ => None,
        })
        .filter(|predicate| !names.lifetimes_in(|seen| seen.visit_type(&predicate.bounded_ty)))
        .filter_map(|mut predicate| {
            predicate.bounds = predicate
                .bounds
                .into_iter()
                .filter(|bound| !names.lifetimes_in(|seen| seen.visit_type_param_bound(bound)))
                .collect();
            let subject = names.parameters_in(&predicate.bounded_ty);
            let mut mentions = subject.clone();
            for bound in &predicate.bounds {
                mentions.extend(names.parameters(|seen| seen.visit_type_param_bound(bound)));
            }
            let written = WherePredicate::Type(predicate.clone());
            (!predicate.bounds.is_empty()).then_some(Predicate { written, subject, mentions })
        })
        .collect()
}

/// A parameter without its bounds, which stand in the `where` clause.
fn unbounded(parameter: &GenericParam) -> GenericParam {
    let mut parameter = parameter.clone();
    if let GenericParam::Type(parameter) = &mut parameter {
        parameter.bounds.clear();
        parameter.colon_token = None;
    }
    parameter
}

fn defaults(params: &Punctuated<GenericParam, Token![,]>) -> impl Iterator<Item = &Type> {
    params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => parameter.default.as_ref().map(|(_, ty)| ty),
        _ => None,
    })
}

fn remove_default(parameter: &mut GenericParam) {
    match parameter {
        GenericParam::Type(parameter) => parameter.default = None,
        GenericParam::Const(parameter) => parameter.default = None,
        GenericParam::Lifetime(_) => {}
    }
}

fn is_differentiable(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => {
            bound.path.segments.last().is_some_and(|last| last.ident == "Differentiable")
        }
        _ => false,
    }
}

/// The names that a struct's parameters have.
struct Names {
    parameters: HashSet<Ident>,
    lifetimes: HashSet<Lifetime>,
}

impl Names {
    fn of(generics: &Generics) -> Self {
        let types = generics.type_params().map(|parameter| parameter.ident.clone());
        let consts = generics.const_params().map(|parameter| parameter.ident.clone());
        let lifetimes = generics.lifetimes().map(|parameter| parameter.lifetime.clone());
        Self { parameters: types.chain(consts).collect(), lifetimes: lifetimes.collect() }
    }

    fn parameters_in(&self, ty: &Type) -> Vec<Ident> {
        self.parameters(|seen| seen.visit_type(ty))
    }

    fn parameters(&self, look: impl FnOnce(&mut Seen)) -> Vec<Ident> {
        let mut seen = Seen { names: self, parameters: Vec::new(), lifetime: false };
        look(&mut seen);
        seen.parameters
    }

    fn lifetimes_in(&self, look: impl FnOnce(&mut Seen)) -> bool {
        let mut seen = Seen { names: self, parameters: Vec::new(), lifetime: false };
        look(&mut seen);
        seen.lifetime
    }
}

/// Collects the struct's parameters in a piece of syntax.
struct Seen<'n> {
    names: &'n Names,
    parameters: Vec<Ident>,
    lifetime: bool,
}

impl<'ast> Visit<'ast> for Seen<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        match path.segments.first() {
            Some(first)
                if path.leading_colon.is_none() && self.names.parameters.contains(&first.ident) =>
            {
                self.parameters.push(first.ident.clone());
            }
            _ => {}
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.lifetime |= self.names.lifetimes.contains(lifetime);
    }
}

/// The type of a field as it stands in the gradient's declaration: references are transparent, the
/// struct's lifetimes become `'static` (the gradient of a view does not depend on how long the view
/// lives), and `Self` becomes the struct's name.
pub(super) fn without_lifetimes(ty: &Type, item: &DeriveInput) -> Type {
    let names = Names::of(&item.generics);
    let mut ty = ty.clone();
    look_through(&mut ty);
    Erase { names: &names, this: this(item) }.visit_type_mut(&mut ty);
    ty
}

/// `for<'c> Layer: Differentiable` for each of `types` that depends on no lifetime of the struct.
pub(super) fn requirements(types: &[&Type], root: &Path) -> Vec<WherePredicate> {
    let owned = |ty: &&&Type| {
        let mut statics = Statics(false);
        statics.visit_type(ty);
        !statics.0
    };
    types
        .iter()
        .filter(owned)
        .map(|ty| syn::parse_quote!(for<'__c> #ty: #root::Differentiable))
        .collect()
}

/// Whether a type mentions `'static`, or what stands for a lifetime of the struct.
struct Statics(bool);

impl<'ast> Visit<'ast> for Statics {
    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.0 |= lifetime.ident == "static";
    }
}

/// The struct's name with its own parameters, and `'static` for its lifetimes.
pub(super) fn this(item: &DeriveInput) -> Type {
    let mut generics = item.generics.clone();
    for lifetime in generics.lifetimes_mut() {
        lifetime.lifetime.ident = Ident::new("static", lifetime.lifetime.ident.span());
    }
    let name = &item.ident;
    let (_, arguments, _) = generics.split_for_impl();
    syn::parse_quote!(#name #arguments)
}

/// Removes the references around what a gradient is made of.
fn look_through(ty: &mut Type) {
    while let Type::Reference(reference) = ty {
        *ty = (*reference.elem).clone();
    }
    match ty {
        Type::Array(array) => look_through(&mut array.elem),
        Type::Slice(slice) => look_through(&mut slice.elem),
        Type::Group(group) => look_through(&mut group.elem),
        Type::Paren(paren) => look_through(&mut paren.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(look_through),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last_mut() else { return };
            let is_container = ["Vec", "Option", "Box"].iter().any(|name| last.ident == name);
            if let (true, PathArguments::AngleBracketed(arguments)) =
                (is_container, &mut last.arguments)
            {
                for argument in &mut arguments.args {
                    if let GenericArgument::Type(ty) = argument {
                        look_through(ty);
                    }
                }
            }
        }
        _ => {}
    }
}

struct Erase<'n> {
    names: &'n Names,
    this: Type,
}

impl VisitMut for Erase<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self") => {
                *ty = self.this.clone();
            }
            _ => syn::visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if self.names.lifetimes.contains(lifetime) {
            lifetime.ident = Ident::new("static", lifetime.ident.span());
        }
    }
}
