//! Expressions and operators.

use syn::Expr;

use super::methods::{
    ADAPTER, CALL_OF_AN_EXPRESSION, ITERATOR_WITH_A_NAME, METHOD, MOVES_WHAT_IT_WRITES, NOT_A_CHAIN,
};
use super::{Form, Refusal, UNKNOWN};

/// The variant of an expression.
pub(super) fn name(expr: &Expr) -> &'static str {
    match expr {
        Expr::Array(_) => "Expr::Array",
        Expr::Assign(_) => "Expr::Assign",
        Expr::Async(_) => "Expr::Async",
        Expr::Await(_) => "Expr::Await",
        Expr::Binary(_) => "Expr::Binary",
        Expr::Block(_) => "Expr::Block",
        Expr::Break(_) => "Expr::Break",
        Expr::Call(_) => "Expr::Call",
        Expr::Cast(_) => "Expr::Cast",
        Expr::Closure(_) => "Expr::Closure",
        Expr::Const(_) => "Expr::Const",
        Expr::Continue(_) => "Expr::Continue",
        Expr::Field(_) => "Expr::Field",
        Expr::ForLoop(_) => "Expr::ForLoop",
        Expr::Group(_) => "Expr::Group",
        Expr::If(_) => "Expr::If",
        Expr::Index(_) => "Expr::Index",
        Expr::Infer(_) => "Expr::Infer",
        Expr::Let(_) => "Expr::Let",
        Expr::Lit(_) => "Expr::Lit",
        Expr::Loop(_) => "Expr::Loop",
        Expr::Macro(_) => "Expr::Macro",
        Expr::Match(_) => "Expr::Match",
        Expr::MethodCall(_) => "Expr::MethodCall",
        Expr::Paren(_) => "Expr::Paren",
        Expr::Path(_) => "Expr::Path",
        Expr::Range(_) => "Expr::Range",
        Expr::RawAddr(_) => "Expr::RawAddr",
        Expr::Reference(_) => "Expr::Reference",
        Expr::Repeat(_) => "Expr::Repeat",
        Expr::Return(_) => "Expr::Return",
        Expr::Struct(_) => "Expr::Struct",
        Expr::Try(_) => "Expr::Try",
        Expr::TryBlock(_) => "Expr::TryBlock",
        Expr::Tuple(_) => "Expr::Tuple",
        Expr::Unary(_) => "Expr::Unary",
        Expr::Unsafe(_) => "Expr::Unsafe",
        Expr::While(_) => "Expr::While",
        Expr::Yield(_) => "Expr::Yield",
        // Its other name is for what syn does not know either.
        _ => "Expr::Verbatim",
    }
}

/// Of an operator that floats do not have.
pub(crate) const OPERATOR: Refusal = Refusal::new(
    "of an active value is not differentiable",
    "use float arithmetic",
    "expression_bit_operation",
);

/// Of a macro that is not ours to read.
pub(crate) const MACRO: Refusal = Refusal::new(
    "is a macro that chainrule cannot look into",
    "take the active value out of it, or wrap the call in `stop_gradient(..)` if nothing should flow through it",
    "macro_unknown",
);

/// Of a `match` that is read.
pub(crate) const LET_IN_GUARD: Refusal = Refusal::new(
    "a `let` in the guard of an arm is read if it can be looked at twice, and this may do anything",
    "decide in the arm, with `if let`",
    "expression_let_in_guard",
);

/// Of `..` in a struct literal with something active.
pub(crate) const REST_OF_A_VARIABLE: Refusal = Refusal::new(
    "`..` of a variable of this function is not supported in a struct that holds active values",
    "name the fields",
    "expression_struct_rest",
);

