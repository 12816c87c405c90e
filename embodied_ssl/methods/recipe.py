"""How the weights of a method are updated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from embodied_ssl.bounds import Bounded, Within


@dataclass(frozen=True)
class Recipe(Bounded):
    """How the weights are updated. Every method has its own unless the command says otherwise."""

    optimizer: Literal["adamw", "sgd", "rmsprop", "lars", "muon"] = "adamw"
    """The Curious Robot has rmsprop; muon makes the updates of the layers' matrices orthogonal."""
    lr: Annotated[float, Within(1e-12, 1e12)] = 1e-3
    """Largest learning rate, to which it rises over the warm-up."""
    lr_schedule: Literal["cosine", "constant"] = "cosine"
    """After the warm-up: along a cosine to zero at the end of the budget, or as it is. A run with
    a constant rate can be continued with more --images."""
    lr_batch: Annotated[int, Within(0, 1 << 24)] = 0
    """Batch size that the learning rate is meant for: it grows in proportion. 0: as it stands."""
    weight_decay: Annotated[float, Within(0, 1e3)] = 0.05
    """Of weights, not of biases and the scales of normalisation."""
    final_weight_decay: Annotated[float | None, Within(0, 1e3)] = None
    """Where a cosine leads the weight decay; by default it stays."""
    sgd_momentum: Annotated[float, Within(0, 0.99999)] = 0.9
    """Of sgd and lars."""
    final_sgd_momentum: Annotated[float | None, Within(0, 0.99999)] = None
    """Where a cosine leads it; by default it stays."""
    adam_betas: Annotated[tuple[float, float], Within(0, 0.999999)] = (0.9, 0.98)
    """Of adamw, and of what muon leaves to it."""
    warmup: Annotated[float, Within(0, 0.99)] = 0.03
    """Part of the training over which the learning rate rises."""
    clip_norm: Annotated[float, Within(0, 1e9)] = 0.0
    """Largest norm of the gradient, to which a larger one is scaled down; 0: it is left alone. Its
    curve is gradient_norm."""
