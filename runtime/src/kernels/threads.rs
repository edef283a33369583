//! Work that several threads share.
//!
//! What is divided, and how, must not change a result: the number of threads is the machine's.

/// The number of threads that so many multiplications are worth; without the feature `threads` always one.
pub(super) fn worth(multiplications: usize) -> usize {
    #[cfg(feature = "threads")]
    {
        let part = if super::dispatch::has_avx512() { 2 * PART } else { PART };
        if multiplications >= 2 * part {
            return (multiplications / part).min(rayon::current_num_threads());
        }
    }
    let _ = multiplications;
    1
}

/// The fewest multiplications for a thread of its own: at 30 a nanosecond, or twice as many and more with AVX-512, some 35
/// microseconds, where handing work to a thread that sleeps takes 11 to 16.
#[cfg(feature = "threads")]
const PART: usize = 1 << 20;

/// Runs both, on two threads where one is free.
pub(super) fn join(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    #[cfg(feature = "threads")]
    rayon::join(first, second);
    #[cfg(not(feature = "threads"))]
    {
        first();
        second();
    }
}
