"""Two players in one step (generative adversarial networks, Goodfellow et al., NeurIPS 2014).

A step has one loss and one update. The discriminator's loss sees what the generator made without
gradients to it; the generator's sees the discriminator's verdict without gradients to its weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call


class Discriminator(nn.Module):
    """How real images (B, 3, s, s) look, (B,); with features beside them, how real both together.

    Args:
        width: channels of the first layer; each of the three halvings doubles them.
        features: D, numbers beside each image; 0 for none.
    """

    def __init__(self, width: int, features: int = 0):
        super().__init__()
        channels = (3, width, 2 * width, 4 * width)
        self.see = nn.Sequential(
            *(_halved(channels[i], channels[i + 1], norm=i > 0) for i in range(3)),
            nn.AdaptiveAvgPool2d(3), nn.Flatten(),
        )  # fmt: skip
        seen = 9 * channels[-1]
        self.judge = nn.Sequential(
            nn.Linear(seen + features, 4 * width), nn.LeakyReLU(0.2), nn.Linear(4 * width, 1)
        )

    def forward(self, images: Tensor, features: Tensor | None = None) -> Float[Tensor, " B"]:
        seen = self.see(2 * images - 1)
        both = seen if features is None else torch.cat([seen, features], dim=1)
        return self.judge(both).squeeze(1)


def _halved(inputs: int, outputs: int, norm: bool) -> nn.Sequential:
    # Norms over an image alone: in a batch, real ones would be told by their statistics.
    normed = [nn.GroupNorm(1, outputs)] if norm else []
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 4, stride=2, padding=1), *normed, nn.LeakyReLU(0.2)
    )


def without_learning(module: nn.Module, *inputs: Tensor) -> Tensor:
    """What a module makes of inputs, with gradients to them, but not to its weights."""
    fixed = {name: weights.detach() for name, weights in module.named_parameters()}
    return functional_call(module, fixed, inputs)


def told_apart(real: Float[Tensor, " B"], made: Float[Tensor, " B"]) -> Float[Tensor, ""]:
    """The discriminator's loss: of real things it should be sure, of made ones sure that not."""
    return (F.softplus(-real.float()) + F.softplus(made.float())).mean() / 2


def taken_for_real(verdict: Float[Tensor, " B"]) -> Float[Tensor, ""]:
    """The loss of whoever wants to be taken for real; it does not saturate."""
    return F.softplus(-verdict.float()).mean()
