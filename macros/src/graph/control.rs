//! How loops go, and what a write leads to.

use super::{Tokens, Verbatim};
use crate::ops::Row;

/// How a loop goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Loop {
    pub(crate) head: Head,
    /// True if the body's first result says whether the loop ends with this turn.
    pub(crate) exits: bool,
    /// True for the loop over the segments of a checkpointed one: its adjoint computes a turn again.
    pub(crate) is_checkpointed: bool,
}

/// What decides on a loop's turns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Head {
    /// `for pattern in iterable`, over constants: the first arguments are what the iterable mentions.
    Each(Each),
    /// `while condition`.
    While,
}

/// A loop over constants, as the user wrote it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Each {
    pub(crate) iterable: Verbatim,
    pub(crate) pattern: Tokens,
    /// How many names the pattern binds: the first parameters of the body.
    pub(crate) items: usize,
    /// True for a range of integers, which can be run backwards.
    pub(crate) is_range: bool,
}

/// How the adjoint of a loop goes, or the part of it that is linear in tangents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unloop {
    /// The items of the loop, where they are gone through again.
    pub(crate) again: Option<Each>,
    /// What tells the turns that were run.
    pub(crate) turns: Turns,
}

/// How many turns the adjoint of a loop has, and what each finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turns {
    /// As many as were recorded, each with what was saved.
    Recorded,
    /// As many as were counted.
    Counted,
    /// As many as the loop's items, which are known again.
    Known,
}

/// A step from a value to a part of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// `.member`.
    Field(String),
    /// `[operand]`.
    Index,
    /// A view of an array, with the operands of its row.
    View(&'static Row),
}

/// What is done with the part that an update leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// `part = v`.
    Set,
    /// `part.assign(&v)`, with broadcasting.
    Assign,
    /// `part.push(v)`.
    Push,
    /// `part.truncate(n)`.
    Truncate,
}
