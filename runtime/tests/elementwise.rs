//! The elementwise kernels against ndarray's broadcasting and against a naive definition of pulls.

use chainrule::ndarray::{
    Array, Array1, Array2, ArrayD, ArrayView, ArrayViewD, Axis, Dimension, IxDyn, ShapeBuilder,
    Slice, arr0, array,
};
use chainrule::{Float, rt};

/// Numbers that look random and are the same everywhere.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }
    fn array(&mut self, shape: &[usize]) -> ArrayD<f64> {
        Array::from_shape_simple_fn(IxDyn(shape), || self.below(2001) as f64 / 1000.0 - 1.0)
    }
}

/// Sums `v` over the axes along which an array of `shape` would be broadcast to it.
fn sum_to(v: &ArrayD<f64>, shape: &[usize]) -> ArrayD<f64> {
    let mut v = v.clone();
    while v.ndim() > shape.len() {
        v = v.sum_axis(Axis(0));
    }
    for (axis, &len) in shape.iter().enumerate() {
        if len == 1 {
            v = v.sum_axis(Axis(axis)).insert_axis(Axis(axis));
        }
    }
    v
}

fn assert_close(a: &ArrayD<f64>, b: &ArrayD<f64>, what: &str) {
    assert_eq!(a.shape(), b.shape(), "{what}");
    for (x, y) in a.iter().zip(b) {
        assert!((x - y).abs() <= 1e-12 * (1.0 + y.abs()), "{what}: {x} {y}");
    }
}

fn check_pair(a: ArrayViewD<'_, f64>, b: ArrayViewD<'_, f64>, what: &str) {
    let y = rt::map2(&a, &b, |a, b| a * b + a);
    assert_eq!(y, &a * &b + &a, "{what}");
    let dy = rt::map1(&y, |y| y.sin());
    let (da, db) = rt::pull3((&a, &b), &a, &b, &dy, |a, b, dy| (dy * (b + 1.0), dy * a));
    assert_close(&da, &sum_to(&(&dy * (&b + 1.0)), a.shape()), what);
    assert_close(&db, &sum_to(&(&dy * &a), b.shape()), what);
}

#[test]
fn all_pairs_of_ranks_with_and_without_axes_of_length_one() {
    let lens = [3, 2, 4, 2, 3, 5];
    let mut random = Lcg(1);
    for rank_a in 0..=6 {
        for rank_b in 0..=6 {
            for _ in 0..6 {
                let mut shape = |rank: usize| -> Vec<usize> {
                    (0..rank)
                        .map(|axis| if random.below(3) == 0 { 1 } else { lens[6 - rank + axis] })
                        .collect()
                };
                let (a, b) = (shape(rank_a), shape(rank_b));
                let (a, b) = (random.array(&a), random.array(&b));
                let what = format!("{:?} {:?}", a.shape(), b.shape());
                check_pair(a.view(), b.view(), &what);
                if rank_a == rank_b {
                    check_pair(a.t(), b.t(), &what);
                }
            }
        }
    }
}

#[test]
fn long_rows_and_many_blocks() {
    let mut random = Lcg(2);
    for (a, b) in [
        (&[1300][..], &[1300][..]),
        (&[7, 1300], &[1300]),
        (&[7, 1300], &[7, 1]),
        (&[1300, 7], &[7]),
        (&[1300, 7], &[1300, 1]),
        (&[1300, 7], &[1, 1]),
        (&[40, 1, 30], &[20, 1]),
        (&[3, 300, 2], &[300, 1]),
        (&[2, 600, 3], &[2, 1, 3]),
        (&[600, 2], &[]),
        (&[5, 512], &[5, 512]),
        (&[5, 513], &[513]),
    ] {
        let (a, b) = (random.array(a), random.array(b));
        let what = format!("{:?} {:?}", a.shape(), b.shape());
        check_pair(a.view(), b.view(), &what);
        check_pair(b.view(), a.view(), &what);
        let mut fortran = ArrayD::zeros(a.raw_dim().f());
        fortran.assign(&a);
        check_pair(fortran.view(), b.view(), &what);
        check_pair(b.view(), fortran.view(), &what);
        check_pair(fortran.view(), fortran.view(), &what);
        check_pair(fortran.view(), a.view(), &what);
    }
}

