//! The accumulators of sequences.

use super::{Accumulator, Contribution};

/// The accumulator of a `Vec` or a slice: one per element, growing where it is written.
#[derive(Clone, Debug)]
pub struct VecAcc<A> {
    elements: Vec<A>,
}

impl<A> Default for VecAcc<A> {
    fn default() -> Self {
        Self { elements: Vec::new() }
    }
}

impl<A> VecAcc<A> {
    /// The number of elements known so far.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether no element is known so far.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The elements, in order.
    pub fn as_slice(&self) -> &[A] {
        &self.elements
    }

    /// The elements, in order, to be written.
    pub fn as_mut_slice(&mut self) -> &mut [A] {
        &mut self.elements
    }
}

impl<A: Default> VecAcc<A> {
    /// The accumulator of element `index`; a longer `Vec` is made if there is none.
    #[inline]
    pub fn at(&mut self, index: usize) -> &mut A {
        if index >= self.elements.len() {
            self.grow(index);
        }
        &mut self.elements[index]
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, index: usize) {
        self.elements.resize_with(index + 1, A::default);
    }
}

impl<A: Default> VecAcc<A> {
    /// Takes out what has arrived at a position, and forgets the positions from there on.
    pub fn pop_at(&mut self, index: usize) -> A {
        let taken = self.elements.get_mut(index).map(std::mem::take).unwrap_or_default();
        self.elements.truncate(index);
        taken
    }
}

impl<A> From<Vec<A>> for VecAcc<A> {
    fn from(elements: Vec<A>) -> Self {
        Self { elements }
    }
}

impl<A> FromIterator<A> for VecAcc<A> {
    fn from_iter<I: IntoIterator<Item = A>>(elements: I) -> Self {
        Self { elements: elements.into_iter().collect() }
    }
}

impl<A> IntoIterator for VecAcc<A> {
    type Item = A;
    type IntoIter = std::vec::IntoIter<A>;
    fn into_iter(self) -> Self::IntoIter {
        self.elements.into_iter()
    }
}

impl<A: Accumulator> Accumulator for VecAcc<A> {
    type Gradient = Vec<A::Gradient>;

    fn finish(self) -> Self::Gradient {
        self.into_iter().map(A::finish).collect()
    }
    fn add_gradient(&mut self, gradient: Self::Gradient) {
        for (index, gradient) in gradient.into_iter().enumerate() {
            self.at(index).add_gradient(gradient);
        }
    }
    fn from_gradient(gradient: Self::Gradient) -> Self {
        gradient.into_iter().map(A::from_gradient).collect()
    }
    fn merge(&mut self, other: Self) {
        for (index, other) in other.into_iter().enumerate() {
            self.at(index).merge(other);
        }
    }
}

impl<A: Default, X: Contribution<A>> Contribution<VecAcc<A>> for VecAcc<X> {
    #[track_caller]
    fn add_to(self, acc: &mut VecAcc<A>) {
        self.elements.add_to(acc);
    }
}

impl<A: Default, X: Contribution<A>> Contribution<VecAcc<A>> for Vec<X> {
    #[track_caller]
    fn add_to(self, acc: &mut VecAcc<A>) {
        for (index, element) in self.into_iter().enumerate() {
            element.add_to(acc.at(index));
        }
    }
}

impl<'a, A: Default, X> Contribution<VecAcc<A>> for &'a [X]
where
    &'a X: Contribution<A>,
{
    #[track_caller]
    fn add_to(self, acc: &mut VecAcc<A>) {
        for (index, element) in self.iter().enumerate() {
            element.add_to(acc.at(index));
        }
    }
}

impl<'a, A: Default, X> Contribution<VecAcc<A>> for &'a Vec<X>
where
    &'a X: Contribution<A>,
{
    #[track_caller]
    fn add_to(self, acc: &mut VecAcc<A>) {
        self.as_slice().add_to(acc);
    }
}

/// Into a `Vec` whose length is known, and checked.
impl<A, X: Contribution<A>> Contribution<Vec<A>> for Vec<X> {
    #[track_caller]
    fn add_to(self, acc: &mut Vec<A>) {
        assert!(
            self.len() == acc.len(),
            "gradient: {} contributions to a gradient of {} elements",
            self.len(),
            acc.len()
        );
        self.into_iter().zip(acc).for_each(|(element, acc)| element.add_to(acc));
    }
}

