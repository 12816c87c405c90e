"""What the settings of a dataset say of an option, and what they leave unsaid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embodied_ssl.worlds.base import World


def setting_of(world: World, settings: Mapping[str, Any], name: str) -> Any:
    """An option in the settings of a dataset, which mention a newer one only where it is not the
    default; None where they should mention it and do not."""
    newer = name in world.newer_options
    return settings.get(name, getattr(type(world.config)(), name) if newer else None)
