//! Tuples, lists, structs and arrays that are made of their parts.

use proc_macro2::TokenStream;
use quote::quote;

use super::expr::member;
use super::text::{Strength, Text};
use super::writer::Writer;
use crate::graph::{Construct, Form, Node, Op, Value};

impl Writer<'_> {
    pub(super) fn construct(&self, construct: &Construct, args: &[Value]) -> Text {
        // The parts of a tuple or an option have no other type than their own.
        let is_tuple = construct.form == Form::Tuple && construct.path.is_none();
        let is_bare = is_tuple || construct.form == Form::Option;
        let part = |arg: Value| match (self.typed_literal(arg, arg), self.definition(arg)) {
            (Some(literal), _) if is_bare => literal.tokens,
            // What is written in a struct has the type of its field, whatever stands beside it.
            (_, Some(Node { op: Op::Literal(text), .. })) if self.names.get(arg).is_none() => {
                Self::literal(text).tokens
            }
            _ => self.moved(arg),
        };
        let parts: Vec<TokenStream> = args.iter().map(|arg| part(*arg)).collect();
        let path = construct.path.as_ref().map(|path| &path.0);
        let rest = construct.rest.as_ref().map(|rest| {
            let rest = &rest.0;
            quote!(, ..#rest)
        });
        // In a condition, a struct of braces stands between parentheses.
        let strength = match construct.form {
            Form::Struct => Strength::Unary,
            _ => Strength::Atom,
        };
        let tokens = match &construct.form {
            Form::NdArray(lengths) => {
                let krate = &self.signature.krate;
                let rows = nested(&parts, lengths);
                quote!(#krate::ndarray::array!#rows)
            }
            Form::Tuple if path.is_none() && parts.len() == 1 => quote!((#(#parts),*,)),
            Form::Option if parts.is_empty() => quote!(#path),
            Form::Tuple | Form::Option => quote!(#path(#(#parts),*)),
            Form::Struct => {
                let members = construct.members.iter().map(|name| member(name));
                quote!(#path { #(#members: #parts),* #rest })
            }
            Form::Repeat { is_vec, count } => {
                let part = &parts[0];
                match is_vec {
                    true => {
                        let count = self.constant_operand(args[1]);
                        quote!(::std::vec![#part; #count])
                    }
                    // The length of an array is a constant item or a literal.
                    false => {
                        let count = &count.0;
                        quote!([#part; #count])
                    }
                }
            }
            Form::Array => quote!([#(#parts),*]),
            Form::Vec => quote!(::std::vec![#(#parts),*]),
        };
        Text { tokens, strength }
    }
}

/// `[[a, b], [c, d]]` of these lengths.
fn nested(parts: &[TokenStream], lengths: &[usize]) -> TokenStream {
    match lengths {
        [] | [_] => quote!([#(#parts),*]),
        [_, inner @ ..] => {
            let size = inner.iter().product::<usize>().max(1);
            let rows = parts.chunks(size).map(|row| nested(row, inner));
            quote!([#(#rows),*])
        }
    }
}