/// Every expression.
pub(super) const FORMS: &[Form] = &[
    Form::read("Expr::Array", "`[a, b]`", "a list; its parts are differentiated"),
    Form::partly(
        "Expr::Assign",
        "`x = a`, `(x, p.y, v[i]) = e`, `x.row_mut(i)` on the left of a method that writes",
        "a new version of the variable, written in place where nothing needs the old one",
        &[Refusal::new(
            "an assignment has no value",
            "assign in a statement of its own",
            "expression_assignment",
        )],
    ),
    Form::refused(
        "Expr::Async",
        "`async { a }`",
        &[Refusal::new(
            "an `async` block is not differentiable",
            "compute outside of it",
            "expression_async",
        )],
    ),
    Form::refused(
        "Expr::Await",
        "`a.await`",
        &[Refusal::new(
            "`.await` is not differentiable",
            "await before and pass the value in",
            "expression_await",
        )],
    ),
    Form::partly(
        "Expr::Binary",
        "`a + b`, `a < b`, `a && b`, `x += a`",
        "see the operators below",
        &[OPERATOR],
    ),
    Form::read("Expr::Block", "`{ .. }`, `'l: { .. break 'l a; .. }`", "its statements and its value"),
    Form::read("Expr::Break", "`break`, `break 'l a`", "leaves its loop or block, with a value or without"),
    Form::partly(
        "Expr::Call",
        "`f(a)`, `m::f(a)`, `T::f(a)`, `f64::sin(a)`, `Point(a, b)`",
        "an operation, a constructor, a closure or function of this body, or another `#[differentiable]` \
         function, whose derivative is called; without active arguments any function",
        &[
            CALL_OF_AN_EXPRESSION,
            Refusal::new(
                "this function is called with an active value and is not `#[differentiable]`",
                "put #[differentiable] on it, or wrap the call in `stop_gradient(..)`",
                "call_not_differentiable",
            ),
        ],
    ),
    Form::partly(
        "Expr::Cast",
        "`a as f32`, `a as usize`",
        "the cotangent is cast back; to an integer nothing flows",
        &[Refusal::new(
            "this cast of an active value is not understood",
            "cast to f32 or f64",
            "expression_cast",
        )],
    ),
    Form::partly(
        "Expr::Closure",
        "`\\|v\\| ..`",
        "given to `mapv`, `fold`, `map`, `Zip` and their like, or bound to a name and called; it may capture \
         active values, and write them",
        &[Refusal::new(
            "a closure that captures active values cannot be a value of its own",
            "pass it directly to `mapv`, or make it a `#[differentiable]` function",
            "expression_closure",
        ), MOVES_WHAT_IT_WRITES],
    ),
    Form::read("Expr::Const", "`const { .. }`", "a constant"),
    Form::read("Expr::Continue", "`continue`, `continue 'l`", "ends its turn"),
    Form::read("Expr::Field", "`p.w`, `t.0`", "a part, read or written"),
    Form::partly(
        "Expr::ForLoop",
        "`for x in ..`",
        "over ranges, slices, `Vec`s, arrays, `iter`, `enumerate`, `zip`, `rev`, `skip`, `take`, `step_by`, \
         `chain`, `windows`, `chunks`, `rows`, `columns`, `outer_iter`, `axis_iter`, `map`, `filter` and its like, and those that lend mutably; \
         over constants any iterator",
        &[ADAPTER],
    ),
    Form::read("Expr::Group", "an expression handed over by `macro_rules!`", "what it holds"),
    Form::read("Expr::If", "`if c { .. } else { .. }`, `if let`", "a statement or a value; the arm that ran is differentiated"),
    Form::read("Expr::Index", "`x[i]`, `x[[i, j]]`, `&v[a..b]`", "an element or a part, read or written"),
    Form::read("Expr::Infer", "`_ = a`, `(x, _) = e`", "on the left of an assignment, what is not kept"),
    Form::read("Expr::Let", "`if let P = a && ..`, `while let`", "in conditions"),
    Form::read("Expr::Lit", "`1.0`, `2`, `\"a\"`", "a constant"),
    Form::read("Expr::Loop", "`loop { .. }`", "a statement or a value"),
    Form::partly(
        "Expr::Macro",
        "`vec![..]`, `array![..]`, `s![..]`, `concatenate!`, `stack!`, `dbg!`, `matches!`, the families of \
         `print!`, `assert!` and `panic!`",
        "what they make is read; what they print or check runs once",
        &[MACRO],
    ),
    Form::partly(
        "Expr::Match",
        "`match a { P if g => .., _ => .. }`",
        "a statement or a value; the arm that ran is differentiated",
        &[LET_IN_GUARD],
    ),
    Form::partly(
        "Expr::MethodCall",
        "`a.sin()`, `p.step(a)`",
        "an operation, a write (`push`, `pop`, `fill`, `assign`, ..), or the derivative of a `#[differentiable]` method",
        &[NOT_A_CHAIN, ITERATOR_WITH_A_NAME, METHOD],
    ),
    Form::read("Expr::Paren", "`(a)`", "what it holds"),
    Form::read("Expr::Path", "`x`, `m::LIMIT`", "a variable; a constant or static, read"),
    Form::partly(
        "Expr::Range",
        "`a..b`",
        "of integers, in a `for`, an index or a chain",
        &[Refusal::new("a range of active values is not differentiable", "use integers", "expression_range")],
    ),
    Form::refused(
        "Expr::RawAddr",
        "`&raw const a`",
        &[Refusal::new(
            "a raw pointer to an active value is not followed",
            "use the value or a reference to it",
            "expression_raw_pointer",
        )],
    ),
    Form::partly(
        "Expr::Reference",
        "`&a`, `&mut x`",
        "what it lends; `&mut` of a variable in a `let`, a `for`, `mem::swap`, `mem::replace` and `mem::take`",
        &[Refusal::new(
            "a mutable borrow of an active value is not supported here",
            "return the new value instead",
            "expression_mutable_borrow",
        )],
    ),
    Form::read("Expr::Repeat", "`[a; n]`", "a list of the same value"),
    Form::read("Expr::Return", "`return a`", "anywhere; in a closure it ends the closure"),
    Form::partly(
        "Expr::Struct",
        "`Point { x: a, ..base }`",
        "its fields are differentiated",
        &[
            Refusal::new(
                "`..` of an active struct hides which fields are differentiated",
                "name the fields",
                "expression_struct_rest",
            ),
            REST_OF_A_VARIABLE,
        ],
    ),
    Form::refused(
        "Expr::Try",
        "`a?`",
        &[Refusal::new(
            "`?` on an active value is not supported",
            "return the error before, or `unwrap` and let the caller check",
            "expression_question_mark",
        )],
    ),
    Form::refused(
        "Expr::TryBlock",
        "`try { .. }`",
        &[Refusal::new(
            "a `try` block is not differentiable",
            "decide with `if let` or `match`",
            "expression_try_block",
        )],
    ),
    Form::read("Expr::Tuple", "`(a, b)`", "its parts are differentiated"),
    Form::read("Expr::Unary", "`-a`, `*a`, `!c`", "see the operators below"),
    Form::refused(
        "Expr::Unsafe",
        "`unsafe { .. }`",
        &[Refusal::new(
            "`unsafe` code cannot be differentiated",
            "move it into a function with a rule of its own",
            "expression_unsafe",
        )],
    ),
    Form::refused("Expr::Verbatim", "what syn does not know, such as `become f(a)`", &[Refusal { file: "expression_unknown", ..UNKNOWN }]),
    Form::read("Expr::While", "`while c { .. }`, `while let`", "how often it turns may depend on active values"),
    Form::refused(
        "Expr::Yield",
        "`yield a`",
        &[Refusal::new(
            "`yield` is not differentiable",
            "collect the values into a `Vec`",
            "expression_yield",
        )],
    ),
];

