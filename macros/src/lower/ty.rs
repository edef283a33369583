//! What a written type says.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

use crate::graph::{Elem, Ty};

/// What is known beside the written type.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// False if the type holds no floats by its name.
    pub(super) holds_floats: bool,
    /// The function's own type parameters.
    pub(super) generics: Option<&'a syn::Generics>,
}

impl Known<'_> {
    /// True if `name` is a type parameter bounded by `Float`.
    fn is_float(self, name: &str) -> bool {
        self.generics.is_some_and(|generics| {
            let bounded =
                |bounds: &syn::punctuated::Punctuated<syn::TypeParamBound, syn::Token![+]>| {
                    bounds.iter().any(|bound| match bound {
                        syn::TypeParamBound::Trait(bound) => {
                            bound.path.segments.last().is_some_and(|last| last.ident == "Float")
                        }
                        _ => false,
                    })
                };
            generics.type_params().any(|param| param.ident == name && bounded(&param.bounds))
                || generics.where_clause.iter().flat_map(|clause| &clause.predicates).any(
                    |predicate| match predicate {
                        syn::WherePredicate::Type(predicate) => {
                            is_named(&predicate.bounded_ty, name) && bounded(&predicate.bounds)
                        }
                        _ => false,
                    },
                )
        })
    }
}

fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(name))
}

/// True for `[T; N]` and references to it.
pub(super) fn is_sized(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_sized(&reference.elem),
        Type::Paren(inner) => is_sized(&inner.elem),
        Type::Group(inner) => is_sized(&inner.elem),
        ty => matches!(ty, Type::Array(_)),
    }
}

/// The light type of a type as written.
pub(super) fn of_type(ty: &Type, known: Known<'_>) -> Ty {
    match ty {
        Type::Reference(reference) => of_type(&reference.elem, known),
        Type::Paren(inner) => of_type(&inner.elem, known),
        Type::Group(inner) => of_type(&inner.elem, known),
        Type::Slice(slice) => Ty::List(Box::new(of_type(&slice.elem, known))),
        Type::Array(array) => Ty::List(Box::new(of_type(&array.elem, known))),
        Type::Tuple(tuple) => {
            Ty::Tuple(tuple.elems.iter().map(|elem| of_type(elem, known)).collect())
        }
        Type::Path(path) if path.qself.is_none() => match path.path.segments.last() {
            Some(last) => of_segment(last, known),
            None => Ty::Unknown,
        },
        _ => Ty::Unknown,
    }
}

fn of_segment(segment: &PathSegment, known: Known<'_>) -> Ty {
    let name = segment.ident.to_string();
    let argument = |position: usize| match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .nth(position),
        _ => None,
    };
    let elem = || argument(0).map_or(Elem::Unknown, |ty| of_type(ty, known).elem());
    match name.as_str() {
        "f64" => Ty::Float(Elem::F64),
        "f32" => Ty::Float(Elem::F32),
        "bool" => Ty::Bool,
        "usize" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "i8" | "i16" | "i32"
        | "i64" | "i128" => Ty::Integer,
        "Vec" => match argument(0) {
            Some(inner) => Ty::List(Box::new(of_type(inner, known))),
            None => Ty::Unknown,
        },
        "Option" => {
            argument(0).map_or(Ty::Unknown, |inner| Ty::Option(Box::new(of_type(inner, known))))
        }
        "Box" => argument(0).map_or(Ty::Unknown, |inner| of_type(inner, known)),
        _ if known.is_float(&name) => Ty::Float(Elem::Unknown),
        _ if !known.holds_floats => Ty::Constant,
        "Array" | "ArrayView" | "ArrayRef" | "ArcArray" | "CowArray" | "ArrayViewMut" => {
            Ty::Array(elem(), argument(1).and_then(rank_of_dimension))
        }
        "ArrayBase" => Ty::Array(Elem::Unknown, argument(1).and_then(rank_of_dimension)),
        "ArrayD" | "ArrayViewD" | "ArrayRefD" => Ty::Array(elem(), None),
        _ => match rank_of_alias(&name) {
            Some(rank) => Ty::Array(elem(), Some(rank)),
            // A single letter is most likely a type parameter of the `impl` around.
            None if name.len() == 1 => Ty::Unknown,
            None => Ty::Struct(name),
        },
    }
}

/// `Array2`, `ArrayView1`, ..
fn rank_of_alias(name: &str) -> Option<usize> {
    let (stem, digit) = name.split_at_checked(name.len() - 1)?;
    let known = ["Array", "ArrayView", "ArrayViewMut", "ArrayRef", "ArcArray"];
    known.contains(&stem).then(|| digit.parse().ok()).flatten()
}

/// `Ix2`.
fn rank_of_dimension(ty: &Type) -> Option<usize> {
    match ty {
        Type::Path(path) => {
            path.path.segments.last()?.ident.to_string().strip_prefix("Ix")?.parse().ok()
        }
        _ => None,
    }
}
