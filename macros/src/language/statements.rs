//! Statements, and the items that stand among them or under the attribute.

#[cfg(test)]
use super::Form;
use super::Refusal;

/// Of a statement that is not read.
pub(crate) const MAY_WRITE: Refusal = Refusal::new(
    "this statement writes an active value, or hands it to something that may, which is not supported",
    "make a new value with `let`, or wrap it in `stop_gradient(..)`",
    "statement_that_may_write",
);

/// Of an expression of constants, or an operand of a macro, that does more.
pub(crate) const WRITES_WITHIN: Refusal = Refusal::new(
    "this jumps, or writes a variable that active values reach, where it cannot be followed",
    "do that in a statement of its own",
    "statement_within_an_expression",
);

/// Of an item in a block of the body.
pub(crate) const ITEM_LIKE_ANOTHER: Refusal = Refusal::new(
    "an item in a block is seen by all of the derivative, and this name is used outside of its block too",
    "give it a name of its own",
    "item_in_a_block",
);

/// Of a function that ends with a statement.
pub(crate) const NO_RESULT: Refusal = Refusal::new(
    "this function returns nothing that could be differentiated",
    "let it end with the value as its last expression",
    "function_without_value",
);

/// Of an `async` function.
pub(crate) const ASYNC_FUNCTION: Refusal = Refusal::new(
    "`async` functions cannot be differentiable",
    "differentiate the computation and await outside of it",
    "function_async",
);

/// Of a `const` function.
pub(crate) const CONST_FUNCTION: Refusal = Refusal::new(
    "`const` functions cannot be differentiable",
    "remove `const`; derivatives are computed at run time",
    "function_const",
);

/// Of an `unsafe` function.
pub(crate) const UNSAFE_FUNCTION: Refusal = Refusal::new(
    "`unsafe` functions cannot be differentiable",
    "differentiate a safe function that wraps the unsafe part",
    "function_unsafe",
);

/// Of an `extern` function.
pub(crate) const EXTERN_FUNCTION: Refusal = Refusal::new(
    "`extern` functions cannot be differentiable",
    "wrap a plain Rust function",
    "function_extern",
);

/// Of an argument of a type that has no name.
pub(crate) const IMPL_TRAIT: Refusal = Refusal::new(
    "an `impl Trait` argument has no name that a derivative could be written with",
    "give the function a type parameter instead",
    "function_impl_trait_argument",
);

/// Of a result that shows something of an argument's.
pub(crate) const LENT_RESULT: Refusal = Refusal::new(
    "this result is lent, and a derivative makes its value anew",
    "give it by value, `self.w.clone()`",
    "result_lent",
);

/// Of the attribute on anything but a function.
pub(crate) const ITEM: Refusal = Refusal::new(
    "`#[differentiable]` stands on functions",
    "for a struct, derive `Differentiable`",
    "function_on_a_struct",
);

/// Every statement.
#[cfg(test)]
pub(super) const FORMS: &[Form] = &[
    Form::read(
        "Stmt::Local",
        "`let P = a;`, `let x;`, `let P = a else { .. };`",
        "binds names; `&mut` of a place lends it under a name",
    ),
    Form::read("Stmt::Item", "an item", "see below"),
    Form::partly(
        "Stmt::Expr",
        "`e;`",
        "a write, a branch, a loop, a jump; without active values anything, run once",
        &[MAY_WRITE, WRITES_WITHIN],
    ),
    Form::read("Stmt::Macro", "`println!(..);`", "runs once; see the macros above"),
];

/// Every item, in a body and under the attribute.
#[cfg(test)]
pub(super) const ITEMS: &[Form] = &[
    Form::partly("Item::Const", "`const N: usize = 1;`", "in a body, passed on", &[ITEM, ITEM_LIKE_ANOTHER]),
    Form::partly("Item::Enum", "`enum E { .. }`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::ExternCrate", "`extern crate c;`", "in a body, passed on", &[ITEM]),
    Form::partly(
        "Item::Fn",
        "`fn f(a: f64) -> f64 { .. }`",
        "under the attribute, differentiated; in a body, passed on, and read where it is called with an active \
         value",
        &[
            ASYNC_FUNCTION,
            CONST_FUNCTION,
            UNSAFE_FUNCTION,
            EXTERN_FUNCTION,
            IMPL_TRAIT,
            LENT_RESULT,
            NO_RESULT,
            super::CALLS_ITSELF,
        ],
    ),
    Form::partly("Item::ForeignMod", "`extern \"C\" { .. }`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Impl", "`impl T { .. }`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Macro", "`macro_rules! m { .. }`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Mod", "`mod m { .. }`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Static", "`static S: f64 = 1.0;`", "in a body, passed on; it may be read", &[ITEM]),
    Form::partly("Item::Struct", "`struct S { .. }`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Trait", "`trait T { .. }`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::TraitAlias", "`trait A = B;`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Type", "`type A = f64;`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Union", "`union U { .. }`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Use", "`use m::f;`", "in a body, passed on", &[ITEM]),
    Form::partly("Item::Verbatim", "what syn does not know", "in a body, passed on", &[ITEM]),
];
