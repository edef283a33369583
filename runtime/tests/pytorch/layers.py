"""Writes layers.csv: what PyTorch's layers give, and their gradients.

    pip install torch numpy && python runtime/tests/pytorch/layers.py

A line for the value of each layer and for the gradient of each of its arguments, where the loss is the sum
of the value's elements times fixed weights; all in float64, from fixed arguments. The file was written by
PyTorch 2.15.0 on x86_64, and its numbers are read by runtime/src/layers/tests.rs.
"""

import csv
import math
import pathlib

import torch
import torch.nn.functional as F


def fixed(shape, phase):
    """Elements of both signs, none equal to another."""
    count = math.prod(shape)
    elements = [math.sin(1.7 * i + phase) for i in range(count)]
    return torch.tensor(elements, dtype=torch.float64).reshape(shape)


def arguments(*shapes):
    return [fixed(shape, position).requires_grad_() for position, shape in enumerate(shapes)]


def main():
    lines = []

    def record(name, value, arguments):
        (value * fixed(value.shape, 0.5)).sum().backward()
        lines.append([name, "value", *value.detach().flatten().tolist()])
        for position, argument in enumerate(arguments):
            lines.append([name, position, *argument.grad.flatten().tolist()])

    x, kernels, bias = arguments((2, 2, 5, 4), (3, 2, 3, 2), (3,))
    record("conv2d", F.conv2d(x, kernels, bias, stride=(2, 1), padding=(1, 2)), [x, kernels, bias])
    (x,) = arguments((2, 2, 5, 4))
    record("max_pool2d", F.max_pool2d(x, (3, 2), stride=(2, 1), padding=(1, 1)), [x])
    (x,) = arguments((2, 2, 5, 4))
    record("mean_pool2d", F.avg_pool2d(x, (3, 2), stride=(2, 1), padding=(1, 1)), [x])
    x, gain, bias = arguments((4, 3), (3,), (3,))
    record("layer_norm", F.layer_norm(x, (3,), gain, bias, eps=1e-5), [x, gain, bias])

    x, gain, bias = arguments((4, 3), (3,), (3,))
    mean, variance = fixed((3,), 3.0), 1.0 + fixed((3,), 4.0) ** 2
    training = dict(training=True, momentum=0.1, eps=1e-5)
    record("batch_norm_training", F.batch_norm(x, mean, variance, gain, bias, **training), [x, gain, bias])
    lines.append(["moments", "mean", *mean.tolist()])
    lines.append(["moments", "variance", *variance.tolist()])
    x, gain, bias = arguments((4, 3), (3,), (3,))
    record("batch_norm", F.batch_norm(x, mean, variance, gain, bias, eps=1e-5), [x, gain, bias])

    (table,) = arguments((4, 2))
    record("embedding", F.embedding(torch.tensor([3, 0, 3]), table), [table])

    with open(pathlib.Path(__file__).with_name("layers.csv"), "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


main()
