//! What is kept for adjoints, and how they find it again.

use quote::quote;

use super::{assert_text, lowered, parse, stage};
use crate::differentiate::{differentiate, seeded_with_one};
use crate::graph::Graph;
use crate::residuals::{of_sweeps, residuals};
use crate::simplify::{drop_dead, simplify};

/// A recurrence whose adjoint asks for a turn's state and for the one before.
const RECURRENCE: &str = r#"fn f(%0 h: f64[1] {0}, %1 w: &f64[2], %2 n: integer) {
  %9 h: f64[1] {0}, %10: constant = loop "range" "i" "1" "0 .. n" "n" %2, %0 { %3 i: integer, %4 h: f64[1] {0} =>
    %5: f64[1] {0} = dot %1, %4
    %6 h: f64[1] {0} = map %5 { %7 h: f64 {0} =>
      %8 h: f64 {0} = tanh %7
      yield %8
    }
    yield %6
  }
  %11: f64 {0} = dot %9, %9
  adjoint 1 %12: f64 ~%11 {0}
  %13 dh: f64[1] ~%9 {0} = mul %9, %12
  %14 dh: f64[1] ~%0 {0} = unloop_recorded %10, %13 { %15 dh: f64[1] ~%6 {0} =>
    %16: f64[1] {0} = map %6, %15 { %17 h: f64 {0}, %18 dh: f64 {0} =>
      %19: f64 {0} = mul %17, %18
      yield %19
    }
    %20: f64[1] {0} = add %16, %4
    yield %20
  }
  yield %11, %14
}"#;

#[test]
fn straight_code_keeps_a_state_once_and_takes_it() {
    let found = stage(of_sweeps, RECURRENCE);
    assert_text(
        &found,
        r#"fn f(%0 h: f64[1] {0}, %1 w: &f64[2], %2 n: integer) {
          %9 h: f64[1] {0}, %10: constant = loop "range" "i" "1" "0 .. n" "n" %2, %0 { %3 i: integer, %4 h: f64[1] {0} =>
            %5: f64[1] {0} = dot %1, %4
            %6 h: f64[1] {0} = map %5 { %7 h: f64 {0} =>
              %8 h: f64 {0} = tanh %7
              yield %8
            }
            save %4
            yield %6
          }
          %11: f64 {0} = dot %9, %9
          adjoint 1 %12: f64 ~%11 {0}
          %13 dh: f64[1] ~%9 {0} = mul %9, %12
          %14 dh: f64[1] ~%0 {0}, %23: f64[1] {0} = unloop_recorded %10, %13, %9 { %15 dh: f64[1] ~%6 {0}, %21 h: f64[1] {0} < taken %22 h: f64[1] {0} =>
            %16: f64[1] {0} = map %21, %15 { %17 h: f64 {0}, %18 dh: f64 {0} =>
              %19: f64 {0} = mul %17, %18
              yield %19
            }
            %20: f64[1] {0} = add %16, %22
            yield %20, %22
          }
          yield %11, %14
        }"#,
    );
    // A pullback may run again: it looks at both.
    let found = stage(residuals, RECURRENCE);
    assert!(found.contains("save %6, %4\n"), "{found}");
    assert!(found.contains("< %21 h: &f64[1] {0}, %22 h: &f64[1] {0} =>"), "{found}");
}

#[test]
fn what_comes_out_of_a_taken_record_is_taken() {
    let found = stage(
        of_sweeps,
        r#"fn f(%0 x: &f64[1] {0}, %1 n: integer, %2 c: bool) {
          %3 y: f64[1] {0} = neg %0
          %17 y: f64[1] {0}, %18: constant = loop "range" "i" "1" "0 .. n" "n" %1, %3 { %4 i: integer, %5 y: f64[1] {0} =>
            %16 y: f64[1] {0}, %19: constant = if %2 {  =>
              %6: f64[1] {0} = map %5 { %7: f64 {0} =>
                %8: f64 {0} = exp %7
                yield %8
              }
              yield %6
            } {  =>
              yield %5
            }
            yield %16
          }
          %20: f64 {0} = sum %17
          adjoint 1 %21: f64 {0}
          %22 dy: f64[1] {0} = expand %21, %17
          %23 dy: f64[1] {0} = unloop_recorded %18, %22 { %24 dy: f64[1] {0} =>
            %25 dy: f64[1] {0} = unbranch %19 {  =>
              %26: f64[1] {0} = mul %24, %6
              yield %26
            } {  =>
              yield %24
            }
            yield %25
          }
          yield %20, %23
        }"#,
    );
    assert!(found.contains("< taken %28: constant {0} =>"), "{found}");
    assert!(found.contains("unbranch %28 {  < taken %27: f64[1] {0} =>"), "{found}");
}

