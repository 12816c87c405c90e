"""Groups of weights that an optimizer treats apart from the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor


def set_apart(
    groups: Iterable[dict[str, Any]], weights: Iterable[Tensor], **settings: Any
) -> list[dict[str, Any]]:
    """The groups, some weights of which are in groups of their own with other settings.

    Args:
        groups: of ``Method.param_groups``.
        weights: what is set apart.
        settings: of the optimizer for them, such as ``lr_scale``, a factor of the learning rate, or
            ``adam_scale``, one with which Muon leaves them to AdamW.
    """
    chosen = {id(weight) for weight in weights}
    parted = []
    for group in groups:
        for apart, told in ((False, {}), (True, settings)):
            params = [p for p in group["params"] if (id(p) in chosen) == apart]
            if params:
                parted.append(group | {"params": params} | told)
    return parted
