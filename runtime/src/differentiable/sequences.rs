//! Slices, `Vec`s, arrays and options: their elements are named by index, and an option's not at all.

use super::{ArrayAcc, Differentiable, LeafPath, VecAcc, Visit, VisitMut, VisitWith};

impl<T: Differentiable> Differentiable for [T] {
    type Gradient = Vec<T::Gradient>;
    type Acc = VecAcc<T::Acc>;

    fn zero_gradient(&self) -> Self::Gradient {
        self.iter().map(T::zero_gradient).collect()
    }
    fn accumulator(&self) -> Self::Acc {
        self.iter().map(T::accumulator).collect()
    }
    fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
        for (index, element) in self.iter().enumerate() {
            path.inside(index, |path| element.visit(path, visitor));
        }
    }
    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
        for (index, element) in self.iter_mut().enumerate() {
            path.inside(index, |path| element.visit_mut(path, visitor));
        }
    }
    fn visit_with<V: VisitWith>(
        &mut self,
        gradient: &Self::Gradient,
        path: &mut LeafPath,
        visitor: &mut V,
    ) {
        path.check_lengths(self.len(), gradient.len());
        for (index, (element, gradient)) in self.iter_mut().zip(gradient).enumerate() {
            path.inside(index, |path| element.visit_with(gradient, path, visitor));
        }
    }
    fn release_memory(&mut self) {
        self.iter_mut().for_each(T::release_memory);
    }
}

impl<T: Differentiable> Differentiable for Vec<T> {
    type Gradient = Vec<T::Gradient>;
    type Acc = VecAcc<T::Acc>;

    fn zero_gradient(&self) -> Self::Gradient {
        self.as_slice().zero_gradient()
    }
    fn accumulator(&self) -> Self::Acc {
        self.as_slice().accumulator()
    }
    fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
        self.as_slice().visit(path, visitor);
    }
    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
        self.as_mut_slice().visit_mut(path, visitor);
    }
    fn visit_with<V: VisitWith>(
        &mut self,
        gradient: &Self::Gradient,
        path: &mut LeafPath,
        visitor: &mut V,
    ) {
        self.as_mut_slice().visit_with(gradient, path, visitor);
    }
    fn release_memory(&mut self) {
        self.as_mut_slice().release_memory();
    }
}

impl<T: Differentiable, const N: usize> Differentiable for [T; N] {
    type Gradient = [T::Gradient; N];
    type Acc = ArrayAcc<T::Acc, N>;

    fn zero_gradient(&self) -> Self::Gradient {
        self.each_ref().map(T::zero_gradient)
    }
    fn accumulator(&self) -> Self::Acc {
        ArrayAcc(self.each_ref().map(T::accumulator))
    }
    fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
        self.as_slice().visit(path, visitor);
    }
    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
        self.as_mut_slice().visit_mut(path, visitor);
    }
    fn visit_with<V: VisitWith>(
        &mut self,
        gradient: &Self::Gradient,
        path: &mut LeafPath,
        visitor: &mut V,
    ) {
        for (index, (element, gradient)) in self.iter_mut().zip(gradient).enumerate() {
            path.inside(index, |path| element.visit_with(gradient, path, visitor));
        }
    }
    fn release_memory(&mut self) {
        self.as_mut_slice().release_memory();
    }
}

impl<T: Differentiable> Differentiable for Option<T> {
    type Gradient = Option<T::Gradient>;
    type Acc = Option<T::Acc>;

    fn zero_gradient(&self) -> Self::Gradient {
        self.as_ref().map(T::zero_gradient)
    }
    fn accumulator(&self) -> Self::Acc {
        self.as_ref().map(T::accumulator)
    }
    fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
        if let Some(value) = self {
            value.visit(path, visitor);
        }
    }
    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
        if let Some(value) = self {
            value.visit_mut(path, visitor);
        }
    }
    fn visit_with<V: VisitWith>(
        &mut self,
        gradient: &Self::Gradient,
        path: &mut LeafPath,
        visitor: &mut V,
    ) {
        match (self, gradient) {
            (Some(value), Some(gradient)) => value.visit_with(gradient, path, visitor),
            (None, None) => {}
            (value, gradient) => {
                path.check_lengths(value.is_some().into(), gradient.is_some().into());
            }
        }
    }
    fn release_memory(&mut self) {
        if let Some(value) = self {
            value.release_memory();
        }
    }
}
