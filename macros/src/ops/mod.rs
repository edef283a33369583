//! The one table of operations.
//!
//! A row is name, operands, domain, value, and each operand's cotangent, written in the language
//! that the macro compiles and read by the same `lower`. From it come the graph's operation, the
//! derivative, the elementwise kernel and its method on floats and arrays, a test against finite
//! differences, the page of supported operations and "did you mean" in errors.
//!
//! In a formula `y` is the value, `dy` its cotangent, and `dx: ..` what operand `x` receives (before
//! broadcasting is undone, which happens once, in `differentiate`). An operand named `like` lends
//! its shape only.
//!
//! Forward mode needs no more of an elementwise row. A row on whole arrays is `linear: [a, b]` in some of
//! its operands, or says what the tangent `dx` of an operand gives to the value's, `tx: ..`, or which formula
//! of other rows equals it, `through: ..`. Where the value is a float, its gradient says enough.

mod cotangents;
mod elementwise;
mod losses;
mod products;
mod queries;
mod reductions;
mod structure;
mod views;

use std::fmt;

/// What kind of operation a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// On floats, and element by element with broadcasting on arrays.
    Elementwise,
    /// On whole arrays: a function of the runtime of the same name.
    Whole,
    /// A part of an array, shown in place: a method of ndarray of the same name, whose cotangent is
    /// added into the same part.
    View,
    /// A constant asked of a value: a method of the same name.
    Query,
}

/// What a whole-array operation gives, as far as its row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    /// A float of the elements' type.
    Float,
    /// An array of the first operand's shape.
    Same,
    /// An array of as many axes as the first operand has.
    Alike,
    /// A gradient of the shape of the operand `like`.
    Like,
    /// An array with one axis less than the first operand.
    Reduced,
    /// What `dot` gives for its operands' ranks.
    Product,
    Unknown,
}

/// One operation.
pub(crate) struct Row {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    /// The method or function that a user writes.
    pub(crate) call: &'static str,
    /// The operator that a user writes, if it has one.
    pub(crate) symbol: Option<&'static str>,
    pub(crate) operands: &'static [&'static str],
    /// The condition on the operands under which it is tested; empty if there is none.
    pub(crate) domain: &'static str,
    /// `y`, `dx`, .. with their formulas.
    pub(crate) clauses: &'static [(&'static str, &'static str)],
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.call)
    }
}

/// Rows are the table's: the same name is the same row.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Row {
    /// The formula under `key`.
    pub(crate) fn clause(&self, key: &str) -> Option<&'static str> {
        self.clauses.iter().find(|(name, _)| *name == key).map(|(_, formula)| *formula)
    }

    /// The formula of the value; none where the runtime or the float type computes it.
    pub(crate) fn value(&self) -> Option<&'static str> {
        self.clause("y")
    }

    /// The formula of what operand number `position` receives.
    pub(crate) fn cotangent(&self, position: usize) -> Option<&'static str> {
        let operand = self.operands[position];
        let is_its = |key: &str| key.strip_prefix('d') == Some(operand);
        self.clauses.iter().find(|(key, _)| is_its(key)).map(|(_, formula)| *formula)
    }

    /// The formula of what the tangent of operand number `position` gives to the value's, where it does
    /// not follow from the cotangent's.
    pub(crate) fn tangent(&self, position: usize) -> Option<&'static str> {
        let operand = self.operands[position];
        let is_its = |key: &str| key.strip_prefix('t') == Some(operand);
        self.clauses.iter().find(|(key, _)| is_its(key)).map(|(_, formula)| *formula)
    }

    /// The formula of other rows whose tangent is this one's.
    pub(crate) fn through(&self) -> Option<&'static str> {
        self.clause("through").or_else(|| self.value().filter(|_| self.is_composition()))
    }

    /// True if the value is linear in the operand.
    pub(crate) fn is_linear_in(&self, position: usize) -> bool {
        let named = self.clause("linear").is_some_and(|operands| {
            let mut names = operands.trim_matches(['[', ']']).split(',').map(str::trim);
            names.any(|name| name == self.operands[position])
        });
        named || self.is_cast() && position == 0
    }

    /// True if the value's tangent is zero whatever the operands' are.
    pub(crate) fn is_constant_in_tangents(&self) -> bool {
        self.is_piecewise_constant()
            && self.through().is_none()
            && (0..self.operands.len())
                .all(|position| !self.is_linear_in(position) && self.tangent(position).is_none())
    }

    /// True if no operand receives anything: its value is constant as far as derivatives go.
    pub(crate) fn is_piecewise_constant(&self) -> bool {
        self.kind != Kind::View
            && self.value().is_none()
            && (0..self.operands.len()).all(|position| self.cotangent(position).is_none())
    }

    /// True if it is written in terms of other rows alone, its derivative following from theirs.
    pub(crate) fn is_composition(&self) -> bool {
        self.value().is_some()
            && (0..self.operands.len()).all(|position| self.cotangent(position).is_none())
    }

    pub(crate) fn is_elementwise(&self) -> bool {
        self.kind == Kind::Elementwise
    }

    /// True for `as f64`, which floats alone have.
    pub(crate) fn is_cast(&self) -> bool {
        matches!(self.name, "AsF32" | "AsF64" | "CastLike")
    }

    /// True for a product of matrices or vectors, which can be added where a sum lies.
    pub(crate) fn is_dot(&self) -> bool {
        matches!(self.name, "Dot" | "DotNt" | "DotTn")
    }

    pub(crate) fn is_view(&self) -> bool {
        self.kind == Kind::View
    }

    /// True for a part that is no array by itself: an element of a list, what an `Option` holds.
    pub(crate) fn is_element(&self) -> bool {
        matches!(self.name, "Get") || self.is_of_option()
    }

    /// True for what an `Option` holds.
    pub(crate) fn is_of_option(&self) -> bool {
        matches!(self.name, "Unwrap" | "Expect" | "UnwrapOr")
    }

    /// The type of the result, for a whole-array operation.
    pub(crate) fn gives(&self) -> Gives {
        match self.clause("gives") {
            Some("float") => Gives::Float,
            Some("same") => Gives::Same,
            Some("alike") => Gives::Alike,
            Some("like") => Gives::Like,
            Some("reduced") => Gives::Reduced,
            Some("product") => Gives::Product,
            _ => Gives::Unknown,
        }
    }

    /// True if a user calls `.unwrap()` on what ndarray gives.
    pub(crate) fn is_fallible(&self) -> bool {
        self.clause("fallible").is_some()
    }

    /// True if the operand lends its shape only.
    pub(crate) fn is_shape_only(&self, position: usize) -> bool {
        self.operands[position] == "like"
    }

    /// True if the operand is a constant by what it is: an axis, an index, a label.
    pub(crate) fn is_constant_operand(&self, position: usize) -> bool {
        matches!(
            self.operands[position],
            "axis"
                | "axes"
                | "n"
                | "i"
                | "info"
                | "part"
                | "labels"
                | "shape"
                | "indices"
                | "offset"
        )
    }

    /// True if neither ndarray nor the float types have it: a method of the prelude's traits.
    pub(crate) fn is_extension(&self) -> bool {
        let is_ours = self.is_elementwise() && self.value().is_some() && self.name != "Pow2";
        !self.is_internal() && (is_ours || self.clause("extension").is_some())
    }

    /// True if only generated code calls it.
    pub(crate) fn is_internal(&self) -> bool {
        self.clause("internal").is_some()
    }
}

