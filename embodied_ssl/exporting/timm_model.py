"""A run as a model of timm, for ``timm.create_model("local-dir:FOLDER", pretrained=True)``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import timm
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from embodied_ssl.api.model import load
from embodied_ssl.errors import UserError
from embodied_ssl.trunks.base import Trunk
from embodied_ssl.trunks.timm import TimmTrunk
from embodied_ssl.trunks.vit import ViT, sincos_positions

VIT = "vit_tiny_patch16_224"
"""The model of timm that a ``ViT`` is, but for its sizes."""


def write_timm(run: Path, folder: Path) -> dict[str, int]:
    """A model that timm opens by local-dir:FOLDER, without a classifier.

    It is ``model.safetensors`` and ``config.json``. Layers of the model that a pyramid
    of features does not use are as timm begins them; ``untrained`` in ``config.json`` names them.

    Args:
        run: folder of the run.
        folder: that is filled.

    Returns:
        how much was written of what.

    Raises:
        UserError: for a trunk that is none of timm's, or sees no colours.
    """
    model = load(run, device="cpu")
    trunk, size = model.trunk, model.image_size
    if trunk.sees != "color":
        raise UserError(
            "the trunk sees lightness alone, and timm gives its models colours: --format "
            "safetensors or onnx take it."
        )
    if isinstance(trunk, ViT):
        name, options, known = VIT, vit_options(trunk, size), vit_tensors(trunk, size)
    elif isinstance(trunk, TimmTrunk):
        name, options, known = trunk.timm_name, {}, trunk.model.state_dict()
    else:
        raise UserError(
            f"the trunk {trunk.name} is no model of timm: --format safetensors or onnx take it."
        )
    twin = timm.create_model(name, num_classes=0, **options)
    state, untrained = filled(twin, known)
    if not state:
        raise UserError(f"the trunk {trunk.name} has other layers than timm's {name}.")
    save_file(state, folder / "model.safetensors", {"format": "pt"})
    config = {
        "architecture": name.partition(".")[0],
        "num_classes": 0,
        "num_features": twin.num_features,
        "model_args": options,
        "pretrained_cfg": {
            "input_size": [3, size, size],
            "fixed_input_size": False,
            "mean": trunk.mean.flatten().tolist(),
            "std": trunk.std.flatten().tolist(),
            "interpolation": "bilinear",
            "crop_pct": 1.0,
            "num_classes": 0,
        },
        "untrained": untrained,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    return {"tensors": len(state), "of them untrained": len(untrained)}


def filled(twin: nn.Module, known: dict[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """A model's tensors with those that are known, and the names of the others; nothing at all
    where one that is known has no place. A pyramid calls ``stages.0`` ``stages_0``."""
    state, plain = twin.state_dict(), {name.replace("_", "."): name for name in twin.state_dict()}
    names = {name: plain.get(name.replace("_", ".")) for name in known}
    if None in names.values():
        return {}, []
    state |= {names[name]: tensor for name, tensor in known.items()}
    untrained = sorted(state.keys() - set(names.values()))
    return {name: tensor.contiguous() for name, tensor in state.items()}, untrained


def vit_options(trunk: ViT, size: int) -> dict[str, Any]:
    """What timm is told to build a trunk's network for images of one size."""
    return {
        "img_size": size,
        "patch_size": trunk.patch,
        "embed_dim": trunk.dim,
        "depth": len(trunk.blocks),
        "num_heads": trunk.blocks[0].attn.num_heads,
        "global_pool": {"cls": "token", "mean": "avg"}[trunk.pooling],
        "fc_norm": False,
    }


def vit_tensors(trunk: Trunk, size: int) -> dict[str, Tensor]:
    """The tensors of a ``ViT`` under timm's names; its fixed positions become a tensor, and the
    class token has none."""
    own = trunk.state_dict()
    grid = size // trunk.patch
    positions = sincos_positions(grid, grid, trunk.dim)
    renamed = {
        "cls_token": own.pop("cls"),
        "patch_embed.proj.weight": own.pop("embed.weight"),
        "patch_embed.proj.bias": own.pop("embed.bias"),
        "pos_embed": torch.cat([torch.zeros(1, trunk.dim), positions])[None],
    }
    return {k: v for k, v in own.items() if k not in ("mean", "std")} | renamed
