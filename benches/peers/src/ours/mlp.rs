//! Classifiers of images with one and with two hidden layers.

use chainrule::ndarray::{Array1, Array2};
use chainrule::prelude::*;

use super::{descends, training};
use peers_common::inputs::{CLASSES, Inputs, PIXELS};
use peers_common::side::Prepared;

#[derive(Differentiable)]
struct One {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
}
descends!(One { w1, b1, w2, b2 });

#[differentiable(wrt(net))]
fn loss_of_one(net: &One, images: &Array2<f32>, labels: &[usize]) -> f32 {
    let hidden = (images.dot(&net.w1) + &net.b1).relu();
    let logits = hidden.dot(&net.w2) + &net.b2;
    logits.cross_entropy(labels)
}

pub(super) fn prepare_128(inputs: &Inputs, batch: usize) -> Prepared {
    let net = One {
        w1: inputs.matrix("mlp128_w1", PIXELS, 128),
        b1: inputs.vector("mlp128_b1"),
        w2: inputs.matrix("mlp128_w2", 128, CLASSES),
        b2: inputs.vector("mlp128_b2"),
    };
    let images = inputs.matrix("images", batch, PIXELS);
    let labels = inputs.labels("image_labels")[..batch].to_vec();
    training(net, move |net, gradient| {
        loss_of_one::value_and_grad_into(net, &images, &labels, gradient).into()
    })
}

#[derive(Differentiable)]
struct Two {
    w1: Array2<f32>,
    b1: Array1<f32>,
    w2: Array2<f32>,
    b2: Array1<f32>,
    w3: Array2<f32>,
    b3: Array1<f32>,
}
descends!(Two { w1, b1, w2, b2, w3, b3 });

#[differentiable(wrt(net))]
fn loss_of_two(net: &Two, images: &Array2<f32>, labels: &[usize]) -> f32 {
    let first = (images.dot(&net.w1) + &net.b1).relu();
    let second = (first.dot(&net.w2) + &net.b2).relu();
    let logits = second.dot(&net.w3) + &net.b3;
    logits.cross_entropy(labels)
}

pub(super) fn prepare_256(inputs: &Inputs, batch: usize) -> Prepared {
    let net = Two {
        w1: inputs.matrix("mlp256_w1", PIXELS, 256),
        b1: inputs.vector("mlp256_b1"),
        w2: inputs.matrix("mlp256_w2", 256, 256),
        b2: inputs.vector("mlp256_b2"),
        w3: inputs.matrix("mlp256_w3", 256, CLASSES),
        b3: inputs.vector("mlp256_b3"),
    };
    let images = inputs.matrix("images", batch, PIXELS);
    let labels = inputs.labels("image_labels")[..batch].to_vec();
    training(net, move |net, gradient| {
        loss_of_two::value_and_grad_into(net, &images, &labels, gradient).into()
    })
}
