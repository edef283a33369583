fn value_and_grad(
    net: &Net,
    images: &Array2<f32>,
    labels: &[usize],
) -> (f32, <Net as chainrule::Differentiable>::Gradient) {
    let dot = rt::dot(images, &net.w1);
    let hidden = rt::map2(
        &dot,
        &net.b1,
        |dot, b1| rt::relu(dot + b1),
    );
    let dot_2 = rt::dot(&hidden, &net.w2);
    let logits = rt::map2(&dot_2, &net.b2, |dot_2, b2| dot_2 + b2);
    let cross_entropy = rt::cross_entropy(&logits, labels);
    let dlogits = rt::cross_entropy_pull(&logits, labels, 1.0);
    rt::recycle(logits);
    let ddot = rt::sum_to(dot_2, &dlogits);
    let mut dnet = rt::accumulator(net);
    rt::add(&mut dnet.b2, rt::sum_to(&net.b2, dlogits));
    let dhidden = rt::dot_nt(&ddot, &net.w2);
    rt::add(&mut dnet.w2, rt::dot_tn_to_add(&hidden, ddot));
    let (ddot, db1) = rt::pull2(
        (dot, &net.b1),
        hidden,
        dhidden,
        |hidden, dhidden| {
            let ddot = if hidden > 0.0 { dhidden } else { 0.0 };
            (ddot, ddot)
        },
    );
    rt::add(&mut dnet.b1, db1);
    rt::add(&mut dnet.w1, rt::dot_tn_to_add(images, ddot));
    (cross_entropy, rt::finish(dnet))
}
