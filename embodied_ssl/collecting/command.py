"""``collect``: a world in, a dataset out."""

from __future__ import annotations

import time
from typing import Any

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.endings import sigterm_in_one_line


def run_collect(config: CollectConfig, world_config: Any) -> None:
    """Collect what is missing of a dataset.

    Args:
        config: what all worlds share.
        world_config: of the ``Config`` of the world that ``config.env`` names.

    Raises:
        UserError: for what the user got wrong; ``--out`` is looked at first, and untouched.
    """
    with sigterm_in_one_line():
        from embodied_ssl.collecting.engines import engine_of
        from embodied_ssl.collecting.filling import collect_missing
        from embodied_ssl.collecting.patience import Patience
        from embodied_ssl.collecting.preflight import inspect
        from embodied_ssl.collecting.shard import make_spec
        from embodied_ssl.errors import UserError

        begun = inspect(config.out)
        if begun is not None and begun.env != config.env:
            raise UserError(f"{config.out} holds a {begun.env} dataset: choose another --out.")
        start = time.monotonic()
        spec = make_spec(config, world_config, begun and begun.settings)
        patience = Patience(config.timeout, longest=time.monotonic() - start)
        numbers = config.numbers(spec.num_shards)
        collect_missing(spec, engine_of(config.workers), numbers, patience)
