//! `#[derive(Differentiable)]`: shapes of structs, the names of their leaves, accumulation.
#![deny(warnings, missing_docs, unused, unreachable_pub, missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use std::fmt::Debug;
use std::marker::PhantomData;

use chainrule::differentiable::{Accumulator, LeafPath, Visit, VisitMut, VisitWith};
use chainrule::ndarray::{
    Array1, Array2, ArrayD, ArrayView1, ArrayViewD, ArrayViewMut2, ArrayViewMutD, Axis, Ix2, array,
};
use chainrule::rt::{self, Contribution};
use chainrule::{Differentiable, Float};

#[derive(Differentiable)]
struct Layer<T: Float> {
    w: Array2<T>,
    b: Array1<T>,
    inputs: usize,
}

impl<T: Float> Layer<T> {
    fn new(inputs: usize, outputs: usize) -> Self {
        Self { w: Array2::ones((inputs, outputs)), b: Array1::ones(outputs), inputs }
    }
}

#[derive(Differentiable)]
struct Net<T: Float, A, const N: usize>
where
    A: Fn(T) -> T,
{
    layers: Vec<Layer<T>>,
    gains: [T; N],
    extra: Option<Box<Layer<T>>>,
    pair: (T, Array1<T>),
    #[allow(dead_code)]
    activation: A,
    axis: Axis,
    #[differentiable(constant)]
    mean: f64,
    r#type: T,
}

fn net() -> Net<f32, fn(f32) -> f32, 2> {
    Net {
        layers: vec![Layer::new(2, 3), Layer::new(3, 1)],
        gains: [1.0, 2.0],
        extra: Some(Box::new(Layer::new(1, 1))),
        pair: (1.0, array![1.0]),
        activation: f32::abs,
        axis: Axis(0),
        mean: 0.5,
        r#type: 7.0,
    }
}

/// Collects the names and shapes of the leaves.
#[derive(Default)]
struct Names(Vec<String>);

impl Visit for Names {
    fn leaf<T: Float>(&mut self, name: &str, value: ArrayViewD<'_, T>) {
        self.0.push(format!("{name} {:?}", value.shape()));
    }
}

fn names<P: Differentiable>(value: &P) -> Vec<String> {
    let mut names = Names::default();
    value.visit(&mut LeafPath::new(), &mut names);
    names.0
}

#[test]
fn leaves_are_named_by_fields_and_indices() {
    let expected = [
        "layers.0.w [2, 3]",
        "layers.0.b [3]",
        "layers.1.w [3, 1]",
        "layers.1.b [1]",
        "gains.0 []",
        "gains.1 []",
        "extra.w [1, 1]",
        "extra.b [1]",
        "pair.0 []",
        "pair.1 [1]",
        "type []",
    ];
    let net = net();
    assert_eq!(names(&net), expected);
    assert_eq!(names(&net.zero_gradient()), expected);
    assert_eq!((net.axis, net.layers[0].inputs), (Axis(0), 2));
    assert!(net.mean > 0.0);
}

#[test]
fn a_gradient_is_cloned_compared_and_printed() {
    let gradient = net().zero_gradient();
    let mut other = gradient.clone();
    assert_eq!(gradient, other);
    other.layers[1].w[[2, 0]] = 1.0;
    assert_ne!(gradient, other);
    assert_eq!(
        format!("{:?}", Layer::<f64>::new(1, 1).zero_gradient()),
        "LayerGradient { w: [[0.0]], shape=[1, 1], strides=[1, 1], layout=CFcf (0xf), const \
         ndim=2, b: [0.0], shape=[1], strides=[1], layout=CFcf (0xf), const ndim=1 }"
    );
}

#[test]
fn contributions_are_summed() {
    let layer = Layer::<f64>::new(1, 2);
    let mut sum = layer.accumulator();
    layer.zero_gradient().add_to(&mut sum);
    let gradient = LayerGradient { w: array![[1.0, 2.0]], b: array![3.0, 4.0] };
    gradient.clone().add_to(&mut sum);
    let mut other: __LayerAcc<f64> = __LayerAcc::default();
    gradient.clone().add_to(&mut other);
    other.clone().add_to(&mut sum);
    sum.merge(other);
    let sum = sum.finish();
    assert_eq!((sum.w, sum.b), (array![[3.0, 6.0]], array![9.0, 12.0]));
    assert_eq!(gradient.accumulator().finish(), gradient.zero_gradient());
}

/// Where nothing arrived, a gradient is zeros in the shape of what is known.
#[test]
fn an_empty_accumulator_takes_its_shape_from_another() {
    #[derive(Differentiable)]
    struct Deep<T: Float> {
        layers: Vec<Layer<T>>,
        heads: [Layer<T>; 2],
        scale: T,
    }
    let deep = Deep {
        layers: vec![Layer::new(2, 3)],
        heads: [Layer::new(1, 1), Layer::new(3, 1)],
        scale: 1.0_f32,
    };
    let known = deep.accumulator();
    let dense = chainrule::rt::dense(&known, __DeepAcc::default());
    assert_eq!(dense, deep.zero_gradient());
}

