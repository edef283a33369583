//! Gradients, accumulators and the walk over leaves of every container.

use ndarray::{Array1, Array2, ArrayView1, ArrayViewD, ArrayViewMutD, Axis, CowArray, array};

use super::*;
use crate::Float;

/// Collects the names, shapes and sums of leaves.
#[derive(Default)]
struct Names(Vec<(String, Vec<usize>, f64)>);

impl Visit for Names {
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>) {
        let sum = value.iter().map(|x| x.to_f64_lossless()).sum();
        self.0.push((name.to_owned(), value.shape().to_vec(), sum));
    }
}

struct Step;

impl VisitWith for Step {
    fn leaf<T: Float>(
        &mut self,
        _: &str,
        mut value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        value.zip_mut_with(&gradient, |value, &gradient| *value -= gradient);
    }
}

struct Negate;

impl VisitMut for Negate {
    fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
        value.mapv_inplace(|x| -x);
    }
}

fn leaves(value: &impl Differentiable) -> Vec<(String, Vec<usize>, f64)> {
    let mut names = Names::default();
    value.visit(&mut LeafPath::new(), &mut names);
    names.0
}

#[test]
fn leaves_are_named_by_field_and_index() {
    let value =
        (1.0_f32, vec![array![1.0, 2.0], array![3.0]], [Some(4.0), None], Box::new((5.0,)), ());
    let named = |name: &str, shape: &[usize], sum| (name.to_owned(), shape.to_vec(), sum);
    assert_eq!(
        leaves(&value),
        [
            named("0", &[], 1.0),
            named("1.0", &[2], 3.0),
            named("1.1", &[1], 3.0),
            named("2.0", &[], 4.0),
            named("3.0", &[], 5.0),
        ]
    );
    assert_eq!(leaves(&2.5), [named("", &[], 2.5)]);
    assert_eq!(leaves(&array![[1.0], [2.0]]), [named("", &[2, 1], 3.0)]);
}

#[test]
fn leaves_are_written_beside_their_gradients() {
    let mut value = (1.0, vec![array![1.0, 2.0]], [Some(4.0), None]);
    let gradient = (0.5, vec![array![1.0, 1.0]], [Some(1.0), None]);
    value.visit_with(&gradient, &mut LeafPath::new(), &mut Step);
    assert_eq!(value, (0.5, vec![array![0.0, 1.0]], [Some(3.0), None]));

    let mut array = array![[1.0, 2.0], [3.0, 4.0]];
    array.column_mut(1).visit_mut(&mut LeafPath::new(), &mut Negate);
    assert_eq!(array, array![[1.0, -2.0], [3.0, -4.0]]);
    let mut cow = CowArray::from(array.view());
    cow.visit_mut(&mut LeafPath::new(), &mut Negate);
    let mut shared = array.to_shared();
    shared.visit_mut(&mut LeafPath::new(), &mut Negate);
    assert_eq!((cow.sum(), shared.sum(), array.sum()), (2.0, 2.0, -2.0));
}

#[test]
#[should_panic(expected = "`w.1` is an immutable array view and cannot be written")]
fn a_view_is_not_written() {
    let array = array![1.0];
    let mut value = (1.0, array.view());
    LeafPath::new().inside("w", |path| value.visit_mut(path, &mut Negate));
}

#[test]
#[should_panic(expected = "`1` has 2 elements, and its gradient 1")]
fn lengths_must_agree() {
    let mut value = (1.0, vec![1.0, 2.0]);
    value.visit_with(&(1.0, vec![1.0]), &mut LeafPath::new(), &mut Step);
}

#[test]
fn gradients_have_the_types_of_the_contract() {
    let x = array![[1.0, 2.0], [3.0, 4.0]];
    let row: Array1<f64> = x.row(0).zero_gradient();
    assert_eq!(row, array![0.0, 0.0]);
    let slice: Vec<Array2<f64>> = std::slice::from_ref(&x).zero_gradient();
    assert_eq!(slice.len(), 1);
    let of_reference: Array2<f64> = (&&x).zero_gradient();
    assert_eq!(of_reference.shape(), [2, 2]);
    let dynamic = x.view().into_dyn();
    assert_eq!(dynamic.zero_gradient().shape(), [2, 2]);
    let _: [Option<f64>; 40] = [Some(1.0); 40].zero_gradient();
    let views: Vec<ArrayView1<'_, f64>> = x.axis_iter(Axis(0)).collect();
    assert_eq!(views.zero_gradient(), vec![array![0.0, 0.0]; 2]);
}

#[test]
fn contributions_are_added_never_assigned() {
    let x = array![1.0, 2.0];
    let mut acc = x.accumulator();
    x.clone().add_to(&mut acc);
    (&x).add_to(&mut acc);
    x.view().add_to(&mut acc);
    acc.clone().add_to(&mut acc);
    assert_eq!(acc.finish(), array![6.0, 12.0]);

    let mut dense = array![1.0, 1.0];
    x.accumulator().add_to(&mut dense);
    (&x).add_to(&mut dense);
    assert_eq!(dense, array![2.0, 3.0]);
}

/// Whatever generated code may add to a field that is constant.
#[test]
fn a_constant_drops_contributions() {
    let x = array![1.0, 2.0];
    let mut acc = Nothing;
    ().add_to(&mut acc);
    1.0_f32.add_to(&mut acc);
    (&1.0_f64).add_to(&mut acc);
    3_usize.add_to(&mut acc);
    x.accumulator().add_to(&mut acc);
    x.view().add_to(&mut acc);
    (&x).add_to(&mut acc);
    x.add_to(&mut acc);
    [(1.0, Some(Box::new(1.0_f32)))].accumulator().add_to(&mut acc);
    "names".add_to(&mut acc);
    Nothing.add_to(&mut acc);
    crate::rt::add_element(&mut acc, [0, 1], 1.0);
    crate::rt::add(crate::rt::at(crate::rt::at(&mut acc, 2), 0), 1.0_f32);
    assert_eq!(size_of_val(&acc), 0);
}

#[test]
fn the_first_contribution_is_moved_in() {
    let x = array![1.0, 2.0];
    let place = x.as_ptr();
    let mut acc = Lazy::default();
    x.add_to(&mut acc);
    assert_eq!(acc.finish().as_ptr(), place);
}

#[test]
fn vec_accumulators_grow_and_keep_known_shapes() {
    let x = vec![array![1.0], array![1.0, 2.0], array![3.0]];
    let mut partial: VecAcc<Lazy<f64, ndarray::Ix1>> = VecAcc::default();
    array![5.0, 6.0].add_to(partial.at(1));
    let mut acc = x.accumulator();
    acc.merge(partial.clone());
    partial.add_to(&mut acc);
    (&x).add_to(&mut acc);
    assert_eq!(acc.finish(), vec![array![1.0], array![11.0, 14.0], array![3.0]]);
}

#[test]
fn nothing_arrived_is_zero() {
    let x = (array![[1.0, 2.0]], Some(Box::new(array![1.0_f32])), [1.0; 3], vec![(1.0, 2.0)]);
    let mut acc = x.accumulator();
    acc.merge(Default::default());
    let zero = acc.finish();
    assert_eq!(zero, (array![[0.0, 0.0]], Some(Box::new(array![0.0])), [0.0; 3], vec![(0.0, 0.0)]));
}

#[test]
#[should_panic(expected = "a contribution of shape [1] to a gradient of shape [2]")]
fn contributions_do_not_broadcast() {
    array![1.0].add_to(&mut array![1.0, 2.0].accumulator());
}
