//! Closures applied to every element: `x.mapv(|v| ..)`, `x.map(f64::sqrt)`.

use std::collections::{BTreeSet, HashMap};

use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ExprMethodCall};

use super::call::{callee, operation_by_path};
use super::Lowering;
use crate::graph::{Block, Elem, Info, Node, Op, Passing, Ty, Value};
use crate::ops::{self, Row};

impl Lowering<'_> {
    /// `x.mapv(f)`: one kernel over the elements of `x`, with what `f` captures as operands.
    pub(super) fn elementwise_closure(&mut self, call: &ExprMethodCall) -> Value {
        let receiver = self.expr(&call.receiver);
        if matches!(self.graph.ty(receiver), Ty::Option(_)) {
            return self.option_mistake(call);
        }
        self.mapped_elements(receiver, &call.args[0], &call.method.to_string(), call.method.span())
    }

    /// The same of a value, with the closure or the name of a function.
    pub(super) fn mapped_elements(
        &mut self,
        receiver: Value,
        function: &Expr,
        method: &str,
        span: proc_macro2::Span,
    ) -> Value {
        let element = self.element_inside(receiver);
        let elem = self.graph.ty(receiver).elem();
        let outer = std::mem::take(&mut self.nodes);
        self.scopes.enter_closure();
        let local = super::turns::plain(function).and_then(|name| self.scopes.function(&name));
        let result = match (function, local) {
            (_, Some(local)) => self.apply(&local, &[element], span),
            (Expr::Closure(closure), _) => self.closure_body(closure, element),
            (Expr::Path(path), _) => match operation_by_path(&path.path, 1) {
                Some(row) => self.row(row, vec![element], span),
                None => {
                    let callee = callee(&path.path, vec![Passing::Value]);
                    let out = self.call_node(callee, vec![element], path.span());
                    self.graph.info_mut(out).ty = Ty::Float(elem);
                    out
                }
            },
            (other, _) => self.mistake(
                other.span(),
                format!("`{method}` takes a closure or the name of a function here"),
            ),
        };
        self.scopes.leave_closure();
        let body = std::mem::replace(&mut self.nodes, outer);
        self.name_element(element, receiver);
        self.place_kernel(&[(element, receiver)], body, result, span)
    }

    /// `x.zip_mut_with(&y, |x, &y| *x = ..)`: what every element of the array at `written` becomes; or
    /// what the closure gives, where it writes none.
    pub(super) fn zipped_elements(
        &mut self,
        arrays: &[Value],
        written: Option<usize>,
        closure: &ExprClosure,
        span: proc_macro2::Span,
    ) -> Value {
        if closure.inputs.len() != arrays.len() {
            let count = arrays.len();
            return self.mistake(closure, format!("this closure is given {count} elements"));
        }
        let name = match written.map(|at| super::branch::alone(&closure.inputs[at])) {
            None => None,
            Some(Some(name)) => Some(name),
            Some(None) => {
                return self.mistake(closure, "the element that is written needs a name here");
            }
        };
        let elements: Vec<(Value, Value)> =
            arrays.iter().map(|array| (self.element_inside(*array), *array)).collect();
        let outer = std::mem::take(&mut self.nodes);
        self.scopes.enter_closure();
        for (pattern, (element, _)) in closure.inputs.iter().zip(&elements) {
            self.bind_pattern(pattern, *element);
        }
        let result = match &name {
            None => self.expr(&closure.body),
            Some(name) => {
                let body = (*closure.body).clone();
                let statement = syn::Stmt::Expr(body, Some(Default::default()));
                self.sequence(std::slice::from_ref(&statement), super::exits::Tail::No);
                self.scopes.get(name).map_or(elements[0].0, |held| held.value)
            }
        };
        self.scopes.leave_closure();
        let body = std::mem::replace(&mut self.nodes, outer);
        for (element, array) in &elements {
            self.name_element(*element, *array);
        }
        self.place_kernel(&elements, body, result, span)
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
            return self.mistake(
                closure.span(),
                "this closure is given one element: it takes one argument",
            );
        }
        self.bind_pattern(&closure.inputs[0], element);
        self.expr(&closure.body)
    }

    /// What does not depend on the element is computed once, outside; the rest is inlined as
    /// elementwise operations, or kept as a kernel if it decides something per element.
    fn place_kernel(
        &mut self,
        elements: &[(Value, Value)],
        body: Vec<Node>,
        result: Value,
        span: proc_macro2::Span,
    ) -> Value {
        let receiver = elements[0].1;
        let mut varying: BTreeSet<Value> = elements.iter().map(|(element, _)| *element).collect();
        let mut inside = Vec::new();
        for node in body {
            let mut varies = !node.is_pure();
            node.each_use(&mut |value| varies |= varying.contains(&value));
            if varies {
                varying.extend(node.outs.iter().copied());
                inside.push(node);
            } else {
                self.nodes.push(node);
            }
        }
        if let Some((_, array)) = elements.iter().find(|(element, _)| *element == result) {
            return *array;
        }
        if inside.iter().all(|node| matches!(node.op, Op::Row(_) | Op::Literal(_)))
            && !inside.is_empty()
        {
            return self.inline(elements, &inside, result);
        }
        let (from, to) = (self.graph.ty(receiver).elem(), self.graph.ty(result).elem());
        if matches!((from, to), (Elem::F32, Elem::F64) | (Elem::F64, Elem::F32)) {
            return self.mistake(
                span,
                "this closure decides something and changes the type of the elements: cast in a closure of \
                 its own first, `mapv(|v| v as f64)`",
            );
        }
        let captured = self.captured(&inside, elements, result);
        let mut params: Vec<Value> = elements.iter().map(|(element, _)| *element).collect();
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
    fn captured(&self, inside: &[Node], elements: &[(Value, Value)], result: Value) -> Vec<Value> {
        let mut defined: BTreeSet<Value> = elements.iter().map(|(element, _)| *element).collect();
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
        note(result);
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
