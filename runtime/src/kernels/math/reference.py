"""Writes reference.txt: arguments of type f64 and the functions' values, by mpmath with 200 bits.

A line is `function argument high low`, each number as its bits in hexadecimal: the value is
`high + low`, so that errors of a fraction of an ulp can be measured.
"""

import random
import struct

import mpmath as mp

mp.mp.prec = 200
random.seed(1)
POINTS = 60


def bits(x):
    return f"{struct.unpack('<Q', struct.pack('<d', x))[0]:016x}"


def logarithmic(low, high):
    return 10.0 ** random.uniform(low, high)


def signed(low, high):
    return random.choice((-1.0, 1.0)) * logarithmic(low, high)


def near_a_multiple(_):
    """As near to a multiple of pi / 2 as a double can be."""
    return float(mp.pi / 2 * random.randrange(1, 10 ** random.randrange(1, 9)))


FUNCTIONS = {
    "exp": (mp.exp, [lambda _: random.uniform(-745.0, 709.7), lambda _: signed(-8, 1)]),
    "exp2": (lambda x: mp.mpf(2) ** x, [lambda _: random.uniform(-1074.0, 1023.9)]),
    "exp_m1": (mp.expm1, [lambda _: signed(-12, 1), lambda _: random.uniform(-40.0, 709.7)]),
    "ln": (mp.log, [lambda _: logarithmic(-323, 308), lambda _: 1.0 + signed(-10, -0.01)]),
    "log2": (
        lambda x: mp.log(x) / mp.log(2),
        [lambda _: logarithmic(-323, 308), lambda _: 1.0 + signed(-10, -0.01)],
    ),
    "log10": (mp.log10, [lambda _: logarithmic(-323, 308), lambda _: 1.0 + signed(-10, -0.01)]),
    "ln_1p": (mp.log1p, [lambda _: logarithmic(-12, 300), lambda _: -logarithmic(-12, -0.001)]),
    "tanh": (mp.tanh, [lambda _: signed(-6, 1.3), lambda _: random.uniform(0.1, 0.6)]),
    "sin": (mp.sin, [lambda _: signed(-6, 9), near_a_multiple, lambda _: random.uniform(-4, 4)]),
    "cos": (mp.cos, [lambda _: signed(-6, 9), near_a_multiple, lambda _: random.uniform(-4, 4)]),
}

with open("reference.txt", "w") as file:
    for name, (function, samplers) in FUNCTIONS.items():
        for point in range(POINTS):
            x = samplers[point % len(samplers)](point)
            value = function(mp.mpf(x))
            high = float(value)
            low = float(value - mp.mpf(high))
            file.write(f"{name} {bits(x)} {bits(high)} {bits(low)}\n")
