//! What the derive knows of the struct.

use quote::format_ident;
use syn::ext::IdentExt;
use syn::{
    Attribute, DeriveInput, Fields, Generics, Ident, Index, Member, Path, Type, Visibility,
    WherePredicate,
};

use super::generics::{self, GradientGenerics};
use super::projection;
use super::Errors;
use crate::types;

/// A struct that holds floats.
pub(super) struct Model<'a> {
    pub item: &'a DeriveInput,
    /// The struct itself, as it stands in its fields: `Net<T>`.
    pub this: Type,
    pub root: &'a Path,
    /// The name of the generated gradient type, `NetGradient`.
    pub gradient: Ident,
    /// The name of the generated accumulator, `__NetAcc`.
    pub accumulator: Ident,
    pub is_tuple: bool,
    pub fields: Vec<Field<'a>>,
    pub generics: GradientGenerics,
    /// The bounds `for<'c> Layer: Differentiable` of the fields' types. Being higher-ranked, they
    /// are not checked where they stand, so that a field's type without a gradient is reported once.
    pub required: Vec<WherePredicate>,
}

/// A field of the struct.
pub(super) struct Field<'a> {
    pub member: Member,
    /// The name of the leaf below it: the field's, or the index in a tuple struct.
    pub name: String,
    pub vis: &'a Visibility,
    /// The type as the user wrote it.
    pub written: &'a Type,
    pub kind: Kind,
    /// Whether its type holds this struct again, through another struct: then this struct cannot ask
    /// for that type's gradient, for the answer is this struct's.
    pub recursive: bool,
}

/// What becomes of a field in the gradient and in the accumulator.
pub(super) enum Kind {
    /// Holds floats. The type is the user's without references and named lifetimes, so that the
    /// gradient borrows nothing.
    Active(Box<Type>),
    /// Left out of the gradient; the accumulator drops what is added to it.
    Constant,
    /// A constant before an active field of a tuple struct: in the gradient, `()` keeps its place,
    /// so that the active field keeps its index.
    Placeholder,
}

impl<'a> Model<'a> {
    /// Reads the fields; `None` if the struct cannot have a gradient (the reason is in `errors`).
    pub(super) fn read(
        item: &'a DeriveInput,
        fields: &'a Fields,
        root: &'a Path,
        errors: &mut Errors,
    ) -> Option<Self> {
        let is_tuple = matches!(fields, Fields::Unnamed(_));
        let mut read: Vec<Field> = fields
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let Options { constant, recursive } = Options::read(&field.attrs, errors);
                let constant = constant || types::is_constant(&field.ty, &item.generics);
                let kind = if constant {
                    Kind::Constant
                } else {
                    Kind::Active(Box::new(generics::without_lifetimes(&field.ty, item)))
                };
                let (member, name) = match &field.ident {
                    Some(ident) => (Member::Named(ident.clone()), ident.unraw().to_string()),
                    None => (Member::Unnamed(Index::from(index)), index.to_string()),
                };
                Field { member, name, vis: &field.vis, written: &field.ty, kind, recursive }
            })
            .collect();

        let is_active = |field: &Field| matches!(field.kind, Kind::Active(_));
        let Some(last) = read.iter().rposition(is_active) else {
            errors.push(syn::Error::new(item.ident.span(), no_floats(item)));
            return None;
        };
        if is_tuple {
            for field in &mut read[..last] {
                if matches!(field.kind, Kind::Constant) {
                    field.kind = Kind::Placeholder;
                }
            }
        }

        let active = || {
            read.iter().filter_map(|field| match &field.kind {
                Kind::Active(ty) => Some(&**ty),
                _ => None,
            })
        };
        let this = generics::this(item);
        let mut unknown = Vec::new();
        for field in read.iter().filter(|field| !field.recursive) {
            if let Kind::Active(ty) = &field.kind {
                projection::unknown_types(ty, &this, &item.generics, &mut unknown);
            }
        }
        let required = generics::requirements(&unknown, root);
        Some(Self {
            item,
            root,
            gradient: format_ident!("{}Gradient", item.ident, span = item.ident.span()),
            accumulator: format_ident!("__{}Acc", item.ident, span = item.ident.span()),
            is_tuple,
            generics: GradientGenerics::new(&item.generics, &required, active),
            required,
            this,
            fields: read,
        })
    }
}

/// The runtime's path: `::chainrule`, or what `#[differentiable(crate = path)]` says.
pub(super) fn root(item: &DeriveInput, errors: &mut Errors) -> Path {
    let mut root = syn::parse_quote!(::chainrule);
    for attr in options(&item.attrs) {
        let result = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                root = meta.value()?.call(Path::parse_mod_style)?;
                Ok(())
            } else {
                Err(meta.error(
                    "not an option of `#[derive(Differentiable)]` on a type; known: `crate = path`",
                ))
            }
        });
        if let Err(error) = result {
            errors.push(error);
        }
    }
    root
}

/// What `#[differentiable(..)]` on a field says.
#[derive(Default)]
struct Options {
    constant: bool,
    recursive: bool,
}

impl Options {
    fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        for attr in options(attrs) {
            let result = attr.parse_nested_meta(|meta| {
                match meta.path.get_ident().map(ToString::to_string).as_deref() {
                    Some("constant") => read.constant = true,
                    Some("recursive") => read.recursive = true,
                    _ => {
                        return Err(
                            meta.error("not an option of a field; known: `constant`, `recursive`")
                        )
                    }
                }
                Ok(())
            });
            if let Err(error) = result {
                errors.push(error);
            }
        }
        read
    }
}

fn options(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("differentiable"))
}

fn no_floats(item: &DeriveInput) -> String {
    let mut message =
        format!("`{}` has no field that holds floats, so it has no gradient", item.ident);
    match unbounded(&item.generics).as_slice() {
        [] => message.push_str(
            "\nhelp: leave out `#[derive(Differentiable)]`; values of this type are constants \
             when their fields or arguments are marked `constant`",
        ),
        [first, ..] => message.push_str(&format!(
            "\nhelp: a type parameter holds floats if it is bound here: `{first}: Float` or \
             `{first}: Differentiable`"
        )),
    }
    message
}

/// The type parameters that nothing says to hold floats.
pub(super) fn unbounded(generics: &Generics) -> Vec<&Ident> {
    generics
        .type_params()
        .map(|parameter| &parameter.ident)
        .filter(|name| !types::bounds_of(name, generics).any(types::is_active_trait))
        .collect()
}
