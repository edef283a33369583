//! Which types hold no floats, as far as their names tell.

use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, Generics, Path, PathArguments, PathSegment, Token, Type, TypeParamBound,
    WherePredicate,
};

/// Whether a value of type `ty` is a constant by its name alone.
///
/// These are: integers, `bool`, `char`, `str`, `String`, ranges, `Axis`, the dimension types,
/// `PhantomData`, `()`, function pointers and `dyn Fn`, type parameters of `generics` that are
/// bound by neither `Float` nor `Differentiable`, and containers of these. A name that is not known
/// here is taken to hold floats: if it does not, rustc asks for `Differentiable`, so that a
/// derivative is never silently left out.
pub(crate) fn is_constant(ty: &Type, generics: &Generics) -> bool {
    match ty {
        Type::Array(array) => is_constant(&array.elem, generics),
        Type::Slice(slice) => is_constant(&slice.elem, generics),
        Type::Reference(reference) => is_constant(&reference.elem, generics),
        Type::Group(group) => is_constant(&group.elem, generics),
        Type::Paren(paren) => is_constant(&paren.elem, generics),
        Type::Tuple(tuple) => tuple.elems.iter().all(|elem| is_constant(elem, generics)),
        Type::FnPtr(_) | Type::Never(_) => true,
        Type::TraitObject(object) => object.bounds.iter().any(is_function_trait),
        Type::ImplTrait(of) => !of.bounds.iter().any(is_active_trait),
        Type::Path(path) if path.qself.is_none() => is_constant_path(&path.path, generics),
        _ => false,
    }
}

/// The part of a result that has no gradient by its name: the whole, or a member of a tuple or of a container.
pub(crate) fn constant_part<'t>(ty: &'t Type, generics: &Generics) -> Option<&'t Type> {
    let is_empty = matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty());
    part(ty, &|ty| is_constant(ty, generics) && (is_empty || !matches!(ty, Type::Tuple(_))))
}

/// The part of a result that is lent: a reference or a view.
pub(crate) fn lent_part(ty: &Type) -> Option<&Type> {
    part(ty, &|ty| matches!(ty, Type::Reference(_)) || is_view(ty))
}

/// The part of a type that is of a kind: the whole, or a member of a tuple or of a container.
fn part<'t>(ty: &'t Type, is: &dyn Fn(&Type) -> bool) -> Option<&'t Type> {
    match ty {
        Type::Group(group) => part(&group.elem, is),
        Type::Paren(paren) => part(&paren.elem, is),
        _ if is(ty) => Some(ty),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(|elem| part(elem, is)),
        Type::Array(array) => part(&array.elem, is),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let count = element_count(&last.ident.to_string());
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            arguments.args.iter().take(count).find_map(|argument| match argument {
                GenericArgument::Type(ty) => part(ty, is),
                _ => None,
            })
        }
        _ => None,
    }
}

