//! Axes moved in place: `x.swap_axes(0, 1);` makes a new version of `x`.

use syn::{Expr, ExprMethodCall};

use super::Lowering;
use crate::language;
use crate::ops;

impl Lowering<'_> {
    /// Reads a statement that moves the axes of an active array, if it is one.
    pub(super) fn moves_axes(&mut self, call: &ExprMethodCall) -> bool {
        let row = match (call.method.to_string().as_str(), call.args.len()) {
            ("swap_axes", 2) => ops::row("SwapAxes"),
            ("invert_axis", 1) => ops::row("InvertAxis"),
            ("permute_axes", 1) => ops::row("PermutedAxes"),
            ("reverse_axes", 0) => ops::row("Transpose"),
            _ => return false,
        };
        let span = call.method.span();
        let Some(place) = self.place(&call.receiver) else { return true };
        if place.is_view() {
            self.mistake(span, language::VIEW_MOVED);
            return true;
        }
        let written: Vec<&Expr> = call.args.iter().collect();
        let mut args = vec![place.held()];
        args.extend(self.row_args(row, &written));
        let new = self.row(row, args, span);
        self.update(place, new, span);
        true
    }
}
