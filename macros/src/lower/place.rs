//! Writes: each makes a new version of the variable that it writes to.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprAssign, ExprBinary, ExprCall, ExprMethodCall};

use super::expr::member;
use super::lent_options::unwrapped_place;
use super::mentions::Mentions;
use super::rename::rename_lent;
use super::subslices::Stretch;
use super::Lowering;
use crate::graph::{key, Step, Ty, Value};
use crate::language;
use crate::ops::{self, Row};

/// A place that is written: a variable, and the way to a part of it.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
    pub(super) operands: Vec<Value>,
    /// What the steps lead to: the variable's value, and each part on the way.
    pub(super) values: Vec<Value>,
}

impl Place {
    /// What stands there now.
    pub(super) fn held(&self) -> Value {
        self.values[self.values.len() - 1]
    }

    pub(super) fn is_view(&self) -> bool {
        matches!(self.steps.last(), Some(Step::View(_)))
    }
}

impl Lowering<'_> {
    /// True for a place in a variable whose versions the graph knows.
    pub(super) fn is_versioned(&self, place: &Expr) -> bool {
        super::flow::root(place).is_some_and(|root| match self.scopes.alias(&key(root)) {
            Some(alias) => self.is_versioned(&alias),
            None => self.is_versioned_name(&key(root)),
        })
    }

    /// The same by name: a variable that an active value may reach.
    pub(super) fn is_versioned_name(&self, name: &str) -> bool {
        let own = self.scopes.unpinned(name);
        let is_reached = own.starts_with('%') || self.reached.contains(own);
        is_reached && self.scopes.get(name).is_some_and(|binding| !binding.is_mutable)
    }

    /// `place = value`, also with a tuple of places.
    pub(super) fn assignment(&mut self, assign: &ExprAssign) {
        match (&*assign.left, &*assign.right) {
            (Expr::Tuple(places), Expr::Tuple(values))
                if places.elems.len() == values.elems.len() =>
            {
                // All values are computed before anything is written.
                let values: Vec<Value> =
                    values.elems.iter().map(|value| self.expr(value)).collect();
                for (place, value) in places.elems.iter().zip(values) {
                    self.write(place, value, place.span());
                }
            }
            (Expr::Tuple(places), _) => {
                let whole = self.expr(&assign.right);
                for (position, place) in places.elems.iter().enumerate() {
                    let part = self.field(whole, &position.to_string(), place.span());
                    self.write(place, part, place.span());
                }
            }
            (Expr::Array(places), _) => {
                let whole = self.expr(&assign.right);
                for (position, place) in places.elems.iter().enumerate() {
                    let part = match self.member_of_construct(whole, &position.to_string()) {
                        Some(part) => part,
                        None => {
                            let at = self.position(position, place.span());
                            self.element(whole, at, place.span())
                        }
                    };
                    self.write(place, part, place.span());
                }
            }
            (place, _) => {
                if self.refuse_name_of_a_place(&assign.right).is_some() {
                    return;
                }
                let value = match super::turns::plain(place)
                    .and_then(|_| self.constant_tuple(&assign.right))
                {
                    Some(tuple) => tuple,
                    None => self.expr(&assign.right),
                };
                self.write(place, value, assign.left.span());
            }
        }
    }

    /// `place += value` and its like.
    pub(super) fn compound_assignment(&mut self, binary: &ExprBinary, row: &'static Row) {
        if self.is_constant(&binary.left) && self.is_constant(&binary.right) {
            if let Some(name) = super::turns::plain(&binary.left) {
                let value = self.constant_update(binary);
                self.assign(&name, value);
                return;
            }
        }
        if let Some(sum) = self.integer_update(binary, row) {
            let value = self.integer(&sum);
            self.write(&binary.left, value, binary.left.span());
            return;
        }
        let by = self.expr(&binary.right);
        let Some(place) = self.place(&binary.left) else { return };
        let old = place.held();
        let value = self.row(row, vec![old, by], binary.op.span());
        self.update(place, value, binary.left.span());
    }

    /// What stands at a place now.
    pub(super) fn part_at(&mut self, place: &Expr) -> Value {
        if let Some(Stretch { list, start, end }) = self.stretch(place) {
            let whole = self.part_at(&list);
            let range = self.range_from(start, end, place.span());
            return self.subslice(whole, range, place.span());
        }
        match self.place(place) {
            Some(place) => place.held(),
            None => self.undefined(place.span()),
        }
    }

    /// A new version with `value` at a place that was lent mutably.
    pub(super) fn write_place(&mut self, place: &Expr, value: Value, span: Span) {
        if let Some(place) = self.place(place) {
            self.update(place, value, span);
        }
    }

    fn write(&mut self, place: &Expr, value: Value, span: Span) {
        if matches!(place, Expr::Infer(_)) || self.moves_a_name(place) {
            return;
        }
        if !self.is_versioned(place) {
            if self.is_active(value) {
                self.mistake(place, language::NOT_OF_THIS_FUNCTION);
                return;
            }
            // A constant of its own kind, such as a counter, takes the value.
            let tokens = place.to_token_stream();
            let mut mentions = self.mentions(place);
            self.look_at_places(&mut mentions, place.span());
            let tokens = rename_lent(tokens, &mentions);
            mentions.names.insert("__value".to_owned(), value);
            let (names, args): (Vec<String>, Vec<Value>) = mentions.names.into_iter().unzip();
            self.nodes.push(super::stmt::effect(
                quote::quote!(#tokens = __value;),
                names,
                args,
                span,
            ));
            return;
        }
        let Some(place) = self.place(place) else { return };
        self.update(place, value, span);
    }

    /// `r = &mut y` and `mem::swap(&mut r, ..)`, where `r` is a name for a place: it would come to stand for another one,
    /// which is a mistake.
    fn moves_a_name(&mut self, place: &Expr) -> bool {
        self.refuse_name_of_a_place(place).is_some()
    }

    /// Reads a place: its variable, and the steps to the part. Says what is wrong if it is none.
    pub(super) fn place(&mut self, expr: &Expr) -> Option<Place> {
        match expr {
            Expr::Paren(inner) => self.place(&inner.expr),
            Expr::Group(inner) => self.place(&inner.expr),
            Expr::Reference(inner) => self.place(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                self.place(&unary.expr)
            }
            Expr::Path(path) => {
                let name = path.path.get_ident().map(key);
                if let Some(alias) = name.as_ref().and_then(|name| self.scopes.alias(name)) {
                    return self.place(&alias);
                }
                let binding = name.as_ref().and_then(|name| self.scopes.get(name));
                match (name, binding) {
                    (Some(name), Some(binding)) if self.is_versioned_name(&name) => {
                        let value = self.out_of_option(binding.value, expr.span());
                        Some(Place { name, steps: vec![], operands: vec![], values: vec![value] })
                    }
                    _ => {
                        self.mistake(expr, language::NOT_OF_THIS_FUNCTION);
                        None
                    }
                }
            }
            Expr::Field(field) => {
                let mut place = self.place(&field.base)?;
                let name = member(&field.member);
                let part = self.field(place.held(), &name, expr.span());
                // A tuple or struct that was made here has its parts as values.
                place.steps.push(Step::Field(name));
                place.values.push(part);
                Some(place)
            }
            Expr::Index(index) => {
                if matches!(&*index.index, Expr::Range(_)) {
                    self.mistake(expr, language::SUBSLICE);
                    return None;
                }
                let position = self.constant(&index.index);
                self.place_at(&index.expr, position, expr.span())
            }
            Expr::MethodCall(call) => match unwrapped_place(expr) {
                Some(place) => self.place(&place),
                None => self.view_place(call),
            },
            _ => {
                self.mistake(expr, language::NO_PLACE);
                None
            }
        }
    }

    /// The place of an element of a list, or of a stretch of one.
    fn place_at(&mut self, list: &Expr, mut position: Value, span: Span) -> Option<Place> {
        let mut place = match self.stretch(list) {
            Some(stretch) => {
                position = self.position_in(&stretch, position, span);
                self.place(&stretch.list)?
            }
            None => self.place(list)?,
        };
        let part = self.element(place.held(), position, span);
        place.steps.push(Step::Index);
        place.operands.push(position);
        place.values.push(part);
        Some(place)
    }

    /// `x.slice_mut(s![..])`, `x.row_mut(i)`.
    fn view_place(&mut self, call: &ExprMethodCall) -> Option<Place> {
        let name = call.method.to_string();
        let row = name.strip_suffix("_mut").and_then(ops::view_by_call);
        let Some(row) = row.filter(|row| row.operands.len() == call.args.len() + 1) else {
            if matches!(name.as_str(), "view_mut" | "as_mut" | "iter_mut") {
                return self.place(&call.receiver);
            }
            self.mistake(call.method.span(), language::WRITTEN_THROUGH.of(name));
            return None;
        };
        let mut place = self.place(&call.receiver)?;
        let operands: Vec<Value> = call.args.iter().map(|arg| self.constant(arg)).collect();
        let args = std::iter::once(place.held()).chain(operands.iter().copied()).collect();
        let part = self.row(row, args, call.method.span());
        place.steps.push(Step::View(row));
        place.operands.extend(operands);
        place.values.push(part);
        Some(place)
    }

    /// A method that changes its receiver; false if it is none.
    pub(super) fn changing_method(&mut self, call: &ExprMethodCall) -> bool {
        let span = call.method.span();
        let name = call.method.to_string();
        // A struct has the user's methods, whatever they are called.
        if self.is_made_struct(&call.receiver) {
            return false;
        }
        if self.filled_list(call)
            || self.written_subslice(call)
            || self.changes_length(call)
            || self.rearranges(call)
        {
            return true;
        }
        match (name.as_str(), call.args.len()) {
            ("assign" | "copy_from_slice" | "clone_from_slice" | "clone_from" | "fill", 1) => {
                let value = self.expr(&call.args[0]);
                let Some(place) = self.place(&call.receiver) else { return true };
                self.assign_whole(place, value, span);
            }
            ("scaled_add", 2) => {
                let (by, added) = (self.expr(&call.args[0]), self.expr(&call.args[1]));
                let Some(place) = self.place(&call.receiver) else { return true };
                let scaled = self.row(ops::row("Mul"), vec![added, by], span);
                let sum = self.row(ops::row("Add"), vec![place.held(), scaled], span);
                self.update(place, sum, span);
            }
            ("mapv_inplace" | "map_inplace" | "par_mapv_inplace", 1) => {
                let Some(place) = self.place(&call.receiver) else { return true };
                if let ("map_inplace", Expr::Closure(closure)) = (name.as_str(), &call.args[0]) {
                    let mapped = self.zipped_elements(&[place.held()], Some(0), closure, span);
                    self.update(place, mapped, span);
                    return true;
                }
                let mapped =
                    self.mapped_elements(place.held(), &call.args[0], "mapv_inplace", span);
                self.update(place, mapped, span);
            }
            ("zip_mut_with", 2) => {
                let with = self.expr(&call.args[0]);
                let Some(place) = self.place(&call.receiver) else { return true };
                let Ok(closure) = self.closure(&call.args[1], 2, &name) else { return true };
                let zipped = self.zipped_elements(&[place.held(), with], Some(0), &closure, span);
                self.update(place, zipped, span);
            }
            ("swap", 2) => {
                let [first, second] = [0, 1].map(|at| self.constant(&call.args[at]));
                let [Some(one), Some(other)] =
                    [first, second].map(|at| self.place_at(&call.receiver, at, span))
                else {
                    return true;
                };
                let (before, after) = (one.held(), other.held());
                self.update(one, after, span);
                let Some(other) = self.place_at(&call.receiver, second, span) else { return true };
                self.update(other, before, span);
            }
            _ => return self.moves_axes(call),
        }
        true
    }

    /// `mem::swap(&mut a, &mut b)`; `mem::replace(&mut a, b)` and `mem::take(&mut a)` give what stood
    /// there.
    pub(super) fn memory_call(&mut self, call: &ExprCall) -> Option<Option<Value>> {
        let Expr::Path(function) = &*call.func else { return None };
        let name = function.path.segments.last()?.ident.to_string();
        let module =
            function.path.segments.iter().rev().nth(1).map(|owner| owner.ident.to_string());
        let is_memory = module.as_deref() == Some("mem")
            || module.is_none() && call.args.first().is_some_and(is_lent_mutably);
        if !is_memory {
            return None;
        }
        let span = call.span();
        for arg in &call.args {
            if matches!(arg, Expr::Reference(lent) if self.moves_a_name(&lent.expr)) {
                return Some(Some(self.poison()));
            }
        }
        match (name.as_str(), call.args.len()) {
            ("swap", 2) => {
                let (first, second) = (self.place(&call.args[0])?, self.place(&call.args[1])?);
                let (a, b) = (first.held(), second.held());
                self.update(first, b, span);
                let second = self.place(&call.args[1])?;
                self.update(second, a, span);
                Some(None)
            }
            ("replace", 2) => {
                let value = self.expr(&call.args[1]);
                let place = self.place(&call.args[0])?;
                let old = place.held();
                self.update(place, value, span);
                Some(Some(old))
            }
            ("take", 1) => {
                let place = self.place(&call.args[0])?;
                let old = place.held();
                let ty = self.graph.ty(old).clone();
                let value = match &ty {
                    Ty::Float(_) => self.placeholder(&ty, span),
                    Ty::Unknown | Ty::Numeric(_) | Ty::List(_) => {
                        let names = [("__old".to_owned(), old)].into_iter().collect();
                        let mentions = Mentions { names, ..Mentions::default() };
                        // Of the type of what is there, whether that is lent or not.
                        let tokens = quote::quote!(if false {
                            __old.to_owned()
                        } else {
                            ::core::default::Default::default()
                        });
                        self.verbatim(tokens, mentions, ty, span)
                    }
                    _ => {
                        let mentions = Mentions { pure: true, ..Default::default() };
                        let is_option = matches!(ty, Ty::Option(_));
                        let tokens = quote::quote!(::core::default::Default::default());
                        let value = self.verbatim(tokens, mentions, ty, span);
                        if is_option {
                            self.nones.insert(value);
                        }
                        value
                    }
                };
                self.update(place, value, span);
                Some(Some(old))
            }
            _ => None,
        }
    }
}

fn is_lent_mutably(expr: &Expr) -> bool {
    matches!(expr, Expr::Reference(lent) if lent.mutability.is_some())
}
