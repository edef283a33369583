//! Work that several threads share.
//!
//! What is divided, and how, must not change a result: the number of threads is the machine's.

/// The number of threads that so many multiplications are worth; without the feature `threads` always one.
pub(super) fn worth(multiplications: usize) -> usize {
    let part = if super::dispatch::has_avx512() { 2 * PART } else { PART };
    at_most(multiplications / part)
}

/// The same of so many elements of an elementwise kernel.
pub(super) fn worth_elements(elements: usize) -> usize {
    at_most(elements / ELEMENTS)
}

/// So many threads, if there are as many.
fn at_most(threads: usize) -> usize {
    #[cfg(feature = "threads")]
    if threads > 1 {
        return threads.min(rayon::current_num_threads());
    }
    let _ = threads;
    1
}

/// The fewest multiplications for a thread of its own: at 30 a nanosecond, or twice as many and more with AVX-512, some 35
/// microseconds, where handing work to a thread that sleeps takes 11 to 16.
const PART: usize = 1 << 20;

/// The fewest elements: additions alone take some 30 microseconds for so many, elementary functions more.
const ELEMENTS: usize = 1 << 17;

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
