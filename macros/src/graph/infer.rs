//! The light type of an operation's result.

use super::collections::HashSet;
use super::{Action, Block, Elem, Form, Graph, Op, Step, Ty, Value};
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
                // Floats alone are cast, whatever is seen of what the cotangent is made of.
                "CastLike" => Ty::Float(ty(1).elem()),
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

impl Graph {
    /// Lets literals have the type that what is made of them turned out to have: rustc finds it in the user's code,
    /// of which ours leaves out what nothing needs.
    pub(crate) fn learn_backwards(&mut self) {
        let body = std::mem::take(&mut self.body);
        let mut open = HashSet::default();
        self.note_open(&body, &mut open);
        self.learn_block(&body, &open);
        self.body = body;
    }

    /// Notes what may be a float or an array, and is a float if all that is made of it is: what calls give, and what
    /// is computed of that and of floats.
    fn note_open(&self, block: &Block, open: &mut HashSet<Value>) {
        for node in &block.nodes {
            let is_open = match &node.op {
                Op::Call(_) => true,
                Op::Row(row) if row.is_elementwise() && !row.is_cast() => {
                    node.args.iter().all(|arg| self.ty(*arg).is_float() || open.contains(arg))
                }
                _ => false,
            };
            let value = node.outs.first().filter(|_| is_open);
            open.extend(value.filter(|value| matches!(self.ty(**value), Ty::Numeric(_))));
            node.blocks.iter().for_each(|block| self.note_open(block, open));
        }
    }

    fn learn_block(&mut self, block: &Block, open: &HashSet<Value>) {
        for node in block.nodes.iter().rev() {
            match (&node.op, node.outs.as_slice()) {
                (Op::If, outs) => {
                    for arm in &node.blocks {
                        self.learn_from(&arm.results, outs, open);
                    }
                }
                (Op::Loop(_), outs) => {
                    self.learn_from(node.carried_results(), outs, open);
                    self.learn_from(&node.args[node.first_carried()..], outs, open);
                }
                (Op::Construct(construct), [out]) => {
                    let parts: Vec<Ty> = match (self.ty(*out).clone(), &construct.form) {
                        (_, Form::Struct) => continue,
                        (Ty::Tuple(parts), _) => parts,
                        (Ty::Option(inner), _) => vec![*inner; node.args.len()],
                        // Elements of a list are of one type, which any of them may tell.
                        (Ty::List(_) | Ty::Array(..), _) => {
                            let tys = node.args.iter().map(|part| self.ty(*part));
                            let ty = tys.fold(Ty::Unknown, |all, ty| all.joined(ty));
                            vec![ty; node.args.len()]
                        }
                        _ => continue,
                    };
                    node.args.iter().zip(&parts).for_each(|(part, ty)| self.learn(*part, ty));
                }
                (Op::Update(steps, Action::Set), [out]) if steps.as_slice() == [Step::Index] => {
                    let part = node.args.last().copied().zip(Some(element(self.ty(*out))));
                    part.into_iter().for_each(|(part, ty)| self.learn_open(part, &ty, open));
                }
                (Op::Inner, [out]) => {
                    let ty = Ty::Option(Box::new(self.ty(*out).clone()));
                    self.learn(node.args[0], &ty);
                }
                (Op::Row(row), [out]) if row.is_elementwise() => {
                    let (out, ty) = (self.ty(*out).clone(), Ty::Float(self.ty(*out).elem()));
                    for at in (0..node.args.len()).filter(|at| !row.is_constant_operand(*at)) {
                        self.learn(node.args[at], &ty);
                        self.learn_open(node.args[at], &out, open);
                    }
                }
                _ => {}
            }
            node.blocks.iter().for_each(|block| self.learn_block(block, open));
        }
    }

    /// The same of values that become `outs`.
    fn learn_from(&mut self, values: &[Value], outs: &[Value], open: &HashSet<Value>) {
        for (value, out) in values.iter().zip(outs) {
            let ty = self.ty(*out).clone();
            self.learn(*value, &ty);
            self.learn_open(*value, &ty, open);
        }
    }

    /// What is a float since nothing else could stand in its place.
    fn learn_open(&mut self, value: Value, ty: &Ty, open: &HashSet<Value>) {
        if let (true, Ty::Float(elem)) = (open.contains(&value), ty) {
            let elem = self.ty(value).elem().join(*elem);
            self.info_mut(value).ty = Ty::Float(elem);
        }
    }

    /// A float, an array, an option or a tuple of floats, whose type was that of a literal or not known.
    pub(crate) fn learn(&mut self, value: Value, ty: &Ty) {
        if self.info(value).is_reference {
            return;
        }
        let is_active = self.is_active(value);
        let learned = match (self.ty(value), ty) {
            (Ty::Float(Elem::Literal | Elem::Unknown), Ty::Float(Elem::F32 | Elem::F64))
                if !is_active =>
            {
                ty.clone()
            }
            (Ty::Array(Elem::Literal | Elem::Unknown, rank), Ty::Array(elem, _))
                if !is_active && elem.is_known() =>
            {
                Ty::Array(*elem, *rank)
            }
            (Ty::Option(own), Ty::Option(inner))
                if !is_active && inner.elem().is_known() && !own.elem().is_known() =>
            {
                self.ty(value).joined(ty)
            }
            (Ty::Tuple(own), Ty::Tuple(parts)) if own.len() == parts.len() => {
                self.ty(value).joined(ty)
            }
            _ => return,
        };
        self.info_mut(value).ty = learned;
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
