//! The compiler behind chainrule's `#[differentiable]`.
//!
//! source --lower--> graph --check--> graph --differentiate--> graph --simplify--> graph --emit--> tokens
//!
//! Use the crate `chainrule`, which re-exports these macros; ARCHITECTURE.md shows the house.

mod derive;
mod differentiate;
mod dump;
mod emit;
mod graph;
mod lower;
mod mistake;
mod ops;
mod pipeline;
mod simplify;
mod source;
mod types;

use proc_macro::TokenStream;

/// Writes the derivatives of a plain function beside it.
///
/// See the documentation of the crate `chainrule`.
#[proc_macro_attribute]
pub fn differentiable(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::differentiable(options.into(), item.into()).into()
}

/// Makes a struct of floats one that gradients can be taken with respect to.
///
/// See the documentation of the crate `chainrule`.
#[proc_macro_derive(Differentiable, attributes(differentiable))]
pub fn derive_differentiable(item: TokenStream) -> TokenStream {
    derive::derive(item.into()).into()
}

/// Functions of the table, for the runtime.
#[doc(hidden)]
#[proc_macro]
pub fn __elementwise_functions(_: TokenStream) -> TokenStream {
    emit::runtime::functions().into()
}

/// Methods of the table, for the runtime.
#[doc(hidden)]
#[proc_macro]
pub fn __elementwise_methods(_: TokenStream) -> TokenStream {
    emit::runtime::methods().into()
}

/// A test of every operation, for the tests of the workspace.
#[doc(hidden)]
#[proc_macro]
pub fn __operation_tests(_: TokenStream) -> TokenStream {
    emit::operation_tests::tests().into()
}
