//! The workloads in burn, on its backend for processors: a side of peers, which src/side.rs there describes.

use burn::tensor::activation::{log_softmax, relu, sigmoid};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use peers_common::inputs::{
    BATCH, CLASSES, FEATURES, HIDDEN, Inputs, PIXELS, STEPS, XOR_POINTS, XOR_TARGETS,
};
use peers_common::side::{Prepared, RATE, serve};

/// Where numbers come from, in the precision of a workload.
struct Source<'a> {
    inputs: &'a Inputs,
    device: &'a Device,
    double: bool,
}

impl Source<'_> {
    fn tensor<const D: usize>(&self, numbers: Vec<f64>, shape: [usize; D]) -> Tensor<D> {
        if self.double {
            Tensor::from_data(TensorData::new(numbers, shape), (self.device, DType::F64))
        } else {
            let numbers: Vec<f32> = numbers.into_iter().map(|x| x as f32).collect();
            Tensor::from_data(TensorData::new(numbers, shape), self.device)
        }
    }

    fn matrix(&self, name: &str, rows: usize, columns: usize) -> Tensor<2> {
        let mut numbers = self.inputs.numbers(name);
        numbers.truncate(rows * columns);
        self.tensor(numbers, [rows, columns])
    }

    fn vector(&self, name: &str) -> Tensor<1> {
        let numbers = self.inputs.numbers(name);
        let len = numbers.len();
        self.tensor(numbers, [len])
    }

    fn labels(&self, name: &str, count: usize) -> Tensor<2, Int> {
        let labels: Vec<i64> =
            self.inputs.labels(name)[..count].iter().map(|x| *x as i64).collect();
        Tensor::from_data(TensorData::new(labels, [count, 1]), self.device)
    }

    /// The weights of dense layers: matrices first, then vectors.
    fn layers(&self, name: &str, widths: &[usize]) -> (Vec<Tensor<2>>, Vec<Tensor<1>>) {
        let count = 1..widths.len();
        let w = |i: usize| self.matrix(&format!("{name}_w{i}"), widths[i - 1], widths[i]);
        let b = |i: usize| self.vector(&format!("{name}_b{i}"));
        (count.clone().map(w).collect(), count.map(b).collect())
    }

    fn recurrent(&self, name: &str, gates: usize) -> (Vec<Tensor<2>>, Vec<Tensor<1>>) {
        let matrix = |part, rows, columns| self.matrix(&format!("{name}_{part}"), rows, columns);
        let w = matrix("w", FEATURES, gates * HIDDEN);
        let u = matrix("u", HIDDEN, gates * HIDDEN);
        let b = self.vector(&format!("{name}_b"));
        (vec![w, u, matrix("v", HIDDEN, CLASSES)], vec![b, self.vector(&format!("{name}_c"))])
    }

    /// The steps of all sequences.
    fn sequences(&self) -> Vec<Tensor<2>> {
        let numbers = self.inputs.numbers::<f64>("sequences");
        let steps = numbers.chunks_exact(BATCH * FEATURES);
        steps.take(STEPS).map(|x| self.tensor(x.to_vec(), [BATCH, FEATURES])).collect()
    }
}

fn norm_squared<const D: usize>(gradient: Tensor<D>) -> f64 {
    gradient.into_data().iter::<f64>().map(|x| x * x).sum()
}

/// Training of weights, or only their gradients.
fn problem(
    (matrices, vectors): (Vec<Tensor<2>>, Vec<Tensor<1>>),
    descends: bool,
    loss: impl Fn(&[Tensor<2>], &[Tensor<1>]) -> Tensor<1> + 'static,
) -> Prepared {
    let mut matrices: Vec<_> = matrices.into_iter().map(Tensor::require_grad).collect();
    let mut vectors: Vec<_> = vectors.into_iter().map(Tensor::require_grad).collect();
    let value = loss(&matrices, &vectors);
    let gradients = value.backward();
    let squares =
        matrices.iter().filter_map(|w| Some(norm_squared(w.grad(&gradients)?))).sum::<f64>()
            + vectors.iter().filter_map(|b| Some(norm_squared(b.grad(&gradients)?))).sum::<f64>();
    let value = value.into_data().iter::<f64>().next().unwrap_or(f64::NAN);
    Prepared::new(value, squares.sqrt(), move || {
        let mut gradients = loss(&matrices, &vectors).backward();
        if descends {
            for w in &mut matrices {
                if let Some(gradient) = w.grad_remove(&mut gradients) {
                    let next = w.clone().inner() - gradient.mul_scalar(RATE);
                    *w = Tensor::from_inner(next).require_grad();
                }
            }
            for b in &mut vectors {
                if let Some(gradient) = b.grad_remove(&mut gradients) {
                    let next = b.clone().inner() - gradient.mul_scalar(RATE);
                    *b = Tensor::from_inner(next).require_grad();
                }
            }
        }
        gradients
    })
}

fn cross_entropy(logits: Tensor<2>, labels: &Tensor<2, Int>) -> Tensor<1> {
    -log_softmax(logits, 1).gather(1, labels.clone()).mean()
}

