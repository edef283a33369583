//! Products, reductions, scans and moves of the runtime against ndarray and against definitions.

use chainrule::check::check_adjoint;
use chainrule::ndarray::linalg::Dot;
use chainrule::ndarray::{
    Array, Array1, Array2, Array3, ArrayD, Axis, Dimension, Ix1, Ix2, IxDyn, arr0, array, s,
};
use chainrule::prelude::*;
use chainrule::rt;

fn numbers<D: Dimension>(shape: impl chainrule::ndarray::ShapeBuilder<Dim = D>) -> Array<f64, D> {
    let mut next = 0.37_f64;
    Array::from_shape_simple_fn(shape, || {
        next = (next * 997.0).fract();
        next * 2.0 - 1.0
    })
}

fn close<D: Dimension>(a: &Array<f64, D>, b: &Array<f64, D>) -> bool {
    a.shape() == b.shape() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14)
}

/// Checks the cotangents of `dot` for one pair of ranks.
macro_rules! check_dot {
    ($a:expr, $b:expr) => {
        let operands = ($a.clone(), $b.clone());
        check_adjoint(
            |(a, b)| rt::dot(a, b),
            |(a, b), dy| (rt::dot_nt(&dy, b), rt::dot_tn(a, &dy)),
            &operands,
        )
        .unwrap();
        assert_eq!(rt::dot(&operands.0, operands.1.view()), operands.0.dot(&operands.1));
    };
}

#[test]
fn dot_in_all_ranks() {
    let (m, v, w) = (numbers((3, 4)), numbers(4), numbers(3));
    check_dot!(v, v.mapv(f64::sin));
    check_dot!(m, v);
    check_dot!(w, m);
    check_dot!(m, numbers((4, 5)));
    check_dot!(m.t().as_standard_layout().into_owned(), m);
    check_dot!(m.clone().into_dyn(), v.clone().into_dyn());
    check_dot!(w.clone().into_dyn(), m.clone().into_dyn());
    check_dot!(m.clone().into_dyn(), m.t().to_owned().into_dyn());
    check_dot!(v.clone().into_dyn(), v.clone().into_dyn());
    check_dot!(Array2::<f64>::zeros((3, 0)), Array2::<f64>::zeros((0, 2)));
    check_dot!(m.slice(s![.., ..;-2]).to_owned(), numbers((2, 2)));
}

#[test]
#[should_panic(expected = "dot: shapes [3, 4] and [5, 2] do not fit (4 against 5)")]
fn dot_names_shapes() {
    rt::dot(numbers((3, 4)), numbers((5, 2)));
}

#[test]
fn products_are_counted() {
    let before = rt::count_products();
    rt::dot(&numbers((2, 2)), &numbers(2));
    rt::matmul(&numbers((2, 2, 2)), &numbers((2, 2, 2)));
    assert_eq!(rt::count_products() - before, if cfg!(debug_assertions) { 2 } else { 0 });
}

#[test]
fn batched_products() {
    let (a, b) = (numbers((2, 5, 3, 4)), numbers((2, 5, 4, 2)));
    let y = a.matmul(&b);
    for i in 0..2 {
        for j in 0..5 {
            let a = a.slice(s![i, j, .., ..]).into_dimensionality::<Ix2>().unwrap();
            let expected = a.dot(&b.slice(s![i, j, .., ..]));
            assert!(close(&y.slice(s![i, j, .., ..]).to_owned(), &expected));
        }
    }
    check_adjoint(
        |(a, b)| rt::matmul(a, b),
        |(a, b), dy| (rt::matmul_nt(&dy, b), rt::matmul_tn(a, &dy)),
        &(a, b),
    )
    .unwrap();
    assert_eq!(
        numbers((2, 3)).matmul(numbers((3, 2)).view()),
        numbers((2, 3)).dot(&numbers((3, 2)))
    );
    assert_eq!(numbers((0, 3, 2)).matmul(&numbers((0, 2, 4))).shape(), [0, 3, 4]);
    let dynamic = numbers(IxDyn(&[2, 3, 4])).matmul(&numbers(IxDyn(&[2, 4, 1])));
    assert_eq!(dynamic.shape(), [2, 3, 1]);
}

