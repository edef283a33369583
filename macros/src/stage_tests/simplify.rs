//! The passes of `simplify`.

use quote::quote;

use super::{assert_text, lowered, stage};
use crate::differentiate::{differentiate, seeded_with_one};
use crate::simplify::{
    drop_broadcasts, drop_dead, fold, fuse, fuse_sweeps, gather_elements, put_off_sums,
    settle_signs, share, share_likes, simplify_sweeps, take_means_apart,
};

#[test]
fn fold_knows_ones_integers_and_decided_branches() {
    let found = stage(
        fold,
        r#"fn f(%0 x: f64 {0}) {
            %1: integer = constant "3"
            %2: bool = constant "n == 0" "n" %1
            %3: f64 {0} = if %2 { =>
                %4: literal = literal "0.0"
                yield %4
            } { =>
                %5: integer = constant "n - 2" "n" %1
                %6: f64 {0} = powi %0, %5
                %7: literal = literal "1.0"
                %8: f64 {0} = mul %7, %6
                yield %8
            }
            yield %3
        }"#,
    );
    assert_text(
        &found,
        r#"fn f(%0 x: f64 {0}) {
            %1: integer = constant "3"
            %2: bool = constant "n == 0" "n" %1
            %5: integer = constant "n - 2" "n" %1
            %7: literal = literal "1.0"
            yield %0
        }"#,
    );
}

#[test]
fn share_computes_once_and_drop_dead_drops() {
    let found = stage(
        |graph| drop_dead(share(graph)),
        r#"fn f(%0 x: f64 {0}) {
            %1: f64 {0} = exp %0
            %2: f64 {0} = exp %0
            %3: f64 {0} = ln %0
            run "println ! (\"{x}\")" "x" %0
            %4: f64 {0} = mul %1, %2
            yield %4
        }"#,
    );
    assert_text(
        &found,
        r#"fn f(%0 x: f64 {0}) {
            %1: f64 {0} = exp %0
            run "println ! (\"{x}\")" "x" %0
            %4: f64 {0} = mul %1, %1
            yield %4
        }"#,
    );
}

#[test]
fn sums_of_the_same_two_are_one_and_so_are_numbers() {
    let found = stage(
        |graph| drop_dead(share(graph)),
        r#"fn f(%0 x: f64 {0}) {
            %1: literal = literal "2.0"
            %2: f64 {0} = mul %1, %0
            %3: literal = literal "2.0"
            %4: f64 {0} = mul %0, %3
            %5: f64 {0} = sub %4, %2
            %6: f64 {0} = sub %2, %0
            %7: f64 {0} = sub %0, %2
            %8: f64 {0} = add %5, %6
            %9: f64 {0} = add %8, %7
            yield %9
        }"#,
    );
    assert_text(
        &found,
        r#"fn f(%0 x: f64 {0}) {
            %1: literal = literal "2.0"
            %2: f64 {0} = mul %1, %0
            %5: f64 {0} = sub %2, %2
            %6: f64 {0} = sub %2, %0
            %7: f64 {0} = sub %0, %2
            %8: f64 {0} = add %5, %6
            %9: f64 {0} = add %8, %7
            yield %9
        }"#,
    );
}

#[test]
fn a_difference_is_no_sum_with_a_negation() {
    let found = stage(
        |graph| drop_dead(settle_signs(graph)),
        r#"fn f(%0 x: f64 {0}, %1 z: f64 {1}) {
            %2: f64 {0} = neg %0
            %3: f64 {0 1} = mul %2, %1
            %4: f64 {0 1} = add %3, %1
            %5: f64 {0 1} = sub %4, %2
            %6: f64 {0} = neg %2
            %7: f64 {0 1} = mul %2, %6
            %8: f64 {0 1} = add %5, %7
            %9: f64 {0 1} = mul %7, %8
            yield %9
        }"#,
    );
    assert_text(
        &found,
        r#"fn f(%0 x: f64 {0}, %1 z: f64 {1}) {
            %2: f64 {0} = neg %0
            %10: f64 {0 1} = mul %0, %1
            %4: f64 {0 1} = sub %1, %10
            %5: f64 {0 1} = add %4, %0
            %7: f64 {0 1} = mul %2, %0
            %8: f64 {0 1} = add %5, %7
            %9: f64 {0 1} = mul %7, %8
            yield %9
        }"#,
    );
}

#[test]
fn a_sum_to_its_own_shape_is_dropped_and_an_expanded_float_stays_a_float() {
    let found = stage(
        |graph| drop_dead(drop_broadcasts(graph)),
        r"fn f(%0 x: &f64[2] {0}, %1 s: f64 {0}) {
            %2: f64[2] {0} = expand %1, %0
            %3: f64[2] {0} = mul %2, %0
            %4: f64[2] {0} = sum_to %0, %3
            yield %4
        }",
    );
    assert_text(
        &found,
        r"fn f(%0 x: &f64[2] {0}, %1 s: f64 {0}) {
            %3: f64[2] {0} = mul %1, %0
            yield %3
        }",
    );
}

