"""Products of matrices that mixed precision leaves alone."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def float32_product(
    a: Float[Tensor, "*G N D"], b: Float[Tensor, "*G D M"]
) -> Float[Tensor, "*G N M"]:
    """``a @ b`` in float32, for what embeddings are compared by.

    Autocast rounds the factors of a matrix product to bfloat16 even where they are float32: cosines
    are off by .004 then, logits at a temperature of .04 by .1.
    """
    with torch.autocast(a.device.type, enabled=False):
        return a.float() @ b.float()
