//! What is done with values: iterators, closures, calls, places and loops, which are all written in forms that
//! Rust has for other things too.

#[cfg(test)]
use super::Form;
use super::Refusal;

/// Of an iterator that is used up by what is no chain of ours.
pub(crate) const NOT_A_CHAIN: Refusal = Refusal::new(
    "of an iterator over active values is not supported",
    "end it with `sum`, `product`, `fold`, `reduce`, `collect`, `for_each`, `find`, `find_map`, `next`, `nth`, `last`, `max_by` or \
     `min_by`, or write the loop",
    "iterator_used_up",
);

/// Of an iterator that is no part of a chain.
pub(crate) const ITERATOR_WITH_A_NAME: Refusal = Refusal::new(
    "an iterator over active values is not a value of its own",
    "go over it, or end its chain, where it is made",
    "iterator_with_a_name",
);

/// Of a method that makes another iterator of one.
pub(crate) const ADAPTER: Refusal = Refusal::new(
    "of an iterator over active values is not supported",
    "use `map`, `enumerate`, `zip`, `rev`, `chain`, `skip`, `take`, `step_by`, `windows`, `chunks`, `filter`, `filter_map`, `flat_map`, \
     `flatten`, `scan` and `take_while`, and collect before what stands within another chain, or write the loop",
    "iterator_not_understood",
);

/// Of an adaptor after which no position says what is lent.
pub(crate) const PASSES_OVER_PLACES: Refusal = Refusal::new(
    "over what is lent mutably is not supported",
    "put an `if` in a loop over all of it",
    "iterator_lends_to_a_filter",
);

/// Of `0..` and what is made of it.
pub(crate) const NO_END: Refusal = Refusal::new(
    "this iterator has no end",
    "`zip` it with what has one, or write it with both ends",
    "iterator_without_end",
);

/// Of `any`, `all`, `position` and `count` with a closure that does more than look.
pub(crate) const ASKED: Refusal = Refusal::new(
    "over active values is not supported with this closure",
    "write the loop",
    "iterator_asked_by_a_closure_that_writes",
);

/// Of `Zip::indexed`.
pub(crate) const ZIP_OF_POSITIONS: Refusal = Refusal::new(
    "`Zip::indexed` of active values is not supported",
    "go over `indexed_iter()`, or over the positions in a loop",
    "iterator_over_positions",
);

/// Of `x.windows((2, 2))`.
pub(crate) const WINDOWS_OF_AXES: Refusal = Refusal::new(
    "windows over several axes of active values are not supported",
    "take `slice(s![i..i + n, j..j + m])` in loops over the positions",
    "iterator_over_positions",
);

/// Of what is lent mutably to a pattern.
pub(crate) const LENT_WITHOUT_NAME: Refusal = Refusal::new(
    "what is lent mutably is written through a name",
    "give it one here and write `*name = ..`",
    "iterator_lends_to_a_pattern",
);

/// Of `iter_mut` and its like.
pub(crate) const NO_VARIABLE: Refusal = Refusal::new(
    "what is lent mutably here is no local variable",
    "index it, or give it a name before",
    "iterator_lends_no_variable",
);

/// Of a closure that is bound to a name.
pub(crate) const MOVES_WHAT_IT_WRITES: Refusal = Refusal::new(
    "this closure owns a variable that it writes, and an active value reaches it",
    "leave out `move`, or give it the value and let it give the new one back",
    "expression_closure_that_moves",
);

/// Of the operand of `mapv`, `fold`, `for_each` and their like.
pub(crate) const NO_CLOSURE: Refusal = Refusal::new(
    "of active values is given its function where it stands",
    "write a closure, or the name of a function",
    "closure_from_elsewhere",
);

/// Of a closure over the elements of an array.
pub(crate) const CHANGES_TYPE: Refusal = Refusal::new(
    "this closure decides something and changes the type of the elements",
    "cast in a closure of its own first, `mapv(|v| v as f64)`",
    "closure_that_changes_the_type",
);

/// Of what is called, and is no name.
pub(crate) const CALL_OF_AN_EXPRESSION: Refusal = Refusal::new(
    "only functions called by their name can be differentiated",
    "name the function, or make it a `#[differentiable]` one",
    "call_of_an_expression",
);

