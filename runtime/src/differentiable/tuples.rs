//! Tuples, whose elements are named by index, and `()`, which holds nothing.

use super::{Accumulator, Contribution, Differentiable, LeafPath, Visit, VisitMut, VisitWith};

impl Differentiable for () {
    type Gradient = ();
    type Acc = ();

    fn accumulator(&self) {}
    fn visit<V: Visit>(&self, _: &mut LeafPath, _: &mut V) {}
    fn visit_mut<V: VisitMut>(&mut self, _: &mut LeafPath, _: &mut V) {}
    fn visit_with<V: VisitWith>(&mut self, _: &(), _: &mut LeafPath, _: &mut V) {}
}

impl Accumulator for () {
    type Gradient = ();

    fn finish(self) {}
    fn add_gradient(&mut self, (): ()) {}
    fn merge(&mut self, (): ()) {}
}

impl Contribution<()> for () {
    fn add_to(self, (): &mut ()) {}
}

macro_rules! differentiable_tuple {
    ($($T:ident $X:ident $index:tt),+) => {
        impl<$($T: Differentiable),+> Differentiable for ($($T,)+) {
            type Gradient = ($($T::Gradient,)+);
            type Acc = ($($T::Acc,)+);

            fn zero_gradient(&self) -> Self::Gradient {
                ($(self.$index.zero_gradient(),)+)
            }
            fn accumulator(&self) -> Self::Acc {
                ($(self.$index.accumulator(),)+)
            }
            fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
                $(path.inside($index, |path| self.$index.visit(path, visitor));)+
            }
            fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
                $(path.inside($index, |path| self.$index.visit_mut(path, visitor));)+
            }
            fn visit_with<V: VisitWith>(
                &mut self,
                gradient: &Self::Gradient,
                path: &mut LeafPath,
                visitor: &mut V,
            ) {
                $(path.inside($index, |path| {
                    self.$index.visit_with(&gradient.$index, path, visitor)
                });)+
            }
            fn release_memory(&mut self) {
                $(self.$index.release_memory();)+
            }
        }

        impl<$($T: Accumulator),+> Accumulator for ($($T,)+) {
            type Gradient = ($($T::Gradient,)+);

            fn finish(self) -> Self::Gradient {
                ($(self.$index.finish(),)+)
            }
            fn add_gradient(&mut self, gradient: Self::Gradient) {
                $(self.$index.add_gradient(gradient.$index);)+
            }
            fn from_gradient(gradient: Self::Gradient) -> Self {
                ($($T::from_gradient(gradient.$index),)+)
            }
            fn merge(&mut self, other: Self) {
                $(self.$index.merge(other.$index);)+
            }
        }

        impl<$($T, $X: Contribution<$T>),+> Contribution<($($T,)+)> for ($($X,)+) {
            #[track_caller]
            fn add_to(self, acc: &mut ($($T,)+)) {
                $(self.$index.add_to(&mut acc.$index);)+
            }
        }
    };
}
differentiable_tuple!(A XA 0);
differentiable_tuple!(A XA 0, B XB 1);
differentiable_tuple!(A XA 0, B XB 1, C XC 2);
differentiable_tuple!(A XA 0, B XB 1, C XC 2, D XD 3);
differentiable_tuple!(A XA 0, B XB 1, C XC 2, D XD 3, E XE 4);
differentiable_tuple!(A XA 0, B XB 1, C XC 2, D XD 3, E XE 4, F XF 5);
differentiable_tuple!(A XA 0, B XB 1, C XC 2, D XD 3, E XE 4, F XF 5, G XG 6);
differentiable_tuple!(A XA 0, B XB 1, C XC 2, D XD 3, E XE 4, F XF 5, G XG 6, H XH 7);
