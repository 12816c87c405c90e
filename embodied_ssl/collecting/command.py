"""``collect``: a world in, a dataset out."""

from __future__ import annotations

from typing import Any

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.engines import engine_of
from embodied_ssl.collecting.folder import collect_missing
from embodied_ssl.collecting.shard import make_spec


def run_collect(config: CollectConfig, world_config: Any) -> None:
    """Collect what is missing of a dataset.

    Args:
        config: what all worlds share.
        world_config: of the ``Config`` of the world that ``config.env`` names.
    """
    collect_missing(make_spec(config, world_config), engine_of(config.workers))