/// Of a path through a trait.
pub(crate) const CALL_THROUGH_A_TRAIT: Refusal = Refusal::new(
    "a path with `<..>` does not show which function is meant",
    "call it by a plain path",
    "call_through_a_trait",
);

/// Of a function pointer, or a closure that came as an argument.
pub(crate) const CALL_OF_A_VALUE: Refusal = Refusal::new(
    "which function this value calls cannot be seen here",
    "call a `#[differentiable]` function by its name",
    "call_of_a_value",
);

/// Of `view`, `to_vec` and their like, which arrays have, and structs may have.
pub(crate) const OF_UNSEEN_TYPE: Refusal = Refusal::new(
    "is a method of arrays, or one of yours, and the type that it is called on is not seen here",
    "say it: `let image: &Array2<f64> = ..`, `let camera: &Camera = ..`",
    "method_of_an_unseen_type",
);

/// Of `to_owned` of a struct.
pub(crate) const COPY_OF_A_STRUCT: Refusal = Refusal::new(
    "of a struct may be a method of yours, or a copy, and which of them is not seen here",
    "write `clone()`, or give your method another name",
    "method_that_copies_a_struct",
);

/// Of a method that is differentiated itself, and is called like the one that copies.
pub(crate) const CALLED_CLONE: Refusal = Refusal::new(
    "`clone` is taken for a copy of the value wherever it is called, through which its derivative goes as it is",
    "give this method another name",
    "method_that_copies_a_struct",
);

/// Of an operation that may fail.
pub(crate) const FALLIBLE: Refusal = Refusal::new(
    "gives an `Option` or a `Result`",
    "call `.unwrap()` on it right here",
    "method_fallible_without_unwrap",
);

/// Of a method of an `Option` that is no operation.
pub(crate) const OPTION_METHOD: Refusal = Refusal::new(
    "of an active `Option` is not supported",
    "take its value out by `unwrap()`, `expect(..)` or `unwrap_or(..)`, or decide with `if let` or `match`",
    "method_of_an_option",
);

/// Of `x.map(f)` where `x` is a `[T; N]`.
pub(crate) const MAP_OF_A_LIST: Refusal = Refusal::new(
    "`map` of a list is read only where it gives floats of floats, or its elements are written, as in `[a, b].map(f)`",
    "write a loop that writes the elements, or `iter().map(..).collect::<Vec<_>>()`",
    "method_map_of_a_list",
);

/// Of any other method.
pub(crate) const METHOD: Refusal = Refusal::new(
    "is not an operation that chainrule can differentiate",
    "see the list of operations",
    "method_not_an_operation",
);

/// Of `arr2(&rows)`.
pub(crate) const LIST_OF_LISTS: Refusal = Refusal::new(
    "an array is made of a list of lists only where that is written",
    "write `&[[a, b], [c, d]]` here",
    "method_of_a_list_of_lists",
);

/// Of `Array2::from_shape_fn(x.raw_dim(), f)`.
pub(crate) const SHAPE_OF_POSITIONS: Refusal = Refusal::new(
    "this shape does not say how many axes there are",
    "write the lengths as a tuple, `(n, m)`",
    "method_shape_of_positions",
);

/// Of a float that an integer is calculated with.
pub(crate) const INTEGER: Refusal = Refusal::new(
    "is an integer beside an active value",
    "write it as a float, with `.0`",
    "types_integer_beside_a_generic",
);

/// Of code that ends with a statement.
pub(crate) const NO_VALUE: Refusal = Refusal::new(
    "this has no value",
    "end it with an expression, or make it a statement of its own",
    "expression_without_value",
);

/// Of a place that is no part of a variable of this function.
pub(crate) const NOT_OF_THIS_FUNCTION: Refusal = Refusal::new(
    "an active value cannot be written here",
    "write it to a local variable of this function",
    "place_of_a_constant_argument",
);

/// Of a place that is chosen.
pub(crate) const NO_PLACE: Refusal = Refusal::new(
    "which variable is written here cannot be seen",
    "name the variable and the part of it",
    "place_that_is_chosen",
);

/// Of a function in a body that ends up in itself.
pub(crate) const CALLS_ITSELF: Refusal = Refusal::new(
    "a function inside of the body that calls itself is not supported",
    "put it outside, with #[differentiable] on it",
    "call_of_itself",
);

