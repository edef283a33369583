//! Where the elements of a list go by their values: constants, through which nothing flows.

use std::cmp::Ordering;

/// The positions of the elements in the order that `compare` puts them in; equals stay as they are.
pub fn order_by<T>(list: &[T], mut compare: impl FnMut(&T, &T) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by(|a, b| compare(&list[*a], &list[*b]));
    order
}

/// The positions of the elements that are kept.
pub fn kept_by<T>(list: &[T], mut keeps: impl FnMut(&T) -> bool) -> Vec<usize> {
    (0..list.len()).filter(|at| keeps(&list[*at])).collect()
}
