//! Every stage, text in and text out.

mod rename;
mod residuals;
mod simplify;
mod stretches;

use quote::quote;

use crate::differentiate::{differentiate, forward, linearized, seeded_with_one};
use crate::graph::{parse, Graph};
use crate::lower;
use crate::mistake::Mistakes;
use crate::simplify::{drop_broadcasts, drop_dead, fold, fuse, share};
use crate::source::Source;

/// The primal of a function, or the panic that says what was wrong with it.
fn lowered(options: proc_macro2::TokenStream, item: proc_macro2::TokenStream) -> Graph {
    let mut mistakes = Mistakes::default();
    let item = syn::parse2(item).expect("the test's function parses");
    let source = Source::read(options, item, &mut mistakes);
    let lowered = lower::function(&source, &mut mistakes);
    assert!(mistakes.is_empty(), "{}", mistakes.into_tokens());
    lowered.graph
}

/// What a stage makes of a graph in text.
fn stage(stage: impl FnOnce(Graph) -> Graph, text: &str) -> String {
    stage(parse(text).expect("the test's graph parses")).to_string()
}

/// Compares without regard to indentation.
#[track_caller]
fn assert_text(found: &str, expected: &str) {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    assert_eq!(lines(found), lines(expected), "\nfound:\n{found}");
}

/// A constant is looked at while rustc checks, unless it is one of a generic function; what rustc refused would have a
/// second error.
#[test]
fn stand_ins_hold_no_constant_that_fails() {
    let item = quote! { fn f(x: f64) -> f64 { x * 2 } };
    let written = crate::pipeline::differentiable(quote!(), item).to_string();
    let constants = written.matches("const {").count();
    let generic = written.matches("fn unread < T > () -> ! { const {").count();
    assert!(generic > 0 && constants == generic, "{constants}, {generic}");
}

#[test]
fn lower_names_and_types_what_it_reads() {
    let graph = lowered(
        quote!(wrt(w)),
        quote! {
            fn loss(w: &Array2<f32>, x: &Array1<f32>, n: usize) -> f32 {
                let half = n / 2;
                let hidden = x.dot(w).tanh();
                hidden.sum() / half as f32
            }
        },
    );
    assert_text(
        &graph.to_string(),
        r#"fn loss(%0 w: &f32[2] {0}, %1 x: &f32[1], %2 n: integer) {
            %3 half: integer = constant "n / 2" "n" %2
            %4: f32[1] {0} = dot %1, %0
            %5 hidden: f32[1] {0} = tanh %4
            %6: f32 {0} = sum %5
            %7: f32 = constant "half as f32" "half" %3
            %8: f32 {0} = div %6, %7
            yield %8
        }"#,
    );
}

#[test]
fn a_graph_reads_back_as_it_was_written() {
    let functions = [
        quote! { fn scalars(x: f64, k: f64) -> f64 { let y = x * k + 1.5; y.powi(3).max(0.0) } },
        quote! { fn closure(x: &Array1<f64>, k: f64) -> f64 {
            x.mapv(|v| if v > 0.0 { v * k } else { -v }).sum()
        } },
        quote! { fn calls(x: &Array1<f64>, labels: &[usize]) -> f64 {
            assert!(x.len() > 1, "{x}");
            let (a, b) = pair(&x.view(), labels);
            Type::scaled::<3>(a, 2.0) + b.value(x.clone())
        } },
        quote! { fn parts(x: &Array2<f64>, s: &State) -> (f64, State) {
            let [a, b] = [x[[0, 1]], 2.0];
            let rows = ndarray::concatenate(Axis(0), &[x.view(), s.grid.view()]).unwrap();
            (rows.row(0).sum() * a, State { grid: rows, rate: array![[a, b]], ..s.clone_constant(3) })
        } },
    ];
    for function in functions {
        let with_aux = quote!(constant(labels));
        let options = if function.to_string().contains("labels") { with_aux } else { quote!() };
        let options =
            if function.to_string().contains("clone_constant") { quote!(wrt(x)) } else { options };
        let primal = lowered(options, function);
        let adjoint = differentiate(primal.clone());
        let fused = fuse(drop_dead(share(drop_broadcasts(fold(adjoint.clone())))));
        for graph in [primal, adjoint, fused] {
            let text = graph.to_string();
            let read = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(read.to_string(), text);
            assert_eq!(read.body, graph.body, "{text}");
        }
    }
}

