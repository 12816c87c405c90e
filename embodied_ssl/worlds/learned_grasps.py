"""The grasps of a trained run, for the env that is collected in."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

POLICY = "embodied_ssl.collecting.grasp_policy"
"""Where ``RunPolicy`` is; it needs torch, which worlds do without."""


def open_learned_grasps(run: str, random: float) -> Any:
    """The ``LearnedGrasps`` of a run's grasp head, of which a part stays random.

    Raises:
        UserError: for a folder that is no run, and a run that has not learned to grasp.
    """
    from embodied_ssl_envs.tabletop.learned_grasps import LearnedGrasps

    policy = importlib.import_module(POLICY).RunPolicy(Path(run).expanduser())
    return LearnedGrasps(policy, random)
