"""The curious robot's pose invariance alone: two views of one object find each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.methods.recipe import Recipe


class Identity(CuriousRobot):
    """Two views of a held object find each other (the identity task of The Curious Robot alone)."""

    worlds, more_worlds = ("tabletop", "turntable"), ()
    recipe: ClassVar[Recipe] = Recipe("muon", lr=1e-2)

    @dataclass(frozen=True)
    class Config(CuriousRobot.Config):
        """Settings of the identity task."""

        tasks: tuple[str, ...] = ("identity",)
        """What is learned."""
