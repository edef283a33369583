//! The one place where a kernel enters the code of a particular processor.

/// Runs the loop of a kernel, compiled for the processor that it runs on; `sweep` is told whether
/// that code has fused multiply-adds.
///
/// Every elementwise kernel's whole sweep goes through here, with its formula inlined into it: both have
/// to be `#[inline(always)]`, or they are compiled for the least processor.
#[inline(always)]
pub(crate) fn run(sweep: impl FnOnce(bool)) {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: the processor has what the function is compiled for.
        #[cfg(not(debug_assertions))]
        AVX512 => unsafe { x86::avx512(sweep) },
        // SAFETY: as above.
        FMA.. => unsafe { x86::fma(sweep) },
        _ => sweep(false),
    }
    #[cfg(not(target_arch = "x86_64"))]
    sweep(cfg!(target_arch = "aarch64"));
}

/// Whether the processor has AVX-512.
pub(super) fn has_avx512() -> bool {
    #[cfg(target_arch = "x86_64")]
    return level() == AVX512;
    #[cfg(not(target_arch = "x86_64"))]
    false
}

#[cfg(target_arch = "x86_64")]
use x86::{AVX512, FMA, level};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::sync::atomic::{AtomicU8, Ordering};

    const UNKNOWN: u8 = 0;
    const BASELINE: u8 = 1;
    pub(super) const FMA: u8 = 2;
    pub(super) const AVX512: u8 = 3;

    /// What the processor has.
    #[inline]
    pub(super) fn level() -> u8 {
        static LEVEL: AtomicU8 = AtomicU8::new(UNKNOWN);
        match LEVEL.load(Ordering::Relaxed) {
            UNKNOWN => {
                let level = detect();
                LEVEL.store(level, Ordering::Relaxed);
                level
            }
            level => level,
        }
    }

    #[cold]
    fn detect() -> u8 {
        let has_fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let has_avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw");
        match (has_fma, has_avx512) {
            (true, true) => AVX512,
            (true, false) => FMA,
            _ => BASELINE,
        }
    }

    // Builds without optimisation compile one instance less; the results are the same.
    #[cfg(not(debug_assertions))]
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    pub(super) fn avx512(sweep: impl FnOnce(bool)) {
        sweep(true);
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn fma(sweep: impl FnOnce(bool)) {
        sweep(true);
    }
}