fn dense(x: Tensor<2>, w: &Tensor<2>, b: &Tensor<1>) -> Tensor<2> {
    x.matmul(w.clone()) + b.clone().unsqueeze()
}

fn classifier(source: &Source<'_>, name: &str, widths: &[usize], batch: usize) -> Prepared {
    let images = source.matrix("images", batch, PIXELS);
    let labels = source.labels("image_labels", batch);
    problem(source.layers(name, widths), true, move |w, b| {
        let mut x = images.clone();
        for i in 0..w.len() {
            x = dense(x, &w[i], &b[i]);
            if i + 1 < w.len() {
                x = relu(x);
            }
        }
        cross_entropy(x, &labels)
    })
}

fn prepare(workload: &str, inputs: &Inputs) -> Option<Prepared> {
    let device = Device::flex().autodiff();
    let double = matches!(workload, "regression" | "rosenbrock");
    let source = Source { inputs, device: &device, double };
    Some(match workload {
        "xor" => {
            let x = source.tensor(XOR_POINTS.as_flattened().to_vec(), [4, 2]);
            let y = source.tensor(XOR_TARGETS.to_vec(), [4, 1]);
            problem(source.layers("xor", &[2, 2, 1]), true, move |w, b| {
                let z = dense(dense(x.clone(), &w[0], &b[0]).tanh(), &w[1], &b[1]);
                let softplus = z.clone().clamp_min(0.0) + (-z.clone().abs()).exp().log1p();
                (softplus - z * y.clone()).mean()
            })
        }
        "mlp128_b32" => classifier(&source, "mlp128", &[PIXELS, 128, CLASSES], 32),
        "mlp128_b512" => classifier(&source, "mlp128", &[PIXELS, 128, CLASSES], 512),
        "mlp256_b512" => classifier(&source, "mlp256", &[PIXELS, 256, 256, CLASSES], 512),
        "rnn" => {
            let (steps, labels) = (source.sequences(), source.labels("sequence_labels", BATCH));
            let start = source.tensor(vec![0.0; BATCH * HIDDEN], [BATCH, HIDDEN]);
            problem(source.recurrent("rnn", 1), true, move |w, b| {
                let mut h = start.clone();
                for x in &steps {
                    h = (dense(x.clone(), &w[0], &b[0]) + h.matmul(w[1].clone())).tanh();
                }
                cross_entropy(dense(h, &w[2], &b[1]), &labels)
            })
        }
        "lstm" => {
            let (steps, labels) = (source.sequences(), source.labels("sequence_labels", BATCH));
            let start = source.tensor(vec![0.0; BATCH * HIDDEN], [BATCH, HIDDEN]);
            problem(source.recurrent("lstm", 4), true, move |w, b| {
                let (mut shown, mut kept) = (start.clone(), start.clone());
                for x in &steps {
                    let z = dense(x.clone(), &w[0], &b[0]) + shown.matmul(w[1].clone());
                    let gate = |i: usize| z.clone().narrow(1, i * HIDDEN, HIDDEN);
                    kept = sigmoid(gate(1)) * kept + sigmoid(gate(0)) * gate(2).tanh();
                    shown = sigmoid(gate(3)) * kept.clone().tanh();
                }
                cross_entropy(dense(shown, &w[2], &b[1]), &labels)
            })
        }
        "regression" => {
            let (x, y) =
                (source.matrix("regression_x", 64, 13), source.matrix("regression_y", 64, 1));
            problem(source.layers("regression", &[13, 64, 64, 1]), true, move |w, b| {
                let h = dense(dense(x.clone(), &w[0], &b[0]).tanh(), &w[1], &b[1]).tanh();
                let r = dense(h, &w[2], &b[2]) - y.clone();
                (r.clone() * r).mean()
            })
        }
        "chain" => {
            let operands = ["chain_a", "chain_b", "chain_c"].map(|name| source.vector(name));
            problem((Vec::new(), operands.to_vec()), false, |_, operands| {
                let [a, b, c] = [0, 1, 2].map(|i: usize| operands[i].clone());
                let t = (a.clone() * b.clone() + c.clone()).tanh();
                (t * sigmoid(a - c) + (-(b.clone() * b)).exp()).sum()
            })
        }
        "rosenbrock" => {
            problem((Vec::new(), vec![source.vector("rosenbrock_x")]), false, |_, x| {
                let here = x[0].clone().slice([0..999]);
                let q = x[0].clone().slice([1..1000]) - here.clone() * here.clone();
                let r = here.neg().add_scalar(1.0);
                (q.clone() * q * 100.0 + r.clone() * r).sum()
            })
        }
        _ => return None,
    })
}

fn main() -> std::io::Result<()> {
    let folder = std::env::var_os("PEERS_INPUTS")
        .ok_or_else(|| std::io::Error::other("PEERS_INPUTS is not set"))?;
    serve(prepare, &Inputs::open(folder.as_ref()))
}
