//! Every formula reads; every name is found again.

use super::{by_call, similar, table, Row};
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
