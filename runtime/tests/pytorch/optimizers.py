"""Writes optimizers.csv and schedules.csv: what PyTorch's optimisers and schedules do.

    pip install torch numpy && python runtime/tests/pytorch/optimizers.py

Ten steps in float64 from fixed parameters with fixed gradients; a line per optimiser and step, with
the four parameters after it. Both files were written by PyTorch 2.15.0 on x86_64, and the numbers
are read by runtime/src/optim/tests.rs. PyTorch has no Lion; its lines are computed here by algorithm
2 of "Symbolic Discovery of Optimization Algorithms" (Chen and others, 2023).
"""

import csv
import math
import pathlib

import torch

START = [1.0, -2.0, 0.5, 3.0]


def gradient(step):
    """Of every sign and scale, and once all zeros."""
    if step == 4:
        return [0.0] * 4
    return [math.sin(1.7 * step + i) * 10.0 ** (i - 1) for i in range(4)]


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), lr = group["betas"], group["lr"]
            for p in group["params"]:
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                c = beta1 * m + (1 - beta1) * p.grad
                p.sub_(lr * (torch.sign(c) + group["weight_decay"] * p))
                m.copy_(beta2 * m + (1 - beta2) * p.grad)


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "sgd momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "sgd nesterov decay": lambda p: torch.optim.SGD(
        p, 0.05, momentum=0.8, nesterov=True, weight_decay=0.1
    ),
    "adam": lambda p: torch.optim.Adam(p, 0.01),
    "adam decay": lambda p: torch.optim.Adam(
        p, 0.02, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1
    ),
    "adamw": lambda p: torch.optim.AdamW(p, 0.01),
    "adamw decay": lambda p: torch.optim.AdamW(p, 0.02, betas=(0.8, 0.95), weight_decay=0.3),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01),
    "rmsprop momentum": lambda p: torch.optim.RMSprop(
        p, 0.02, alpha=0.9, eps=1e-5, momentum=0.7, weight_decay=0.1
    ),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.1),
    "adagrad decay": lambda p: torch.optim.Adagrad(p, 0.1, eps=1e-3, weight_decay=0.1),
    "adadelta": lambda p: torch.optim.Adadelta(p, 1.0),
    "adadelta decay": lambda p: torch.optim.Adadelta(
        p, 0.5, rho=0.8, eps=1e-4, weight_decay=0.1
    ),
    "lion": lambda p: Lion(p, 0.01),
    "lion decay": lambda p: Lion(p, 0.02, betas=(0.8, 0.95), weight_decay=0.3),
}

# Twelve epochs of one step, with the rate 1.
EPOCHS = 12
PLATEAU = [1.0, 0.9, 0.9, 0.95, 0.9, 0.8, 0.79999, 0.8, 0.81, 0.8, 0.8, 0.7]
LR = torch.optim.lr_scheduler


def warm_cosine(o):
    # Three steps of warm-up, then a cosine over the other nine that ends at a tenth.
    warm = LR.LinearLR(o, start_factor=1 / 4, total_iters=3)
    cosine = LR.CosineAnnealingLR(o, T_max=EPOCHS - 3, eta_min=0.1)
    return LR.SequentialLR(o, [warm, cosine], milestones=[3])


SCHEDULES = {
    "step": lambda o: LR.StepLR(o, step_size=5, gamma=0.3),
    "exponential": lambda o: LR.ExponentialLR(o, gamma=0.8),
    "cosine": lambda o: LR.CosineAnnealingLR(o, T_max=EPOCHS),
    "warm cosine": warm_cosine,
    "one cycle": lambda o: LR.OneCycleLR(o, max_lr=1.0, total_steps=EPOCHS),
    "plateau": lambda o: LR.ReduceLROnPlateau(o, factor=0.5, patience=2),
}


def main():
    torch.set_default_dtype(torch.float64)
    folder = pathlib.Path(__file__).parent
    with open(folder / "optimizers.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["optimizer", "step"] + [f"x{i}" for i in range(4)])
        for name, make in OPTIMIZERS.items():
            x = torch.tensor(START, requires_grad=True)
            optimizer = make([x])
            for step in range(10):
                x.grad = torch.tensor(gradient(step))
                optimizer.step()
                rows.writerow([name, step] + [repr(v) for v in x.tolist()])
    with open(folder / "schedules.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["schedule", "epoch", "rate"])
        for name, make in SCHEDULES.items():
            optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
            schedule = make(optimizer)
            for epoch in range(EPOCHS):
                rows.writerow([name, epoch, repr(float(optimizer.param_groups[0]["lr"]))])
                optimizer.step()
                if name == "plateau":
                    schedule.step(PLATEAU[epoch])
                else:
                    schedule.step()


if __name__ == "__main__":
    main()
