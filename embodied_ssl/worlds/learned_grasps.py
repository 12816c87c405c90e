"""The grasps of a trained run, for the env that is collected in."""

from __future__ import annotations

import hashlib
from typing import Any

from embodied_ssl.checkpoints import METHOD, TRUNK, checkpoint_of
from embodied_ssl.files import checksum
from embodied_ssl.registry import Registry

POLICIES = Registry(
    "grasp policy",
    "embodied_ssl.grasp_policies",
    {"run": "embodied_ssl.collecting.grasp_policy:RunPolicy"},
)
"""What opens a policy: it needs torch, which worlds do without."""


def open_learned_grasps(run: str, random: float) -> Any:
    """The ``LearnedGrasps`` of a run's grasp head, of which a part stays random.

    Raises:
        UserError: for a folder that is no run, and a run that has not learned to grasp.
    """
    from embodied_ssl_envs.tabletop.learned_grasps import LearnedGrasps

    return LearnedGrasps(POLICIES.load("run")(run), random)


def digest(run: str) -> str:
    """A name for the weights of a run's newest checkpoint."""
    checkpoint = checkpoint_of(run)
    content = "".join(checksum(checkpoint / file) for file in (TRUNK, METHOD))
    return hashlib.sha256(content.encode()).hexdigest()[:16]
