fn value_and_grad(x: &[f64]) -> (f64, <[f64] as chainrule::Differentiable>::Gradient) {
    let mut sum = 0.0_f64;
    let mut dx = rt::zero_gradient(x);
    for i in 0..x.len() - 1 {
        let x_i = x[i];
        let valley = x[i + 1] - x_i * x_i;
        let dvalley = 100.0 * valley + 100.0 * valley;
        let dx_i = -dvalley * x_i;
        let dx_i = -(1.0 - x_i) - (1.0 - x_i) + dx_i + dx_i;
        rt::add(rt::at(&mut dx, i), dx_i);
        rt::add(rt::at(&mut dx, i + 1), dvalley);
        sum += 100.0 * valley * valley + (1.0 - x_i) * (1.0 - x_i);
    }
    (sum, dx)
}