#[test]
#[should_panic(expected = "matmul: shapes [2, 3, 4] and [3, 4, 5] do not fit (2 against 3)")]
fn batches_must_agree() {
    numbers((2, 3, 4)).matmul(&numbers((3, 4, 5)));
}

#[test]
fn sums_to_likes() {
    let v = numbers((3, 4));
    let place = v.as_ptr();
    let kept: Array2<f64> = rt::sum_to(&v.clone(), v);
    assert_eq!(kept.as_ptr(), place);
    let row: Array1<f64> = rt::sum_to(&array![0.0, 0.0, 0.0, 0.0], &kept);
    assert!(close(&row, &kept.sum_axis(Axis(0))));
    let column = rt::sum_to(&Array2::zeros((3, 1)), kept.view());
    assert!(close(&column, &kept.sum_axis(Axis(1)).insert_axis(Axis(1))));
    let total: f64 = rt::sum_to(1.0, &kept);
    assert!((total - kept.sum()).abs() < 1e-14);
    assert_eq!(rt::sum_to(&2.0, 3.0), 3.0);
    let dynamic: ArrayD<f64> = rt::sum_to(&kept.clone().into_dyn(), &kept);
    assert_eq!(dynamic, kept.clone().into_dyn());
    let back: Array2<f64> = rt::sum_to(&kept, kept.clone().into_dyn());
    assert_eq!(back, kept);
    assert_eq!(rt::sum_to(&arr0(1.0), &kept).into_scalar(), total);
}

