"""Data-dependent initialisation: untrained weights on the scale of images (Krahenbuhl et al.)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.trunks.base import Trunk

SMALLEST = 1e-6


@torch.no_grad()
def rescale(trunk: Trunk, images: Float[Tensor, "B 3 H W"]) -> None:
    """Scale the weights of every layer, first to last, so that each of its outputs has mean 0 and
    standard deviation 1 over some images (Krahenbuhl, Doersch, Donahue and Darrell, ICLR 2016).

    The paper then evens the layers' rates of learning out, which a frozen trunk does not feel. In
    front of a BatchNorm the scale of a layer makes no difference: there only its bias does.

    Args:
        trunk: untrained, in evaluation mode.
        images: normalized.
    """
    layers = [each for each in trunk.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
    for layer in layers:
        outputs = _seen(trunk, images, layer)
        if outputs is None:  # the layer has no part in the features
            continue
        channel = 1 if isinstance(layer, nn.Conv2d) else outputs.dim() - 1
        dims = [d for d in range(outputs.dim()) if d != channel]
        mean, std = outputs.mean(dims), outputs.std(dims).clamp(min=SMALLEST)
        shape = [-1, *[1] * (layer.weight.dim() - 1)]
        layer.weight /= std.view(shape)
        if layer.bias is not None:
            layer.bias.copy_((layer.bias - mean) / std)


def _seen(trunk: Trunk, images: Tensor, layer: nn.Module) -> Tensor | None:
    """What a layer gives of images."""
    found: list[Tensor] = []
    handle = layer.register_forward_hook(lambda *call: found.append(call[2].float()))
    try:
        trunk.stages(images)
    finally:
        handle.remove()
    return found[0] if found else None
