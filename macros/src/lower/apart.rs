//! Tuples of constants and of what is differentiated, also in an `Option`: branches and loops carry their members one
//! by one, so that a constant is no part of anything that has a cotangent.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::Expr;

use super::expr::is_none;
use super::join::Column;
use super::made::{unwritten, Made};
use super::scope::Variable;
use super::Lowering;
use crate::graph::{Block, Construct, Form, Op, Ty, Value};
use crate::language;

/// How something is carried.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// As it is.
    Whole(Ty),
    /// Member by member.
    Tuple(Vec<Shape>),
    /// Whether there is something, and then what.
    Option(Box<Shape>),
}

/// A variable that is taken apart, and a variable of ours for each member.
pub(super) struct Apart {
    whole: Variable,
    pub(super) shape: Shape,
    members: Vec<Variable>,
}

/// What is to be taken apart though what it begins with does not tell.
pub(super) type Planned = BTreeMap<Variable, Shape>;

impl Shape {
    /// The shape of what has this type.
    pub(super) fn of_type(ty: &Ty) -> Shape {
        match ty {
            Ty::Tuple(members) => {
                let shapes: Vec<Shape> = members.iter().map(Shape::of_type).collect();
                let is_whole = |ty: &Ty| matches!(ty, Ty::Integer | Ty::Bool);
                let is_mixed = members.iter().any(is_whole) && !members.iter().all(is_whole);
                match is_mixed || shapes.iter().any(Shape::is_apart) {
                    true => Shape::Tuple(shapes),
                    false => Shape::Whole(ty.clone()),
                }
            }
            Ty::Option(inner) => match Shape::of_type(inner) {
                Shape::Whole(_) => Shape::Whole(ty.clone()),
                inner => Shape::Option(Box::new(inner)),
            },
            _ => Shape::Whole(ty.clone()),
        }
    }

    pub(super) fn is_apart(&self) -> bool {
        !matches!(self, Shape::Whole(_))
    }

    fn has_option(&self) -> bool {
        match self {
            Shape::Whole(_) => false,
            Shape::Tuple(members) => members.iter().any(Shape::has_option),
            Shape::Option(_) => true,
        }
    }

    /// The types of the members.
    fn types(&self) -> Vec<Ty> {
        match self {
            Shape::Whole(ty) => vec![ty.clone()],
            Shape::Tuple(members) => members.iter().flat_map(Shape::types).collect(),
            Shape::Option(inner) => [vec![Ty::Bool], inner.types()].concat(),
        }
    }

    /// The same with what is known of the members' types by now: a number needs no `Option` of its own.
    fn with_types(&self, tys: &mut impl Iterator<Item = Ty>) -> Shape {
        match self {
            Shape::Whole(ty) => match tys.next() {
                Some(found) if is_number(&found) && !is_number(ty) => Shape::Whole(found),
                _ => self.clone(),
            },
            Shape::Tuple(members) => {
                Shape::Tuple(members.iter().map(|member| member.with_types(tys)).collect())
            }
            Shape::Option(inner) => {
                tys.next();
                Shape::Option(Box::new(inner.with_types(tys)))
            }
        }
    }

