"""A trained grasp head as a policy."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, UInt8

from embodied_ssl.errors import UserError
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.training.runs import load_method


class RunPolicy:
    """How probable it is that a grasp holds, as a run of ``curious-robot`` has learned it.

    Args:
        run: its folder.

    Raises:
        UserError: for a folder that is no run, and a run without a grasp head.
    """

    def __init__(self, run: str):
        robot = load_method(run).part(CuriousRobot)
        if robot is None or "grasp" not in robot.tasks:
            raise UserError(f"--grasp-policy {run} has not learned to grasp: train curious-robot.")
        self.robot = robot

    def __call__(self, crops: UInt8[np.ndarray, "N S S 3"]) -> Float[np.ndarray, "N 18"]:
        """The probability of success about each crop's middle, at each angle."""
        images = torch.from_numpy(np.ascontiguousarray(crops.transpose(0, 3, 1, 2)))
        return self.robot.grasp_probabilities(images).numpy()
