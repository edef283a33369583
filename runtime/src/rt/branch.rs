//! Which arm of an `if` or `match` was taken, with what its backward needs.

macro_rules! branch {
    ($($(#[$doc:meta])* $name:ident: $($arm:ident)+;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[allow(missing_docs)]
        pub enum $name<$($arm),+> {
            $($arm($arm)),+
        }
    )*};
}
branch! {
    /// One of two arms.
    Branch2: A B;
    /// One of three arms.
    Branch3: A B C;
    /// One of four arms.
    Branch4: A B C D;
    /// One of five arms.
    Branch5: A B C D E;
    /// One of six arms.
    Branch6: A B C D E F;
    /// One of seven arms.
    Branch7: A B C D E F G;
    /// One of eight arms.
    Branch8: A B C D E F G H;
}
