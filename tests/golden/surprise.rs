fn value_and_grad(mean: f64, deviation: f64, x: &Array1<f64>) -> (f64, (f64, f64)) {
    let (sum, ddeviation, dmean) = rt::pull1(
        (rt::sum_of_all(), deviation, mean),
        x,
        |x| {
            let z = (x - mean) / deviation;
            (rt::pow2(z), -(z * z / deviation), -(z / deviation))
        },
    );
    let len = x.len() as f64;
    let surprise = 0.5 * sum + len * deviation.ln();
    let ddeviation = len / deviation + ddeviation;
    (surprise, (dmean, ddeviation))
}
