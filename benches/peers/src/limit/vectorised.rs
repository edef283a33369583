//! One body, compiled for AVX-512, for AVX2, and for the baseline; the processor at hand chooses.

use std::sync::OnceLock;

/// What the processor has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Vectors {
    Avx512,
    Avx2,
    Baseline,
}

/// Looked up once.
#[inline]
pub(super) fn vectors() -> Vectors {
    static FOUND: OnceLock<Vectors> = OnceLock::new();
    *FOUND.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq");
            return if avx512 { Vectors::Avx512 } else { Vectors::Avx2 };
        }
        Vectors::Baseline
    })
}

/// A function whose body knows by the constant in angle brackets whether a fused multiply-add is one instruction.
macro_rules! vectorised {
    (
        $(#[$attribute:meta])*
        fn $name:ident<$fused:ident $(, $constant:ident)?>($($parameter:ident: $type:ty),* $(,)?)
            $(-> $result:ty)? $body:block
    ) => {
        $(#[$attribute])*
        #[inline]
        pub(super) fn $name$(<const $constant: usize>)?($($parameter: $type),*) $(-> $result)? {
            #[allow(clippy::extra_unused_type_parameters)]
            #[inline(always)]
            fn body<const $fused: bool $(, const $constant: usize)?>($($parameter: $type),*)
                $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
            fn avx512$(<const $constant: usize>)?($($parameter: $type),*) $(-> $result)? {
                body::<true $(, $constant)?>($($parameter),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2$(<const $constant: usize>)?($($parameter: $type),*) $(-> $result)? {
                body::<true $(, $constant)?>($($parameter),*)
            }

            match $crate::limit::vectorised::vectors() {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the processor has what the function is compiled for.
                $crate::limit::vectorised::Vectors::Avx512 => unsafe {
                    avx512$(::<$constant>)?($($parameter),*)
                },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: likewise.
                $crate::limit::vectorised::Vectors::Avx2 => unsafe {
                    avx2$(::<$constant>)?($($parameter),*)
                },
                _ => body::<false $(, $constant)?>($($parameter),*),
            }
        }
    };
}
pub(super) use vectorised;