#[test]
fn fuse_makes_one_kernel_of_a_run_and_its_sums() {
    let found = stage(
        fuse,
        r"fn f(%0 x: &f64[2] {0}, %1 b: &f64[1] {1}, %2 dy: &f64[2] {0 1}) {
            %3: f64[2] {0 1} = exp %2
            %4: f64[2] {0 1} = mul %3, %2
            %5: f64[2] {0} = sum_to %0, %4
            %6: f64[1] {1} = sum_to %1, %4
            yield %5, %6
        }",
    );
    assert_text(
        &found,
        r#"fn f(%0 x: &f64[2] {0}, %1 b: &f64[1] {1}, %2 dy: &f64[2] {0 1}) {
            %5: f64[2] {0}, %6: f64[1] {1} = pull "2" %0, %1, %2 { %7 dy: f64 {0 1} =>
                %8: f64 {0 1} = exp %7
                %11: f64 {0 1} = mul %8, %7
                yield %11, %11
            }
            yield %5, %6
        }"#,
    );
}

#[test]
fn a_sum_follows_what_is_linear_in_it() {
    let found = stage(
        |graph| drop_dead(put_off_sums(graph)),
        r"fn f(%0 b: &f64[1] {0}, %1 dy: &f64[2] {0}) {
            %2: f64[1] {0} = sum_to %0, %1
            %3: f64[1] {0} = mul %2, %0
            %4: f64[1] {0} = neg %3
            yield %4
        }",
    );
    assert_text(
        &found,
        r"fn f(%0 b: &f64[1] {0}, %1 dy: &f64[2] {0}) {
            %5: f64[2] {0} = mul %1, %0
            %6: f64[2] {0} = neg %5
            %4: f64[1] {0} = sum_to %0, %6
            yield %4
        }",
    );
}

#[test]
fn a_factor_of_another_shape_stays_behind_the_sum() {
    let text = r"fn f(%0 b: &f64[1] {0}, %1 dy: &f64[2] {0}, %2 x: &f64[2] {0}) {
            %3: f64[1] {0} = sum_to %0, %1
            %4: f64[2] {0} = mul %3, %2
            yield %4
        }";
    assert_text(&stage(put_off_sums, text), text);
}

#[test]
fn a_shape_is_asked_of_what_is_needed_anyway() {
    let found = stage(
        |graph| drop_dead(share_likes(graph)),
        r"fn f(%0 x: &f64[2] {0}, %1 k: f64 {0}) {
            %2: f64[2] {0} = mul %0, %1
            %3: f64[2] {0} = exp %2
            adjoint 1 %4 dy: f64[2] {0}
            %5: f64[2] {0} = mul %4, %3
            %6: f64[2] {0} = sum_to %2, %5
            yield %3, %6
        }",
    );
    assert!(found.contains("sum_to %0, %5"), "{found}");
}

#[test]
fn a_mean_of_a_kernel_is_a_sum_in_it() {
    let found = stage(
        |graph| drop_dead(fuse_sweeps(take_means_apart(graph))),
        r"fn f(%0 x: &f64[2] {0}) {
            %1: f64[2] {0} = exp %0
            %2: f64 {0} = mean %1
            yield %2
        }",
    );
    assert!(found.contains("count_of_mean %"), "{found}");
    assert!(!found.contains(" = mean %"), "{found}");
}

#[test]
fn a_mean_does_not_keep_its_kernel_and_the_adjoint_apart() {
    let found = stage(
        simplify_sweeps,
        r#"fn f(%0 x: &f64[2] {0}, %1 y: &f64[2]) {
            %2: f64[2] {0} = sub %0, %1
            %3: f64[2] {0} = mul %2, %2
            %4: f64 {0} = mean %3
            adjoint 1 %5 dy: f64 {0}
            %5: f64 {0} = literal "1.0"
            %6: f64 {0} = count %3
            %7: f64 {0} = div %5, %6
            %8: f64[2] {0} = mul %7, %2
            %9: f64[2] {0} = add %8, %8
            %10: f64[2] {0} = sum_to %0, %9
            yield %4, %10
        }"#,
    );
    assert_eq!(found.matches(" = pull ").count(), 1, "{found}");
    assert_eq!(found.matches(" = map ").count(), 0, "{found}");
    assert_eq!(found.matches("count").count(), 1, "{found}");
}

#[test]
fn two_sums_of_one_value_are_taken_where_it_is_computed() {
    let found = stage(
        |graph| drop_dead(fuse_sweeps(graph)),
        r"fn f(%0 x: &f64[2] {0}, %1 b: &f64[1] {0}, %2 z: &f64[2]) {
            %3: f64[2] {0} = add %0, %1
            %4: f64[2] {0} = mul %3, %2
            %5: f64[2] {0} = sum_to %0, %4
            %6: f64[1] {0} = sum_to %1, %4
            yield %5, %6
        }",
    );
    assert!(found.contains("%5: f64[2] {0}, %6: f64[1] {0} = pull"), "{found}");
    assert!(!found.contains(" = map "), "{found}");
}

