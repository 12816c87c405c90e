"""What a protocol is, and what it may ask of a model."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float, UInt8

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.finite import check_features
from embodied_ssl.evaluation.results import USUAL, Results, short_names, value_of
from embodied_ssl.figures import Figure, Row, Table

if TYPE_CHECKING:
    from torch import device

    from embodied_ssl.evaluation.embedding import Features
    from embodied_ssl.methods.base import Method
    from embodied_ssl.trunks import Trunk


class Model(ABC):
    """A trained trunk, or a baseline that it has to beat.

    Args:
        name: in the table.
        device: where trunks run.
    """

    run: Path | None = None
    """The folder that it was trained into."""
    trunk: Trunk | None = None
    """In evaluation mode, on the device; nothing where there is no network."""

    def __init__(self, name: str, device: device):
        self.name, self.device = name, device

    def features(self, images: UInt8[np.ndarray, "N S S 3"]) -> Features:
        """Of every stage, pooled over its extent; UserError where they are not finite."""
        return check_features(self.describe(images), self.name)

    @abstractmethod
    def describe(self, images: UInt8[np.ndarray, "N S S 3"]) -> Features:
        """What ``features`` checks."""

    def maps(self, images: UInt8[np.ndarray, "N S S 3"]) -> dict[str, Float[np.ndarray, "N C h w"]]:
        """Stage -> its maps; nothing where there is no network. UserError if not finite."""
        return {}

    def trainable(self) -> Trunk:
        """A copy of the trunk of one's own, on the device, all of whose weights learn.

        Raises:
            UserError: when there is no network.
        """
        if self.trunk is None:
            raise UserError(f"{self.name} has no network that could be trained further.")
        return copy.deepcopy(self.trunk).requires_grad_(True)

    def method(self) -> Method | None:
        """What the trunk was trained with, on the device; nothing for a baseline."""
        return None


class Metric(NamedTuple):
    """A number of each model, or a word."""

    title: str
    format: str = "{:.3f}"


class Protocol(ABC):
    """A way to judge a model. A new one is a file with a class like this and a line in
    ``PROTOCOLS``; a row of the table has what ``judge`` says of a model.

    Args:
        config: the protocol's own settings.
        source: the data, as the command line has them.
        image_size: side of the images in pixels; by default as the data have them.
        seed: of everything that is drawn.

    Raises:
        UserError: for data that are not there or do not fit.
    """

    title: ClassVar[str]
    """Of the table."""
    menu: ClassVar[str] = ""
    """What a table of contents calls it, its name by default."""
    metrics: ClassVar[Mapping[str, Metric]]
    """Where each number is in what ``judge`` says, with dots between the keys of nested parts."""
    baselines: ClassVar[tuple[str, ...]] = USUAL
    """In every table, whatever was named."""

    @dataclass(frozen=True)
    class Config:
        """The protocol's own settings, each with a line of explanation."""

    images: UInt8[np.ndarray, "N S S 3"]
    """What models look at."""
    calibration: UInt8[np.ndarray, "M S S 3"]
    """Some that are not judged: untrained trunks take the statistics of BatchNorm from them."""
    counts: dict[str, Any]
    """How much of what is judged."""
    fingerprint: str
    """Of the data; another one when they change."""

    @abstractmethod
    def __init__(self, config: Any, source: str, image_size: int | None, seed: int): ...

    def references(self) -> dict[str, dict[str, Any]]:
        """Name -> numbers of rows for which nobody looks at an image, such as chance."""
        return {}

    @abstractmethod
    def judge(self, model: Model) -> dict[str, Any]:
        """The metrics of a model, and whatever its figures need, ready for JSON; a metric that the
        model does not have is left out."""

    def compare(self, results: Results) -> None:
        """Add to the results what only all models together tell, such as paired differences."""
        return None

    @classmethod
    def summary(cls, results: Results) -> str:
        """How much of what was judged, in words."""
        return ", ".join(f"{count:,} {what}" for what, count in results["data"].items())

    @classmethod
    def table(cls, results: Results) -> Table:
        """A row a model, a column a metric."""
        metrics = {name: Metric(*value) for name, value in results["metrics"].items()}
        shown = short_names(results["models"])

        def cell(numbers: dict[str, Any], name: str) -> str:
            value = value_of(numbers, name)
            return "n/a" if value is None else metrics[name].format.format(value)

        rows = tuple(
            Row(shown[model], tuple(cell(numbers, name) for name in metrics))
            for model, numbers in results["models"].items()
        )
        return Table(tuple(metric.title for metric in metrics.values()), rows)

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        """What a report shows.

        Args:
            results: of this version or of one before.
            images: whether to show images too, which are read from the data.

        Raises:
            UserError: when images are wanted of data that are not as they were evaluated.
        """
        return [cls.table(results)]
