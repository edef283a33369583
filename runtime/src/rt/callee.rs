//! What a call falls back on whose function has no derivative: an error in our words.
//!
//! Generated code imports the function's name as `__callee`, over a glob import of one of these
//! modules. The explicit import wins in the type namespace if the function is `#[differentiable]` (it
//! brings an enum), and this one is found if it is not.

/// A function that cannot be called: its bound holds for nothing.
macro_rules! never {
    ($visibility:vis $name:ident $Bound:ident: $First:ident, $($A:ident $a:ident)*) => {
        /// Cannot be called: the bound holds for nothing.
        #[allow(clippy::too_many_arguments)]
        $visibility fn $name<$($A),*>($($a: $A),*) -> !
        where
            ($First,): crate::rt::$Bound,
        {
            let _ = ($($a,)*);
            unreachable!("no type satisfies this function's bound")
        }
    };
}

macro_rules! fallback {
    ($($module:ident: $First:ident $first:ident $M:ident $m:ident $(, $A:ident $a:ident $N:ident $n:ident)*;)*) => {$(
        /// The fallback for this number of arguments.
        pub mod $module {
            /// Stands for a function that is not differentiable.
            #[allow(non_camel_case_types)]
            #[derive(Debug)]
            pub enum __callee {}

            impl __callee {
                never!(pub __vjp CalleeIsDifferentiable: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(pub __jvp CalleeIsDifferentiable: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(pub __vjp_jvp CalleeIsDifferentiable: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(pub __jvp_twice CalleeIsDifferentiable: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(pub __linear CalleeIsDifferentiable: $First, $First $first $($A $a)*);
            }

            /// What a differentiable function falls back on that was not asked for forward mode or second
            /// order: its own functions are found before these.
            pub trait NotForward {
                never!(__jvp CalleeIsForward: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(__vjp_jvp CalleeIsForward: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(__jvp_twice CalleeIsForward: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(__linear CalleeIsForward: $First, $First $first $($A $a)*);
                never!(__grad_vjp HasDerivatives: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(__grad_jvp HasDerivatives: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(__value_and_grad_vjp HasDerivatives: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(__value_and_grad_jvp HasDerivatives: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(__jvp_vjp HasDerivatives: $First, $First $first $($A $a)* $M $m $($N $n)*);
                never!(__jvp_jvp HasDerivatives: $First, $First $first $($A $a)* $M $m $($N $n)*);
            }

            impl<F> NotForward for F {}
        }
    )*};
}
fallback! {
    one: A a M m;
    two: A a M m, B b N n;
    three: A a M m, B b N n, C c O o;
    four: A a M m, B b N n, C c O o, D d P p;
    five: A a M m, B b N n, C c O o, D d P p, E e Q q;
    six: A a M m, B b N n, C c O o, D d P p, E e Q q, F f R r;
    seven: A a M m, B b N n, C c O o, D d P p, E e Q q, F f R r, G g S s;
    eight: A a M m, B b N n, C c O o, D d P p, E e Q q, F f R r, G g S s, H h T t;
    nine: A a M m, B b N n, C c O o, D d P p, E e Q q, F f R r, G g S s, H h T t, I i U u;
    ten: A a M m, B b N n, C c O o, D d P p, E e Q q, F f R r, G g S s, H h T t, I i U u, J j V v;
    eleven: A a M m, B b N n, C c O o, D d P p, E e Q q, F f R r, G g S s, H h T t, I i U u, J j V v,
        K k W w;
    twelve: A a M m, B b N n, C c O o, D d P p, E e Q q, F f R r, G g S s, H h T t, I i U u, J j V v,
        K k W w, L l X x;
}
