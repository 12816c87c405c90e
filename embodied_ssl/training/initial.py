"""The weights that a training begins with, where they are not random."""

from __future__ import annotations

from embodied_ssl.errors import UserError
from embodied_ssl.trunks import AutoTrunk, Trunk


def begin_with(trunk: Trunk, source: str) -> None:
    """Fill a trunk with the weights of one that was trained.

    Args:
        trunk: a new one.
        source: what ``AutoTrunk`` opens: a run, the trunk of a checkpoint, or an id of the hub.

    Raises:
        UserError: when there is no trunk, or it is another one: of other weights or inputs.
    """
    trained = AutoTrunk.from_pretrained(source)
    told, asked = ({"": each.name} | each.settings for each in (trained, trunk))
    for name in told | asked:
        was, now = told.get(name), asked.get(name)
        if was != now:
            option = f"--trunk.{name.replace('_', '-')}" if name else "--trunk"
            raise UserError(f"the trunk of {source} has {option} {was}, not {now}: say the same.")
    trunk.load_state_dict(trained.state_dict())