#[test]
fn turns_whose_adjoint_does_nothing_are_not_saved() {
    let source = quote! {
        fn largest(x: &[f64]) -> f64 {
            let mut m = x[0];
            for i in 1..x.len() {
                m = m.max(x[i]);
            }
            m * m
        }
    };
    let by_test = quote! {
        fn largest(x: &[f64]) -> f64 {
            let mut m = x[0];
            for i in 1..x.len() {
                if x[i] > m {
                    m = x[i];
                }
            }
            m * m
        }
    };
    for source in [source, by_test] {
        for (stage, start) in [(of_sweeps as fn(Graph) -> Graph, true), (residuals, false)] {
            let adjoint = differentiate(lowered(quote!(), source.clone()));
            let adjoint = if start { seeded_with_one(adjoint) } else { adjoint };
            let found = stage(simplify(adjoint)).to_string();
            assert_eq!(found.matches("save_if ").count(), 1, "{found}");
            assert_eq!(found.matches("< sparse ").count(), 1, "{found}");
            // And there alone is a new maximum computed.
            let lines: Vec<&str> = found.lines().map(str::trim).collect();
            let computed = lines.iter().position(|line| line.contains(" = max "));
            assert!(computed.is_none_or(|at| lines[at - 1].contains(" = if ")), "{found}");
            assert_eq!(parse(&found).map(|graph| graph.to_string()), Ok(found));
        }
    }
    // Every turn counts where the old value has a part in the new.
    let adjoint = differentiate(lowered(
        quote!(),
        quote! {
            fn f(x: &[f64]) -> f64 {
                let mut m = x[0];
                for i in 1..x.len() {
                    if x[i] > m {
                        m = x[i] * m;
                    } else {
                        m = m.sin();
                    }
                }
                m
            }
        },
    ));
    let found = of_sweeps(simplify(seeded_with_one(adjoint))).to_string();
    assert!(!found.contains("save_if"), "{found}");
}

/// What is saved, and how the adjoint goes, of a function over a list.
fn of_loops(source: proc_macro2::TokenStream) -> String {
    let adjoint = differentiate(lowered(quote!(), source));
    drop_dead(of_sweeps(simplify(seeded_with_one(adjoint)))).to_string()
}

#[test]
fn a_counter_is_stepped_back() {
    let found = of_loops(quote! {
        fn f(x: &[f64], n: usize) -> f64 {
            let mut total = 1.0;
            let mut at = 0;
            for i in 0..n {
                for _ in 0..i {
                    total *= x[at];
                    at += 2;
                }
                at -= i;
            }
            total
        }
    });
    assert_text(
        &found,
        r#"fn f(%0 x: &list f64 {0}, %1 n: integer) {
          %2 total: f64 = literal "1.0"
          %3 at: integer = bind_once "mut at" "0"
          %25 total: f64 {0} = loop "range" "i" "1" "0 .. n" "n" %1, %2 { %10 i: integer, %6 total: f64 {0} =>
            %23 total: f64 {0}, %35: constant = loop "range" "_" "0" "0 .. i" "i" %10, %6 { %13 total: f64 {0} =>
              %19: integer = once "at" "at" %3
              %20: f64 {0} = get %0, %19
              %21 total: f64 {0} = mul %13, %20
              run "at += 2 ;" "at" %3
              save %13
              yield %21
            }
            run "at -= i ;" "at" "i" %3, %10
            stack %35
            yield %23
          }
          %41 at: integer = once "at" "at" %3
          adjoint 1 %26: f64 ~%25 {0}
          %26: f64 ~%25 {0} = literal "1.0"
          %27 dx: list f64 {0} = zero_gradient %0
          %39 dtotal: f64 ~%2 {0}, %40 dx: list f64 {0}, %47 at: integer {0} = unloop_known "range" "i" "1" "0 .. n" "n" %1, %26, %27, %41 { %28 dtotal: f64 ~%23 {0}, %29 dx: list f64 {0}, %42 at: integer {0} < %52 i: integer {0} =>
            %53 at: integer {0} = constant "at + i" "at" "i" %42, %52
            %36 dtotal: f64 ~%6 {0}, %37 dx: list f64 {0}, %46 at: integer {0} = unloop_recorded "range" "_" "0" "0 .. i" "i" %35, %52, %28, %29, %53 { %30 dtotal: f64 ~%21 {0}, %31 dx: list f64 {0}, %44 at: integer {0} < %50 total: f64 {0} =>
              %48 at: integer {0} = constant "at - 2" "at" %44
              %49: f64 {0} = get %0, %48
              %32 dtotal: f64 ~%13 {0} = mul %30, %49
              %33: f64 ~%20 {0} = mul %30, %50
              %34 dx: list f64 {0} = add_view "get" %31, %33, %48
              yield %32, %34, %48
            }
            stack %35
            yield %36, %37, %46
          }
          yield %25, %40
        }"#,
    );
}

#[test]
fn a_variable_that_does_more_than_step_is_saved() {
    let steps = [
        quote!(at *= 2),
        quote!(at = i),
        quote!(if i > 2 {
            at += 1
        }),
        quote!(std::mem::swap(&mut at, &mut other)),
        quote!((at, other) = (other, at)),
        quote!(at += other),
        quote!(step!(at)),
    ];
    for step in steps {
        let found = of_loops(quote! {
            fn f(x: &[f64], n: usize) -> f64 {
                let mut total = 1.0;
                let mut at = 0;
                let mut other = 1;
                for i in 0..n {
                    total *= x[at];
                    at += 1;
                    #step;
                    other += 1;
                }
                total
            }
        });
        let saves_two =
            found.lines().any(|line| line.trim().starts_with("save %") && line.contains(", %"));
        assert!(saves_two, "{step}: {found}");
    }
}
