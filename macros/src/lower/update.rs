//! What is written at a place: a new version of its variable.

use proc_macro2::Span;
use quote::quote;

use super::made::unwritten;
use super::mentions::Mentions;
use super::place::Place;
use super::Lowering;
use crate::graph::{Action, Elem, Op, Step, Ty, Value};
use crate::ops;

impl Lowering<'_> {
    /// The new version of the variable in which `value` stands at the place.
    pub(super) fn update(&mut self, place: Place, value: Value, span: Span) {
        let action = if place.is_view() { Action::Assign } else { Action::Set };
        self.update_by(place, value, action, span);
    }

    pub(super) fn update_by(&mut self, place: Place, value: Value, action: Action, span: Span) {
        if place.steps.is_empty() && action == Action::Set {
            let value = self.typed_none(place.values[0], value, span);
            let value = self.in_slot(&place.name, value, span);
            self.assign(&place.name, value);
            return;
        }
        let name = place.name.clone();
        let out = self.updated(place, value, action, span);
        self.scopes.assign(&name, out);
    }

    /// `None` in the place of something that may have told rustc what it would hold.
    fn typed_none(&mut self, old: Value, value: Value, span: Span) -> Value {
        let Ty::Option(inner) = self.graph.ty(old).clone() else { return value };
        let float = match *inner {
            Ty::Float(Elem::F64) => quote!(f64),
            Ty::Float(Elem::F32) => quote!(f32),
            _ => return value,
        };
        if !self.nones.contains(&value) || self.optional.contains(&old) {
            return value;
        }
        let none = quote!(::core::option::Option::None::<#float>);
        let mentions = Mentions { pure: true, ..Mentions::default() };
        let typed = self.verbatim(none, mentions, Ty::Option(inner), span);
        self.nones.insert(typed);
        typed
    }

    /// The new version.
    fn updated(&mut self, mut place: Place, value: Value, action: Action, span: Span) -> Value {
        let old = place.values[0];
        // A member of what is carried member by member is a value of its own.
        let members = match place.steps.first() {
            Some(Step::Field(member)) => self.members_of_mixed(old).zip(member.parse().ok()),
            _ => None,
        };
        if let Some((mut members, at)) = members {
            place.steps.remove(0);
            place.values.remove(0);
            let is_whole = place.steps.is_empty() && action == Action::Set;
            let at: usize = at;
            members[at] = match is_whole {
                true => value,
                false => self.updated(place, value, action, span),
            };
            return self.tuple(unwritten(members), span);
        }
        let ty = self.written_type(old, &place, value, action);
        let info = self.graph.info(old);
        // What began as `self` is no `self` once it is written under another name.
        let name = info.name.clone().filter(|name| name != "self");
        let is_array = ty.is_numeric();
        let mut depends_on = info.depends_on.clone();
        depends_on.join(&self.graph.info(value).depends_on);
        // The position of what is pushed is kept: the list itself goes on growing.
        let length = (action == Action::Push).then(|| self.length_now(place.held(), span));
        let args = std::iter::once(old)
            .chain(place.operands.clone())
            .chain(length)
            .chain([value])
            .collect();
        self.graph.learn(old, &ty);
        let out = self.node(Op::Update(place.steps.clone(), action), args, ty, span);
        let info = self.graph.info_mut(out);
        info.depends_on = depends_on;
        info.name = name.or(Some(place.name.clone()));
        let keeps_shape = matches!(action, Action::Set | Action::Assign);
        info.shape_of = (is_array && keeps_shape).then_some(old);
        out
    }

    /// The type of the new version: what is written tells what the elements are.
    fn written_type(&self, old: Value, place: &Place, value: Value, action: Action) -> Ty {
        let ty = self.graph.ty(old).clone();
        let written = self.graph.ty(value);
        match (place.steps.as_slice(), action) {
            (_, Action::Truncate) => ty,
            ([], Action::Push) => ty.joined(&Ty::List(Box::new(written.clone()))),
            (steps, _) => refined(&ty, steps, written),
        }
    }

    /// `place.assign(&value)` and `place.fill(value)`, with broadcasting.
    pub(super) fn assign_whole(&mut self, place: Place, value: Value, span: Span) {
        if matches!(place.steps.last(), Some(Step::View(_))) {
            return self.update_by(place, value, Action::Assign, span);
        }
        let held = place.held();
        if matches!(self.graph.ty(held), Ty::List(_)) && !self.graph.ty(value).is_float() {
            return self.update_by(place, value, Action::Set, span);
        }
        let ty = self.graph.ty(held).clone();
        let whole = self.row(ops::row("Assigned"), vec![held, value], span);
        let joined = self.graph.ty(whole).joined(&ty);
        self.graph.info_mut(whole).ty = joined;
        self.update_by(place, whole, Action::Set, span);
    }
}

/// The type of a whole of which a part of type `written` was written.
fn refined(whole: &Ty, steps: &[Step], written: &Ty) -> Ty {
    match (whole, steps) {
        (whole, []) => whole.joined(written),
        (Ty::List(inner), [Step::Index, rest @ ..]) => {
            Ty::List(Box::new(refined(inner, rest, written)))
        }
        (Ty::Array(elem, rank), _) => Ty::Array(elem.join(written.elem()), *rank),
        (whole, _) => whole.clone(),
    }
}
