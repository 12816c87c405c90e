"""The weights that a training begins with, where they are not random."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.trunks import AutoTrunk, Trunk
from embodied_ssl.trunks.auto import WEIGHTS, beside


def begin_with(trunk: Trunk, source: str) -> None:
    """Fill a trunk with the weights of one that was trained.

    Args:
        trunk: a new one.
        source: what ``AutoTrunk`` opens: a run, the trunk of a checkpoint, or an id of the hub.

    Raises:
        UserError: when there is no trunk, or its weights do not fit.
    """
    trained = AutoTrunk.from_pretrained(source)
    try:
        trunk.load_state_dict(trained.state_dict())
    except RuntimeError as error:
        raise UserError(f"the trunk of {source} {_difference(trained, trunk)}.") from error


def initial_weights(source: str) -> dict[str, str]:
    """What ``run.json`` says of them: where they were, and the SHA-256 of their file."""
    return {"source": source, "sha256": _digest(source)}


def check_initial(out: Path, earlier: Mapping[str, str] | None, source: str | None) -> None:
    """UserError when a run in a folder began with other weights than those that are asked for.

    Args:
        out: the folder.
        earlier: what its ``run.json`` says of them; None where they were random.
        source: what is asked for, which may be at another place now, or gone from the same one.
    """
    was = earlier["source"] if earlier else None
    if was == source or (earlier and source and _digest(source) == earlier["sha256"]):
        return
    raise UserError(
        f"{out} was trained with --init {was or 'none'}, not {source or 'none'}: choose another "
        "--out."
    )


def _digest(source: str) -> str:
    file = beside(source, WEIGHTS)
    if file is None:
        raise UserError(f"{source} holds no trained trunk.")
    return checksum(file)


def _difference(trained: Trunk, trunk: Trunk) -> str:
    if trained.name != trunk.name:
        return f"has --trunk {trained.name}, not {trunk.name}: say the same"
    for name, was in trained.settings.items():
        now = trunk.settings.get(name)
        if was != now and name != "pretrained":  # weights at the start only
            return f"has --trunk.{name.replace('_', '-')} {was}, not {now}: say the same"
    return "has weights of other shapes"