#[test]
fn strided_and_reversed_views() {
    let mut random = Lcg(3);
    for shape in [&[1100][..], &[30, 50], &[4, 700], &[700, 4], &[4, 5, 6], &[2, 3, 4, 5]] {
        let base = random.array(shape);
        let reversed =
            |axis: usize, step: isize| base.slice_axis(Axis(axis), Slice::new(0, None, step));
        let other = random.array(&shape[shape.len() - 1..]);
        for axis in 0..shape.len() {
            for step in [-1, 2, -3] {
                let view = reversed(axis, step);
                let what = format!("{shape:?} axis {axis} step {step}");
                check_pair(view.view(), view.view(), &what);
                if view.shape().last() == other.shape().last() {
                    check_pair(view.view(), other.view(), &what);
                    check_pair(other.slice_axis(Axis(0), Slice::new(0, None, -1)), view, &what);
                }
            }
        }
        check_pair(base.t(), base.t(), "transposed");
    }
    let square = random.array(&[40, 40]);
    check_pair(square.t(), square.view(), "transposed beside itself");
}

/// Every pair of shapes with at most two axes and few elements, in C and Fortran order, with gaps and reversed.
#[test]
fn a_handful_of_elements_in_every_layout() {
    let mut random = Lcg(4);
    let mut shapes: Vec<Vec<usize>> = vec![vec![]];
    shapes.extend((0..5).map(|len| vec![len]));
    shapes.extend((0..4).flat_map(|rows| (0..4).map(move |columns| vec![rows, columns])));
    let mut layouts = |shape: &[usize]| -> Vec<ArrayD<f64>> {
        let twice: Vec<usize> = shape.iter().map(|len| 2 * len).collect();
        let mut wide = random.array(&twice);
        for axis in 0..shape.len() {
            wide.slice_axis_inplace(Axis(axis), Slice::new(0, None, 2));
        }
        let plain = random.array(shape);
        let mut fortran = Array::zeros(IxDyn(shape).f());
        fortran.assign(&plain);
        let mut reversed = random.array(shape);
        (0..shape.len()).for_each(|axis| reversed.invert_axis(Axis(axis)));
        vec![plain, fortran, wide, reversed]
    };
    let fits = |a: &[usize], b: &[usize]| {
        a.iter().rev().zip(b.iter().rev()).all(|(&a, &b)| a == b || a == 1 || b == 1)
    };
    for shape_a in &shapes {
        for shape_b in shapes.iter().filter(|shape| fits(shape_a, shape)) {
            for a in layouts(shape_a) {
                for b in layouts(shape_b) {
                    check_pair(a.view(), b.view(), &format!("{shape_a:?} and {shape_b:?}"));
                }
            }
        }
    }
}

#[test]
fn empty_arrays() {
    let mut random = Lcg(4);
    for (a, b) in [
        (&[0][..], &[0][..]),
        (&[3, 0], &[1]),
        (&[0, 3], &[3]),
        (&[0, 3], &[1, 1]),
        (&[2, 0, 3], &[3]),
    ] {
        let (a, b) = (random.array(a), random.array(b));
        check_pair(a.view(), b.view(), &format!("{:?} {:?}", a.shape(), b.shape()));
        check_pair(b.view(), a.view(), &format!("{:?} {:?}", a.shape(), b.shape()));
    }
}

#[test]
fn layouts_of_results() {
    let a: Array2<f64> = Array::from_shape_fn((30, 40), |(i, j)| (i * 40 + j) as f64);
    let fortran = a.t();
    let sum = rt::map2(&fortran, &fortran, |a, b| a + b);
    assert_eq!(sum, &fortran + &fortran);
    assert_eq!(sum.strides(), [1, 40]);
    assert!(
        rt::map2(&fortran, &a.clone().into_shape_with_order((40, 30)).unwrap(), |a, b| a + b)
            .is_standard_layout()
    );
    assert!(rt::map1(a.slice(ndarray_slice()), |x| x).is_standard_layout());
}

fn ndarray_slice() -> chainrule::ndarray::SliceInfo<
    [chainrule::ndarray::SliceInfoElem; 2],
    chainrule::ndarray::Ix2,
    chainrule::ndarray::Ix2,
> {
    chainrule::ndarray::s![..;2, 1..]
}