/// Of a name for a place that is given another place.
pub(crate) const NAME_MOVES: Refusal = Refusal::new(
    "this name stands for a part of a variable, and cannot come to stand for another",
    "write through it (`*r = ..`), or give the other part a name of its own",
    "place_under_another_name",
);

/// Of a method on the left.
pub(crate) const WRITTEN_THROUGH: Refusal = Refusal::new(
    "of an active value cannot be written through",
    "use `slice_mut`, `row_mut`, `column_mut`, `index_axis_mut` or an index",
    "method_of_a_list",
);

/// Of a subslice that is handed to what writes it as a whole.
pub(crate) const SUBSLICE: Refusal = Refusal::new(
    "a subslice cannot be written as a whole here",
    "use `fill` or `copy_from_slice`, or write its elements",
    "place_that_is_a_subslice",
);

/// Of `x.row_mut(0).swap_axes(0, 1)`.
pub(crate) const VIEW_MOVED: Refusal = Refusal::new(
    "this moves the axes of a view, and nothing could be written through that afterwards",
    "move the axes of the array, or write at the other positions",
    "place_whose_axes_are_moved",
);

/// Of the attribute on a loop.
pub(crate) const CHECKPOINT: Refusal = Refusal::new(
    "this is not understood on a loop",
    "write `#[checkpoint]` or `#[checkpoint(every = 100)]`",
    "loop_checkpointed_that_runs_once",
);

/// Of the length of segments.
pub(crate) const CHECKPOINT_EVERY: Refusal = Refusal::new(
    "how many turns a segment has cannot depend on an active value",
    "write a constant integer",
    "loop_checkpointed_by_an_active_value",
);

/// Of what may give something else each time.
pub(crate) const RUNS_ONCE: Refusal = Refusal::new(
    "what is checkpointed is computed again in the backward pass, and this may do something else then",
    "do it before the loop or branch that it stands in",
    "loop_checkpointed_that_runs_once",
);

/// Of a write that was not foreseen; no program is known in which there is one.
pub(crate) const LOST: Refusal = Refusal::new(
    "is written in this loop in a way that is not followed",
    "write it by its name, in the body of a `for` loop",
    "",
);

/// Of an `Option` of floats beside integers, which is carried member by member.
pub(crate) const OPTION_FROM_ELSEWHERE: Refusal = Refusal::new(
    "this loop carries an `Option` of floats beside integers, and this one was not made by `Some(..)` in this function",
    "take it apart with `if let`, and make the new one with `Some((a, i))`",
    "loop_carries_an_option_from_elsewhere",
);

/// Of a loop that is read again and again; no program is known that rustc takes.
pub(crate) const UNSETTLED: Refusal = Refusal::new(
    "the types of what this loop carries cannot be settled",
    "write them in the `let`s before it",
    "",
);

