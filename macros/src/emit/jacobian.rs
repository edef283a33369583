//! `jacobian`: a row for every float of the value, by one pullback, or a column for every float of the arguments, by
//! the linear part of forward mode. The primal is computed once, or once more where the matrix turns out to be wide.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, ToTokens};

use super::body::{split_results, sweeps};
use super::forward::tangent_name;
use super::names::Whose;
use super::ours;
use super::rules::bare_or_tuple;
use super::signature::Signature;
use super::tokens::located;
use super::writer::{settle, Writer};
use crate::graph::Graph;
use crate::source::Param;

impl Signature<'_> {
    /// The public `jacobian`. Without `columns` the value is a float, and its gradient the only row.
    pub(super) fn jacobian(&self, columns: Option<TokenStream>) -> TokenStream {
        let krate = &self.krate;
        let is_written = |param: &Param| {
            param.reference().is_some_and(|reference| reference.mutability.is_some())
        };
        if self.source.params.iter().any(is_written) {
            // What is written once cannot be written again.
            return TokenStream::new();
        }
        let head = self.head(
            "The Jacobian: a row for every float of the value, a column for every float of the active \
             arguments, both in order. By reverse mode where it is wider than tall, else by forward mode.",
        );
        let name = self.item("jacobian");
        let (generics, clause) = (self.generics(), self.with_clones(&self.where_clause()));
        let parameters = self.parameters();
        let matrix = quote!(#krate::ndarray::Array2<f64>);
        let by_columns = self.item("__jacobian_by_columns");
        let vjp = self.call_of("vjp", 0);
        let (value, pull, width, found) =
            (ours("value"), ours("pull"), ours("width"), ours("found"));
        let arguments: Vec<TokenStream> =
            self.source.params.iter().map(|param| param.name.to_token_stream()).collect();
        let first = columns.is_some().then(|| {
            let by_columns = self.call_of("__jacobian_by_columns", 0);
            let copies = self.copied_arguments();
            quote! {
                if let ::core::option::Option::Some(#found) = #by_columns(#(#copies),*) {
                    return #found;
                }
            }
        });
        let zeros = self.zeros();
        let differentiated = self.value_of(quote!(#value));
        let body = located(
            quote! {
                #first
                let #width = #krate::rt::floats(&#zeros);
                let (#value, #pull) = #vjp(#(#arguments),*);
                let unit = #krate::rt::zero_gradient(&#differentiated);
                #krate::rt::rows(unit, #width, |unit| #pull(::core::clone::Clone::clone(unit)))
            },
            self.place_of_gradient(),
        );
        let hidden = columns.map(|columns| {
            let head = self.hidden_head();
            quote! {
                #head fn #by_columns<#generics>(
                    #(#parameters),*
                ) -> ::core::option::Option<#matrix> #clause {
                    #columns
                }
            }
        });
        quote! {
            #hidden
            #head fn #name<#generics>(#(#parameters),*) -> #matrix #clause { #body }
        }
    }

    /// The columns, from the primal and the part that is linear in tangents; `None` where it is wider than tall.
    pub(super) fn columns(&self, graph: &Graph) -> TokenStream {
        let krate = &self.krate;
        let mut writer = Writer::new(graph, self);
        let zeros_name = ours("zeros");
        let zeros = located(self.zeros(), self.place_of_gradient());
        let (primal_nodes, linear_nodes) = sweeps(graph);
        let primal = writer.statements(primal_nodes);
        let (values, tangent) = split_results(graph);
        // What the linear part uses of the primal it uses for every column.
        let residuals = writer.residuals(primal_nodes.len(), tangent);
        let value = writer.before_second_part(residuals.keys().copied(), values).results(values);
        let kept = writer.begin_second_part(&residuals);
        let active: Vec<(usize, &Param)> = self.source.active().collect();
        let tangents = &graph.body.params[self.source.params.len()..];
        let given: Vec<Ident> =
            active.iter().map(|(position, _)| tangent_name(*position)).collect();
        let pattern = bare_or_tuple(given.iter().map(|name| quote!(#name)).collect());
        let mut shown = TokenStream::new();
        for (value, given) in tangents.iter().zip(&given) {
            let wish = graph.info(*value).name.clone().unwrap_or_else(|| "tangent".to_owned());
            let name = writer.names.bind(*value, &wish, Whose::Ours, |_| true);
            shown.extend(match graph.ty(*value).is_float() {
                true => quote!(let #name = *#given;),
                false => quote!(let #name = #given;),
            });
        }
        let linear = writer.statements(linear_nodes);
        writer.come_to(tangent, Default::default());
        let tangent = writer.moved(tangent[0]);
        let (value_name, direction) = (ours("value"), ours("direction"));
        let differentiated = self.value_of(quote!(#value_name));
        let height = ours("height");
        // `None` in them says nothing of what it could hold.
        let (whole, gradient) = (self.source.result(), self.result_gradient());
        let body = quote! {
            let #zeros_name = #zeros;
            #(#primal)*
            let #value_name: #whole = #value;
            let #height = #krate::rt::floats(&#differentiated);
            if #height < #krate::rt::floats(&#zeros_name) {
                return ::core::option::Option::None;
            }
            #(#kept)*
            ::core::option::Option::Some(#krate::rt::rows(#zeros_name, #height, |#direction| -> #gradient {
                let #pattern = #direction;
                #shown
                #(#linear)*
                #tangent
            }).reversed_axes())
        };
        settle(body, &writer.shared.take())
    }

    /// The columns by a rule of the user's own, which is called for each.
    pub(super) fn columns_by_calls(&self, graph: &Graph) -> TokenStream {
        let krate = &self.krate;
        let (jvp, names) = (self.call_of("jvp", 0), self.copied_arguments());
        let given: Vec<Ident> =
            self.source.active().map(|(position, _)| tangent_name(position)).collect();
        let pattern = bare_or_tuple(given.iter().map(|name| quote!(#name)).collect());
        let lent = self
            .source
            .active()
            .zip(&given)
            .map(|(active, name)| self.passed_tangent(graph, active, &quote!(#name)));
        let lent = bare_or_tuple(lent.collect());
        let (zeros, direction, value) = (ours("zeros"), ours("direction"), ours("value"));
        let made = self.zeros();
        let lent_zeros = self.source.active().enumerate().map(|(part, active)| {
            let is_one = given.len() == 1;
            let part = proc_macro2::Literal::usize_unsuffixed(part);
            let place = if is_one { quote!(#zeros) } else { quote!(#zeros.#part) };
            self.passed_tangent(graph, active, &quote!((&#place)))
        });
        let lent_zeros = bare_or_tuple(lent_zeros.collect());
        let differentiated = self.value_of(quote!(#value));
        let height = ours("height");
        located(
            quote! {
                let #zeros = #made;
                let (#value, _) = #jvp(#(#names,)* #lent_zeros);
                let #height = #krate::rt::floats(&#differentiated);
                if #height < #krate::rt::floats(&#zeros) {
                    return ::core::option::Option::None;
                }
                ::core::option::Option::Some(#krate::rt::rows(#zeros, #height, |#direction| {
                    let #pattern = #direction;
                    #jvp(#(#names,)* #lent).1
                }).reversed_axes())
            },
            self.place_of_gradient(),
        )
    }

    /// The arguments, those that are owned copied.
    fn copied_arguments(&self) -> Vec<TokenStream> {
        let copied = self.source.params.iter().map(|param| {
            let name = &param.name;
            match param.reference() {
                Some(_) => quote!(#name),
                None => quote!(::core::clone::Clone::clone(&#name)),
            }
        });
        copied.collect()
    }

    /// A gradient of zeros.
    fn zeros(&self) -> TokenStream {
        let krate = &self.krate;
        let zeros = self.source.active().map(|(_, param)| {
            let seen = self.seen(param);
            quote!(#krate::rt::zero_gradient(#seen))
        });
        bare_or_tuple(zeros.collect())
    }
}
