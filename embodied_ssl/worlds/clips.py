"""What ``view`` shows of a world: clips, each an interaction, a drive or the views of an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

    from embodied_ssl.figures import Verdict


@dataclass(frozen=True)
class Mark:
    """A line drawn over a frame."""

    points: tuple[tuple[float, float], ...]
    """(x, y) from the top left, in parts of the frame's sides; a single one is a ring."""
    arrow: bool = False
    """The line ends in a tip."""
    verdict: Verdict = ""


@dataclass(frozen=True)
class Frame:
    """An image of a clip."""

    image: bytes
    """Encoded, as the row has it."""
    camera: str
    """That took it, such as the name of its column."""
    seconds: float
    """Since the clip began; frames are in this order."""
    label: str = ""
    """What it shows, where the camera's name is not enough."""
    marks: tuple[Mark, ...] = ()
    pose: Float[ndarray, "4 4"] | None = None
    """Camera to world; x right, y down, z ahead; metres."""
    fov: float | None = None
    """From side to side, degrees."""
    depth: Float[ndarray, "H W"] | None = None
    """Metres."""


@dataclass(frozen=True)
class Plot:
    """Numbers over the time of a clip, such as a force or the angles of joints."""

    title: str
    unit: str
    seconds: Float[ndarray, " N"]
    """Since ``begins``."""
    lines: Mapping[str, Float[ndarray, " N"]]
    """What each is -> its values, NaN where there is none."""
    begins: float = 0.0
    """Seconds of the clip at which it begins."""


@dataclass(frozen=True)
class Clip:
    """What is shown at once."""

    name: str
    """Of its link, such as episode-17."""
    title: str
    frames: tuple[Frame, ...]
    group: str = ""
    """Name of the episode where a clip is but one step of it."""
    note: str = ""
    """The few words that matter most beside the title."""
    verdict: Verdict = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What clips are told apart by, such as split -> train; few values of each."""
    numbers: Mapping[str, str] = field(default_factory=dict)
    """What else the row says, name -> text with its unit."""
    plots: Sequence[Plot] = ()
    poster: int = 0
    """The frame that stands for all."""
