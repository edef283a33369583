//! A test of every row, made of the row: no line per row stands anywhere else.
//!
//! An elementwise row is tested on floats and inside `mapv`, at points sampled from its domain; a
//! whole-array row at its examples, against random weights of its result, which tests every entry of
//! its Jacobian. All in f64 and f32, against finite differences; and forward mode against reverse mode.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::ops::{table, Kind, Row};

/// Test modules for all rows that a user can call.
pub(crate) fn tests() -> TokenStream {
    table()
        .filter(|row| !row.is_internal())
        .filter_map(|row| match row.kind {
            Kind::Elementwise => Some(elementwise(row)),
            Kind::Whole | Kind::View => Some(whole(row)),
            Kind::Query => None,
        })
        .collect()
}

fn elementwise(row: &Row) -> TokenStream {
    let module = format_ident!("{}", row.call);
    let (integers, floats): (Vec<usize>, Vec<usize>) =
        (0..row.operands.len()).partition(|position| row.is_constant_operand(*position));
    let names: Vec<Ident> =
        floats.iter().map(|position| format_ident!("{}", row.operands[*position])).collect();
    let integers: Vec<Ident> =
        integers.iter().map(|position| format_ident!("{}", row.operands[*position])).collect();
    let all: Vec<Ident> = row.operands.iter().map(|name| format_ident!("{name}")).collect();
    let call = call(row, &all);
    let domain: TokenStream = match row.domain {
        "" => quote!(true),
        domain => domain.parse().unwrap_or_default(),
    };
    let (first, rest) = (&names[0], &names[1..]);
    let count = names.len();
    let position: Vec<_> = (0..count).map(proc_macro2::Literal::usize_unsuffixed).collect();
    let arguments = if count == 1 { quote!(*at) } else { quote!(#(at.#position),*) };
    let point = if count == 1 { quote!(at[0]) } else { quote!((#(at[#position]),*)) };
    let loops = integers.iter().map(|name| quote!(for #name in [-2_i32, 0, 1, 2, 3]));
    let tests = ["f64", "f32"].map(|name| {
        let float = format_ident!("{name}");
        let (function, kernel) = (format_ident!("on_{name}"), format_ident!("on_array_of_{name}"));
        let (test, kernel_test) =
            (format_ident!("of_{name}_agrees"), format_ident!("of_array_of_{name}_agrees"));
        let loops = loops.clone();
        let forward = is_forward(name).then(|| {
            quote! {
                forward_agrees(
                    &#function::grad(#arguments, #(#integers),*),
                    |d| #function::jvp(#arguments, #(#integers,)* d).1,
                );
                check(check_adjoint(
                    |at| #function::grad(#arguments, #(#integers),*),
                    |at, d| #function::hvp(#arguments, #(#integers,)* d.lent()),
                    at,
                ));
            }
        });
        let kernel_forward = is_forward(name).then(|| {
            quote! {
                let weights = sampled::<#float, _, _>(elements.raw_dim(), 5);
                forward_agrees(
                    &#kernel::vjp(&elements, #(#rest,)* #(#integers),*).1(weights.clone()),
                    |d| (#kernel::jvp(&elements, #(#rest,)* #(#integers,)* d).1 * &weights).sum(),
                );
            }
        });
        let attribute = attribute(name, quote!());
        let kernel_loops = integers.iter().map(|name| quote!(for #name in [-2_i32, 0, 1, 2, 3]));
        quote! {
            #attribute
            fn #function(#(#names: #float,)* #(#integers: i32),*) -> #float { #call }
            #attribute
            fn #kernel(#first: &Array2<#float>, #(#rest: #float,)* #(#integers: i32),*) -> Array2<#float> {
                #first.mapv(|#first| #call)
            }
            #[test]
            fn #test() {
                for at in points::<#float, #count>(inside) {
                    let at = &#point;
                    #(#loops)* {
                        check(check_gradients(
                            |at| #function(#arguments, #(#integers),*),
                            |at| #function::grad(#arguments, #(#integers),*),
                            at,
                        ));
                        #forward
                    }
                }
            }
            #[test]
            fn #kernel_test() {
                for at in points::<#float, #count>(inside) {
                    let [#(#names),*] = at;
                    let elements = matching::<#float, #count>(inside, at);
                    #(#kernel_loops)* {
                        check(check_adjoint(
                            |x| #kernel(x, #(#rest,)* #(#integers),*),
                            |x, dy| first(#kernel::vjp(x, #(#rest,)* #(#integers),*).1(dy)),
                            &elements,
                        ));
                        #kernel_forward
                        let _ = (#first, &elements);
                    }
                }
            }
        }
    });
    quote! {
        #[allow(unused_variables, unused_parens, deprecated)]
        mod #module {
            use super::*;
            fn inside([#(#names),*]: [f64; #count]) -> bool { #domain }
            #(#tests)*
        }
    }
}

/// `a + b` or `a.ln(b)`.
fn call(row: &Row, operands: &[Ident]) -> TokenStream {
    let symbol: Option<TokenStream> = row.symbol.and_then(|symbol| symbol.parse().ok());
    let method = format_ident!("{}", row.call);
    match (symbol, operands) {
        (Some(symbol), [a, b]) => quote!(#a #symbol #b),
        (Some(symbol), [a]) => quote!(#symbol #a),
        (_, [first, rest @ ..]) => quote!(#first.#method(#(#rest),*)),
        (_, []) => TokenStream::new(),
    }
}

fn whole(row: &Row) -> TokenStream {
    let module = format_ident!("{}", row.call);
    let examples = row.clauses.iter().filter(|(key, _)| *key == "example").enumerate();
    let tests = examples.flat_map(|(number, (_, text))| {
        ["f64", "f32"].map(|float| example(row, number, text, float))
    });
    quote! {
        mod #module {
            use super::*;
            #(#tests)*
        }
    }
}

/// One example: shapes are active arrays, everything else is written as it stands.
fn example(row: &Row, number: usize, text: &str, float: &str) -> TokenStream {
    let Ok(example) = syn::parse_str::<syn::Expr>(text) else { return TokenStream::new() };
    let operands: Vec<syn::Expr> = match example {
        syn::Expr::Tuple(tuple) => tuple.elems.into_iter().collect(),
        one => vec![one],
    };
    let function = format_ident!("example_{number}_{float}");
    let test = format_ident!("example_{number}_of_{float}_agrees");
    let attribute = attribute(float, quote!(constant(weights)));
    let is_forward = is_forward(float);
    let float = format_ident!("{float}");
    let (mut names, mut types, mut shapes, mut written) = (vec![], vec![], vec![], vec![]);
    for (position, operand) in operands.iter().enumerate() {
        match operand {
            syn::Expr::Array(shape) if !row.is_constant_operand(position) => {
                let name = format_ident!("x{position}");
                let alias = format_ident!("Array{}", shape.elems.len());
                types.push(quote!(#alias<#float>));
                shapes.push(quote!(#shape));
                written.push(quote!(#name));
                names.push(name);
            }
            other => written.push(quote!(#other)),
        }
    }
    let (receiver, rest) = (&written[0], &written[1..]);
    let method = format_ident!("{}", row.call);
    let unwrap = row.is_fallible().then(|| quote!(.unwrap()));
    let position: Vec<_> = (0..names.len()).map(proc_macro2::Literal::usize_unsuffixed).collect();
    let seeds = (0..names.len()).map(|seed| seed as u64 + 1);
    let forward = is_forward.then(|| {
        quote! {
            forward_agrees(
                &#function::grad(#(&p.#position,)* &weights),
                |d| #function::jvp(#(&p.#position,)* &weights, d).1,
            );
            check(check_adjoint(
                |p| in_tuple(#function::grad(#(&p.#position,)* &weights)),
                |p, d| in_tuple(#function::hvp(#(&p.#position,)* &weights, d.lent())),
                &p,
            ));
        }
    });
    quote! {
        #attribute
        fn #function(#(#names: &#types,)* weights: &ArrayD<#float>) -> #float {
            (#receiver.to_owned().#method(#(#rest),*)#unwrap.to_owned() * weights).sum()
        }
        #[test]
        fn #test() {
            let p = (#(sampled::<#float, _, _>(#shapes, #seeds),)*);
            let weights = {
                #[allow(unused_variables)]
                let (#(#names,)*) = (#(&p.#position,)*);
                weights_of(&#receiver.to_owned().#method(#(#rest),*)#unwrap)
            };
            check(check_gradients(
                |p| #function(#(&p.#position,)* &weights),
                |p| in_tuple(#function::grad(#(&p.#position,)* &weights)),
                &p,
            ));
            #forward
        }
    }
}

/// Forward mode and second order are tested in one of the float types: tangents and cotangents have the same
/// formulas. The gradient's pullback is the Hessian's product, which is symmetric.
fn is_forward(float: &str) -> bool {
    float == "f64"
}

fn attribute(float: &str, options: TokenStream) -> TokenStream {
    match is_forward(float) {
        true => quote!(#[differentiable(second_order, #options)]),
        false => quote!(#[differentiable(#options)]),
    }
}
