//! The joined rank of one to eight operands.

use super::rank::{Join, Rank};

/// A tuple of ranks that broadcast together.
pub trait JoinAll {
    /// The joined rank.
    type Output: Rank;
}

impl<A: Rank> JoinAll for (A,) {
    type Output = A;
}

macro_rules! join_all {
    ($($A:ident),+; $last:ident) => {
        impl<$($A: Rank,)+ $last: Rank> JoinAll for ($($A,)+ $last)
        where
            ($($A,)+): JoinAll,
            <($($A,)+) as JoinAll>::Output: Join<$last>,
        {
            type Output = <<($($A,)+) as JoinAll>::Output as Join<$last>>::Output;
        }
    };
}
join_all!(A; B);
join_all!(A, B; C);
join_all!(A, B, C; D);
join_all!(A, B, C, D; E);
join_all!(A, B, C, D, E; F);
join_all!(A, B, C, D, E, F; G);
join_all!(A, B, C, D, E, F, G; H);
