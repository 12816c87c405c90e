"""Temperatures that a cosine leads up and down (Kukleva et al., ICLR 2023)."""

from __future__ import annotations

from embodied_ssl.errors import UserError


def check_highest(temperature: float, highest: float | None) -> None:
    """UserError for a highest temperature that is not above the other."""
    if highest is not None and highest <= temperature:
        raise UserError(
            f"--highest-temperature {highest:g} must be above --temperature {temperature:g}."
        )
