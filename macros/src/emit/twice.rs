//! Forward mode over forward mode: the hidden `__jvp_twice` that stands between functions, a value with tangents
//! in two directions; and `__jvp_jvp`, which a function in forward mode calls whose body calls `g::jvp`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::forward::tangent_name;
use super::ours;
use super::signature::Signature;
use super::tokens::located;
use super::writer::{settle, Writer};
use crate::graph::Graph;
use crate::source::Param;

/// The tangents that an argument comes with: in one direction, in the other, and that of the first in the other.
const TANGENTS: [&str; 3] = ["one", "two", "both"];

impl Signature<'_> {
    /// `__jvp_twice`: `(value, its tangent, its second, the tangent of its tangent)`.
    pub(super) fn jvp_twice(&self, graph: &Graph) -> TokenStream {
        let krate = &self.krate;
        let name = self.item("__jvp_twice");
        let head = self.hidden_head();
        let (generics, clause) = (self.generics(), self.where_clause());
        let separator = self.separator();
        let parameters = self.hidden_parameters();
        let types: Vec<[Ident; 3]> = (0..self.source.params.len())
            .map(|position| TANGENTS.map(|which| type_name(position, which)))
            .collect();
        let bounds = self.source.params.iter().zip(&types).map(|(param, types)| {
            let bound = match param.is_active {
                true => {
                    let gradient = self.gradient(&param.ty);
                    quote!(#krate::rt::Tangent<#gradient>)
                }
                false => quote!(#krate::rt::NoTangent),
            };
            quote!(#(#types: #bound),*)
        });
        let bounds = quote!(#(#bounds),*);
        let given = types.iter().enumerate().map(|(position, types)| {
            let names = TANGENTS.map(|which| given_tangent(position, which));
            quote!((#(#names),*): (#(#types),*))
        });
        let given = quote!(#(#given),*);
        let (result, tangent) = (self.source.result(), self.result_gradient());
        let results = quote_spanned! {self.place_of_gradient()=>
            (#result, #tangent, #tangent, #tangent)
        };
        let mut writer = Writer::new(graph, self);
        let mut opening = self.owned_self(&mut writer, graph);
        let tangents = &graph.body.params[self.source.params.len()..];
        let active: Vec<(usize, &Param)> = self.source.active().collect();
        for (values, which) in tangents.chunks(active.len()).zip(TANGENTS) {
            for ((position, _), value) in active.iter().zip(values) {
                let given = given_tangent(*position, which);
                opening.extend(self.lend_tangent(&mut writer, graph, *position, *value, &given));
            }
        }
        let statements = writer.statements(&graph.body.nodes);
        writer.come_to(&graph.body.results, Default::default());
        let values: Vec<TokenStream> =
            graph.body.results.iter().map(|result| writer.moved(*result)).collect();
        let shared = writer.shared.take();
        let values = quote_spanned!(self.place_of_gradient()=> (#(#values),*));
        let body = settle(quote!(#opening #(#statements)* #values), &shared);
        quote! {
            #head fn #name<#generics #separator #bounds>(#(#parameters,)* #given) -> #results
            #clause
            {
                #body
            }
        }
    }

    /// `__jvp_jvp`: arguments and tangents have tangents.
    pub(super) fn jvp_forward(&self, graph: &Graph) -> TokenStream {
        let krate = &self.krate;
        let name = self.item("__jvp_jvp");
        let head = self.hidden_head();
        let (generics, clause) = (self.generics(), self.where_clause());
        let separator = self.separator();
        let parameters = self.hidden_parameters();
        let (result, tangent) = (self.source.result(), self.result_gradient());
        let (types, bounds) = (self.tangent_types(), self.tangent_bounds());
        let second: Vec<Ident> =
            (0..types.len()).map(|position| given_tangent(position, "two")).collect();
        let of_tangents =
            format_ident!("__T{}", types.len(), span = proc_macro2::Span::mixed_site());
        let active: Vec<usize> = self.source.active().map(|(position, _)| position).collect();
        let (first, first_type) = self.tangents_to_own(graph);
        let gradients = self.gradients();
        let (given, both) = (ours("tangents"), ours("both"));
        let is_one = active.len() == 1;
        let passed = self.source.params.iter().enumerate().map(|(position, param)| {
            if !param.is_active {
                return quote!((#krate::rt::No, #krate::rt::No, #krate::rt::No));
            }
            let (one, two) = (tangent_name(position), &second[position]);
            if is_one {
                return quote!((#one, #two, #both));
            }
            let part = active.iter().position(|active| *active == position).unwrap_or_default();
            let part = proc_macro2::Literal::usize_unsuffixed(part);
            quote!((&#one, #two, #both.as_ref().map(|#both| &#both.#part)))
        });
        let opening = (!is_one).then(|| quote!(let #both = #krate::rt::Tangent::given(&#both);));
        let hidden = self.call_of("__jvp_twice", 3 * types.len());
        let names = self.lent_names();
        let (value, one, two, last) = (ours("value"), ours("one"), ours("two"), ours("last"));
        let body = located(
            quote! {
                let #first = #given;
                #opening
                let (#value, #one, #two, #last) = #hidden(#(#names,)* #(#passed),*);
                ((#value, #one), (#two, #last))
            },
            self.place_of_gradient(),
        );
        quote! {
            #head fn #name<
                #generics #separator #(#types: #bounds,)* #of_tangents: #krate::rt::Tangent<#gradients>
            >(
                #(#parameters,)* #given: #first_type, #(#second: #types,)* #both: #of_tangents
            ) -> ((#result, #tangent), (#tangent, #tangent))
            #clause
            {
                #body
            }
        }
    }
}

fn given_tangent(position: usize, which: &str) -> Ident {
    format_ident!("tangent{position}_{which}", span = proc_macro2::Span::mixed_site())
}

fn type_name(position: usize, which: &str) -> Ident {
    format_ident!("__T{position}_{which}", span = proc_macro2::Span::mixed_site())
}
