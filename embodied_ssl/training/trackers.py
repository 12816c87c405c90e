"""Where else the curves of a training are shown: the trackers of Accelerate, by their names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from accelerate.tracking import LOGGER_TYPE_TO_CLASS, GeneralTracker, get_available_trackers

from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.notes import note

TENSORBOARD = "tensorboard"
"""Written by ``Curves`` itself, which knows what a continued run logs again."""
PROJECT = "embodied-ssl"


def known_trackers() -> list[str]:
    """Names of all trackers that there are, whether installed or not."""
    return [str(name) for name in LOGGER_TYPE_TO_CLASS]


def check_trackers(names: Iterable[str]) -> None:
    """UserError for a name that is not known, or whose package is not installed."""
    available = {str(name) for name in get_available_trackers()}
    for name in names:
        if name not in known_trackers():
            raise did_you_mean("tracker", name, known_trackers())
        if name != TENSORBOARD and name not in available:
            raise UserError(f"--log {name} needs its package, which is not installed.")


class Trackers:
    """Those of a run besides TensorBoard. One that fails is left out from then on.

    Args:
        names: of the trackers.
        run: the run's folder, whose name is the run's.
        settings: of the run.

    Raises:
        UserError: for a tracker that cannot be opened.
    """

    def __init__(self, names: Iterable[str], run: Path, settings: Mapping[str, Any]):
        self._open: dict[str, GeneralTracker] = {}
        for name in names:
            if name == TENSORBOARD:
                continue
            try:
                self._open[name] = _opened(name, run)
                self._open[name].store_init_configuration(
                    {key: _plain(value) for key, value in settings.items()}
                )
            except Exception as error:  # each of them raises its own
                raise UserError(f"--log {name} cannot be opened: {error}.") from error

    def log(self, numbers: Mapping[str, float], step: int) -> None:
        """Numbers of a step."""
        for name, tracker in list(self._open.items()):
            self._try(name, lambda tracker=tracker: tracker.log(dict(numbers), step=step))

    def close(self) -> None:
        """Nothing is logged any more."""
        for name, tracker in list(self._open.items()):
            self._try(name, tracker.finish)
        self._open.clear()

    def _try(self, name: str, call: Any) -> None:
        try:
            call()
        except Exception as error:  # a network that is gone must not end a training of days
            note(f"{name} takes nothing more: {error}")
            self._open.pop(name, None)


def _opened(name: str, run: Path) -> GeneralTracker:
    cls = LOGGER_TYPE_TO_CLASS[name]
    folder = {"logging_dir": str(run / name)} if cls.requires_logging_directory else {}
    known: dict[str, dict[str, Any]] = {
        # A run that is continued is the same one there.
        "wandb": {"name": run.name, "id": _identity(run), "dir": str(run), "resume": "allow"},
        "trackio": {"name": run.name, "resume": "allow"},
        "swanlab": {"experiment_name": run.name, "id": _identity(run), "resume": "allow"},
    }
    tracker = cls(PROJECT, **folder, **known.get(name, {}))
    if hasattr(tracker, "start"):
        tracker.start()
    return tracker


def _identity(run: Path) -> str:
    return hashlib.sha256(str(run.absolute()).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float, str)) else json.dumps(value, default=str)
