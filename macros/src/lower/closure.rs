//! Closures applied to every element: `x.mapv(|v| ..)`, `x.map(f64::sqrt)`.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ExprMethodCall};

use super::call::callee;
use super::given::Given;
use super::items::{Bounded, Item, Items};
use super::scope::Binding;
use super::Lowering;
use crate::graph::{Block, Elem, Info, Node, Op, Passing, Ty, Value};
use crate::language;
use crate::ops::{self, Row};

impl Lowering<'_> {
    /// `x.mapv(f)`: one kernel over the elements of `x`, with what `f` captures as operands.
    pub(super) fn elementwise_closure(&mut self, call: &ExprMethodCall) -> Value {
        let receiver = self.expr(&call.receiver);
        if matches!(self.graph.ty(receiver), Ty::Option(_)) {
            let value = self.option_method(call, receiver);
            return value.unwrap_or_else(|| self.option_mistake(call));
        }
        if call.method == "map" && matches!(self.graph.ty(receiver), Ty::List(_)) {
            return self.mapped_list(call, receiver);
        }
        let is_function = matches!(&call.args[0], Expr::Closure(_) | Expr::Path(_));
        if matches!(self.graph.ty(receiver), Ty::Struct(_) | Ty::Unknown) && !is_function {
            return self.user_method(call, receiver);
        }
        self.mapped_elements(receiver, &call.args[0], &call.method.to_string(), call.method.span())
    }

    /// `x.mapv(f)` of a value, with the closure or the name of a function.
    pub(super) fn mapped_elements(
        &mut self,
        receiver: Value,
        function: &Expr,
        method: &str,
        span: Span,
    ) -> Value {
        if !self.carried(function).is_empty() {
            return self.mapped_by_turns(receiver, function, method, span);
        }
        let before = self.snapshot();
        let element = self.element_inside(receiver);
        let outer = std::mem::take(&mut self.nodes);
        let result = self.applied(function, element, method, span);
        let body = std::mem::replace(&mut self.nodes, outer);
        let (outside, inside) = self.divided(body, &[element]);
        let elem = self.graph.ty(element).elem();
        let is_beyond_a_kernel = self.is_beyond_a_kernel(&inside, &[element]);
        if is_beyond_a_kernel {
            self.restore(before);
        }
        // A constant of literals has the type that the closure gives its elements.
        if let Ty::Array(own @ (Elem::Unknown | Elem::Literal), _) =
            &mut self.graph.info_mut(receiver).ty
        {
            *own = own.join(elem);
        }
        if is_beyond_a_kernel {
            return self.mapped_by_turns(receiver, function, method, span);
        }
        self.nodes.extend(outside);
        self.name_element(element, receiver);
        self.place_kernel(&[(element, receiver)], inside, result, span)
    }

    /// What the closure, or the function of this name, gives for one element.
    pub(super) fn applied(
        &mut self,
        function: &Expr,
        element: Value,
        method: &str,
        span: Span,
    ) -> Value {
        self.scopes.enter();
        let elem = self.graph.ty(element).elem();
        let local = super::turns::plain(function).and_then(|name| self.scopes.function(&name));
        let result = match (function, local) {
            (_, Some(local)) => self.apply(&local, &[element], span),
            (Expr::Closure(closure), _) => self.closure_body(closure, element),
            (Expr::Path(path), _) => match self.applied_by_path(path, element, span) {
                Some(applied) => applied,
                None => {
                    let callee = callee(&path.path, vec![Passing::Value]);
                    let out = self.call_node(callee, vec![element], path.span());
                    self.graph.info_mut(out).ty = Ty::Float(elem);
                    out
                }
            },
            (other, _) => self.mistake(other, language::NO_CLOSURE.of(method)),
        };
        self.scopes.leave();
        result
    }

    /// True if what is done for every element has a loop, or uses more than numbers from outside where
    /// it cannot be done once beforehand: elements are then gone through one by one.
    fn is_beyond_a_kernel(&self, inside: &[Node], elements: &[Value]) -> bool {
        let mut captured = self.captured(inside, elements, None).into_iter();
        let mut is_unfit = false;
        each_node(inside, &mut |node| {
            let makes_array =
                |out: &Value| matches!(self.graph.ty(*out), Ty::Array(..) | Ty::List(_));
            // What may see something else when the kernel's adjoint looks again.
            is_unfit |= node.runs_once()
                || node.op == Op::If && !self.is_choice(node)
                || node.outs.iter().any(makes_array);
        });
        is_unfit
            || inside.iter().any(holds_loop)
            || captured.any(|value| !self.is_number_for(value, inside))
    }

    /// True for a branch that a kernel may hold: one condition decides on one number.
    fn is_choice(&self, branch: &Node) -> bool {
        branch.outs.len() == 1
            && branch.blocks.len() == 2
            && *self.graph.ty(branch.args[0]) == Ty::Bool
    }

    /// True if what is captured is a number, as far as its type or its uses tell.
    fn is_number_for(&self, value: Value, inside: &[Node]) -> bool {
        match self.graph.ty(value) {
            Ty::Float(_) => true,
            Ty::Unknown | Ty::Numeric(_) => {
                let mut is_number = true;
                each_node(inside, &mut |node| {
                    let is_elementwise = match &node.op {
                        Op::Row(row) => row.is_elementwise(),
                        Op::Call(_) | Op::Field(_) | Op::Construct(_) => false,
                        _ => true,
                    };
                    is_number &= is_elementwise || !node.args.contains(&value);
                });
                is_number
            }
            _ => false,
        }
    }

    /// What can be done once for all elements, and what is different for every element, or may be.
    fn divided(&self, mut body: Vec<Node>, elements: &[Value]) -> (Vec<Node>, Vec<Node>) {
        fields_outside(&mut body);
        let acts = body.iter().any(|node| matches!(node.op, Op::Effect(_)));
        let mut varying: BTreeSet<Value> = elements.iter().copied().collect();
        body.into_iter().partition(|node| {
            let is_steady =
                node.is_pure() || !acts && node.outs.iter().all(|out| self.steady.contains(out));
            let mut varies = !is_steady;
            node.each_use(&mut |value| varies |= varying.contains(&value));
            if varies {
                varying.extend(node.outs.iter().copied());
            }
            !varies
        })
    }

    /// The same closure, read as the body of a loop over the elements.
    fn mapped_by_turns(
        &mut self,
        receiver: Value,
        function: &Expr,
        method: &str,
        span: Span,
    ) -> Value {
        let is_flat = matches!(self.graph.ty(receiver), Ty::Array(_, Some(1)));
        let flat = match is_flat {
            true => receiver,
            false => self.row(ops::row("Flatten"), vec![receiver], span),
        };
        let items = self.elements_of(flat, span).map(Items::bounded);
        let Ok(Some(items)) = items else { return self.poison() };
        let written = self.carried(function);
        let list = self.pushed(items, written, span, |lowering, item| {
            let element = lowering.whole(item, span);
            lowering.applied(function, element, method, span)
        });
        let mapped = self.array_of(list, true, span);
        match is_flat {
            true => mapped,
            false => self.row(ops::row("ReshapeLike"), vec![mapped, receiver], span),
        }
    }

    /// `x.zip_mut_with(&y, |x, &y| *x = ..)`: what every element of the array at `written` becomes; or
    /// what the closure gives, where it writes none.
    pub(super) fn zipped_elements(
        &mut self,
        arrays: &[Value],
        written: Option<usize>,
        closure: &ExprClosure,
        span: Span,
    ) -> Value {
        if closure.inputs.len() != arrays.len() {
            return self.left_to_rustc(span);
        }
        let name = match written.map(|at| &closure.inputs[at]) {
            None => None,
            Some(pattern) => match super::branch::alone(pattern) {
                Some(name) => Some(name),
                None => return self.mistake(pattern, language::LENT_WITHOUT_NAME),
            },
        };
        if !self.carried(&Expr::Closure(closure.clone())).is_empty() {
            return self.zipped_by_turns(arrays, closure, name.as_deref(), span);
        }
        let before = self.snapshot();
        let elements: Vec<(Value, Value)> =
            arrays.iter().map(|array| (self.element_inside(*array), *array)).collect();
        let params: Vec<Value> = elements.iter().map(|(element, _)| *element).collect();
        let outer = std::mem::take(&mut self.nodes);
        let result = self.zipped_body(closure, &params, name.as_deref(), span);
        let body = std::mem::replace(&mut self.nodes, outer);
        let (outside, inside) = self.divided(body, &params);
        if self.is_beyond_a_kernel(&inside, &params) {
            self.restore(before);
            return self.zipped_by_turns(arrays, closure, name.as_deref(), span);
        }
        self.nodes.extend(outside);
        for (element, array) in &elements {
            self.name_element(*element, *array);
        }
        self.place_kernel(&elements, inside, result, span)
    }

    /// What the closure gives for these elements, or leaves in the one that is written.
    fn zipped_body(
        &mut self,
        closure: &ExprClosure,
        elements: &[Value],
        written: Option<&str>,
        span: Span,
    ) -> Value {
        self.scopes.enter();
        for (pattern, element) in closure.inputs.iter().zip(elements) {
            self.bind_pattern(pattern, *element);
            // The user's name is a reference, and ours the element.
            if let Some(name) = super::branch::alone(pattern) {
                let binding = Binding { is_lent: true, ..Binding::of(*element) };
                self.scopes.bind_as(&name, binding);
            }
        }
        let result = match written {
            None => self.function_body(&closure.body, &closure.output, span),
            Some(name) => {
                self.procedure_body(&closure.body, span);
                self.scopes.get(name).map_or(elements[0], |held| held.value)
            }
        };
        self.scopes.leave();
        result
    }

    /// The same with a loop over the elements, in the shape of the first array.
    fn zipped_by_turns(
        &mut self,
        arrays: &[Value],
        closure: &ExprClosure,
        written: Option<&str>,
        span: Span,
    ) -> Value {
        let shape = arrays[0];
        let ty = self.graph.ty(shape).clone();
        let is_flat = matches!(ty, Ty::Array(_, Some(1)));
        let mut items: Option<Bounded<'_>> = None;
        for (position, array) in arrays.iter().enumerate() {
            let mut array = *array;
            if position > 0 {
                array = self.row(ops::row("Assigned"), vec![shape, array], span);
                self.graph.info_mut(array).ty = ty.clone();
            }
            if !is_flat {
                array = self.row(ops::row("Flatten"), vec![array], span);
            }
            let Ok(Some(next)) = self.elements_of(array, span).map(Items::bounded) else {
                return self.poison();
            };
            items = Some(match items.take() {
                None => next,
                Some(items) => Bounded {
                    length: items.length,
                    item: Item::Pair(Box::new(items.item), Box::new(next.item)),
                },
            });
        }
        let Some(items) = items else { return self.poison() };
        let outside = self.carried(&Expr::Closure(closure.clone()));
        let list = self.pushed(items, outside, span, |lowering, item| {
            let mut elements = Vec::new();
            lowering.each_of(item, &mut elements, span);
            lowering.zipped_body(closure, &elements, written, span)
        });
        let zipped = self.array_of(list, true, span);
        match is_flat {
            true => zipped,
            false => self.row(ops::row("ReshapeLike"), vec![zipped, shape], span),
        }
    }

    fn each_of(&mut self, item: Given, elements: &mut Vec<Value>, span: Span) {
        match item {
            Given::Pair(left, right) => {
                self.each_of(*left, elements, span);
                self.each_of(*right, elements, span);
            }
            one => elements.push(self.whole(one, span)),
        }
    }

    /// A value for one element of an array.
    fn element_inside(&mut self, array: Value) -> Value {
        let elem = self.graph.ty(array).elem();
        if *self.graph.ty(array) == Ty::Unknown {
            self.graph.info_mut(array).ty = Ty::Numeric(elem);
        }
        self.graph.value(Info {
            ty: Ty::Float(elem),
            depends_on: self.graph.info(array).depends_on.clone(),
            ..Info::default()
        })
    }

    fn name_element(&mut self, element: Value, array: Value) {
        if self.graph.info(element).name.is_none() {
            let name = self.graph.info(array).name.clone();
            self.graph.info_mut(element).name = name;
        }
    }

    fn closure_body(&mut self, closure: &ExprClosure, element: Value) -> Value {
        if closure.inputs.len() != 1 {
            return self.left_to_rustc(closure.span());
        }
        self.bind_pattern(&closure.inputs[0], element);
        self.function_body(&closure.body, &closure.output, closure.span())
    }

    /// What is done for every element is inlined as elementwise operations, or kept as a kernel if it
    /// decides something per element.
    fn place_kernel(
        &mut self,
        elements: &[(Value, Value)],
        inside: Vec<Node>,
        result: Value,
        span: Span,
    ) -> Value {
        let receiver = elements[0].1;
        let params: Vec<Value> = elements.iter().map(|(element, _)| *element).collect();
        if let Some((_, array)) = elements.iter().find(|(element, _)| *element == result) {
            return *array;
        }
        if inside.iter().all(|node| matches!(node.op, Op::Row(_) | Op::Literal(_)))
            && inside.iter().any(|node| node.outs.contains(&result))
        {
            return self.inline(elements, &inside, result);
        }
        let (from, to) = (self.graph.ty(receiver).elem(), self.graph.ty(result).elem());
        if matches!((from, to), (Elem::F32, Elem::F64) | (Elem::F64, Elem::F32)) {
            return self.mistake(span, language::CHANGES_TYPE);
        }
        let captured = self.captured(&inside, &params, Some(result));
        let mut params = params;
        let mut names = HashMap::new();
        for value in &captured {
            let param =
                self.graph.value(Info { is_reference: false, ..self.graph.info(*value).clone() });
            names.insert(*value, param);
            params.push(param);
        }
        let mut block = Block { params, nodes: inside, results: vec![result], ..Block::default() };
        block.replace_uses(&mut |value| names.get(&value).copied().unwrap_or(value));
        let args: Vec<Value> = elements.iter().map(|(_, array)| *array).chain(captured).collect();
        let ty = match self.graph.ty(receiver) {
            Ty::Array(_, rank) => Ty::Array(self.graph.ty(result).elem(), *rank),
            _ => Ty::Numeric(self.graph.ty(result).elem()),
        };
        let out = self.node(Op::Map, args, ty, span);
        if let Some(node) = self.nodes.last_mut() {
            node.blocks.push(block);
        }
        out
    }

    /// The active values from outside that the kernel uses.
    fn captured(&self, inside: &[Node], elements: &[Value], result: Option<Value>) -> Vec<Value> {
        let mut defined: BTreeSet<Value> = elements.iter().copied().collect();
        let mut captured = Vec::new();
        for node in inside {
            node.each_definition(&mut |value| {
                defined.insert(value);
            });
        }
        let mut note = |value: Value| {
            if !defined.contains(&value) && self.is_active(value) && !captured.contains(&value) {
                captured.push(value);
            }
        };
        inside.iter().for_each(|node| node.each_use(&mut note));
        result.into_iter().for_each(note);
        captured
    }

    /// The same operations on the whole array.
    fn inline(&mut self, elements: &[(Value, Value)], inside: &[Node], result: Value) -> Value {
        let mut names: HashMap<Value, Value> = elements.iter().copied().collect();
        for node in inside {
            let args: Vec<Value> =
                node.args.iter().map(|arg| names.get(arg).copied().unwrap_or(*arg)).collect();
            let out = match &node.op {
                Op::Row(row) => self.inline_row(row, args, node),
                op => self.node(op.clone(), args, self.graph.ty(node.out()).clone(), node.span()),
            };
            let name = self.graph.info(node.out()).name.clone();
            self.graph.info_mut(out).name = name;
            names.insert(node.out(), out);
        }
        names[&result]
    }

    fn inline_row(&mut self, row: &'static Row, args: Vec<Value>, node: &Node) -> Value {
        // A kernel has elements of one type, so a cast of an array is a pass of its own.
        let row = match row.name {
            "AsF32" if !self.graph.ty(args[0]).is_float() => ops::row("ToF32"),
            "AsF64" if !self.graph.ty(args[0]).is_float() => ops::row("ToF64"),
            _ => row,
        };
        self.row(row, args, node.span())
    }
}

