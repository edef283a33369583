//! Elementwise kernels of one to eight operands, forward (`map`) and backward (`pull`).
//!
//! The formula is a closure over one element of each operand. What it is given and gives is inferred
//! from the operands, so generated code writes `|z, b| (z + b).tanh()` without a type.

// As many arguments as operands.
#![allow(clippy::too_many_arguments)]

use std::mem::MaybeUninit;

use super::dispatch;
use super::domain::Domain;
use super::join::JoinAll;
use super::like::Like;
use super::likes::Likes;
use super::math::Math;
use super::operand::Operand;
use super::parts;
use super::rank::{Rank, Source};
use super::results::{Outputs, Results};
use super::sink::Sink;
use super::small::Handful;
use crate::{Float, memory};

/// The type of each parameter of a formula.
macro_rules! each {
    ($operand:ident, $T:ty) => {
        $T
    };
}

/// Evaluates the formula in every block of a domain.
macro_rules! sweep {
    (
        $drive:path, $f:ident, $operands:ident, $domain:ident, $sinks:ident, $block:ident: $($a:ident),+
    ) => {
        $drive(&$operands, &$domain, $sinks.as_mut(), &|part| {
            dispatch::run(
                #[inline(always)]
                |is_vector| {
                    // SAFETY: the loop of a block writes every element of its outputs: there are as many
                    // as the formula gives values.
                    while let Some(([$($a),+], outputs)) = unsafe { part.next_block() } {
                        $block(is_vector, &$f, $($a,)+ outputs);
                    }
                },
            );
        })
    };
}

/// Evaluates the formula at the few elements of a domain, and gives what it gives.
macro_rules! small {
    ($f:ident, $domain:ident, $R:ty: $($a:ident),+) => {{
        let mut given = <$R as Results<T>>::small();
        $domain.each(
            #[inline(always)]
            |index, [$($a),+]| $f(&Math::std(), $($a),+).put(index, &mut given),
        );
        given
    }};
}