#[test]
fn cotangents_spread_and_counted() {
    let x = numbers((2, 3));
    assert_eq!(rt::expand(2.0, &x), Array2::from_elem((2, 3), 2.0));
    assert_eq!(rt::expand(2.0, 7.0), 2.0);
    assert_eq!(
        rt::expand_axis(&array![1.0, 2.0], Axis(1), &x),
        array![[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    );
    assert_eq!(rt::expand_axis(arr0(1.5), Axis(0), &array![0.0, 0.0]), array![1.5, 1.5]);
    assert_eq!(rt::zeros(&x), Array2::<f64>::zeros((2, 3)));
    assert_eq!(rt::zeros(&rt::accumulator(&x)), Array2::<f64>::zeros((2, 3)));
    assert_eq!(rt::zeros::<f64, _>(1.0), 0.0);
    let (count, rows): (f64, f64) = (rt::count(&x), rt::count_axis(&x, Axis(0)));
    assert_eq!((count, rows, rt::lit(1.0_f32, 0.5)), (6.0, 2.0, 0.5));
    assert_eq!(rt::plus((x.clone(), vec![1.0]), (x.clone(), vec![2.0])), (&x * 2.0, vec![3.0]));
    let fortran = x.t().to_owned();
    assert_eq!(rt::plus(fortran.clone(), fortran.as_standard_layout().into_owned()), &x.t() * 2.0);
    assert_eq!((rt::seed(&3.0), rt::scalar_one::<f32>()), (1.0, 1.0));
}

#[test]
fn accumulators_by_function() {
    let x = (numbers((2, 3)), vec![array![1.0], array![2.0]], 1.0);
    let mut acc = rt::accumulator(&x);
    rt::add(&mut acc.0, &x.0);
    rt::add(&mut acc.0, x.0.view());
    rt::add(rt::at(&mut acc.1, 1), array![5.0]);
    rt::add(&mut acc.2, 2.0);
    let gradient = rt::finish(acc);
    assert_eq!(gradient, (&x.0 * 2.0, vec![array![0.0], array![5.0]], 2.0));

    let mut dx = rt::dense(&x.0, rt::Lazy::default());
    rt::add_element(&mut dx, [1, 2], 4.0);
    rt::add_element(&mut dx, (0, 1), 1.0);
    *rt::at(&mut dx, (0, 1)) *= 3.0;
    rt::add_into(dx.row_mut(0), &array![1.0, 1.0, 1.0]);
    rt::add_into(dx.column_mut(0), 2.0);
    assert_eq!(dx, array![[3.0, 4.0, 1.0], [2.0, 0.0, 4.0]]);
    let taken = rt::take(rt::at(&mut dx, (0, 0)));
    assert_eq!((taken, dx[[0, 0]]), (3.0, 0.0));

    let mut lazy = rt::accumulator(&x.0);
    rt::add_element(&mut lazy, [0, 0], 1.0);
    assert_eq!(rt::dense(&rt::accumulator(&x.0), lazy).sum(), 1.0);
    assert_eq!(rt::dense(&x.1, rt::VecAcc::default()), vec![array![0.0], array![0.0]]);
    assert_eq!(rt::dense(1.0, 2.0), 2.0);
    let of_acc = rt::accumulator(&x.1);
    assert_eq!(rt::dense(&of_acc, rt::into_acc(vec![array![1.0]])), vec![array![1.0], array![0.0]]);
    assert_eq!(rt::into_acc_of::<rt::Lazy<f64, Ix1>>(array![1.0]).finish_for_test(), array![1.0]);
    let mut nested = [[1.0, 2.0], [3.0, 4.0]];
    rt::add_element(rt::at(&mut nested, 1), 0, 0.5);
    assert_eq!(nested[1][0], 3.5);
}

trait FinishForTest: rt::Accumulator {
    fn finish_for_test(self) -> Self::Gradient {
        self.finish()
    }
}
impl<A: rt::Accumulator> FinishForTest for A {}

#[test]
fn reductions_are_those_of_ndarray() {
    let x = numbers((3, 4, 2));
    assert_eq!(rt::sum(&x), x.sum());
    assert_eq!(rt::mean(x.t()), x.t().mean().unwrap());
    assert_eq!(rt::product(&x), x.product());
    assert_eq!(rt::var(&x, 1.0), x.var(1.0));
    assert_eq!(rt::std(&x, 0.0), x.std(0.0));
    for axis in (0..3).map(Axis) {
        assert_eq!(rt::sum_axis(&x, axis), x.sum_axis(axis));
        assert_eq!(rt::mean_axis(&x, axis), x.mean_axis(axis).unwrap());
        assert_eq!(rt::product_axis(&x, axis), x.product_axis(axis));
        assert_eq!(rt::var_axis(&x, axis, 1.0), x.var_axis(axis, 1.0));
        assert_eq!(rt::std_axis(&x, axis, 0.0), x.std_axis(axis, 0.0));
        assert_eq!(rt::cumprod(&x, axis), x.cumprod(axis));
        assert_eq!(
            x.amax_axis(axis),
            x.map_axis(axis, |lane| lane.fold(f64::MIN, |a, &b| a.max(b)))
        );
        assert_eq!(
            x.amin_axis(axis),
            x.map_axis(axis, |lane| lane.fold(f64::MAX, |a, &b| a.min(b)))
        );
        let reversed = x.slice(s![..;-1, .., ..;-1]);
        assert_eq!(rt::sum_axis(reversed, axis), reversed.sum_axis(axis));
        assert_eq!(reversed.amax_axis(axis), reversed.to_owned().amax_axis(axis));
    }
    assert!(array![1.0, f64::NAN, 2.0].amax().is_nan());
    assert!(array![[f64::NAN, 2.0]].amin_axis(Axis(1))[0].is_nan());
}

#[test]
#[should_panic(expected = "mean: an array of shape [0, 3] has none")]
fn the_mean_of_nothing() {
    rt::mean(&Array2::<f64>::zeros((0, 3)));
}

#[test]
#[should_panic(expected = "sum_axis: there is no axis 2 in shape [2, 3]")]
fn an_axis_that_is_not_there() {
    rt::sum_axis(&numbers((2, 3)), Axis(2));
}

#[test]
fn shares_of_ties() {
    let x = array![[1.0, 3.0, 3.0], [2.0, 0.0, 2.0]];
    assert_eq!(rt::share_of_max(&x, x.amax()), array![[0.0, 0.5, 0.5], [0.0, 0.0, 0.0]]);
    let rows = rt::share_of_max_axis(&x, &x.amax_axis(Axis(1)), Axis(1));
    assert_eq!(rows, array![[0.0, 0.5, 0.5], [0.5, 0.0, 0.5]]);
    let columns = rt::share_of_max_axis(&x, x.amin_axis(Axis(0)), Axis(0));
    assert_eq!(columns, array![[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]);
}

#[test]
fn scans_and_products_with_zeros() {
    let x = array![[2.0, 0.0, 3.0], [4.0, 5.0, 0.0], [0.0, 0.0, 7.0]];
    for axis in [Axis(0), Axis(1)] {
        check_adjoint(|x| rt::cumprod(x, axis), |x, dy| rt::cumprod_pull(x, &dy, axis), &x)
            .unwrap();
        check_adjoint(|x| x.cumsum(axis), |_, dy| rt::cumsum_reversed(dy, axis), &x).unwrap();
        check_adjoint(
            |x| rt::product_axis(x, axis),
            |x, dy| rt::product_others_axis(x, axis) * rt::expand_axis(dy, axis, x),
            &x,
        )
        .unwrap();
    }
    assert_eq!(rt::product_others(&array![2.0, 0.0, 3.0]), array![0.0, 6.0, 0.0]);
    assert_eq!(
        rt::product_others(&array![[2.0, 5.0], [1.0, 3.0]].t()),
        array![[15.0, 30.0], [6.0, 10.0]]
    );
}

#[test]
fn softmax_of_extremes() {
    let inf = f64::INFINITY;
    let x = array![[1000.0, 0.0, -1000.0], [-inf, 0.0, 0.0], [0.1, 0.2, 0.3]];
    for axis in [Axis(0), Axis(1)] {
        let y = x.softmax(axis);
        assert!(y.sum_axis(axis).iter().all(|sum| (sum - 1.0).abs() < 1e-15));
        assert!(close(&x.log_softmax(axis).exp(), &y));
    }
    assert_eq!(x.log_softmax(Axis(1))[[0, 2]], -2000.0);
    assert_eq!(array![-inf, -inf].logsumexp(Axis(0)).into_scalar(), -inf);
    assert_eq!(Array2::<f64>::zeros((2, 0)).logsumexp(Axis(1)), array![-inf, -inf]);
    assert_eq!(Array2::<f64>::zeros((2, 0)).softmax(Axis(1)).shape(), [2, 0]);
    assert_eq!(array![inf, 0.0].logsumexp(Axis(0)).into_scalar(), inf);
    check_adjoint(
        |x| x.softmax(Axis(1)),
        |x, dy| {
            let y = x.softmax(Axis(1));
            let inner = (&dy * &y).sum_axis(Axis(1)).insert_axis(Axis(1));
            (dy - inner) * y
        },
        &numbers((3, 4)),
    )
    .unwrap();
}

#[test]
fn norms_of_extremes() {
    assert_eq!(array![0.0, 0.0].norm(), 0.0);
    assert!((array![3e-200_f64, 4e-200].norm() / 5e-200 - 1.0).abs() < 4e-16);
    assert!((array![3e30_f32, 4e30].norm() / 5e30 - 1.0).abs() < 3e-7);
    assert!((array![5e-324_f64, 5e-324].norm() / 5e-324 - 2.0_f64.sqrt()).abs() < 0.5);
    assert_eq!(array![f64::MAX].norm(), f64::MAX);
    assert!(array![1.0, f64::NAN].norm().is_nan());
    assert_eq!(array![1.0, f64::INFINITY].norm(), f64::INFINITY);
    assert_eq!(Array1::<f64>::zeros(0).norm(), 0.0);
}

#[test]
fn labels_of_every_kind() {
    let logits = numbers((3, 2));
    let expected = array![[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]];
    let labels = vec![1, 0, 1];
    assert_eq!(rt::one_hot(&labels, &logits), expected);
    assert_eq!(rt::one_hot(labels.as_slice(), &logits), expected);
    assert_eq!(rt::one_hot([1, 0, 1], &logits), expected);
    let array = Array1::from(labels);
    assert_eq!(rt::one_hot(&array, &logits), expected);
    assert_eq!(rt::one_hot(array.view(), &logits), expected);
    assert_eq!(logits.cross_entropy(&array), logits.cross_entropy(&[1, 0, 1]));
}

#[test]
#[should_panic(
    expected = "cross_entropy: label 2 of row 1, in an array of shape [2, 2], is not one of the classes 0 to 1"
)]
fn a_label_out_of_range() {
    numbers((2, 2)).cross_entropy(&[0, 2]);
}

#[test]
#[should_panic(expected = "mse: shapes [2, 3] and [1, 3] differ")]
fn losses_do_not_broadcast() {
    numbers((2, 3)).mse(&numbers((1, 3)));
}

#[test]
fn moves_and_their_cotangents() {
    let x = numbers((2, 3, 4));
    check_adjoint(
        |x: &Array3<f64>| x.clone().permuted_axes([1, 2, 0]),
        |_, dy| rt::permute_back(dy, [1, 2, 0]),
        &x,
    )
    .unwrap();
    let dynamic = rt::permute_back(x.clone().into_dyn(), &[2_usize, 0, 1][..]);
    assert_eq!(dynamic.shape(), [3, 4, 2]);
    assert_eq!(rt::permute_back(&x, (2, 0, 1)).into_dyn(), dynamic);

    check_adjoint(
        |x: &Array3<f64>| x.to_shape((4, 6)).unwrap().into_owned(),
        |x, dy| rt::reshape_like(dy, x),
        &x,
    )
    .unwrap();
    let sliced = x.clone().slice_move(s![1.., .., ..]);
    let flat: Array1<f64> = rt::reshape_like(sliced.clone(), &Array1::zeros(12));
    assert_eq!(flat, sliced.iter().copied().collect::<Array1<f64>>());
    let transposed: Array1<f64> = rt::reshape_like(x.t(), &Array1::zeros(24));
    assert_eq!(transposed, x.t().iter().copied().collect::<Array1<f64>>());

    assert_eq!(rt::insert_axis(&x, Axis(1)).shape(), [2, 1, 3, 4]);
    assert_eq!(rt::remove_axis(rt::insert_axis(&x, Axis(1)), Axis(1)), x);
    let (left, right) = (numbers((2, 1, 4)), numbers((2, 2, 4)));
    let joined = chainrule::ndarray::concatenate![Axis(1), left, right];
    assert_eq!(rt::split_like(&joined, Axis(1), &left, 0), left);
    assert_eq!(rt::split_like(joined, Axis(1), &right, 1), right);
    let back: Array3<f64> = rt::from_dyn(x.view().into_dyn(), &x);
    assert_eq!(back, x);
    let matrix: Array2<f64> =
        rt::from_dyn(numbers(IxDyn(&[2, 2])), &Array::<f64, Ix2>::zeros((2, 2)));
    assert_eq!(matrix.shape(), [2, 2]);
}

#[test]
fn generic_floats_reach_everything() {
    fn loss<T: Float>(w: &Array2<T>, x: &Array1<T>, k: T) -> (T, Array1<T>) {
        let y = rt::dot(w, x);
        let z = rt::map2(&y, k, |y, k| y * k);
        let mut acc = rt::accumulator(&z);
        rt::add(&mut acc, &z);
        let mut total = rt::accumulator(&k);
        rt::add(&mut total, rt::sum(&z) + k.mse(T::one()) + z.norm());
        let one = rt::seed(&total);
        (rt::plus(total, one), rt::sum_to(x, rt::softmax(rt::finish(acc), Axis(0))))
    }
    let (loss, y) = loss(&array![[1.0_f32, 0.0], [0.0, 1.0]], &array![3.0, 4.0], 1.0);
    assert_eq!(loss, 7.0 + 0.0 + 5.0 + 1.0);
    assert_eq!(y.len(), 2);
}

/// A public pullback written with the runtime's macro borrows its arguments.
fn scaled_vjp<'a>(
    x: &'a Array1<f64>,
    k: f64,
) -> (f64, rt::pullback!(Fn(f64) -> (Array1<f64>, f64) + 'a)) {
    (x.sum() * k, move |dy| (Array1::from_elem(x.len(), dy * k), dy * x.sum()))
}

#[test]
fn pullbacks_borrow() {
    let x = array![1.0, 2.0];
    let (y, pullback) = scaled_vjp(&x, 2.0);
    assert_eq!((y, pullback(1.0)), (6.0, (array![2.0, 2.0], 3.0)));
    let branch: rt::Branch2<f64, ()> = rt::Branch2::A(1.0);
    assert!(matches!(branch, rt::Branch2::A(_)));
}