/// The trait object in a type, also behind a reference or in a container.
pub(crate) fn trait_object(ty: &Type) -> Option<&Type> {
    match ty {
        Type::TraitObject(object) => (!object.bounds.iter().any(is_function_trait)).then_some(ty),
        Type::Array(array) => trait_object(&array.elem),
        Type::Slice(slice) => trait_object(&slice.elem),
        Type::Reference(reference) => trait_object(&reference.elem),
        Type::Group(group) => trait_object(&group.elem),
        Type::Paren(paren) => trait_object(&paren.elem),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(trait_object),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let is_container = element_count(&last.ident.to_string()) > 0;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            arguments.args.iter().filter(|_| is_container).find_map(|argument| match argument {
                GenericArgument::Type(ty) => trait_object(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

fn is_constant_path(path: &Path, generics: &Generics) -> bool {
    let parameter = |name: &&syn::Ident| generics.type_params().any(|known| known.ident == **name);
    if let Some(name) = path.get_ident().filter(parameter) {
        return !bounds_of(name, generics).any(is_active_trait);
    }
    let Some(last) = path.segments.last() else { return false };
    let name = last.ident.to_string();
    match name.as_str() {
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
        | "usize" | "bool" | "char" | "str" | "String" => last.arguments.is_none(),
        "Axis" | "PhantomData" | "RangeFull" | "Ix" | "Ix0" | "Ix1" | "Ix2" | "Ix3" | "Ix4"
        | "Ix5" | "Ix6" | "IxDyn" => true,
        "ArrayBase" => {
            element_types(last).first().is_some_and(|data| is_constant_storage(data, generics))
        }
        _ => {
            let count = element_count(&name);
            let elements = element_types(last);
            count > 0
                && elements.len() >= count
                && elements[..count].iter().all(|element| is_constant(element, generics))
        }
    }
}

/// How many leading type arguments of a container are the types of what it holds; 0 if the name is
/// not that of a container.
fn element_count(name: &str) -> usize {
    match name {
        "Vec" | "VecDeque" | "Option" | "Box" | "Rc" | "Arc" | "Cow" | "HashSet" | "BTreeSet"
        | "Range" | "RangeInclusive" | "RangeFrom" | "RangeTo" | "RangeToInclusive" | "Dim" => 1,
        "Result" | "HashMap" | "BTreeMap" => 2,
        "OwnedRepr" | "OwnedArcRepr" | "ViewRepr" | "CowRepr" => 1,
        _ => usize::from(is_array(name)),
    }
}

/// Whether `name` is that of one of ndarray's array types, whose first type argument is the element.
fn is_array(name: &str) -> bool {
    ["ArrayViewMut", "ArrayView", "ArcArray", "CowArray", "ArrayRef", "Array"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .is_some_and(|rank| matches!(rank, "" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "D"))
}

/// True for a result that is not `(Y, A)`, whatever the names in it stand for.
pub(crate) fn is_no_pair(ty: &Type, generics: &Generics) -> bool {
    match ty {
        Type::Tuple(parts) => parts.elems.len() != 2,
        Type::Array(_) | Type::Slice(_) | Type::Reference(_) => true,
        Type::Path(path) => {
            let is_list = |last: &syn::PathSegment| last.ident == "Vec" || last.ident == "Option";
            is_float_or_array(ty, generics)
                || constant_part(ty, generics).is_some()
                || path.path.segments.last().is_some_and(is_list)
        }
        _ => false,
    }
}

/// Whether `ty` is `f32`, `f64`, a type parameter that holds floats, or an array of them.
pub(crate) fn is_float_or_array(ty: &Type, generics: &Generics) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    let name = last.ident.to_string();
    if is_array(&name) {
        return element_types(last).first().is_some_and(|elem| is_float_or_array(elem, generics));
    }
    match path.path.get_ident() {
        Some(name) => {
            name == "f32" || name == "f64" || bounds_of(name, generics).any(is_active_trait)
        }
        None => false,
    }
}

/// True for `ArrayView1<f64>` and its like, passed by value: lent like a reference.
pub(crate) fn is_view(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            name.starts_with("ArrayView") && !name.starts_with("ArrayViewMut")
        }),
        _ => false,
    }
}

/// Whether the storage parameter of an `ArrayBase<S, D>` holds constants: `OwnedRepr<usize>`, or a
/// parameter `S: Data<Elem = usize>`.
fn is_constant_storage(storage: &Type, generics: &Generics) -> bool {
    let parameter = match storage {
        Type::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let Some(parameter) = parameter else { return is_constant(storage, generics) };
    bounds_of(parameter, generics)
        .filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last(),
            _ => None,
        })
        .filter_map(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
            _ => None,
        })
        .flatten()
        .any(|argument| match argument {
            GenericArgument::AssocType(binding) => {
                binding.ident == "Elem" && is_constant(&binding.ty, generics)
            }
            _ => false,
        })
}

fn element_types(segment: &PathSegment) -> Vec<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return Vec::new() };
    arguments
        .args
        .iter()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect()
}

/// The bounds of the type parameter `parameter`, in the list of parameters and in `where` clauses.
pub(crate) fn bounds_of<'a>(
    parameter: &'a syn::Ident,
    generics: &'a Generics,
) -> impl Iterator<Item = &'a TypeParamBound> {
    let listed = generics.type_params().filter(|known| known.ident == *parameter);
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    listed.flat_map(|known| &known.bounds).chain(
        predicates
            .filter_map(|predicate| match predicate {
                WherePredicate::Type(predicate) => Some(predicate),
                _ => None,
            })
            .filter(|predicate| is_parameter(&predicate.bounded_ty, parameter))
            .flat_map(|predicate: &syn::PredicateType| -> &Punctuated<_, Token![+]> {
                &predicate.bounds
            }),
    )
}

fn is_parameter(ty: &Type, parameter: &syn::Ident) -> bool {
    match ty {
        Type::Path(path) => path.qself.is_none() && path.path.is_ident(parameter),
        Type::Group(group) => is_parameter(&group.elem, parameter),
        Type::Paren(paren) => is_parameter(&paren.elem, parameter),
        _ => false,
    }
}