macro_rules! kernels {
    (
        $drive:path, [$($sync:tt)*]
        $map:ident $map_math:ident $map_arrays:ident $pull:ident $pull_math:ident $pull_arrays:ident
        $map_to:ident $map_to_math:ident $block:ident: $($A:ident $a:ident),+
    ) => {
        /// Evaluates `f` on every element of the operands, broadcast together as ndarray does.
        ///
        /// Floats alone give a float, anything else an owned array of the joined rank; where `f` gives
        /// a tuple, so does the kernel. The result lies in C order, or in Fortran order if all
        /// arrays do.
        ///
        /// # Panics
        /// If the shapes do not broadcast together.
        #[inline]
        #[track_caller]
        pub fn $map<T, $($A,)+ F, R>(
            $($a: $A,)+
            f: F,
        ) -> R::Out<<($($A::Rank,)+) as JoinAll>::Output>
        where
            T: Float,
            $($A: Operand<T>,)+
            ($($A::Rank,)+): JoinAll,
            F: Fn($(each!($a, T)),+) -> R $($sync)*,
            R: Results<T>,
        {
            $map_math(
                $($a,)+
                #[inline(always)]
                |_, $($a),+| f($($a),+),
            )
        }

        /// The same with a formula that uses elementary functions.
        ///
        /// # Panics
        /// If the shapes do not broadcast together.
        #[inline]
        #[track_caller]
        pub fn $map_math<T, $($A,)+ F, R>(
            $($a: $A,)+
            f: F,
        ) -> R::Out<<($($A::Rank,)+) as JoinAll>::Output>
        where
            T: Float,
            $($A: Operand<T>,)+
            ($($A::Rank,)+): JoinAll,
            F: Fn(&Math, $(each!($a, T)),+) -> R $($sync)*,
            R: Results<T>,
        {
            if <($($A::Rank,)+) as JoinAll>::Output::IS_SCALAR {
                $(let $a = $a.operand_view();)+
                let [$(Source::Value($a)),+] = [$($A::Rank::source(&$a)),+] else {
                    unreachable!("an array's rank is not a float's")
                };
                return f(&Math::std(), $($a),+).into_scalars();
            }
            $map_arrays($($a,)+ f)
        }

        // Apart from what calls it, which would else grow with every kernel, and take far longer to compile.
        #[inline(never)]
        #[track_caller]
        fn $map_arrays<T, $($A,)+ F, R>(
            $($a: $A,)+
            f: F,
        ) -> R::Out<<($($A::Rank,)+) as JoinAll>::Output>
        where
            T: Float,
            $($A: Operand<T>,)+
            ($($A::Rank,)+): JoinAll,
            F: Fn(&Math, $(each!($a, T)),+) -> R $($sync)*,
            R: Results<T>,
        {
            let results = {
                $(let $a = $a.operand_view();)+
                let operands = [$($A::Rank::source(&$a)),+];
                if let Some(domain) = Handful::of(&operands, &[]) {
                    let given = small!(f, domain, R: $($a),+);
                    let sinks =
                        R::sinks(|output| Sink::Done(given.as_ref()[output][..domain.len].to_vec()));
                    R::from_sinks(sinks, domain.len, domain.shape(), domain.order)
                } else {
                    let domain = Domain::new(&operands, &[]);
                    let mut sinks = R::sinks(|_| Sink::Store(memory::take(domain.len)));
                    sweep!($drive, f, operands, domain, sinks, $block: $($a),+);
                    R::from_sinks(sinks, domain.len, domain.shape.as_slice(), domain.order)
                }
            };
            $($a.operand_end();)+
            results
        }

        /// Evaluates `f` on every element of the operands and likes, broadcast together, and sums each
        /// of the values it gives over the axes along which its like was broadcast.
        ///
        /// # Panics
        /// If the shapes do not broadcast together.
        #[inline]
        #[track_caller]
        pub fn $pull<T, L, $($A,)+ F>(likes: L, $($a: $A,)+ f: F) -> L::Gradients
        where
            T: Float,
            L: Likes<T>,
            $($A: Operand<T>,)+
            F: Fn($(each!($a, T)),+) -> L::Values $($sync)*,
        {
            $pull_math(
                likes,
                $($a,)+
                #[inline(always)]
                |_, $($a),+| f($($a),+),
            )
        }

        /// The same with a formula that uses elementary functions.
        ///
        /// # Panics
        /// If the shapes do not broadcast together.
        #[inline]
        #[track_caller]
        pub fn $pull_math<T, L, $($A,)+ F>(likes: L, $($a: $A,)+ f: F) -> L::Gradients
        where
            T: Float,
            L: Likes<T>,
            $($A: Operand<T>,)+
            F: Fn(&Math, $(each!($a, T)),+) -> L::Values $($sync)*,
        {
            if L::ALL_SCALAR {
                $(let $a = $a.operand_view();)+
                if let [$(Source::Value($a)),+] = [$($A::Rank::source(&$a)),+] {
                    return likes.gradients_from_scalars(f(&Math::std(), $($a),+));
                }
            }
            $pull_arrays(likes, $($a,)+ f)
        }

        // As the other one.
        #[inline(never)]
        #[track_caller]
        fn $pull_arrays<T, L, $($A,)+ F>(likes: L, $($a: $A,)+ f: F) -> L::Gradients
        where
            T: Float,
            L: Likes<T>,
            $($A: Operand<T>,)+
            F: Fn(&Math, $(each!($a, T)),+) -> L::Values $($sync)*,
        {
            let gradients = {
                $(let $a = $a.operand_view();)+
                let operands = [$($A::Rank::source(&$a)),+];
                let shapes = likes.shapes();
                let shapes = &shapes[..L::COUNT];
                if let Some(domain) = Handful::of(&operands, shapes) {
                    let given = small!(f, domain, L::Values: $($a),+);
                    let sinks = L::Values::sinks(|output| {
                        domain.sunk(&given.as_ref()[output], shapes[output])
                    });
                    likes.gradients_from_sinks(sinks, domain.len, domain.order)
                } else {
                    let domain = Domain::new(&operands, shapes);
                    let mut sinks = L::Values::sinks(|output| {
                        let like_len = shapes[output].iter().product();
                        match &domain.axes {
                            Some(axes) => Sink::new(axes.as_slice(), output, like_len, domain.len),
                            None => Sink::flat(like_len, domain.len),
                        }
                    });
                    sweep!($drive, f, operands, domain, sinks, $block: $($a),+);
                    likes.gradients_from_sinks(sinks, domain.len, domain.order)
                }
            };
            $($a.operand_end();)+
            likes.end();
            gradients
        }

        /// The backward kernel of one like: `f` gives one float.
        ///
        /// # Panics
        /// If the shapes do not broadcast together.
        #[inline]
        #[track_caller]
        pub fn $map_to<T, L, $($A,)+ F>(like: L, $($a: $A,)+ f: F) -> L::Gradient
        where
            T: Float,
            L: Like<T>,
            $($A: Operand<T>,)+
            F: Fn($(each!($a, T)),+) -> T $($sync)*,
        {
            $pull_math(
                (like,),
                $($a,)+
                #[inline(always)]
                |_, $($a),+| (f($($a),+),),
            )
            .0
        }

        /// The same with a formula that uses elementary functions.
        ///
        /// # Panics
        /// If the shapes do not broadcast together.
        #[inline]
        #[track_caller]
        pub fn $map_to_math<T, L, $($A,)+ F>(like: L, $($a: $A,)+ f: F) -> L::Gradient
        where
            T: Float,
            L: Like<T>,
            $($A: Operand<T>,)+
            F: Fn(&Math, $(each!($a, T)),+) -> T $($sync)*,
        {
            $pull_math(
                (like,),
                $($a,)+
                #[inline(always)]
                |math, $($a),+| (f(math, $($a),+),),
            )
            .0
        }

        /// One block: all slices have one length.
        #[inline(always)]
        fn $block<T: Float, R: Results<T>>(
            is_vector: bool,
            f: &impl Fn(&Math, $(each!($a, T)),+) -> R,
            $($a: &[T],)+
            [o0, o1, o2, o3, o4, o5, o6, o7]: Outputs<'_, T>,
        ) {
            // References given one by one: so rustc tells LLVM that none overlaps another, which an
            // array of references does not say, and the loop needs no checks to be vector code.
            #[inline(always)]
            fn elements<T: Float, R: Results<T>>(
                math: &Math,
                f: &impl Fn(&Math, $(each!($a, T)),+) -> R,
                $($a: &[T],)+
                o0: &mut [MaybeUninit<T>],
                o1: &mut [MaybeUninit<T>],
                o2: &mut [MaybeUninit<T>],
                o3: &mut [MaybeUninit<T>],
                o4: &mut [MaybeUninit<T>],
                o5: &mut [MaybeUninit<T>],
                o6: &mut [MaybeUninit<T>],
                o7: &mut [MaybeUninit<T>],
            ) {
                let len = [$($a.len()),+][0];
                $(let $a = &$a[..len];)+
                let mut outputs = [o0, o1, o2, o3, o4, o5, o6, o7];
                for output in &outputs[..R::COUNT] {
                    assert!(output.len() == len);
                }
                for index in 0..len {
                    f(math, $($a[index]),+).store(index, &mut outputs);
                }
            }
            if is_vector {
                let math = Math::vector();
                elements(&math, f, $($a,)+ o0, o1, o2, o3, o4, o5, o6, o7);
                if math.is_outside() {
                    elements(&Math::std(), f, $($a,)+ o0, o1, o2, o3, o4, o5, o6, o7);
                }
            } else {
                elements(&Math::std(), f, $($a,)+ o0, o1, o2, o3, o4, o5, o6, o7);
            }
        }
    };
}
/// The kernels of every number of operands.
macro_rules! all_kernels {
    ($drive:path, $sync:tt) => {
        kernels!(
            $drive, $sync
            map1 map1_math map1_arrays pull1 pull1_math pull1_arrays map_to1 map_to1_math
            block1: A a
        );
        kernels!(
            $drive, $sync
            map2 map2_math map2_arrays pull2 pull2_math pull2_arrays map_to2 map_to2_math
            block2: A a, B b
        );
        kernels!(
            $drive, $sync
            map3 map3_math map3_arrays pull3 pull3_math pull3_arrays map_to3 map_to3_math
            block3: A a, B b, C c
        );
        kernels!(
            $drive, $sync
            map4 map4_math map4_arrays pull4 pull4_math pull4_arrays map_to4 map_to4_math
            block4: A a, B b, C c, D d
        );
        kernels!(
            $drive, $sync
            map5 map5_math map5_arrays pull5 pull5_math pull5_arrays map_to5 map_to5_math
            block5: A a, B b, C c, D d, E e
        );
        kernels!(
            $drive, $sync
            map6 map6_math map6_arrays pull6 pull6_math pull6_arrays map_to6 map_to6_math
            block6: A a, B b, C c, D d, E e, F1 g
        );
        kernels!(
            $drive, $sync
            map7 map7_math map7_arrays pull7 pull7_math pull7_arrays map_to7 map_to7_math
            block7: A a, B b, C c, D d, E e, F1 g, G h
        );
        kernels!(
            $drive, $sync
            map8 map8_math map8_arrays pull8 pull8_math pull8_arrays map_to8 map_to8_math
            block8: A a, B b, C c, D d, E e, F1 g, G h, H i
        );
    };
}
all_kernels!(parts::shared, [+ Sync]);

/// The same kernels with formulas that may use what threads cannot share: they run on one.
pub mod alone {
    use super::*;

    all_kernels!(parts::alone, []);
}
