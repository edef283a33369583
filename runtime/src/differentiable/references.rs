//! References, which are transparent, and boxes.

use super::{Accumulator, Contribution, Differentiable, LeafPath, Visit, VisitMut, VisitWith};

impl<T: Differentiable + ?Sized> Differentiable for &T {
    type Gradient = T::Gradient;
    type Acc = T::Acc;

    fn zero_gradient(&self) -> Self::Gradient {
        (**self).zero_gradient()
    }
    fn accumulator(&self) -> Self::Acc {
        (**self).accumulator()
    }
    fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
        (**self).visit(path, visitor);
    }
    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, _: &mut V) {
        path.cannot_write("behind a shared reference");
    }
    fn visit_with<V: VisitWith>(&mut self, _: &Self::Gradient, path: &mut LeafPath, _: &mut V) {
        path.cannot_write("behind a shared reference");
    }
}

impl<T: Differentiable + ?Sized> Differentiable for &mut T {
    type Gradient = T::Gradient;
    type Acc = T::Acc;

    fn zero_gradient(&self) -> Self::Gradient {
        (**self).zero_gradient()
    }
    fn accumulator(&self) -> Self::Acc {
        (**self).accumulator()
    }
    fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
        (**self).visit(path, visitor);
    }
    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
        (**self).visit_mut(path, visitor);
    }
    fn visit_with<V: VisitWith>(
        &mut self,
        gradient: &Self::Gradient,
        path: &mut LeafPath,
        visitor: &mut V,
    ) {
        (**self).visit_with(gradient, path, visitor);
    }
}

/// The gradient is boxed too, so that a struct may hold itself: `next: Option<Box<Node>>`.
impl<T: Differentiable> Differentiable for Box<T> {
    type Gradient = Box<T::Gradient>;
    type Acc = Box<T::Acc>;

    fn zero_gradient(&self) -> Self::Gradient {
        Box::new((**self).zero_gradient())
    }
    fn accumulator(&self) -> Self::Acc {
        Box::new((**self).accumulator())
    }
    fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
        (**self).visit(path, visitor);
    }
    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
        (**self).visit_mut(path, visitor);
    }
    fn visit_with<V: VisitWith>(
        &mut self,
        gradient: &Self::Gradient,
        path: &mut LeafPath,
        visitor: &mut V,
    ) {
        (**self).visit_with(gradient, path, visitor);
    }
    fn release_memory(&mut self) {
        (**self).release_memory();
    }
}

impl<A: Accumulator> Accumulator for Box<A> {
    type Gradient = Box<A::Gradient>;

    fn finish(self) -> Self::Gradient {
        Box::new((*self).finish())
    }
    fn add_gradient(&mut self, gradient: Self::Gradient) {
        (**self).add_gradient(*gradient);
    }
    fn merge(&mut self, other: Self) {
        (**self).merge(*other);
    }
}

impl<A, X: Contribution<A>> Contribution<Box<A>> for Box<X> {
    fn add_to(self, acc: &mut Box<A>) {
        (*self).add_to(acc);
    }
}