/// Into a `Vec` whose length is known; fewer elements may have arrived.
/// What a subslice receives.
impl<A, X: Contribution<A>> Contribution<[A]> for Vec<X> {
    #[track_caller]
    fn add_to(self, acc: &mut [A]) {
        VecAcc::from(self).add_to(acc);
    }
}

/// The same, where less than all of it has arrived.
impl<A, X: Contribution<A>> Contribution<[A]> for VecAcc<X> {
    #[track_caller]
    fn add_to(self, acc: &mut [A]) {
        assert!(
            self.len() <= acc.len(),
            "gradient: {} contributions to a subslice of {} elements",
            self.len(),
            acc.len()
        );
        self.into_iter().zip(acc).for_each(|(element, acc)| element.add_to(acc));
    }
}

impl<A, X: Contribution<A>> Contribution<Vec<A>> for VecAcc<X> {
    #[track_caller]
    fn add_to(self, acc: &mut Vec<A>) {
        assert!(
            self.len() <= acc.len(),
            "gradient: {} contributions to a gradient of {} elements",
            self.len(),
            acc.len()
        );
        self.into_iter().zip(acc).for_each(|(element, acc)| element.add_to(acc));
    }
}

/// The accumulator of an array `[T; N]`. (`[A; N]` itself has no `Default` for every `N`.)
#[derive(Clone, Debug)]
pub struct ArrayAcc<A, const N: usize>(pub [A; N]);

impl<A: Default, const N: usize> Default for ArrayAcc<A, N> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| A::default()))
    }
}

impl<A: Accumulator, const N: usize> Accumulator for ArrayAcc<A, N> {
    type Gradient = [A::Gradient; N];

    fn finish(self) -> Self::Gradient {
        self.0.map(A::finish)
    }
    fn add_gradient(&mut self, gradient: Self::Gradient) {
        self.0.iter_mut().zip(gradient).for_each(|(acc, gradient)| acc.add_gradient(gradient));
    }
    fn from_gradient(gradient: Self::Gradient) -> Self {
        Self(gradient.map(A::from_gradient))
    }
    fn merge(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(acc, other)| acc.merge(other));
    }
}

impl<A, X: Contribution<A>, const N: usize> Contribution<ArrayAcc<A, N>> for ArrayAcc<X, N> {
    #[track_caller]
    fn add_to(self, acc: &mut ArrayAcc<A, N>) {
        self.0.add_to(acc);
    }
}

impl<A, X: Contribution<A>, const N: usize> Contribution<ArrayAcc<A, N>> for [X; N] {
    #[track_caller]
    fn add_to(self, acc: &mut ArrayAcc<A, N>) {
        self.add_to(&mut acc.0);
    }
}

impl<A, X: Contribution<A>, const N: usize> Contribution<[A; N]> for [X; N] {
    #[track_caller]
    fn add_to(self, acc: &mut [A; N]) {
        self.into_iter().zip(acc).for_each(|(element, acc)| element.add_to(acc));
    }
}

impl<A, X: Contribution<A>, const N: usize> Contribution<[A; N]> for ArrayAcc<X, N> {
    #[track_caller]
    fn add_to(self, acc: &mut [A; N]) {
        self.0.add_to(acc);
    }
}

impl<A: Accumulator> Accumulator for Option<A> {
    type Gradient = Option<A::Gradient>;

    fn finish(self) -> Self::Gradient {
        self.map(A::finish)
    }
    fn add_gradient(&mut self, gradient: Self::Gradient) {
        if let Some(gradient) = gradient {
            self.get_or_insert_default().add_gradient(gradient);
        }
    }
    fn from_gradient(gradient: Self::Gradient) -> Self {
        gradient.map(A::from_gradient)
    }
    fn merge(&mut self, other: Self) {
        if let Some(other) = other {
            self.get_or_insert_default().merge(other);
        }
    }
}

impl<A: Default, X: Contribution<A>> Contribution<Option<A>> for Option<X> {
    #[track_caller]
    fn add_to(self, acc: &mut Option<A>) {
        if let Some(value) = self {
            value.add_to(acc.get_or_insert_default());
        }
    }
}
