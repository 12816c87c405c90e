"""Groups of weights that an optimizer treats apart from the others."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from torch import Tensor


def set_apart(
    groups: Iterable[dict[str, Any]], weights: Iterable[Tensor], **settings: Any
) -> list[dict[str, Any]]:
    """The groups, in which some weights are in groups of their own with other settings.

    All weights keep their order, by which a checkpoint knows them.

    Args:
        groups: of ``Method.param_groups``.
        weights: what is set apart.
        settings: of the optimizer for them, as ``Method.param_groups`` has them.
    """
    chosen = {id(weight) for weight in weights}
    return [
        group | {"params": list(params)} | (settings if apart else {})
        for group in groups
        for apart, params in groupby(group["params"], lambda weight: id(weight) in chosen)
    ]
