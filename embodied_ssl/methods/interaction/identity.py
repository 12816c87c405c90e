"""The curious robot's pose invariance alone: two views of one object find each other."""

from __future__ import annotations

from dataclasses import dataclass

from embodied_ssl.methods.interaction.curious_robot import CuriousRobot


class Identity(CuriousRobot):
    """Two views of a held object find each other (the identity task of The Curious Robot alone)."""

    worlds, more_worlds = ("tabletop", "turntable"), ()

    @dataclass(frozen=True)
    class Config(CuriousRobot.Config):
        """Settings of the identity task."""

        tasks: tuple[str, ...] = ("identity",)
        """What is learned."""
