//! Floats: their own gradient, accumulator and leaf.

use ndarray::{ArrayView0, ArrayViewMut0};

use super::{Accumulator, Differentiable, LeafPath, Visit, VisitMut, VisitWith};

macro_rules! differentiable_float {
    ($($float:ident)*) => {$(
        impl Differentiable for $float {
            type Gradient = $float;
            type Acc = $float;

            #[inline]
            fn zero_gradient(&self) -> $float {
                0.0
            }
            #[inline]
            fn accumulator(&self) -> $float {
                0.0
            }
            fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
                visitor.leaf(path.name(), scalar_view(self).into_dyn());
            }
            fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
                visitor.leaf(path.name(), scalar_view_mut(self).into_dyn());
            }
            fn visit_with<V: VisitWith>(
                &mut self,
                gradient: &$float,
                path: &mut LeafPath,
                visitor: &mut V,
            ) {
                let gradient = scalar_view(gradient).into_dyn();
                visitor.leaf(path.name(), scalar_view_mut(self).into_dyn(), gradient);
            }
        }

        impl Accumulator for $float {
            type Gradient = $float;

            #[inline]
            fn finish(self) -> $float {
                self
            }
            #[inline]
            fn add_gradient(&mut self, gradient: $float) {
                *self += gradient;
            }
            #[inline]
            fn from_gradient(gradient: $float) -> $float {
                gradient
            }
            #[inline]
            fn merge(&mut self, other: $float) {
                *self += other;
            }
        }
    )*};
}
differentiable_float!(f32 f64);

fn scalar_view<T>(value: &T) -> ArrayView0<'_, T> {
    ArrayView0::from_shape((), std::slice::from_ref(value)).expect("one element has rank 0")
}

fn scalar_view_mut<T>(value: &mut T) -> ArrayViewMut0<'_, T> {
    ArrayViewMut0::from_shape((), std::slice::from_mut(value)).expect("one element has rank 0")
}
