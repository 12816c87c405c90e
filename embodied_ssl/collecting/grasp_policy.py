"""A trained grasp head as a policy."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8

from embodied_ssl.checkpoints import METHOD, TRUNK, checkpoint_of
from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.training.runs import load_method, load_run


class RunPolicy:
    """How probable it is that a grasp holds, as a run of ``curious-robot`` has learned it.

    Args:
        run: its folder.

    Attributes:
        digest: a name for its weights.

    Raises:
        UserError: for a folder that is no run, a run without a grasp head, and one that is still
            trained.
    """

    def __init__(self, run: Path):
        load_run(run)  # a folder that is none has no checkpoint either
        self.digest = _digest(run)
        robot = load_method(run).part(CuriousRobot)
        if robot is None or "grasp" not in robot.tasks:
            raise UserError(f"--grasp-policy {run} has not learned to grasp: train curious-robot.")
        if _digest(run) != self.digest:
            raise UserError(f"--grasp-policy {run} is still trained: wait for its end.")
        self.robot = robot

    def __call__(self, crops: UInt8[np.ndarray, "N S S 3"]) -> Float[np.ndarray, "N 18"]:
        """The probability of success about each crop's middle, at each angle."""
        images = torch.from_numpy(np.ascontiguousarray(crops.transpose(0, 3, 1, 2)))
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # sums in parts round otherwise: rows would depend on the cores
        try:
            return self.robot.grasp_probabilities(images).numpy()
        finally:
            torch.set_num_threads(threads)


def _digest(run: Path) -> str:
    checkpoint = checkpoint_of(run)
    content = "".join(checksum(checkpoint / file) for file in (TRUNK, METHOD))
    return hashlib.sha256(content.encode()).hexdigest()[:16]
