//! The one place where a kernel enters the code of a particular processor.

/// Runs the loop of a kernel.
///
/// Every elementwise kernel's whole sweep goes through here, with its formula inlined into it: this
/// is where the choice of an instruction set at run time belongs.
#[inline(always)]
pub(super) fn run<R>(sweep: impl FnOnce() -> R) -> R {
    sweep()
}
