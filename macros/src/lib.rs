//! The compiler behind chainrule's `#[differentiable]`.
//!
//! ```text
//! source --lower--> Graph --differentiate--> Graph --simplify--> Graph --emit--> tokens
//! ```
//!
//! Use the crate `chainrule`, which re-exports and documents these macros; ARCHITECTURE.md shows the
//! house.

mod derive;
mod differentiate;
mod dump;
mod emit;
mod graph;
mod language;
mod lower;
mod mistake;
mod ops;
mod pipeline;
mod residuals;
mod simplify;
mod source;
#[cfg(test)]
mod stage_tests;
mod types;

use proc_macro::TokenStream;

// The runtime's re-export documents it, since the examples need the runtime.
/// Implemented by the compiler in `chainrule-macros`.
#[proc_macro_attribute]
pub fn differentiable(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::differentiable(options.into(), item.into()).into()
}

// The runtime's re-export documents it, since the examples need the runtime.
/// Implemented by the compiler in `chainrule-macros`.
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

/// What methods of arrays under another name fall back on, for the runtime.
#[doc(hidden)]
#[proc_macro]
pub fn __fallback_methods(_: TokenStream) -> TokenStream {
    emit::runtime::fallbacks().into()
}

/// A test of every operation, for the tests of the workspace.
#[doc(hidden)]
#[proc_macro]
pub fn __operation_tests(_: TokenStream) -> TokenStream {
    emit::operation_tests::tests().into()
}