/// The unary operators.
#[cfg(test)]
pub(super) const UNARY: &[Form] = &[
    Form::read("UnOp::Deref", "`*a`", "what it points to"),
    Form::read("UnOp::Not", "`!c`", "a constant"),
    Form::read("UnOp::Neg", "`-a`", "an operation"),
];

#[cfg(test)]
const BITS: &[Refusal] = &[OPERATOR];

/// The binary operators.
#[cfg(test)]
pub(super) const BINARY: &[Form] = &[
    Form::read("BinOp::Add", "`a + b`", "an operation"),
    Form::read("BinOp::Sub", "`a - b`", "an operation"),
    Form::read("BinOp::Mul", "`a * b`", "an operation"),
    Form::read("BinOp::Div", "`a / b`", "an operation"),
    Form::read("BinOp::Rem", "`a % b`", "an operation"),
    Form::read(
        "BinOp::And",
        "`a && b`",
        "a condition; the right side is looked at only if it matters",
    ),
    Form::read(
        "BinOp::Or",
        "`a \\|\\| b`",
        "a condition; the right side is looked at only if it matters",
    ),
    Form::refused("BinOp::BitXor", "`a ^ b`", BITS),
    Form::refused("BinOp::BitAnd", "`a & b`", BITS),
    Form::refused("BinOp::BitOr", "`a \\| b`", BITS),
    Form::refused("BinOp::Shl", "`a << b`", BITS),
    Form::refused("BinOp::Shr", "`a >> b`", BITS),
    Form::read("BinOp::Eq", "`a == b`", "a condition"),
    Form::read("BinOp::Lt", "`a < b`", "a condition"),
    Form::read("BinOp::Le", "`a <= b`", "a condition"),
    Form::read("BinOp::Ne", "`a != b`", "a condition"),
    Form::read("BinOp::Ge", "`a >= b`", "a condition"),
    Form::read("BinOp::Gt", "`a > b`", "a condition"),
    Form::read("BinOp::AddAssign", "`x += a`", "a write"),
    Form::read("BinOp::SubAssign", "`x -= a`", "a write"),
    Form::read("BinOp::MulAssign", "`x *= a`", "a write"),
    Form::read("BinOp::DivAssign", "`x /= a`", "a write"),
    Form::read("BinOp::RemAssign", "`x %= a`", "a write"),
    Form::refused("BinOp::BitXorAssign", "`x ^= a`", BITS),
    Form::refused("BinOp::BitAndAssign", "`x &= a`", BITS),
    Form::refused("BinOp::BitOrAssign", "`x \\|= a`", BITS),
    Form::refused("BinOp::ShlAssign", "`x <<= a`", BITS),
    Form::refused("BinOp::ShrAssign", "`x >>= a`", BITS),
];
