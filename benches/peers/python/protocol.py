"""A side in Python: the requests of src/side.rs, the inputs, the clock."""

import os
import statistics
import sys
import time

import numpy as np

FOLDER = os.environ["PEERS_INPUTS"]
THREADS = int(os.environ.get("PEERS_THREADS", "1"))
RATE = 1e-4
STEPS, BATCH, FEATURES, HIDDEN, CLASSES, PIXELS = 64, 16, 32, 128, 10, 784

# Shapes of the weights of each network, in the order in which losses take them.
NETS = {
    "xor": {"w1": (2, 2), "b1": (2,), "w2": (2, 1), "b2": (1,)},
    "mlp128": {"w1": (PIXELS, 128), "b1": (128,), "w2": (128, CLASSES), "b2": (CLASSES,)},
    "mlp256": {
        "w1": (PIXELS, 256), "b1": (256,), "w2": (256, 256), "b2": (256,), "w3": (256, CLASSES), "b3": (CLASSES,),
    },
    "rnn": {"w": (FEATURES, HIDDEN), "u": (HIDDEN, HIDDEN), "b": (HIDDEN,), "v": (HIDDEN, CLASSES), "c": (CLASSES,)},
    "lstm": {
        "w": (FEATURES, 4 * HIDDEN), "u": (HIDDEN, 4 * HIDDEN), "b": (4 * HIDDEN,),
        "v": (HIDDEN, CLASSES), "c": (CLASSES,),
    },
    "regression": {"w1": (13, 64), "b1": (64,), "w2": (64, 64), "b2": (64,), "w3": (64, 1), "b3": (1,)},
}


def read(name):
    """The numbers of a file, in the file's precision."""
    for ending, kind in ((".f32", np.float32), (".f64", np.float64), (".i32", np.int32)):
        path = os.path.join(FOLDER, name + ending)
        if os.path.exists(path):
            return np.fromfile(path, kind)
    raise FileNotFoundError(name)


def weights(net):
    """All weights of a network."""
    return [read(f"{net}_{part}").reshape(shape) for part, shape in NETS[net].items()]


def xor_data():
    """The four points and their targets."""
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return points, np.array([[0], [1], [1], [0]], np.float32)


def images(batch):
    """The first images and their labels."""
    return read("images").reshape(-1, PIXELS)[:batch].copy(), read("image_labels")[:batch].copy()


def sequences():
    """The inputs of the recurrent networks, and a label for each sequence."""
    return read("sequences").reshape(STEPS, BATCH, FEATURES), read("sequence_labels")


def regression_data():
    """Features and targets."""
    return read("regression_x").reshape(64, 13), read("regression_y").reshape(64, 1)


def measure(steps, seconds):
    """Median and minimum of a step's microseconds: samples of half a millisecond or more, after a warm-up."""
    def elapsed(count):
        start = time.perf_counter()
        steps(count)
        return time.perf_counter() - start

    warm, count = time.perf_counter(), 1
    while True:
        if elapsed(count) < 5e-4:
            count *= 2
        elif time.perf_counter() - warm > seconds / 4:
            break
    samples, start = [], time.perf_counter()
    while not samples or time.perf_counter() - start < seconds:
        samples.append(1e6 * elapsed(count) / count)
    return statistics.median(samples), min(samples)


def serve(prepare):
    """Answers requests. `prepare` takes a workload's name and gives loss, norm, what is called so many times, and the steps
    in a call; or None."""
    steps = None
    for line in sys.stdin:
        request, argument = line.split()
        if request == "prepare":
            try:
                prepared = prepare(argument)
            except Exception as error:  # The others go on without this side.
                print(f"{argument}: {type(error).__name__}: {error}"[:500], file=sys.stderr)
                prepared = None
            if prepared is None:
                print("none", flush=True)
                continue
            loss, norm, steps, inside = prepared
            print("ok", repr(float(loss)), repr(float(norm)), flush=True)
        else:
            print(*(time / inside for time in measure(steps, float(argument))), flush=True)
