//! The light type of an operation's result.

use super::{Elem, Graph, Ty, Value};
use crate::ops::{Gives, Kind, Row};

impl Graph {
    /// The type of what a row gives for these operands, as far as the macro can see.
    pub(crate) fn result_type(&self, row: &Row, args: &[Value]) -> Ty {
        let ty = |position: usize| self.ty(args[position]);
        let float_operands: Vec<&Ty> = (0..args.len())
            .filter(|position| !row.is_constant_operand(*position) && *ty(*position) != Ty::Integer)
            .map(ty)
            .collect();
        let elem = float_operands.iter().fold(Elem::Literal, |elem, ty| elem.join(ty.elem()));
        match row.kind {
            Kind::Query => Ty::Constant,
            Kind::Elementwise => match row.name {
                "AsF32" => cast(ty(0), Elem::F32),
                "AsF64" => cast(ty(0), Elem::F64),
                "CastLike" => cast(ty(0), ty(1).elem()),
                _ => Ty::broadcast(&float_operands),
            },
            Kind::View => match row.name {
                "Get" => element(ty(0)),
                "Aview1" => Ty::Array(element(ty(0)).elem(), Some(1)),
                _ if row.is_of_option() => inner(ty(0)),
                "Slice" => Ty::Array(elem, None),
                "SliceAxis" | "T" => ty(0).clone(),
                "IndexAxis" => reduced(ty(0)),
                _ => Ty::Array(elem, Some(1)),
            },
            Kind::Whole if row.name == "ToF32" => cast(ty(0), Elem::F32),
            Kind::Whole if row.name == "ToF64" => cast(ty(0), Elem::F64),
            Kind::Whole => match row.gives() {
                Gives::Float => Ty::Float(elem),
                Gives::Same | Gives::Alike => ty(0).clone(),
                Gives::Like => row
                    .operands
                    .iter()
                    .position(|name| *name == "like")
                    .map_or(Ty::Unknown, |position| ty(position).clone()),
                Gives::Reduced => reduced(ty(0)),
                Gives::Product => product(ty(0), ty(1), elem),
                Gives::Unknown => Ty::Numeric(elem),
            },
        }
    }
}

fn cast(ty: &Ty, elem: Elem) -> Ty {
    match ty {
        Ty::Array(_, rank) => Ty::Array(elem, *rank),
        Ty::Numeric(_) => Ty::Numeric(elem),
        _ => Ty::Float(elem),
    }
}

fn reduced(ty: &Ty) -> Ty {
    match ty {
        Ty::Array(elem, rank) => Ty::Array(*elem, rank.and_then(|rank| rank.checked_sub(1))),
        other => Ty::Array(other.elem(), None),
    }
}

fn product(a: &Ty, b: &Ty, elem: Elem) -> Ty {
    match (a, b) {
        (Ty::Array(_, Some(1)), Ty::Array(_, Some(1))) => Ty::Float(elem),
        (Ty::Array(_, Some(a)), Ty::Array(_, Some(b))) => Ty::Array(elem, (a + b).checked_sub(2)),
        _ => Ty::Numeric(elem),
    }
}

/// The type of what an `Option` holds.
fn inner(ty: &Ty) -> Ty {
    match ty {
        Ty::Option(inner) => (**inner).clone(),
        _ => Ty::Unknown,
    }
}

/// The type of `x[i]`.
pub(crate) fn element(ty: &Ty) -> Ty {
    match ty {
        Ty::Array(elem, _) => Ty::Float(*elem),
        Ty::List(inner) => (**inner).clone(),
        _ => Ty::Unknown,
    }
}
