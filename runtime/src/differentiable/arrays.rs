//! Arrays of every ownership: one leaf, whose gradient is an owned array of the same shape.

use ndarray::{Array, ArrayBase, ArrayRef, CowRepr, Dimension, OwnedArcRepr, OwnedRepr, ViewRepr};

use super::{Differentiable, Lazy, LeafPath, Visit, VisitMut, VisitWith};
use crate::{Float, memory};

/// What is the same for every array that can be read.
macro_rules! read_array {
    () => {
        type Gradient = Array<T, D>;
        type Acc = Lazy<T, D>;

        fn zero_gradient(&self) -> Array<T, D> {
            Array::zeros(self.raw_dim())
        }
        fn accumulator(&self) -> Lazy<T, D> {
            Lazy::zero(self.raw_dim())
        }
        fn visit<V: Visit>(&self, path: &mut LeafPath, visitor: &mut V) {
            visitor.leaf(path.name(), self.view().into_dyn());
        }
    };
}

// Spelled out for each representation: a blanket over `S: Data` could not write its elements, and
// one over `S: DataMut` would leave views out.
macro_rules! differentiable_array {
    ($([$($lifetime:lifetime)?] $array:ty $(, $release:ident)?;)*) => {$(
        impl<$($lifetime,)? T: Float, D: Dimension> Differentiable for $array {
            read_array!();

            fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, visitor: &mut V) {
                visitor.leaf(path.name(), self.view_mut().into_dyn());
            }
            fn visit_with<V: VisitWith>(
                &mut self,
                gradient: &Array<T, D>,
                path: &mut LeafPath,
                visitor: &mut V,
            ) {
                assert_eq!(
                    self.shape(),
                    gradient.shape(),
                    "leaf `{}`: the gradient's shape differs from the value's",
                    path.name()
                );
                visitor.leaf(path.name(), self.view_mut().into_dyn(), gradient.view().into_dyn());
            }
            $(fn release_memory(&mut self) {
                $release(self);
            })?
        }
    )*};
}

/// Keeps the memory of an array, whose axes have no length then.
fn release<T: Float, D: Dimension>(array: &mut Array<T, D>) {
    let Ok(empty) = Array::from_shape_vec(D::zeros(array.ndim()), Vec::new()) else {
        // One number, on no axis.
        return;
    };
    memory::give(std::mem::replace(array, empty).into_raw_vec_and_offset().0);
}

differentiable_array! {
    [] ArrayBase<OwnedRepr<T>, D>, release;
    [] ArrayBase<OwnedArcRepr<T>, D>;
    ['a] ArrayBase<CowRepr<'a, T>, D>;
    ['a] ArrayBase<ViewRepr<&'a mut T>, D>;
    [] ArrayRef<T, D>;
}

impl<T: Float, D: Dimension> Differentiable for ArrayBase<ViewRepr<&T>, D> {
    read_array!();

    fn visit_mut<V: VisitMut>(&mut self, path: &mut LeafPath, _: &mut V) {
        path.cannot_write("an immutable array view");
    }
    fn visit_with<V: VisitWith>(&mut self, _: &Array<T, D>, path: &mut LeafPath, _: &mut V) {
        path.cannot_write("an immutable array view");
    }
}
