"""Temperatures that a cosine leads up and down (Kukleva et al., ICLR 2023)."""

from __future__ import annotations

from typing import Any

from embodied_ssl.errors import UserError
from embodied_ssl.schedules import wave


def check_highest(temperature: float, highest: float | None) -> None:
    """UserError for a highest temperature that is not above the other."""
    if highest is not None and highest <= temperature:
        raise UserError(
            f"--highest-temperature {highest:g} must be above --temperature {temperature:g}."
        )


def temperature_at(config: Any, progress: float) -> float:
    """Of settings with ``temperature``, ``highest_temperature`` and ``temperature_periods`` when so
    much of the budget is done."""
    highest, periods = config.highest_temperature, config.temperature_periods
    return wave(config.temperature, highest, periods, progress)
