"""``collect``: a world in, a dataset out."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.endings import sigterm_in_one_line

if TYPE_CHECKING:
    from embodied_ssl.collecting.engines import Engine


LEFT_OUT = "left out: "
"""Begins what the worlds say of an object that --skip-broken leaves out."""


def run_collect(config: CollectConfig, world_config: Any) -> None:
    """Collect what is missing of a dataset.

    Args:
        config: what all worlds share; ``out`` may be an address such as ``s3://bucket/folder``.
        world_config: of the ``Config`` of the world that ``config.env`` names.

    Raises:
        UserError: for what the user got wrong; ``--out`` is looked at first, and untouched.
    """
    with sigterm_in_one_line():
        from embodied_ssl.collecting.engines import engine_of
        from embodied_ssl.collecting.uploading import upload_rest, uploading
        from embodied_ssl.data.remote import Remote
        from embodied_ssl.files import address_of

        engine, address = engine_of(config.workers), address_of(config.out)
        if address is None:
            _collect(config, world_config, engine)
            return
        remote = Remote.of(address)
        if remote.exists():
            remote.pull()
        _collect(replace(config, out=remote.copy), world_config, uploading(engine, remote))
        upload_rest(remote)


def _collect(config: CollectConfig, world_config: Any, engine: Engine) -> None:
    from embodied_ssl.collecting.filling import collect_missing
    from embodied_ssl.collecting.patience import Patience
    from embodied_ssl.collecting.preflight import inspect
    from embodied_ssl.collecting.shard import make_spec
    from embodied_ssl.errors import UserError
    from embodied_ssl.notes import note, noting

    begun = inspect(config.out)
    if begun is not None and begun.env != config.env:
        raise UserError(f"{config.out} holds a {begun.env} dataset: choose another --out.")
    start = time.monotonic()
    with noting("embodied_ssl_envs") as warned:  # a first look at many objects takes a while
        spec = make_spec(config, world_config, begun and begun.settings)
    if left_out := sum(line.startswith(LEFT_OUT) for line in warned):
        note(f"objects that are left out: {left_out}")
    patience = Patience(config.timeout, longest=time.monotonic() - start)
    collect_missing(spec, engine, config.numbers(spec.num_shards), patience)