/// Every row.
pub(crate) fn table() -> impl Iterator<Item = &'static Row> {
    [
        elementwise::ROWS,
        reductions::ROWS,
        products::ROWS,
        views::ROWS,
        structure::ROWS,
        losses::ROWS,
        queries::ROWS,
        cotangents::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// The row that a method, function or formula calls by this name, with so many operands.
pub(crate) fn by_call(call: &str, operands: usize) -> Option<&'static Row> {
    table().find(|row| row.call == call && row.operands.len() == operands)
}

/// The view that a method of this name takes.
pub(crate) fn view_by_call(call: &str) -> Option<&'static Row> {
    table().find(|row| row.is_view() && row.call == call)
}

/// The row of an operator.
pub(crate) fn by_symbol(symbol: &str, operands: usize) -> Option<&'static Row> {
    table().find(|row| row.symbol == Some(symbol) && row.operands.len() == operands)
}

/// The row of this name, which is in the table.
pub(crate) fn row(name: &str) -> &'static Row {
    table().find(|row| row.name == name).unwrap_or_else(|| unreachable!("no row is named {name}"))
}

/// Methods of arrays, floats and lists that give the same value, in another form.
pub(crate) const SHOWS: [&str; 11] = [
    "as_ref",
    "borrow",
    "view",
    "to_shared",
    "into_shared",
    "into",
    "cloned",
    "copied",
    "reborrow",
    "to_vec",
    "as_slice",
];

/// The name of a row that a user can call and that is spelled almost like `call`.
pub(crate) fn similar(call: &str) -> Option<&'static str> {
    table()
        .filter(|row| !row.is_internal() && row.call != call)
        .map(|row| (distance(row.call, call), row.call))
        .min()
        .filter(|(distance, _)| *distance <= 1 + call.len() / 5)
        .map(|(_, name)| name)
}

/// Levenshtein's distance between two names.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

/// Writes rows down. `Ln = ln(x) if x > 0.0 => { dx: dy / x; }`; an operator follows `as`.
macro_rules! rows {
    ($kind:ident: $(
        $(#[doc = $doc:literal])*
        $name:ident = $call:ident($($operand:ident),*) $(as $symbol:literal)? $(if $domain:expr)? => {
            $($key:ident: $value:expr;)*
        }
    )*) => {
        pub(super) static ROWS: &[crate::ops::Row] = &[$(crate::ops::Row {
            kind: crate::ops::Kind::$kind,
            name: stringify!($name),
            doc: concat!($($doc, "\n"),*),
            call: stringify!($call),
            symbol: crate::ops::rows!(@symbol $($symbol)?),
            operands: &[$(stringify!($operand)),*],
            domain: concat!($(stringify!($domain))?),
            clauses: &[$((stringify!($key), stringify!($value))),*],
        }),*];
    };
    (@symbol) => { None };
    (@symbol $symbol:literal) => { Some($symbol) };
}
use rows;

#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;
