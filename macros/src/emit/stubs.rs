//! Stand-ins: of derivatives that were not asked for, and of all where the function has a mistake.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::signature::Signature;

impl Signature<'_> {
    /// Hidden stand-ins for forward mode and second order where they were not asked for, which explain
    /// themselves when called.
    pub(super) fn not_asked_for(&self) -> TokenStream {
        let krate = &self.krate;
        let generics = self.generics();
        let separator = self.separator();
        let predicates = self.predicates();
        let parameters = self.parameters();
        let head = self.hidden_head();
        let asked = |item: &str| match item {
            "jvp" => self.source.options.forward,
            _ => self.source.options.second_order,
        };
        let (result, tangent, gradients) =
            (self.source.result(), self.result_gradient(), self.gradients());
        let items = ["jvp", "hvp", "grad_and_hvp"].into_iter().filter(|item| !asked(item)).map(|item| {
            let name = self.item(item);
            // The type that it would have, so that the call is the only mistake.
            let (bound, ty) = match item {
                "jvp" => (quote!(Forward), quote!((#result, #tangent))),
                "hvp" => (quote!(SecondOrder), gradients.clone()),
                _ => (quote!(SecondOrder), quote!((#gradients, #gradients))),
            };
            quote! {
                #head fn #name<#generics #separator __Tangents>(#(#parameters,)* _: __Tangents) -> #ty
                where #predicates for<'__a> #krate::rt::NotAsked: #krate::rt::#bound
                {
                    unreachable!()
                }
            }
        });
        quote!(#(#items)*)
    }

    /// With `aux`: in the place of what a caller's derivative calls, stand-ins that say why it cannot. Of what
    /// is passed on beside the value a caller may make anything, and its derivative would be missing silently.
    pub(super) fn refused_to_callers(&self) -> TokenStream {
        if !self.source.options.aux {
            return TokenStream::new();
        }
        let krate = &self.krate;
        let (generics, separator, predicates) =
            (self.generics(), self.separator(), self.predicates());
        let parameters = self.parameters();
        let head = self.hidden_head();
        let beside = self.tangent_types();
        let items = ["__vjp", "__jvp", "__vjp_jvp"].into_iter().map(|item| {
            let name = self.item_named(item);
            quote! {
                #head fn #name<#generics #separator #(#beside),*>(
                    #(#parameters,)* #(_: #beside),*
                ) -> !
                where #predicates for<'__a> #krate::rt::NotAsked: #krate::rt::CalleeHasNoAux
                {
                    unreachable!()
                }
            }
        });
        let name = self.item_named("__linear");
        quote! {
            #(#items)*
            #head fn #name<#generics>(#(#parameters),*) -> !
            where #predicates for<'__a> #krate::rt::NotAsked: #krate::rt::CalleeHasNoAux
            {
                unreachable!()
            }
        }
    }

    /// What never runs. Should rustc find nothing wrong after all, it is an error when code is made of it; not before,
    /// since the constant stands in a generic function: what rustc refused has no second error.
    pub(super) fn never(&self) -> TokenStream {
        match self.unread {
            None => quote!(::core::unreachable!()),
            Some(span) => quote_spanned! {span=>
                {
                    fn unread<T>() -> ! {
                        const {
                            ::core::panic!("chainrule does not read what rustc accepts here: please report it, and write it another way")
                        }
                    }
                    unread::<()>()
                }
            },
        }
    }

    /// Every function with a body that never runs.
    pub(super) fn stand_ins(&self) -> TokenStream {
        let (generics, clause) = (self.generics(), self.where_clause());
        let parameters = self.parameters();
        let head = self.hidden_head();
        let krate = &self.krate;
        let (result, seed, gradients) =
            (self.source.result(), self.result_gradient(), self.gradients());
        let plain = quote!(<#generics>(#(#parameters),*));
        let into = quote!(<#generics>(#(#parameters,)* _: &mut #gradients));
        let items = [
            ("vjp", &plain, quote!((#result, #krate::__pullback!(Fn(#seed) -> #gradients)))),
            ("value_and_grad", &plain, quote!((#result, #gradients))),
            ("value_and_grad_into", &into, quote!(#result)),
            ("grad", &plain, quote!(#gradients)),
        ];
        let never = self.never();
        let items = items.into_iter().map(|(item, signature, ty)| {
            let name = self.item(item);
            let body = match item {
                "vjp" => quote!((#never, |_: #seed| #never)),
                _ => never.clone(),
            };
            quote! {
                #head fn #name #signature -> #ty #clause { #body }
            }
        });
        let items: Vec<TokenStream> = items
            .chain([self.hidden_stand_in(), self.stand_ins_of_flags(), self.refused_to_callers()])
            .chain(self.source.options.forward.then(|| self.linear_stand_in()))
            .collect();
        quote!(#(#items)*)
    }

    /// The same for what flags ask for.
    fn stand_ins_of_flags(&self) -> TokenStream {
        let options = &self.source.options;
        let (result, tangent, gradients) =
            (self.source.result(), self.result_gradient(), self.gradients());
        let forward = quote!((#result, #tangent));
        let items = [
            ("jvp", options.forward, 1, forward.clone()),
            ("__jvp", options.forward, self.source.params.len(), forward),
            ("hvp", options.second_order, 1, gradients.clone()),
            ("grad_and_hvp", options.second_order, 1, quote!((#gradients, #gradients))),
        ];
        let never = self.never();
        let items = items.into_iter().filter(|(_, is_asked, ..)| *is_asked);
        let items = items.map(|(item, _, count, ty)| {
            let name = self.item(item);
            let (generics, clause) = (self.generics(), self.where_clause());
            let separator = self.separator();
            let parameters = self.hidden_parameters();
            let head = self.hidden_head();
            let tangents: Vec<_> = self.tangent_types().into_iter().take(count).collect();
            quote! {
                #head fn #name<#generics #separator #(#tangents),*>(
                    #(#parameters,)* #(_: #tangents),*
                ) -> #ty #clause { #never }
            }
        });
        quote!(#(#items)*)
    }
}
