//! The same numbers from any number of threads.

use rand::RngExt;

use super::*;
use crate::optim::Adam;

type Data = Dataset<Array2<f32>, Array1<f32>>;

fn train(threads: usize, shard_size: usize) -> (Array1<f32>, Vec<f64>) {
    let x = Array2::from_shape_fn((103, 5), |(i, j)| ((13 * i + 5 * j) % 17) as f32 / 7.0 - 1.0);
    let data = Dataset::new(x.clone(), x.sum_axis(ndarray::Axis(1)));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut w = Array1::zeros(5);
    let history = pool.install(|| {
        Trainer::new(4).batch_size(40).shard_size(shard_size).quiet().fit_parallel(
            &mut w,
            &mut Adam::new(0.1),
            &data,
            |w: &Array1<f32>, batch: &Data, rng| {
                let keep = Array1::from_shape_simple_fn(5, || f32::from(rng.random_bool(0.8)));
                let x = &batch.x * &keep;
                let error = x.dot(w) - &batch.y;
                let n = error.len() as f32;
                (error.dot(&error) / n, x.t().dot(&error) * (2.0 / n))
            },
        )
    });
    (w, history.unwrap().losses())
}

#[test]
fn threads_change_nothing() {
    let one = train(1, 7);
    assert!(one.1[3] < one.1[0]);
    for threads in [2, 3, 8] {
        assert_eq!(train(threads, 7), one, "{threads} threads");
    }
    assert_ne!(train(1, 8), one, "the shards are part of the result");
}

#[test]
fn shards_count_by_their_rows() {
    // The mean of 0..10 in shards of 4, 4 and 2 rows.
    let mut x = 0.0;
    let step = |_: &f64, batch: &Points, _: &mut _| {
        let mean = batch.x.mean().unwrap();
        (mean, mean)
    };
    let history = Trainer::new(1)
        .batch_size(10)
        .shard_size(4)
        .quiet()
        .fit_parallel(&mut x, &mut Sgd::new(1.0), &points(10), step)
        .unwrap();
    assert!((history.last().loss - 4.5).abs() < 1e-12 && (x + 4.5).abs() < 1e-12);
}
