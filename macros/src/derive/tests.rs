//! The derive's text: what it refuses, and what it writes.

use super::derive;

/// The messages of the `compile_error!`s in the expansion of `item`.
fn errors(item: &str) -> Vec<String> {
    let expansion: syn::File = syn::parse2(derive(item.parse().unwrap())).unwrap();
    expansion
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
                let message: syn::LitStr = syn::parse2(item.mac.tokens.clone()).unwrap();
                Some(message.value())
            }
            _ => None,
        })
        .collect()
}

/// The declaration of the struct `name` in the expansion of `item`, formatted.
fn declaration(item: &str, name: &str) -> String {
    let mut expansion: syn::File = syn::parse2(derive(item.parse().unwrap())).unwrap();
    expansion.items.retain_mut(|item| match item {
        syn::Item::Struct(item) => {
            item.attrs.clear();
            item.fields.iter_mut().for_each(|field| field.attrs.clear());
            item.ident == name
        }
        _ => false,
    });
    prettyplease::unparse(&expansion).replace("::chainrule::Differentiable", "D")
}

#[test]
fn the_gradient_has_the_fields_that_hold_floats() {
    let item = "pub struct Net<'a, T: Float, A, const N: usize> where A: Fn(T) -> T {
        pub w: ArrayView2<'a, T>, pub(crate) layers: &'a [Layer<T>], activation: A, size: usize,
        #[differentiable(constant)] mean: f64, first: [T; N],
    }";
    assert_eq!(errors(item), [""; 0]);
    assert_eq!(
        declaration(item, "NetGradient"),
        "pub struct NetGradient<T, const N: usize>\nwhere\n    T: Float,\n    \
         for<'__c> Layer<T>: D,\n{\n    pub w: <ArrayView2<'static, T> as D>::Gradient,\n    \
         pub(crate) layers: <[Layer<T>] as D>::Gradient,\n    \
         first: <[T; N] as D>::Gradient,\n}\n"
    );
    assert!(declaration(item, "__NetAcc").contains("pub w: <ArrayView2<'static, T> as D>::Acc,"));
}

#[test]
fn a_tuple_struct_keeps_its_indices() {
    let item = "struct Pair(usize, f64, bool);";
    assert_eq!(
        declaration(item, "PairGradient"),
        "struct PairGradient((), <f64 as D>::Gradient);\n"
    );
}

/// Code that reads a field adds to it, and cannot know whether it is constant.
#[test]
fn the_accumulator_has_all_fields() {
    let item = "struct Net { w: f64, pub size: usize, #[differentiable(constant)] mean: f64 }";
    assert_eq!(
        declaration(item, "__NetAcc"),
        "struct __NetAcc {\n    w: <f64 as D>::Acc,\n    pub size: ::chainrule::rt::Nothing,\n    \
         mean: ::chainrule::rt::Nothing,\n}\n"
    );
    let item = "struct Pair<T: Float + Into<U>, U>(usize, T, bool);";
    assert!(declaration(item, "__PairAcc").contains(
        "(\n    ::chainrule::rt::Nothing,\n    <T as D>::Acc,\n    ::chainrule::rt::Nothing,\n    \
         ::core::marker::PhantomData<(fn() -> U,)>,\n)"
    ));
}

#[test]
fn bounds_bring_the_parameters_that_they_mention() {
    let item = "struct S<T: Float + Into<U>, U: Clone, V: Clone = u8> { w: T, u: U, v: V }";
    assert_eq!(
        declaration(item, "SGradient"),
        "struct SGradient<T, U>\nwhere\n    T: Float + Into<U>,\n    U: Clone,\n{\n    \
         w: <T as D>::Gradient,\n    __phantom: ::core::marker::PhantomData<(fn() -> U,)>,\n}\n"
    );
}

#[test]
fn self_is_the_struct() {
    let item = "struct Tree<T: Float> { w: T, children: Vec<Self> }";
    assert!(
        declaration(item, "TreeGradient").contains("children: ::std::vec::Vec<TreeGradient<T>>")
    );
    let item = "struct Tree<T: Float> { w: T, other: Other<Self> }";
    assert!(declaration(item, "TreeGradient").contains("<Other<Tree<T>> as D>::Gradient"));
}

#[test]
fn all_mistakes_are_reported_together() {
    let messages = errors(
        "#[differentiable(name = 3)]
         struct S { #[differentiable(skip)] a: f64, #[differentiable(const)] b: f64 }",
    );
    assert_eq!(messages.len(), 3, "{messages:?}");
}

#[test]
fn what_has_no_gradient_is_refused() {
    for (item, expected) in [
        ("enum E { A(f64) }", "an enum cannot derive"),
        ("union U { a: f64, b: u64 }", "a union cannot derive"),
        ("struct S;", "`S` has no field that holds floats"),
        ("struct S { n: usize, #[differentiable(constant)] x: f64 }", "`S` has no field"),
        ("struct S<T> { w: T }", "`T: Float`"),
    ] {
        let messages = errors(item);
        assert_eq!(messages.len(), 1, "{item}: {messages:?}");
        assert!(messages[0].contains(expected), "{item}: {messages:?}");
    }
}

#[test]
fn a_renamed_runtime_is_named_as_it_is_called() {
    let item = "#[differentiable(crate = grad::rt)] struct S { w: f64 }";
    assert!(declaration(item, "SGradient").contains("<f64 as grad::rt::Differentiable>::Gradient"));
    assert!(!derive(item.parse().unwrap()).to_string().contains("chainrule"));
}
