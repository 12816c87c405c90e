"""Linear classifiers on frozen features, a grid of settings trained side by side.

Every classifier is a multinomial logistic regression with weight decay on standardised features.
All see the same batches, so one pass over the data trains the whole grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

LEARNING_RATES = (0.003, 0.03, 0.3)
WEIGHT_DECAYS = (0.0, 1e-4, 1e-3, 1e-2)
EPOCHS, BATCH, MOMENTUM = 30, 256, 0.9
FEWEST_STEPS = 600
"""So that few images are seen often enough."""


@dataclass(frozen=True)
class LinearProbes:
    """Trained classifiers, one for each setting."""

    settings: tuple[tuple[float, float], ...]
    """Learning rate and weight decay."""
    mean: Float[Tensor, " D"]
    std: Float[Tensor, " D"]
    weight: Float[Tensor, "G D C"]
    bias: Float[Tensor, "G C"]

    def logits(self, features: Float[Tensor, "N D"], which: int) -> Float[Tensor, "N C"]:
        """What one of the classifiers says."""
        return (features - self.mean) / self.std @ self.weight[which] + self.bias[which]

    def accuracies(self, features: Float[Tensor, "N D"], labels: Int[Tensor, " N"]) -> list[float]:
        """The part of the images that each classifier tells."""
        told = (self.logits(features, g).argmax(1) for g in range(len(self.settings)))
        return [(each == labels).float().mean().item() for each in told]


def fit_probes(
    features: Float[Tensor, "N D"],
    labels: Int[Tensor, " N"],
    classes: int,
    seed: int,
    settings: tuple[tuple[float, float], ...] = tuple(product(LEARNING_RATES, WEIGHT_DECAYS)),
    epochs: int = EPOCHS,
) -> LinearProbes:
    """Classifiers trained by SGD with Nesterov momentum and a cosine of the learning rate.

    Args:
        features: frozen ones.
        labels: from 0 on.
        classes: C.
        seed: of the order of the images.
        settings: learning rate and weight decay of each.
        epochs: passes over the images; more where they are so few that there would be little steps.
    """
    mean, std = features.mean(0), features.std(0)
    std = torch.where(std > 1e-6 * std.max().clamp(min=1e-12), std, torch.ones_like(std))
    x = (features - mean) / std
    count, dim, device = len(x), x.shape[1], x.device
    rate, decay = torch.tensor(settings, device=device).T[:, :, None, None]  # (G, 1, 1) each
    # Each input's weight moves all logits: many inputs want smaller steps.
    rate = rate / dim**0.5
    weight = torch.zeros(len(settings), dim + 1, classes, device=device)  # the last row: bias
    velocity = torch.zeros_like(weight)
    x = torch.cat([x, torch.ones(count, 1, device=device)], dim=1)
    batch = min(BATCH, count)
    steps = max(epochs * -(-count // batch), FEWEST_STEPS)
    generator = torch.Generator().manual_seed(seed)
    order = torch.cat([torch.randperm(count, generator=generator)
                       for _ in range(-(-steps * batch // count))]).to(device)  # fmt: skip
    for step in range(steps):
        some = order[step * batch : (step + 1) * batch]
        seen, target = x[some], F.one_hot(labels[some], classes)
        error = (seen @ weight).softmax(2) - target  # (G, B, C)
        gradient = seen.T @ error / batch  # (G, D + 1, C)
        gradient[:, :-1] += decay * weight[:, :-1]
        now = rate * (1 + torch.cos(torch.tensor(torch.pi * step / steps))) / 2
        velocity = MOMENTUM * velocity + gradient
        weight -= now * (gradient + MOMENTUM * velocity)
    return LinearProbes(settings, mean, std, weight[:, :-1], weight[:, -1])