/// A step of gradient ascent by one.
struct Add;

impl VisitWith for Add {
    fn leaf<T: Float>(
        &mut self,
        _: &str,
        mut value: ArrayViewMutD<'_, T>,
        gradient: ArrayViewD<'_, T>,
    ) {
        value += &gradient;
    }
}

struct Fill(f64);

impl VisitMut for Fill {
    fn leaf<T: Float>(&mut self, _: &str, mut value: ArrayViewMutD<'_, T>) {
        value.fill(T::from_f64_lossy(self.0));
    }
}

#[test]
fn leaves_are_written_beside_their_gradients() {
    let mut net = net();
    let mut gradient = net.zero_gradient();
    gradient.visit_mut(&mut LeafPath::new(), &mut Fill(0.5));
    net.visit_with(&gradient, &mut LeafPath::new(), &mut Add);
    assert_eq!(net.layers[1].w, array![[1.5], [1.5], [1.5]]);
    assert_eq!((net.gains, net.r#type), ([1.5, 2.5], 7.5));
    let copy = gradient.clone();
    gradient.visit_with(&copy, &mut LeafPath::new(), &mut Add);
    assert_eq!(gradient.pair, (1.0, array![1.0]));
}

#[derive(Differentiable)]
struct Pair(&'static str, f64, Vec<f32>, bool);

#[test]
fn a_tuple_struct_keeps_its_indices() {
    let pair = Pair("name", 1.0, vec![2.0], true);
    assert_eq!(names(&pair), ["1 []", "2.0 []"]);
    let mut gradient = pair.zero_gradient();
    gradient.1 = 3.0;
    assert_eq!(gradient, PairGradient((), 3.0, vec![0.0]));
    assert_eq!(format!("{gradient:?}"), "PairGradient((), 3.0, [0.0])");
    assert_eq!((pair.0, pair.3), ("name", true));
}

/// What generated code adds to a field that it reads, whether the field is constant or not.
#[test]
fn contributions_to_constants_are_dropped() {
    #[derive(Differentiable)]
    struct Scaled<T: Float, M: Clone> {
        w: Array1<T>,
        classes: usize,
        #[differentiable(constant)]
        table: Array2<T>,
        mode: M,
        names: Vec<String>,
    }
    let scaled =
        Scaled { w: array![1.0_f32], classes: 3, table: array![[2.0]], mode: 'm', names: vec![] };
    let mut sum = scaled.accumulator();
    rt::add(&mut sum.w, array![5.0]);
    rt::add(&mut sum.classes, rt::cast_like(1.0_f64, scaled.classes));
    rt::add(&mut sum.classes, 1.0_f64);
    rt::add(&mut sum.table, &scaled.table);
    rt::add_element(&mut sum.table, [0, 0], 1.0_f32);
    rt::add(&mut sum.mode, ());
    rt::add(rt::at(&mut sum.names, 7), scaled.names.len());
    let mut other = sum.clone();
    other.merge(sum);
    assert_eq!(other.finish(), ScaledGradient { w: array![10.0] });
    assert_eq!((scaled.mode, scaled.table), ('m', array![[2.0]]));
}

#[test]
fn contributions_to_constants_of_a_tuple_struct_are_dropped() {
    #[derive(Differentiable)]
    struct Mixed<T: Float + Into<U>, U>(usize, T, #[differentiable(constant)] Vec<T>, U);
    let mixed = Mixed::<f32, f64>(2, 1.0, vec![3.0], 4.0);
    let mut sum = __MixedAcc::default();
    rt::add(&mut sum.0, 1.0_f32);
    rt::add(&mut sum.1, 2.0_f32);
    rt::add_element(&mut sum.2, mixed.0, 1.0_f32);
    rt::add(&mut sum.3, mixed.3);
    rt::add(&mut sum, mixed.accumulator());
    let gradient = sum.clone().finish();
    assert_eq!((gradient.1, mixed.1), (2.0, 1.0));
    assert_eq!(rt::dense(&mixed, sum), gradient);
    assert_eq!(mixed.2, [3.0]);
}

#[derive(Differentiable)]
struct Views<'a, 'b: 'a, T: Float + 'a> {
    x: ArrayView1<'a, T>,
    y: ArrayViewMut2<'b, T>,
    layers: &'a [Layer<T>],
    more: Vec<&'a Layer<T>>,
    scale: &'b T,
    labels: &'a [usize],
    inner: Inner<'a, T>,
}

#[derive(Differentiable)]
struct Inner<'a, T: Float> {
    x: ArrayView1<'a, T>,
}

/// The gradient of a struct of views borrows nothing.
#[test]
fn the_gradient_of_views_is_owned() {
    let gradient: ViewsGradient<f64> = {
        let (x, mut y, layers) = (array![1.0, 2.0], array![[3.0]], [Layer::new(1, 1)]);
        let views = Views {
            x: x.view(),
            y: y.view_mut(),
            layers: &layers,
            more: layers.iter().collect(),
            scale: &4.0,
            labels: &[1, 2],
            inner: Inner { x: x.view() },
        };
        assert_eq!(views.labels.len(), 2);
        views.zero_gradient()
    };
    assert_eq!(gradient.x, array![0.0, 0.0]);
    assert_eq!(gradient.inner.x.len(), 2);
    assert_eq!(gradient.more, gradient.layers);
}

#[derive(Differentiable)]
struct Tree<T: Float> {
    value: T,
    left: Option<Box<Self>>,
    children: Vec<Tree<T>>,
}

#[test]
fn a_struct_may_hold_itself() {
    let leaf = || Tree { value: 1.0, left: None, children: Vec::new() };
    let tree = Tree { value: 2.0, left: Some(Box::new(leaf())), children: vec![leaf(), leaf()] };
    assert_eq!(
        names(&tree),
        ["value []", "left.value []", "children.0.value []", "children.1.value []"]
    );
    assert_eq!(tree.zero_gradient(), tree.zero_gradient());
    assert!(tree.accumulator().clone().finish().left.is_some());
}

/// Two structs that hold each other.
#[derive(Differentiable)]
struct Expression {
    scale: f64,
    terms: Vec<Term>,
}

#[derive(Differentiable)]
struct Term {
    factor: f64,
    #[differentiable(recursive)]
    inner: Option<Box<Expression>>,
}

#[test]
fn two_structs_may_hold_each_other() {
    let inner = Expression { scale: 1.0, terms: Vec::new() };
    let outer =
        Expression { scale: 2.0, terms: vec![Term { factor: 3.0, inner: Some(Box::new(inner)) }] };
    assert_eq!(names(&outer), ["scale []", "terms.0.factor []", "terms.0.inner.scale []"]);
    assert_eq!(outer.zero_gradient(), outer.zero_gradient());
}

/// The parameter of a module's own kind of layer.
#[derive(Differentiable)]
struct Stack<V: Differentiable + Clone, M, T: Float + Into<f64> = f32>
where
    for<'a> &'a T: Debug,
    M: Clone,
{
    first: V,
    rest: Vec<V>,
    scale: ArrayD<T>,
    #[allow(dead_code)]
    mode: M,
    phantom: PhantomData<V>,
}

#[test]
fn a_parameter_may_be_any_differentiable_type() {
    let stack: Stack<Array1<f64>, u8> = Stack {
        first: array![1.0],
        rest: vec![array![2.0, 3.0]],
        scale: ArrayD::ones(vec![2]),
        mode: 3,
        phantom: PhantomData,
    };
    assert_eq!(names(&stack), ["first [1]", "rest.0 [2]", "scale [2]"]);
    let gradient: StackGradient<Array1<f64>> = stack.zero_gradient();
    assert_eq!(gradient.clone(), gradient.zero_gradient());
    assert_eq!(gradient.accumulator().finish(), gradient);
    let PhantomData::<Array1<f64>> = stack.phantom;
}

/// Public types of a public module.
pub mod public {
    use super::{Array2, Differentiable, Ix2};
    use chainrule::ndarray::Array;

    /// A public struct.
    #[derive(Debug, Differentiable)]
    pub struct Linear {
        /// Weights.
        pub w: Array2<f64>,
        /// Bias.
        pub(crate) b: Array<f64, Ix2>,
        hidden: f64,
    }

    /// Makes one.
    #[must_use]
    pub fn linear() -> Linear {
        Linear { w: Array2::zeros((1, 1)), b: Array2::zeros((1, 1)), hidden: 0.0 }
    }

    /// Of a macro.
    macro_rules! model {
        ($name:ident, $field:ident: $ty:ty) => {
            #[derive(Differentiable)]
            pub(super) struct $name {
                pub(super) $field: $ty,
            }
        };
    }
    model!(Made, field: Array2<f32>);
}

#[test]
fn visibilities_are_the_structs() {
    let linear = public::linear();
    let public::LinearGradient { w, b, .. } = linear.zero_gradient();
    assert_eq!(w, b);
    let made = public::Made { field: array![[1.0]] };
    assert_eq!(made.zero_gradient().field, array![[0.0]]);
}

#[test]
fn a_struct_may_stand_in_a_function() {
    use chainrule as renamed;

    #[derive(Differentiable)]
    #[differentiable(crate = renamed)]
    struct Local {
        w: f64,
    }
    assert_eq!(Local { w: 1.0 }.zero_gradient(), LocalGradient { w: 0.0 });
}

#[test]
fn mistakes_are_reported_once_and_at_their_place() {
    trybuild::TestCases::new().compile_fail("ui/fail/derive_*.rs");
}