/// What is written of these, in the order of the page.
#[cfg(test)]
pub(super) const FORMS: &[Form] = &[
    Form::of(
        "`x.iter().zip(&y).map(f).sum()`",
        "the loop that it stands for",
        &[NOT_A_CHAIN, ADAPTER, WINDOWS_OF_AXES, ITERATOR_WITH_A_NAME],
    ),
    Form::of(
        "`x.iter().filter(f).map(g)`, `filter_map`, `flat_map`, `flatten`, `scan`, `take_while`, `skip_while`, `map_while`, `inspect`",
        "the loop that it stands for, in which some items are passed over",
        &[ADAPTER, PASSES_OVER_PLACES],
    ),
    Form::of(
        "`x.iter().copied().reduce(f)`, `find(f)`, `find_map(f)`, `next()`, `nth(i)`, `last()`, `max_by(f)`, `min_by(f)`",
        "an `Option` of the item that is chosen",
        &[NOT_A_CHAIN],
    ),
    Form::of("`(0..).zip(&x)`", "an iterator without end beside one with an end", &[NO_END]),
    Form::of(
        "`x.iter().any(f)`, `all`, `count`, `position`",
        "an answer, through which nothing flows",
        &[ASKED],
    ),
    Form::of(
        "`for row in x.rows_mut()`, `columns_mut`, `outer_iter_mut`, `iter_mut`, `chunks_mut`, `chunks_exact_mut`, `&mut x`",
        "a name for a place in `x`, which is read and written through it",
        &[LENT_WITHOUT_NAME, NO_VARIABLE],
    ),
    Form::of(
        "`f` in `x.mapv(f)`, `map`, `fold`, `for_each`, `zip_mut_with`",
        "a closure, or the name of a function",
        &[NO_CLOSURE, CHANGES_TYPE],
    ),
    Form::of(
        "`Zip::from(&mut x).and(&y).for_each(f)`, `map_collect`",
        "what each element of the arrays that are lent by `&mut` becomes",
        &[ZIP_OF_POSITIONS],
    ),
    Form::of(
        "`let f = \\|v\\| ..; f(a)`, `fn f(v: f64) -> f64 { .. }` in the body",
        "read wherever it is called",
        &[CALL_OF_A_VALUE],
    ),
    Form::of("`T::f(a)`, `m::f(a)`", "by the path", &[CALL_THROUGH_A_TRAIT]),
    Form::of("`x.mean().unwrap()`", "an operation that may fail, with its `unwrap`", &[FALLIBLE]),
    Form::of("`x.view()`, `x.into()`, `x.to_vec()`, `x.to_owned()`, `x.cloned()`", "the same value", &[OF_UNSEEN_TYPE, COPY_OF_A_STRUCT, CALLED_CLONE]),
    Form::of(
        "`p.bias.unwrap_or(0.0)`, `p.bias.map(|b| b * a)`, `map_or`, `and_then`, `if let Some(b) = p.bias`",
        "what an `Option` holds",
        &[OPTION_METHOD],
    ),
    Form::of(
        "`Array1::from_vec(v)`, `Array1::from_iter(..)`, `Array2::from_shape_fn((n, m), |(i, j)| a)`, `arr2(&[[a, b], [c, d]])`",
        "an array of floats",
        &[LIST_OF_LISTS, SHAPE_OF_POSITIONS],
    ),
    Form::of("`[a, b].map(f)`, `x.map(f)` of floats", "a list", &[MAP_OF_A_LIST]),
    Form::of("`2.0 * a`", "an operation", &[INTEGER]),
    Form::of("`let y = { .. a };`, `return a`", "the value that it ends with", &[NO_VALUE]),
    Form::of(
        "`x[i] = a`, `p.w += a`, `x.row_mut(i).assign(&a)`",
        "a new version of a local variable",
        &[NOT_OF_THIS_FUNCTION, NO_PLACE, NAME_MOVES, SUBSLICE, WRITTEN_THROUGH],
    ),
    Form::of(
        "`let r = &mut x.w[i]`, `&mut v[a..]`, `x.row_mut(i)`, `let (a, b) = v.split_at_mut(n)`",
        "a name for the place, whatever is written to the variable afterwards",
        &[],
    ),
    Form::of(
        "`v.push(a)`, `v.extend(w)`, `v.append(&mut w)`, `v.pop()`, `v.insert(i, a)`, `v.remove(i)`, `v.swap_remove(i)`, `v.resize(n, a)`, \
         `v.truncate(n)`, `v.clear()`",
        "a new version of a `Vec`",
        &[],
    ),
    Form::of(
        "`v.swap(i, j)`, `v.reverse()`, `v.rotate_left(n)`, `v.sort_by(f)`, `v.retain(f)`",
        "a new version of a list; where its elements go is a constant",
        &[],
    ),
    Form::of(
        "`v.first()`, `v.last()`, `v.get(i)`, `if let Some(a) = v.last_mut()`, `*v.first_mut().unwrap() = a`",
        "an element, if there is one, or its place",
        &[],
    ),
    Form::of(
        "`o.take()`, `o.replace(a)`, `if let Some(a) = &mut o`, `if let Some(a) = o.as_mut()`",
        "a new version of an `Option`",
        &[],
    ),
    Form::of("`x.swap_axes(0, 1);`", "a new version of an array", &[VIEW_MOVED]),
    Form::of(
        "`#[checkpoint] for ..`",
        "a loop of which only some turns are kept; the others are computed again",
        &[CHECKPOINT, CHECKPOINT_EVERY, RUNS_ONCE],
    ),
    Form::of("what a loop writes", "carried from turn to turn", &[LOST, UNSETTLED, OPTION_FROM_ELSEWHERE]),
];
