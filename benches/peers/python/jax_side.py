"""JAX. `step`: each step is a call of a compiled function; `inside`: many steps are one compiled loop."""

import os
import sys

THREADS = int(os.environ.get("PEERS_THREADS", "1"))
os.environ["JAX_PLATFORMS"] = "cpu"
multi = "true" if THREADS > 1 else "false"
os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={multi} intra_op_parallelism_threads={THREADS}"

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import protocol

jax.config.update("jax_enable_x64", True)

MODE = sys.argv[1]
# Steps in a compiled loop.
INSIDE = {"xor": 1000, "regression": 100}


def cross_entropy(logits, labels):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1))


def xor(w1, b1, w2, b2, x, y):
    z = jnp.tanh(x @ w1 + b1) @ w2 + b2
    return jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))


def classifier(*arguments):
    *layers, x, labels = arguments
    for i in range(0, len(layers), 2):
        x = x @ layers[i] + layers[i + 1]
        if i + 2 < len(layers):
            x = jax.nn.relu(x)
    return cross_entropy(x, labels)


def rnn(w, u, b, v, c, x, labels):
    def step(h, from_input):
        return jnp.tanh(from_input + h @ u), None

    start = jnp.zeros((protocol.BATCH, protocol.HIDDEN), jnp.float32)
    h, _ = lax.scan(step, start, x @ w + b)
    return cross_entropy(h @ v + c, labels)


def lstm(w, u, b, v, c, x, labels):
    def step(state, from_input):
        shown, kept = state
        i, f, g, o = jnp.split(from_input + shown @ u, 4, 1)
        kept = jax.nn.sigmoid(f) * kept + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(kept), kept), None

    start = jnp.zeros((protocol.BATCH, protocol.HIDDEN), jnp.float32)
    (shown, _), _ = lax.scan(step, (start, start), x @ w + b)
    return cross_entropy(shown @ v + c, labels)


def regression(w1, b1, w2, b2, w3, b3, x, y):
    h = jnp.tanh(jnp.tanh(x @ w1 + b1) @ w2 + b2)
    return jnp.mean((h @ w3 + b3 - y) ** 2)


def chain(a, b, c):
    return jnp.sum(jnp.tanh(a * b + c) * jax.nn.sigmoid(a - c) + jnp.exp(-b * b))


def rosenbrock(x):
    q, r = x[1:] - x[:-1] * x[:-1], 1 - x[:-1]
    return jnp.sum(100 * q * q + r * r)


def loop(x):
    return lax.scan(lambda s, x: (s * jnp.sin(x) + x, None), jnp.zeros((), x.dtype), x)[0]


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
        given = [jnp.asarray(x) for x in given()]
        return protocol.weights(net), lambda *weights: loss(*weights, *given), True
    if workload == "chain":
        return [protocol.read(f"chain_{name}") for name in "abc"], chain, False
    if workload == "rosenbrock":
        return [protocol.read("rosenbrock_x")], rosenbrock, False
    if workload == "loop":
        return [protocol.read("loop_x")], loop, False
    return None


def prepare(workload):
    found = problem(workload)
    if found is None or MODE == "inside" and workload not in INSIDE:
        return None
    weights, loss, descends = found
    weights = tuple(jnp.asarray(w) for w in weights)
    both = jax.value_and_grad(loss, argnums=tuple(range(len(weights))))
    value, gradients = jax.jit(both)(*weights)
    norm = np.sqrt(sum((np.asarray(g, np.float64) ** 2).sum() for g in gradients))

    def step(weights):
        value, gradients = both(*weights)
        rate = protocol.RATE
        return tuple(w - jnp.asarray(rate, w.dtype) * g for w, g in zip(weights, gradients)), value

    if not descends:
        compiled = jax.jit(both)

        def steps(count):
            for _ in range(count):
                result = compiled(*weights)
            jax.block_until_ready(result)
    elif MODE == "inside":
        inside = INSIDE[workload]
        many = lambda weights: lax.fori_loop(0, inside, lambda _, weights: step(weights)[0], weights)
        compiled = jax.jit(many, donate_argnums=0)
        state = [tuple(jnp.array(w) for w in weights)]

        def steps(count):
            for _ in range(count):
                state[0] = compiled(state[0])
            jax.block_until_ready(state[0])
    else:
        compiled = jax.jit(step, donate_argnums=0)
        state = [tuple(jnp.array(w) for w in weights)]

        def steps(count):
            for _ in range(count):
                state[0], value = compiled(state[0])
            jax.block_until_ready(value)

    return value, norm, steps, INSIDE[workload] if MODE == "inside" else 1


protocol.serve(prepare)