    /// A pattern that gives each member a name.
    fn pattern(&self, names: &mut impl Iterator<Item = syn::Ident>) -> TokenStream {
        match self {
            Shape::Whole(_) => {
                let name = names.next();
                quote!(#name)
            }
            Shape::Tuple(members) => {
                let members: Vec<TokenStream> =
                    members.iter().map(|member| member.pattern(names)).collect();
                quote!((#(#members,)*))
            }
            Shape::Option(inner) => {
                let inner = inner.pattern(names);
                quote!(::core::option::Option::Some(#inner))
            }
        }
    }
}

impl Lowering<'_> {
    /// What the arms of a branch have in one place, member by member; nodes that this takes are added to the arms' own.
    pub(super) fn members_apart(&self, column: &[Option<Value>]) -> Option<Shape> {
        let held = column.iter().flatten().copied();
        let held: Vec<Value> = held.filter(|value| !self.undefined.contains(value)).collect();
        Some(self.shape(&held)).filter(Shape::is_apart)
    }

    /// What is the same in the shapes of values that were made here.
    fn shape(&self, values: &[Value]) -> Shape {
        let whole = || {
            let tys = values.iter().map(|value| self.graph.ty(*value));
            Shape::Whole(tys.fold(Ty::Unknown, |joined, ty| joined.joined(ty)))
        };
        if let Some(shape) = self.joined_before(values) {
            return shape;
        }
        if let Some(tuples) = self.tuples(values) {
            let count = tuples[0].len();
            let at = |at: usize| -> Vec<Value> { tuples.iter().map(|parts| parts[at]).collect() };
            let shapes: Vec<Shape> = (0..count).map(|place| self.shape(&at(place))).collect();
            let are_all = |place: usize, is: &dyn Fn(Value) -> bool| at(place).into_iter().all(is);
            let is_mixed = count > 1
                && (0..count).any(|place| are_all(place, &|part| self.is_no_float(part)))
                && !(0..count).all(|place| are_all(place, &|part| self.is_whole_number(part)));
            return match is_mixed || shapes.iter().any(Shape::is_apart) {
                true => Shape::Tuple(shapes),
                false => whole(),
            };
        }
        let made: Vec<Option<Value>> =
            values.iter().filter_map(|value| self.in_option(*value)).collect();
        let inner: Vec<Value> = made.iter().copied().flatten().collect();
        if inner.is_empty() {
            let is_nothing = !values.is_empty() && made.len() == values.len();
            return match whole() {
                // Of `None`, what is written beside it tells.
                Shape::Whole(ty) if is_nothing => Shape::of_type(&ty),
                whole => whole,
            };
        }
        let shape = match self.shape(&inner) {
            Shape::Whole(_) => return whole(),
            shape => Shape::Option(Box::new(shape)),
        };
        let is_another = |value: &&Value| self.in_option(**value).is_none();
        match values.iter().filter(is_another).all(|value| self.shows_members(*value, &shape)) {
            true => shape,
            false => whole(),
        }
    }

    /// The shape of tuples of which some were put together of members that may not be there: no tuple can be made of
    /// these where it is not looked at.
    fn joined_before(&self, values: &[Value]) -> Option<Shape> {
        let tuples: Vec<Vec<Value>> =
            values.iter().filter_map(|value| self.tuple_parts(*value)).collect();
        let is_open = |parts: &Vec<Value>| parts.iter().any(|part| self.optional.contains(part));
        let count = tuples.iter().find(|parts| is_open(parts))?.len();
        if tuples.iter().any(|parts| parts.len() != count) {
            return None;
        }
        let at = |at: usize| -> Vec<Value> { tuples.iter().map(|parts| parts[at]).collect() };
        Some(Shape::Tuple((0..count).map(|place| self.shape(&at(place))).collect()))
    }

    /// True for a constant `Option` from elsewhere that numbers can be taken from.
    fn shows_members(&self, option: Value, shape: &Shape) -> bool {
        !self.is_active(option)
            && matches!(self.graph.ty(option), Ty::Unknown | Ty::Constant | Ty::Option(_))
            && shape.types().iter().all(is_number)
    }

    /// True for what is carried member by member.
    pub(super) fn is_apart(&self, value: Value) -> bool {
        self.shape(&[value]).is_apart()
    }

    /// The members of a tuple that is carried member by member.
    pub(super) fn members_of_mixed(&self, tuple: Value) -> Option<Vec<Value>> {
        let is_apart = matches!(self.shape(&[tuple]), Shape::Tuple(_));
        self.tuples(&[tuple]).filter(|_| is_apart).map(|tuples| tuples[0].clone())
    }

    /// The parts of a tuple that was made here.
    pub(super) fn tuple_parts(&self, value: Value) -> Option<Vec<Value>> {
        let made = self.constructs.get(&value)?;
        (made.construct.form == Form::Tuple).then(|| made.parts.clone())
    }

    /// The parts of tuples that were made here, if all of them are and have as many.
    fn tuples(&self, values: &[Value]) -> Option<Vec<&Vec<Value>>> {
        let made = values.iter().map(|value| {
            let made = self.constructs.get(value)?;
            (made.construct.form == Form::Tuple).then_some(&made.parts)
        });
        let made: Vec<&Vec<Value>> = made.collect::<Option<_>>()?;
        let count = made.first()?.len();
        made.iter().all(|parts| parts.len() == count).then_some(made)
    }

    /// What stands in an `Option` that was made here, if something may; nothing for what was not made here.
    fn in_option(&self, value: Value) -> Option<Option<Value>> {
        if let Some((_, inner)) = self.maybe.get(&value) {
            return Some(Some(*inner));
        }
        if self.nones.contains(&value) {
            return Some(None);
        }
        match self.constructs.get(&value)? {
            Made { construct: Construct { form: Form::Option, .. }, parts, .. } => {
                Some(parts.first().copied())
            }
            _ => None,
        }
    }

    /// True for a constant that is no number to be differentiated.
    fn is_no_float(&self, value: Value) -> bool {
        let ty = self.graph.ty(value);
        !self.is_active(value) && matches!(ty, Ty::Integer | Ty::Bool | Ty::Constant | Ty::Unknown)
    }

    fn is_whole_number(&self, value: Value) -> bool {
        matches!(self.graph.ty(value), Ty::Integer | Ty::Bool)
    }

    /// `(0, f64::NEG_INFINITY)` or `Some((0, 0.0))`, which something holds that an active value reaches.
    pub(super) fn constant_tuple(&mut self, expr: &Expr) -> Option<Value> {
        if let Expr::Call(call) = expr {
            let Expr::Path(function) = &*call.func else { return None };
            if !function.path.is_ident("Some") || call.args.len() != 1 {
                return None;
            }
            let inner = self.constant_tuple(&call.args[0])?;
            let ty = Ty::Option(Box::new(self.graph.ty(inner).clone()));
            return Some(self.node(Op::Construct(Construct::some()), vec![inner], ty, expr.span()));
        }
        let Expr::Tuple(tuple) = expr else { return None };
        let is_whole = |part: &Expr| {
            let is_literal = matches!(part, Expr::Lit(literal)
                if matches!(literal.lit, syn::Lit::Int(_) | syn::Lit::Bool(_)));
            is_literal || matches!(self.constant_type(part), Ty::Integer | Ty::Bool)
        };
        let count = tuple.elems.iter().filter(|part| is_whole(part)).count();
        let is_mixed = count > 0 && count < tuple.elems.len();
        if !is_mixed && !tuple.elems.iter().any(is_none) || !self.is_constant(expr) {
            return None;
        }
        let parts = tuple.elems.iter().map(|part| self.expr(part)).collect();
        Some(self.tuple(unwritten(parts), tuple.span()))
    }

    /// The members of what has this shape, in order; nothing for those that are not there.
    pub(super) fn members_of(&mut self, value: Option<Value>, shape: &Shape, span: Span) -> Column {
        let Some(value) = value.filter(|value| !self.undefined.contains(value)) else {
            return vec![None; shape.types().len()];
        };
        match shape {
            Shape::Whole(_) => vec![Some(value)],
            Shape::Tuple(members) => {
                let members = members.iter().enumerate();
                let parts = members.map(|(at, member)| {
                    let part = self.field(value, &at.to_string(), span);
                    self.members_of(Some(part), member, span)
                });
                parts.collect::<Vec<Column>>().concat()
            }
            Shape::Option(inner) => {
                let (flag, held) = match (self.maybe.get(&value).copied(), self.in_option(value)) {
                    (Some((flag, held)), _) => (flag, Some(held)),
                    (None, Some(Some(held))) => (self.flag(true, span), Some(held)),
                    (None, Some(None)) => (self.flag(false, span), None),
                    (None, None) => return self.members_of_another(value, shape, span),
                };
                [vec![Some(flag)], self.members_of(held, inner, span)].concat()
            }
        }
    }

    /// The same of an `Option` that was not made here.
    fn members_of_another(&mut self, option: Value, shape: &Shape, span: Span) -> Column {
        let tys = shape.types();
        if self.poisoned.contains(&option) || !self.shows_members(option, shape) {
            if !self.poisoned.contains(&option) {
                self.mistake(span, language::OPTION_FROM_ELSEWHERE);
            }
            return vec![None; tys.len()];
        }
        let Shape::Option(inner) = shape else { return vec![None; tys.len()] };
        let is_any = |names: &[syn::Ident]| {
            let option = &names[0];
            quote!(matches!(#option, ::core::option::Option::Some(_)))
        };
        let mut members = vec![Some(self.constant_of(&[option], is_any, Ty::Bool, span))];
        for (at, ty) in tys.iter().enumerate().skip(1) {
            let mut names = (1..tys.len()).map(|name| match name == at {
                true => format_ident!("__member"),
                false => format_ident!("_member{name}"),
            });
            let pattern = inner.pattern(&mut names);
            let nothing = match ty {
                Ty::Float(_) => quote!(0.0),
                Ty::Bool => quote!(false),
                _ => quote!(0),
            };
            let member = |names: &[syn::Ident]| {
                let option = &names[0];
                quote!(match #option {
                    ::core::option::Option::Some(#pattern) => __member,
                    ::core::option::Option::None => #nothing,
                })
            };
            members.push(Some(self.constant_of(&[option], member, ty.clone(), span)));
        }
        members
    }

    /// What has these members.
    pub(super) fn of_members(
        &mut self,
        shape: &Shape,
        members: &mut impl Iterator<Item = Value>,
        span: Span,
    ) -> Value {
        match shape {
            Shape::Whole(_) => members.next().unwrap_or_else(|| self.undefined(span)),
            Shape::Tuple(shapes) => {
                let mut parts = Vec::new();
                for shape in shapes {
                    parts.push(self.of_members(shape, members, span));
                }
                self.tuple(unwritten(parts), span)
            }
            Shape::Option(inner) => {
                let flag = members.next().unwrap_or_else(|| self.flag(false, span));
                let own: Vec<Value> = members.take(inner.types().len()).collect();
                let held = self.of_members(inner, &mut own.iter().copied(), span);
                let outer = std::mem::take(&mut self.nodes);
                let mut there = Vec::new();
                for member in own {
                    there.push(self.out_of_option(member, span));
                }
                let whole = self.of_members(inner, &mut there.into_iter(), span);
                let ty = Ty::Option(Box::new(self.graph.ty(whole).clone()));
                let some =
                    self.node(Op::Construct(Construct::some()), vec![whole], ty.clone(), span);
                let then = std::mem::take(&mut self.nodes);
                let none = self.nothing(span);
                let otherwise = std::mem::replace(&mut self.nodes, outer);
                let out = self.node(Op::If, vec![flag], ty, span);
                self.graph.info_mut(out).depends_on = self.graph.info(some).depends_on.clone();
                let block =
                    |nodes, result| Block { nodes, results: vec![result], ..Block::default() };
                if let Some(node) = self.nodes.last_mut() {
                    node.blocks = vec![block(then, some), block(otherwise, none)];
                }
                self.maybe.insert(out, (flag, held));
                out
            }
        }
    }

    /// The variables that a loop carries, with those of members in the place of what is taken apart.
    pub(super) fn taken_apart(
        &mut self,
        variables: &BTreeSet<Variable>,
        planned: &Planned,
        span: Span,
    ) -> (Vec<Apart>, BTreeSet<Variable>) {
        let (mut apart, mut carried) = (Vec::new(), BTreeSet::new());
        let mut left: Vec<Variable> = variables.iter().rev().cloned().collect();
        while let Some(variable) = left.pop() {
            let held = self.scopes.held(&variable);
            let found = held.map(|held| self.shape(&[held])).filter(Shape::is_apart);
            let Some(shape) = found.or_else(|| planned.get(&variable).cloned()) else {
                carried.insert(variable);
                continue;
            };
            let parts = self.members_of(held, &shape, span);
            let mut members = Vec::new();
            for (at, (part, ty)) in parts.into_iter().zip(shape.types()).enumerate() {
                let part = part.unwrap_or_else(|| self.missing(&ty, span));
                let name = format!("%{}{at}", variable.name.trim_start_matches('%'));
                self.scopes.bind(&name, part);
                members.extend(self.scopes.variable(&name));
            }
            // A member may be found to be such an `Option` itself.
            left.extend(members.iter().cloned());
            apart.push(Apart { whole: variable, shape, members });
        }
        (apart, carried)
    }

    /// What stands for a member that is not there.
    fn missing(&mut self, ty: &Ty, span: Span) -> Value {
        match ty {
            Ty::Float(elem) => self.zero_of(*elem, span),
            Ty::Integer | Ty::Bool => self.placeholder(ty, span),
            _ => self.undefined(span),
        }
    }

    /// What a reading of a loop found to hold such an `Option`, which begins with `None`.
    pub(super) fn found_apart(&self, begins: Value, ty: &Ty) -> Option<Shape> {
        let shape = Shape::of_type(ty);
        (shape.has_option() && self.shows(begins, &shape)).then_some(shape)
    }

    /// What is planned of which more is known after a reading.
    pub(super) fn known_better(
        &self,
        planned: &Planned,
        apart: &[Apart],
        types: &BTreeMap<&Variable, Ty>,
    ) -> Planned {
        let planned = apart.iter().filter(|apart| planned.contains_key(&apart.whole));
        let better = planned.filter_map(|Apart { whole, shape, members }| {
            let tys = members.iter().map(|member| match types.get(member) {
                Some(Ty::Option(inner)) => (**inner).clone(),
                ty => ty.cloned().unwrap_or_default(),
            });
            let found = shape.with_types(&mut tys.into_iter());
            (found != *shape).then(|| (whole.clone(), found))
        });
        better.collect()
    }

    /// True for what was made here in this shape.
    fn shows(&self, value: Value, shape: &Shape) -> bool {
        match shape {
            Shape::Whole(_) => true,
            Shape::Tuple(members) => self.tuples(&[value]).is_some_and(|parts| {
                let parts = parts[0].iter().zip(members);
                parts.clone().count() == members.len()
                    && parts.into_iter().all(|(part, member)| self.shows(*part, member))
            }),
            Shape::Option(inner) => match self.in_option(value) {
                Some(Some(held)) => self.shows(held, inner),
                held => held.is_some(),
            },
        }
    }

    /// The wholes hold what the variables of their members do.
    pub(super) fn put_together(&mut self, apart: &[Apart], span: Span) {
        for Apart { whole, shape, members } in apart.iter().rev() {
            let held = members.iter().map(|member| self.scopes.held(member).unwrap_or(Value(0)));
            let held: Vec<Value> = held.collect();
            let value = self.of_members(shape, &mut held.into_iter(), span);
            self.scopes.set(whole, value);
        }
    }

    /// The variables of members hold what their wholes do.
    pub(super) fn take_apart(&mut self, apart: &[Apart], span: Span) {
        for Apart { whole, shape, members } in apart {
            let Some(held) = self.scopes.held(whole) else { continue };
            let parts = self.members_of(Some(held), shape, span);
            for (part, member) in parts.into_iter().zip(members) {
                // What is not there is not read: it may stay as it was.
                if let Some(part) = part {
                    self.scopes.set(member, part);
                }
            }
        }
    }

    pub(super) fn wholes(apart: &[Apart]) -> impl Iterator<Item = &Variable> {
        apart.iter().map(|apart| &apart.whole)
    }
}

/// True for the type of what a number can stand in for.
fn is_number(ty: &Ty) -> bool {
    matches!(ty, Ty::Float(_) | Ty::Integer | Ty::Bool)
}