#[test]
fn differentiate_accumulates_and_undoes_broadcasting() {
    let found = stage(
        differentiate,
        r"fn f(%0 x: &f64[2] {0}, %1 k: f64 {1}) {
            %2 y: f64[2] {0 1} = mul %0, %1
            %3: f64[2] {0 1} = mul %2, %2
            %4: f64 {0 1} = sum %3
            yield %4
        }",
    );
    assert_text(
        &found,
        r"fn f(%0 x: &f64[2] {0}, %1 k: f64 {1}) {
            %2 y: f64[2] {0 1} = mul %0, %1
            %3: f64[2] {0 1} = mul %2, %2
            %4: f64 {0 1} = sum %3
            adjoint 1 %5 dy: f64 ~%4 {0 1}
            %6: f64[2] ~%3 {0 1} = expand %5, %3
            %7: f64[2] {0 1} = mul %6, %2
            %8 dy: f64[2] ~%2 {0 1} = sum_to %2, %7
            %9: f64[2] {0 1} = mul %6, %2
            %10 dy: f64[2] ~%2 {0 1} = sum_to %2, %9
            %11 dy: f64[2] ~%2 {0 1} = plus %8, %10
            %12: f64[2] {0} = mul %11, %1
            %13 dx: f64[2] ~%0 {0} = sum_to %0, %12
            %14: f64[2] {1} = mul %11, %0
            %15 dk: f64 ~%1 {1} = sum_to %1, %14
            yield %4, %13, %15
        }",
    );
}

#[test]
fn an_overwritten_view_is_added_to_and_an_unused_argument_is_zero() {
    let found = stage(
        differentiate,
        r#"fn f(%0 x: &f64[1] {0}, %1 unused: &f64[1] {1}) {
            %2: integer = constant "0"
            %3 a: f64 {0} = get %0, %2
            %4: f64 {0} = sum %0
            %5: f64 {0} = mul %3, %4
            yield %5
        }"#,
    );
    assert_text(
        &found,
        r#"fn f(%0 x: &f64[1] {0}, %1 unused: &f64[1] {1}) {
            %2: integer = constant "0"
            %3 a: f64 {0} = get %0, %2
            %4: f64 {0} = sum %0
            %5: f64 {0} = mul %3, %4
            adjoint 1 %6 dy: f64 ~%5 {0}
            %7 da: f64 ~%3 {0} = mul %6, %4
            %8: f64 ~%4 {0} = mul %6, %3
            %9 dx: f64[1] ~%0 {0} = expand %8, %0
            %10 dx: f64[1] ~%0 {0} = add_view "get" %9, %7, %2
            %11 dunused: accumulator {1} = accumulator %1
            yield %5, %10, %11
        }"#,
    );
}

#[test]
fn the_seed_of_a_gradient_is_one() {
    let found = stage(
        |graph| fold(seeded_with_one(differentiate(graph))),
        r"fn f(%0 x: f64 {0}) {
            %1: f64 {0} = sin %0
            yield %1
        }",
    );
    assert_text(
        &found,
        r#"fn f(%0 x: f64 {0}) {
            %1: f64 {0} = sin %0
            adjoint 1 %2: f64 ~%1 {0}
            %2: f64 ~%1 {0} = literal "1.0"
            %3: f64 {0} = cos %0
            yield %1, %3
        }"#,
    );
}

#[test]
fn what_is_linear_in_tangents_holds_no_sine() {
    let graph = lowered(
        quote!(),
        quote! {
            fn waves(x: f64, n: usize) -> (f64, f64) {
                let mut y = x.exp();
                for _ in 0..n {
                    y = if y > 0.0 { (x * y).sin() } else { y.tanh() };
                }
                (y, x)
            }
        },
    );
    let text = linearized(graph).to_string();
    assert_eq!(parse(&text).expect("it reads back").to_string(), text);
    let (primal, linear) = text.split_once("linear 1").expect("it has two parts");
    for function in ["exp", "sin", "cos", "tanh"] {
        let call = format!("= {function} ");
        assert!(primal.contains(&call) && !linear.contains(&call), "{function} in {text}");
    }
}

