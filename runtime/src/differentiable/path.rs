//! The name of a leaf: `layers.0.w`.

/// A path of field names and indices from a root to a leaf, written `layers.0.w`.
///
/// ```
/// use chainrule::differentiable::LeafPath;
/// let mut path = LeafPath::new();
/// let name = path.inside("layers", |path| path.inside(0, |path| path.name().to_owned()));
/// assert_eq!(name, "layers.0");
/// assert_eq!(path.name(), "");
/// ```
#[derive(Clone, Debug, Default)]
pub struct LeafPath {
    name: String,
}

impl LeafPath {
    /// The empty path, of the root itself.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name as far as here; empty at the root.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs `visit` one step deeper, at the field or index `step`.
    pub fn inside<R>(
        &mut self,
        step: impl std::fmt::Display,
        visit: impl FnOnce(&mut Self) -> R,
    ) -> R {
        use std::fmt::Write;
        let end = self.name.len();
        if end > 0 {
            self.name.push('.');
        }
        write!(self.name, "{step}").expect("writing to a String does not fail");
        let result = visit(self);
        self.name.truncate(end);
        result
    }

    /// Ends a walk that was to write what is borrowed immutably.
    ///
    /// # Panics
    /// Always.
    pub(super) fn cannot_write(&self, what: &str) -> ! {
        match self.name() {
            "" => panic!("the value is {what} and cannot be written"),
            name => panic!("`{name}` is {what} and cannot be written"),
        }
    }

    /// The walk of a sequence together with a gradient of another length.
    ///
    /// # Panics
    /// If the lengths differ.
    pub(super) fn check_lengths(&self, value: usize, gradient: usize) {
        assert!(
            value == gradient,
            "`{}` has {value} elements, and its gradient {gradient}",
            self.name()
        );
    }
}
