//! What the adaptors of a chain that leaves items out do in every turn of its loop.

use syn::{parse_quote, Expr, ExprMethodCall, Lifetime, Stmt};

use super::jumps::Jumps;
use super::Lowering;
use crate::graph::Value;
use crate::language;

/// The loop of a chain, while it is written.
pub(super) struct Written {
    pub(super) label: Lifetime,
    /// The `let`s before it.
    pub(super) before: Vec<Stmt>,
    pub(super) steps: Vec<Step>,
}

/// What an adaptor does in every turn.
pub(super) enum Step {
    Does(Vec<Stmt>),
    /// What it does has to be asked at the beginning of a turn as well: nothing is asked for beyond the last item.
    Bounded {
        guard: Box<Stmt>,
        does: Vec<Stmt>,
    },
    /// A loop of its own: what comes before it, what it goes over, and what follows.
    Nested {
        before: Vec<Stmt>,
        inner: Box<Expr>,
    },
}

impl Lowering<'_> {
    /// What an adaptor does in every turn.
    pub(super) fn step(
        &mut self,
        call: &ExprMethodCall,
        written: &mut Written,
    ) -> Result<Step, Value> {
        let name = call.method.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        let label = &written.label;
        let does: Vec<Stmt> = match (name.as_str(), args.as_slice()) {
            ("into_iter", []) => Vec::new(),
            ("copied", []) => vec![parse_quote!(let __item = *__item;)],
            ("cloned", []) => vec![parse_quote!(let __item = __item.clone();)],
            ("map", [f]) => {
                let f = self.handed_on(f, 1, &name)?;
                vec![parse_quote!(let __item = #f(__item);)]
            }
            ("inspect", [f]) => {
                let f = self.handed_on(f, 1, &name)?;
                vec![parse_quote!(#f(&__item);)]
            }
            ("filter", [f]) => {
                let holds = self.asked_of_item(f, &name)?;
                vec![parse_quote!(if !#holds { continue; })]
            }
            ("take_while", [f]) => {
                let holds = self.asked_of_item(f, &name)?;
                vec![parse_quote!(if !#holds { break #label; })]
            }
            ("skip_while", [f]) => {
                let holds = self.asked_of_item(f, &name)?;
                let skips = self.own_name("skips");
                written.before.push(parse_quote!(let mut #skips = true;));
                vec![
                    parse_quote!(if #skips { #skips = #holds; }),
                    parse_quote!(if #skips { continue; }),
                ]
            }
            ("filter_map", [f]) => {
                let f = self.handed_on(f, 1, &name)?;
                vec![parse_quote!(let Some(__item) = #f(__item) else { continue };)]
            }
            ("map_while", [f]) => {
                let f = self.handed_on(f, 1, &name)?;
                vec![parse_quote!(let Some(__item) = #f(__item) else { break #label };)]
            }
            ("enumerate", []) => {
                let count = self.own_name("count");
                written.before.push(parse_quote!(let mut #count: usize = 0;));
                vec![parse_quote!(let __item = (#count, __item);), parse_quote!(#count += 1;)]
            }
            ("skip", [by]) => {
                let count = self.own_name("count");
                written.before.push(parse_quote!(let mut #count: usize = #by;));
                vec![parse_quote!(if #count > 0 { #count -= 1; continue; })]
            }
            ("take", [by]) => {
                let count = self.own_name("count");
                written.before.push(parse_quote!(let mut #count: usize = #by;));
                let guard = Box::new(parse_quote!(if #count == 0 { break #label; }));
                return Ok(Step::Bounded { guard, does: vec![parse_quote!(#count -= 1;)] });
            }
            ("scan", [init, f]) => {
                let closure = self.closure(f, 2, &name)?;
                if Jumps::of_function(&closure.body).returns {
                    return Err(self.refused(call));
                }
                let state = self.own_name("state");
                written.before.push(parse_quote!(let mut #state = #init;));
                let (so_far, item, body) = (&closure.inputs[0], &closure.inputs[1], &closure.body);
                vec![parse_quote! {
                    let Some(__item) = ({
                        let #so_far = &mut #state;
                        let #item = __item;
                        #body
                    }) else { break #label };
                }]
            }
            ("flatten", []) => {
                let inner = Box::new(parse_quote!(__item));
                return Ok(Step::Nested { before: Vec::new(), inner });
            }
            ("flat_map", [f]) => return self.nested(call, f),
            _ => return Err(self.refused(call)),
        };
        Ok(Step::Does(does))
    }

    /// What a closure says of a reference to the item. `|&item|` takes that away again: it is called with the item.
    fn asked_of_item(&mut self, function: &Expr, method: &str) -> Result<Expr, Value> {
        if let Expr::Closure(closure) = function {
            if let Some(syn::Pat::Reference(shown)) = closure.inputs.first() {
                let mut closure = closure.clone();
                closure.inputs[0] = (*shown.pat).clone();
                let function = self.handed_on(&Expr::Closure(closure), 1, method)?;
                return Ok(parse_quote!(#function(__item)));
            }
        }
        let function = self.handed_on(function, 1, method)?;
        Ok(parse_quote!(#function(&__item)))
    }

    /// `flat_map(|item| inner)`: what it gives is gone over where it is made.
    fn nested(&mut self, call: &ExprMethodCall, function: &Expr) -> Result<Step, Value> {
        let closure = self.closure(function, 1, "flat_map")?;
        let (pattern, body) = (&closure.inputs[0], &*closure.body);
        let mut before: Vec<Stmt> = vec![parse_quote!(let #pattern = __item;)];
        // What leaves it early is called, and gives a list.
        if Jumps::of_function(body).returns {
            let function = self.handed_on(function, 1, "flat_map")?;
            let inner = Box::new(parse_quote!(#function(__item)));
            return Ok(Step::Nested { before: Vec::new(), inner });
        }
        let inner = match body {
            Expr::Block(block) if block.label.is_none() => match block.block.stmts.split_last() {
                Some((Stmt::Expr(inner, None), stmts)) => {
                    before.extend_from_slice(stmts);
                    inner
                }
                _ => return Err(self.left_to_rustc(block.block.brace_token.span.join())),
            },
            inner => inner,
        };
        // Its items are known in the loop alone.
        if lends_by_its_form(inner) {
            let message = language::PASSES_OVER_PLACES.of(&call.method);
            return Err(self.mistake(call.method.span(), message));
        }
        let mut inner = inner.clone();
        if let syn::ReturnType::Type(_, given) = &closure.output {
            before.push(parse_quote!(let __inner: #given = #inner;));
            inner = parse_quote!(__inner);
        }
        Ok(Step::Nested { before, inner: Box::new(inner) })
    }
}

impl Written {
    /// The body of a turn from these steps on.
    pub(super) fn body(&self, steps: &[Step], end: Vec<Stmt>) -> Vec<Stmt> {
        let mut stmts: Vec<Stmt> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Bounded { guard, .. } => Some((**guard).clone()),
                _ => None,
            })
            .collect();
        for (position, step) in steps.iter().enumerate() {
            match step {
                Step::Does(does) | Step::Bounded { does, .. } => stmts.extend_from_slice(does),
                Step::Nested { before, inner } => {
                    let body = self.body(&steps[position + 1..], end);
                    stmts.extend_from_slice(before);
                    stmts.push(parse_quote!(for __item in #inner { #(#body)* }));
                    return stmts;
                }
            }
        }
        stmts.extend(end);
        stmts
    }
}

/// True for an expression that lends something mutably, as far as its form tells.
fn lends_by_its_form(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => lends_by_its_form(&inner.expr),
        Expr::Reference(lent) => lent.mutability.is_some(),
        Expr::MethodCall(call) => {
            call.method.to_string().ends_with("_mut")
                || lends_by_its_form(&call.receiver)
                || call.args.iter().any(lends_by_its_form)
        }
        _ => false,
    }
}
