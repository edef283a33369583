"""PyTorch. `eager`: its operations one by one; `nn`: its own recurrent layers; `compile`: loss, gradients and descent
as one compiled function."""

import os
import sys
import warnings

import numpy as np
import torch
import torch.nn.functional as F

import protocol

warnings.filterwarnings("ignore")
torch.set_num_threads(protocol.THREADS)
torch.set_num_interop_threads(1)

MODE = sys.argv[1]


def tensor(array):
    return torch.from_numpy(array.astype(np.int64) if array.dtype == np.int32 else np.array(array))


def xor(w1, b1, w2, b2, x, y):
    z = torch.addmm(b2, torch.tanh(torch.addmm(b1, x, w1)), w2)
    return F.binary_cross_entropy_with_logits(z, y)


def classifier(*arguments):
    *layers, x, labels = arguments
    for i in range(0, len(layers), 2):
        x = torch.addmm(layers[i + 1], x, layers[i])
        if i + 2 < len(layers):
            x = torch.relu(x)
    return F.cross_entropy(x, labels)


def rnn(w, u, b, v, c, x, labels):
    from_inputs = torch.matmul(x, w) + b
    h = torch.zeros(protocol.BATCH, protocol.HIDDEN)
    for t in range(protocol.STEPS):
        h = torch.tanh(torch.addmm(from_inputs[t], h, u))
    return F.cross_entropy(torch.addmm(c, h, v), labels)


def lstm(w, u, b, v, c, x, labels):
    from_inputs = torch.matmul(x, w) + b
    shown = torch.zeros(protocol.BATCH, protocol.HIDDEN)
    kept = torch.zeros(protocol.BATCH, protocol.HIDDEN)
    for t in range(protocol.STEPS):
        i, f, g, o = torch.addmm(from_inputs[t], shown, u).chunk(4, 1)
        kept = torch.sigmoid(f) * kept + torch.sigmoid(i) * torch.tanh(g)
        shown = torch.sigmoid(o) * torch.tanh(kept)
    return F.cross_entropy(torch.addmm(c, shown, v), labels)


def regression(w1, b1, w2, b2, w3, b3, x, y):
    h = torch.tanh(torch.addmm(b1, x, w1))
    h = torch.tanh(torch.addmm(b2, h, w2))
    return F.mse_loss(torch.addmm(b3, h, w3), y)


def chain(a, b, c):
    return (torch.tanh(a * b + c) * torch.sigmoid(a - c) + torch.exp(-b * b)).sum()


def rosenbrock(x):
    q, r = x[1:] - x[:-1] * x[:-1], 1 - x[:-1]
    return (100 * q * q + r * r).sum()


def loop(x):
    s = torch.zeros((), dtype=torch.float64)
    for x in x.unbind():
        s = s * torch.sin(x) + x
    return s


def problem(workload):
    """Weights, a loss of them, and whether they descend."""
    data = {
        "xor": (xor, "xor", protocol.xor_data),
        "mlp128_b32": (classifier, "mlp128", lambda: protocol.images(32)),
        "mlp128_b512": (classifier, "mlp128", lambda: protocol.images(512)),
        "mlp256_b512": (classifier, "mlp256", lambda: protocol.images(512)),
        "rnn": (rnn, "rnn", protocol.sequences),
        "lstm": (lstm, "lstm", protocol.sequences),
        "regression": (regression, "regression", protocol.regression_data),
    }
    if workload in data:
        loss, net, given = data[workload]
        given = [tensor(x) for x in given()]
        return [tensor(w) for w in protocol.weights(net)], lambda *weights: loss(*weights, *given), True
    if workload == "chain":
        return [tensor(protocol.read(f"chain_{name}")) for name in "abc"], chain, False
    if workload == "rosenbrock":
        return [tensor(protocol.read("rosenbrock_x"))], rosenbrock, False
    # The compiler would unroll ten thousand turns.
    if workload == "loop" and MODE == "eager":
        return [tensor(protocol.read("loop_x"))], loop, False
    return None


def norm_of(gradients):
    return sum((g.double() ** 2).sum() for g in gradients).sqrt().item()


def repeat(step):
    def steps(count):
        for _ in range(count):
            step()

    return steps


def eager(weights, loss, descends):
    weights = [w.requires_grad_() for w in weights]
    value = loss(*weights)
    gradients = torch.autograd.grad(value, weights)

    def step():
        gradients = torch.autograd.grad(loss(*weights), weights)
        if descends:
            with torch.no_grad():
                torch._foreach_add_(weights, gradients, alpha=-protocol.RATE)

    return value.item(), norm_of(gradients), repeat(step), 1


def compiled(weights, loss, descends):
    torch._dynamo.reset()
    both = torch.func.grad_and_value(loss, argnums=tuple(range(len(weights))))

    def whole(weights):
        gradients, value = both(*weights)
        if not descends:
            return value, gradients
        torch._foreach_add_(weights, list(gradients), alpha=-protocol.RATE)
        return value

    gradients, value = both(*weights)
    value, norm = value.item(), norm_of(gradients)
    run = torch.compile(whole)

    def step():
        with torch.no_grad():
            run(weights)

    # Compiling, which takes long, may use every core; running may not.
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count()))
    step()
    os.sched_setaffinity(0, cores)
    return value, norm, repeat(step), 1


def layers(workload):
    """The recurrent networks by PyTorch's own layers."""
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM}.get(workload)
    if kind is None:
        return None
    x, labels = (tensor(given) for given in protocol.sequences())
    w, u, b, v, c = (tensor(weight) for weight in protocol.weights(workload))
    layer = kind(protocol.FEATURES, protocol.HIDDEN)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(w.T)
        layer.weight_hh_l0.copy_(u.T)
        layer.bias_ih_l0.copy_(b)
        layer.bias_hh_l0.zero_()
    # It has two biases, of which one is enough.
    layer.bias_hh_l0.requires_grad_(False)
    weights = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, v.requires_grad_(), c.requires_grad_()]

    def loss():
        return F.cross_entropy(torch.addmm(c, layer(x)[0][-1], v), labels)

    value = loss()
    gradients = torch.autograd.grad(value, weights)

    def step():
        gradients = torch.autograd.grad(loss(), weights)
        with torch.no_grad():
            torch._foreach_add_(weights, gradients, alpha=-protocol.RATE)

    return value.item(), norm_of(gradients), repeat(step), 1


def prepare(workload):
    if MODE == "nn":
        return layers(workload)
    found = problem(workload)
    if found is None:
        return None
    return (compiled if MODE == "compile" else eager)(*found)


protocol.serve(prepare)