#[test]
fn forward_puts_tangents_beside_values() {
    let graph = lowered(
        quote!(),
        quote! {
            fn of_arrays(x: &Array1<f64>, w: &Array1<f64>) -> f64 {
                let y = if x.sum() > 0.0 { x * w } else { x.mapv(|x| x * x) };
                let chosen = if w[0] > 0.0 { &y } else { w };
                chosen.dot(x)
            }
        },
    );
    assert_text(
        &forward(graph).to_string(),
        r#"fn of_arrays(%0 x: &f64[1] {0}, %1 w: &f64[1] {1}, %16 dx: &f64[1] ~%0 {0}, %17 dw: &f64[1] ~%1 {1}) {
            %2: f64 {0} = sum %0
            %18: f64 {0} = sum %16
            %3: f64 = literal "0.0"
            %4: bool = constant "__operand0 > __operand1" "__operand0" "__operand1" %2, %3
            %9 y: f64[1] {0 1}, %25 dy: f64[1] ~%9 {0 1} = if %4 {  =>
                %5: f64[1] {0 1} = mul %0, %1
                %19: f64[1] {0 1} = mul %16, %1
                %20: f64[1] {0 1} = mul %17, %0
                %21: f64[1] ~%5 {0 1} = add %19, %20
                yield %5, %21
            } {  =>
                %8: f64[1] {0} = mul %0, %0
                %22: f64[1] {0} = mul %16, %0
                %23: f64[1] {0} = mul %16, %0
                %24: f64[1] ~%8 {0} = add %22, %23
                yield %8, %24
            }
            %10: integer = constant "0"
            %11: f64 {1} = get %1, %10
            %26: f64 {1} = get %17, %10
            %12: f64 = literal "0.0"
            %13: bool = constant "__operand0 > __operand1" "__operand0" "__operand1" %11, %12
            %14 chosen: f64[1] {0 1}, %27 dchosen: f64[1] ~%14 {0 1} = if %13 {  =>
                yield %9, %25
            } {  =>
                yield %1, %17
            }
            %15: f64 {0 1} = dot %14, %0
            %28: f64 {0 1} = dot %27, %0
            %29: f64 {0 1} = dot %14, %16
            %30: f64 {0 1} = add %28, %29
            yield %15, %30
        }"#,
    );
}

#[test]
fn a_loop_inside_a_loop_saves_into_one_record() {
    let adjoint = differentiate(lowered(
        quote!(),
        quote! {
            fn f(x: f64, n: usize) -> f64 {
                let mut y = x;
                for i in 0..n {
                    for _ in 0..i {
                        y = y.sin();
                    }
                    y = y.exp();
                }
                y
            }
        },
    ));
    let found = crate::residuals::residuals(crate::simplify::simplify(adjoint)).to_string();
    // The exponentials in one, the arguments of the sines in the other, which both loops name.
    assert_eq!(found.matches("save ").count(), 2, "{found}");
    assert_eq!(found.matches("stack ").count(), 2, "{found}");
    assert_eq!(parse(&found).map(|graph| graph.to_string()), Ok(found));
}

#[test]
fn literals_learn_of_what_is_carried_in_their_place() {
    let text = r#"fn f(%0 x: f64 {0}, %1 y: f32) {
        %2 a: literal = literal "1.5"
        %3 a: literal, %4 b: f32 = loop "exits" "range" "i" "1" "0 .. 10" %2, %1 { %5 i: integer, %6 a: literal, %7 b: f32 =>
            %8: bool = constant "i > 3" "i" %5
            %9 a: literal = literal "2.5"
            yield %8, %9, %7
        }
        yield %0
    }"#;
    let found = stage(
        |mut graph| {
            graph.learn_backwards();
            graph
        },
        text,
    );
    assert_text(&found, text);
}

#[test]
fn what_a_callee_gives_is_a_float_where_it_becomes_a_part_of_floats() {
    let of = |source| lowered(quote!(), source).to_string();
    let found = of(quote! {
        fn f(x: &[f64], y: &Array1<f32>) -> f64 {
            let mut total = 0.0;
            let mut written = vec![0.0; 3];
            for i in 0..3 {
                total += g(x);
                written[i] = h(x) * total;
            }
            total
        }
    });
    assert!(!found.contains("numeric"), "{found}");
    // It may be an array.
    let found = of(quote! {
        fn f(x: &[f64], y: &Array1<f64>) -> Array1<f64> {
            let mut total = y.clone();
            total = total + g(x);
            total
        }
    });
    assert!(found.contains("numeric f64 {0} = ") || found.contains(": numeric"), "{found}");
}