fn each_node(nodes: &[Node], f: &mut impl FnMut(&Node)) {
    for node in nodes {
        f(node);
        node.blocks.iter().for_each(|block| each_node(&block.nodes, f));
    }
}

fn holds_loop(node: &Node) -> bool {
    let mut found = false;
    each_node(std::slice::from_ref(node), &mut |node| found |= matches!(node.op, Op::Loop(_)));
    found
}

/// Fields of what is outside are read once, wherever a branch inside asks for them.
fn fields_outside(body: &mut Vec<Node>) {
    let mut defined = BTreeSet::new();
    body.iter().for_each(|node| {
        node.each_definition(&mut |value| {
            defined.insert(value);
        });
    });
    let mut fields = Vec::new();
    for node in body.iter_mut() {
        for block in &mut node.blocks {
            take_fields(block, &mut defined, &mut fields);
        }
    }
    body.splice(0..0, fields);
}

/// Moves the fields of what is defined nowhere in `defined` out of a block.
fn take_fields(block: &mut Block, defined: &mut BTreeSet<Value>, fields: &mut Vec<Node>) {
    let nodes = std::mem::take(&mut block.nodes);
    for mut node in nodes {
        let is_outside = node.args.iter().all(|arg| !defined.contains(arg));
        if matches!(node.op, Op::Field(_)) && is_outside {
            defined.retain(|value| !node.outs.contains(value));
            fields.push(node);
            continue;
        }
        for inner in &mut node.blocks {
            take_fields(inner, defined, fields);
        }
        block.nodes.push(node);
    }
}
