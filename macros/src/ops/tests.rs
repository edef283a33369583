//! Every formula reads; every name is found again.

use super::{by_call, similar, table, Gives, Kind, Row};
use crate::lower;

#[test]
fn every_formula_is_in_the_language() {
    for row in table() {
        let formulas = row
            .value()
            .into_iter()
            .chain((0..row.operands.len()).filter_map(|position| row.cotangent(position)));
        for formula in formulas {
            let graph = lower::formula(row, formula);
            assert_eq!(graph.body.results.len(), 1, "{row:?}: {formula}");
        }
        if let Some(formula) = row.through() {
            assert_eq!(lower::formula(row, formula).body.results.len(), 1, "{row:?}: {formula}");
        }
        for (position, formula) in
            (0..row.operands.len()).filter_map(|position| Some((position, row.tangent(position)?)))
        {
            let graph = lower::tangent_formula(row, position, formula);
            assert_eq!(graph.body.results.len(), 1, "{row:?}: {formula}");
        }
    }
}

#[test]
fn every_row_is_found_by_its_call() {
    for row in table() {
        assert_eq!(by_call(row.call, row.operands.len()), Some(row));
    }
}

#[test]
fn a_typo_finds_its_operation() {
    assert_eq!(similar("sofmax"), Some("softmax"));
    assert_eq!(similar("frobnicate"), None);
}

/// An operand that receives nothing must be unable to be active, or a silent zero would be given.
#[test]
fn every_operand_receives_something_or_is_constant() {
    let by_design = |row: &Row, operand: &str| row.name == "Copysign" && operand == "b";
    for row in table().filter(|row| !row.is_internal() && !row.is_view()) {
        if row.is_piecewise_constant() || row.is_composition() {
            continue;
        }
        for (position, operand) in row.operands.iter().enumerate() {
            assert!(
                row.cotangent(position).is_some()
                    || row.is_constant_operand(position)
                    || by_design(row, operand),
                "operand `{operand}` of {row:?} receives nothing"
            );
        }
    }
}

/// What a tangent flows into says what becomes of it, or a silent zero would be given: the set of rows is
/// closed under forward mode, and so under second order.
#[test]
fn every_operand_gives_its_tangent_or_is_constant() {
    let are_constant = [
        "FloatOf",
        "Zeros",
        "ZeroGradient",
        "One",
        "Count",
        "CountOfMean",
        "CountAxis",
        "Total",
        "ShareOfMax",
        "ShareOfMaxAxis",
        "OneHot",
        "Floor",
        "Ceil",
        "Round",
        "RoundTiesEven",
        "Trunc",
        "Signum",
        "DivEuclid",
    ];
    for row in table().filter(|row| row.kind != Kind::Query && !row.is_view()) {
        let is_constant = are_constant.contains(&row.name);
        assert_eq!(row.is_constant_in_tangents(), is_constant, "{row:?}");
        if is_constant || row.through().is_some() {
            continue;
        }
        for (position, operand) in row.operands.iter().enumerate() {
            let follows = row.is_elementwise() || row.gives() == Gives::Float;
            assert!(
                row.is_linear_in(position)
                    || row.tangent(position).is_some()
                    || follows && row.cotangent(position).is_some()
                    || row.is_constant_operand(position)
                    || row.is_shape_only(position)
                    || row.name == "Copysign" && *operand == "b"
                    || row.name.ends_with("Const") && *operand != "x",
                "operand `{operand}` of {row:?} gives no tangent"
            );
        }
    }
}