#[test]
fn types_are_inferred_from_operands() {
    struct Layer {
        w: Array2<f64>,
        b: Array1<f64>,
        scale: f64,
    }
    let layer = Layer { w: array![[1.0, 2.0], [3.0, 4.0]], b: array![0.5, -0.5], scale: 2.0 };
    let z = rt::map3(&layer.w, &layer.b, layer.scale, |w, b, scale| (w * scale + b).tanh());
    assert_eq!(z, (&layer.w * layer.scale + &layer.b).mapv(f64::tanh));

    let literal = 0.5;
    let y: Array1<f32> = rt::map2(&array![1.0_f32, 4.0], literal, |x, half| x.sqrt().powf(half));
    assert_eq!(y[0], 1.0);
    let scalar: f64 = rt::map2(2.0, &3.0, |a: f64, b| a.max(b));
    assert_eq!(scalar, 3.0);
    let (sin, cos) = rt::map1(&layer.b, |x| x.sin_cos());
    assert_eq!((sin, cos), (layer.b.mapv(f64::sin), layer.b.mapv(f64::cos)));
    let (a, b): (f64, f64) = rt::map1(layer.scale, |x| (x + 1.0, x * 2.0));
    assert_eq!((a, b), (3.0, 4.0));
    let dynamic: ArrayD<f64> = rt::map2(layer.w.view().into_dyn(), &&layer.b, |a, b| a + b);
    assert_eq!(dynamic.shape(), [2, 2]);
    let by_reference: Array2<f64> = rt::map2(&*layer.w, arr0(1.0), |a, b| a + b);
    assert_eq!(by_reference, &layer.w + 1.0);

    let (dw, db, ds): (Array2<f64>, Array1<f64>, f64) =
        rt::pull2((&layer.w, &layer.b, layer.scale), &z, layer.scale, |z, s| (z, z * s, z.abs()));
    assert_eq!(dw, z);
    assert_eq!(db, (&z * 2.0).sum_axis(Axis(0)));
    assert!((ds - z.mapv(f64::abs).sum()).abs() < 1e-14);
    let (only,): (f64,) = rt::pull1((1.0,), 2.0, |x: f64| (x.exp(),));
    assert_eq!(only, 2.0_f64.exp());
    let acc = rt::Lazy::zero(layer.b.raw_dim());
    assert_eq!(rt::map_to1(&acc, 1.0, |one| one), array![1.0, 1.0]);
    assert_eq!(rt::map_to1(&acc, &layer.w, |w| w), array![4.0, 6.0]);
}

fn generic<T: Float, D: Dimension>(
    x: &Array<T, D>,
    view: ArrayView<'_, T, D>,
    k: T,
) -> (Array<T, D>, T) {
    let y = rt::map3(x, &view, k, |x, v, k| (x * k).tanh() + v.exp());
    let (dx, dk) = rt::pull2((x, k), x, &y, |x, y| (x * y, y));
    assert_eq!(dx.shape(), y.shape());
    (y, dk)
}

#[test]
fn generic_floats_and_dimensions() {
    let x = array![[1.0_f32, 2.0]];
    let (y, sum) = generic(&x, x.view(), 0.5);
    assert_eq!(y[[0, 0]], 0.5_f32.tanh() + 1.0_f32.exp());
    assert_eq!(sum, y.sum());
}

#[test]
fn eight_operands_and_eight_likes() {
    let x: Vec<Array1<f64>> = (0..8).map(|k| Array1::from_elem(700, k as f64)).collect();
    let sum = rt::map8(
        &x[0],
        &x[1],
        &x[2],
        &x[3],
        &x[4],
        &x[5],
        &x[6],
        &x[7],
        |a, b, c, d, e, f, g, h| a + b + c + d + e + f + g + h,
    );
    assert_eq!(sum, Array1::from_elem(700, 28.0));
    let d = rt::pull1((&x[0], 0.0, &x[2], 0.0, &x[4], 0.0, &x[6], 0.0), &x[7], |h| {
        (h, h, 2.0 * h, h, h, h, h, -h)
    });
    assert_eq!((d.2[699], d.7), (14.0, -4900.0));
}

#[test]
fn sums_keep_their_precision() {
    let x = Array1::from_elem(1 << 20, 0.1_f32);
    let total = rt::map_to1(0.0, &x, |x| x);
    assert_eq!(rt::map_to1(0.0, &(&x / 0.0), |x| x), f32::INFINITY);
    assert!(
        (f64::from(total) / (f64::from(0.1_f32) * f64::from(1 << 20)) - 1.0).abs() < 1e-6,
        "{total}"
    );
}

#[test]
#[should_panic(expected = "shapes [3, 4] and [3] do not broadcast together")]
fn shapes_that_do_not_fit() {
    rt::map2(&Array2::<f64>::zeros((3, 4)), &Array1::zeros(3), |a, b| a + b);
}