/// Whether a bound says that a type parameter holds floats.
pub(crate) fn is_active_trait(bound: &TypeParamBound) -> bool {
    last_name(bound).is_some_and(|name| name == "Float" || name == "Differentiable")
}

fn is_function_trait(bound: &TypeParamBound) -> bool {
    last_name(bound).is_some_and(|name| name == "Fn" || name == "FnMut" || name == "FnOnce")
}

fn last_name(bound: &TypeParamBound) -> Option<&syn::Ident> {
    match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the type is constant beside `impl<generics> ..`, given as a struct's header.
    fn constant(ty: &str, header: &str) -> bool {
        let ty: Type = syn::parse_str(ty).unwrap();
        let item: syn::ItemStruct = syn::parse_str(header).unwrap();
        is_constant(&ty, &item.generics)
    }

    #[test]
    fn types_without_floats_are_constant() {
        for ty in [
            "usize",
            "i64",
            "bool",
            "char",
            "&str",
            "String",
            "std::string::String",
            "()",
            "!",
            "std::ops::Range<usize>",
            "RangeInclusive<i32>",
            "std::ops::RangeFull",
            "Axis",
            "Ix2",
            "ndarray::IxDyn",
            "Dim<[usize; 2]>",
            "PhantomData<f64>",
            "fn(f64) -> f64",
            "Box<dyn Fn(f64) -> f64 + Send>",
            "&dyn FnMut(&[f64])",
            "impl Rng",
        ] {
            assert!(constant(ty, "struct S;"), "{ty}");
        }
    }

    #[test]
    fn types_with_floats_are_active() {
        for ty in [
            "f32",
            "f64",
            "&f64",
            "Range<f64>",
            "Array2<f32>",
            "ArrayView1<'a, f64>",
            "Layer",
            "crate::Layer<usize>",
            "Self",
            "&self::Net",
            "impl Float",
            "dyn Module",
            "T::Output",
            "<T as Model>::Weights",
            "(usize, f64)",
            "Vec<Layer>",
            "HashMap<String, f64>",
            "Vec",
            "shape!()",
        ] {
            assert!(!constant(ty, "struct S;"), "{ty}");
        }
    }

    #[test]
    fn containers_are_what_they_hold() {
        for container in [
            "&X",
            "&'a mut X",
            "[X]",
            "[X; 3]",
            "Vec<X>",
            "Option<X>",
            "Box<X>",
            "Rc<X>",
            "Arc<X>",
            "(bool, X)",
            "Result<X, String>",
            "HashMap<usize, X>",
            "BTreeMap<X, usize>",
            "Array1<X>",
            "Array<X, IxDyn>",
            "ndarray::ArrayView2<'a, X>",
            "ArrayViewMutD<'a, X>",
            "ArrayRef<X, D>",
            "CowArray<'a, X, Ix1>",
            "ArcArray2<X>",
            "ArrayBase<OwnedRepr<X>, Ix2>",
            "Vec<Option<[X; 2]>>",
            "ArrayBase<ViewRepr<&'a X>, Ix2>",
            "Cow<'a, [X]>",
        ] {
            let of = |element| container.replace('X', element);
            assert!(constant(&of("usize"), "struct S;"), "{container} of usize");
            assert!(!constant(&of("f64"), "struct S;"), "{container} of f64");
        }
    }

    #[test]
    fn type_parameters_follow_their_bounds() {
        for (header, expected) in [
            ("struct S<T>;", true),
            ("struct S<T: Clone + Send>;", true),
            ("struct S<T: Float>;", false),
            ("struct S<T: Clone + chainrule::Float>;", false),
            ("struct S<T: Differentiable>;", false),
            ("struct S<T> where T: Float;", false),
            ("struct S<T> where T: Clone, U: Float;", true),
        ] {
            assert_eq!(constant("T", header), expected, "{header}");
            assert_eq!(constant("Vec<&T>", header), expected, "{header}");
        }
    }

    #[test]
    fn array_base_follows_its_element() {
        let of = |header| constant("&ArrayBase<S, D>", header);
        assert!(of("struct Z<S: Data<Elem = usize>>;"));
        assert!(of("struct Z<S> where S: DataMut<Elem = i32>;"));
        assert!(!of("struct Z<S: Data<Elem = f64>>;"));
        assert!(!of("struct Z<T: Float, S: Data<Elem = T>>;"));
        assert!(!of("struct Z<S: Data>;"));
    }
}