#[test]
fn what_one_element_receives_is_added_up_first() {
    let found = stage(
        |graph| drop_dead(gather_elements(graph)),
        r#"fn f(%0 x: &f64[1] {0}, %1 i: integer, %2 j: integer, %3 a: f64 {0}, %4 b: f64 {0}, %5 c: f64 {0}) {
            %6: f64[1] {0} = zeros %0
            %7: f64[1] {0} = add_view "get" %6, %3, %1
            %8: f64[1] {0} = add_view "get" %7, %4, %2
            %9: f64[1] {0} = add_view "get" %8, %5, %1
            yield %9
        }"#,
    );
    assert_text(
        &found,
        r#"fn f(%0 x: &f64[1] {0}, %1 i: integer, %2 j: integer, %3 a: f64 {0}, %4 b: f64 {0}, %5 c: f64 {0}) {
            %6: f64[1] {0} = zeros %0
            %8: f64[1] {0} = add_view "get" %6, %4, %2
            %10: f64 {0} = add %3, %5
            %9: f64[1] {0} = add_view "get" %8, %10, %1
            yield %9
        }"#,
    );
}

/// Value and gradient in one sweep, simplified.
fn gradient_of(item: proc_macro2::TokenStream) -> String {
    let adjoint = differentiate(lowered(quote!(), item));
    let seeded = seeded_with_one(adjoint);
    stage(simplify_sweeps, &seeded.to_string())
}

#[test]
fn value_and_gradient_of_a_chain_are_one_kernel() {
    let found = gradient_of(quote! {
        fn chain(a: &Array1<f32>, b: &Array1<f32>, c: &Array1<f32>) -> f32 {
            ((a * b + c).tanh() * (a - c).sigmoid() + (-(b * b)).exp()).sum()
        }
    });
    assert_eq!(found.matches(" = pull ").count(), 1, "{found}");
    assert_eq!(found.matches(" = map ").count(), 0, "{found}");
}

#[test]
fn a_loop_that_adds_up_runs_with_its_adjoint() {
    let found = gradient_of(quote! {
        fn sums(x: &[f64]) -> f64 {
            let mut sum = 0.0;
            for i in 0..x.len() {
                let mut power = 1.0;
                for _ in 0..3 {
                    power = power * x[i];
                }
                sum += power;
            }
            2.0 * sum
        }
    });
    // The power is carried, so its turns are undone from the last to the first; all else is one loop.
    assert_eq!(found.matches(" = loop ").count(), 2, "{found}");
    assert_eq!(found.matches(" = unloop_").count(), 1, "{found}");
    // Gradients of arrays are added up like those of floats.
    let found = gradient_of(quote! {
        fn samples(w: &Array2<f64>, b: &Array1<f64>, x: &Array2<f64>) -> f64 {
            let mut loss = 0.0;
            for i in 0..x.nrows() {
                loss += (w.dot(&x.row(i)) + b).tanh().sum();
            }
            loss
        }
    });
    assert_eq!(found.matches(" = loop ").count(), 1, "{found}");
    assert_eq!(found.matches(" = unloop_").count(), 0, "{found}");
}

#[test]
fn a_loop_whose_sum_decides_on_its_adjoint_runs_before_it() {
    let of_the_sum = quote! {
        fn f(x: &[f64]) -> f64 {
            let mut sum = 0.0;
            for i in 0..x.len() { sum += x[i].exp(); }
            sum.ln()
        }
    };
    let consumed = quote! {
        fn f(x: &[f64]) -> f64 {
            let mut y = vec![0.0; 3];
            let mut sum = 0.0;
            for i in 0..x.len() {
                y[0] = x[i] * y[0];
                sum += y[0];
            }
            sum
        }
    };
    let between = quote! {
        fn f(x: &[f64]) -> f64 {
            let mut sum = 0.0;
            for i in 0..x.len() {
                println!("{i}");
                sum += x[i] * x[i];
            }
            println!("between");
            sum
        }
    };
    for function in [of_the_sum, consumed] {
        let found = gradient_of(function);
        assert_eq!(found.matches(" = unloop_").count(), 1, "{found}");
    }
    let found = gradient_of(between);
    let (turn, after) = (found.find("i}").expect("a print"), found.find("between"));
    assert!(after.is_some_and(|after| turn < after), "{found}");
}

#[test]
fn nothing_runs_before_a_check_that_stands_before_it() {
    let found = stage(
        fuse,
        r#"fn f(%0 x: &f64[1] {0}, %1 y: &f64[1] {1}) {
            %2 a: f64[1] {0} = exp %0
            run "assert_eq ! (a.len() , y.len())" "a" "y" %2, %1
            %3: f64[1] {0 1} = mul %2, %1
            %4: f64 {0 1} = sum %3
            yield %4
        }"#,
    );
    let check = found.find("run \"").expect("the check stays");
    assert!(found.find("pull").is_some_and(|kernel| check < kernel), "{found}");
}
