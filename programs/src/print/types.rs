//! Types and numbers as Rust source.

use crate::ast::{Binary, Block, End, Expr, Kind, Type, Unary};

/// A type's name.
pub(crate) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Unit => "()".to_owned(),
        Type::Float => "f64".to_owned(),
        Type::Int => "usize".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Array1(_) => "Array1<f64>".to_owned(),
        Type::Array2(..) => "Array2<f64>".to_owned(),
        Type::Vec(element, _) => format!("Vec<{}>", type_name(element)),
        Type::List(element, n) => format!("[{}; {n}]", type_name(element)),
        Type::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(type_name).collect();
            format!("({})", parts.join(", "))
        }
        Type::State => "State".to_owned(),
        Type::OptionFloat => "Option<f64>".to_owned(),
        Type::OptionInt => "Option<usize>".to_owned(),
    }
}

/// A literal.
pub(crate) fn float(x: f64) -> String {
    if x < 0.0 { format!("({x:?})") } else { format!("{x:?}") }
}

/// A float by its bits, as an expression.
pub(crate) fn exact(x: f64) -> String {
    format!("f64::from_bits({:#018x})", x.to_bits())
}

pub(super) fn symbol(op: Binary) -> char {
    match op {
        Binary::Add => '+',
        Binary::Sub => '-',
        Binary::Mul => '*',
        Binary::Div => '/',
    }
}

pub(super) fn labelled(label: Option<usize>) -> String {
    label.map(|label| format!("'l{label}: ")).unwrap_or_default()
}

pub(super) fn spaced(label: Option<usize>) -> String {
    label.map(|label| format!("'l{label}")).unwrap_or_default()
}

/// Whether rustc knows from the expression alone that its literals are `f64`.
pub(super) fn anchored(e: &Expr) -> bool {
    match &e.kind {
        Kind::Float(_) => false,
        Kind::Unary(Unary::Neg, x) => anchored(x),
        Kind::Binary(_, l, r) => anchored(l) || anchored(r),
        Kind::If(_, then, other) => [then, other].into_iter().any(|b| block_anchored(b)),
        Kind::IfLet(_, _, then, other) => [then, other].into_iter().any(|b| block_anchored(b)),
        Kind::Match(_, arms) => arms.iter().any(|arm| block_anchored(&arm.body)),
        Kind::Block(None, block) => block_anchored(block),
        Kind::Block(..) | Kind::Loop(..) => false,
        Kind::Sum(x) | Kind::Mapv(x, _) | Kind::MapvNamed(x, _) | Kind::Repeat(x) => anchored(x),
        Kind::Dot(l, r) => anchored(l) || anchored(r),
        Kind::Unary(_, x) if e.ty.is_array() => anchored(x),
        Kind::Elements(list) => list.iter().any(anchored),
        Kind::OfArrays(_, args) => args.iter().any(anchored),
        Kind::FromFn(lambda) | Kind::ZipMap(_, _, lambda) => block_anchored(&lambda.body),
        Kind::OfOption(_, Some(lambda), Some(other)) => {
            anchored(other) || block_anchored(&lambda.body)
        }
        Kind::Chain(chain) => !matches!(chain.end, End::Fold(_)),
        _ => true,
    }
}

pub(super) fn block_anchored(block: &Block) -> bool {
    block.value.as_ref().is_some_and(|value| anchored(value))
}

/// True if rustc finds the types of all parts of a tuple or list without help.
pub(super) fn parts_anchored(e: &Expr) -> bool {
    let of_block = |block: &Block| block.value.as_ref().is_some_and(|value| parts_anchored(value));
    match &e.kind {
        Kind::Tuple(parts) => parts.iter().all(anchored),
        Kind::Elements(_) | Kind::Repeat(_) => anchored(e),
        Kind::If(_, then, other) | Kind::IfLet(_, _, then, other) => {
            [then, other].into_iter().any(|block| of_block(block))
        }
        Kind::Match(_, arms) => arms.iter().any(|arm| of_block(&arm.body)),
        Kind::Block(None, block) => of_block(block),
        Kind::Block(..) | Kind::Loop(..) => false,
        _ => true,
    }
}

pub(super) fn needs_annotation(init: &Expr) -> bool {
    match &init.ty {
        Type::Float | Type::Array1(_) | Type::Array2(..) => !anchored(init),
        Type::Int | Type::Vec(..) | Type::List(..) | Type::Tuple(_) => true,
        Type::OptionFloat | Type::OptionInt => true,
        _ => false,
    }
}
