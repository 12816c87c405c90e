"""``collect``: a world in, a dataset out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.engines import Engine, engine_of
from embodied_ssl.collecting.folder import collect_missing
from embodied_ssl.collecting.shard import CollectSpec, make_spec
from embodied_ssl.data.remote import Remote
from embodied_ssl.files import address_of


def run_collect(config: CollectConfig, world_config: Any) -> None:
    """Collect what is missing of a dataset.

    Args:
        config: what all worlds share; ``out`` may be an address such as ``s3://bucket/folder``.
        world_config: of the ``Config`` of the world that ``config.env`` names.
    """
    engine = engine_of(config.workers)
    address = address_of(config.out)
    if address is None:
        collect_missing(make_spec(config, world_config), engine)
        return
    remote = Remote.of(address)
    spec = make_spec(replace(config, out=remote.copy), world_config)
    if remote.exists():
        remote.pull()
    collect_missing(spec, _uploading(engine, remote))
    for path in sorted(remote.copy.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            remote.push(path)


def _uploading(engine: Engine, remote: Remote) -> Engine:
    """An engine whose shards are uploaded as they are done, and the manifest that knows them."""

    def collect(spec: CollectSpec, numbers: list[int]) -> Iterator[Path]:
        for path in sorted((remote.copy / "data").glob("[0-9]*.parquet")):
            remote.push(path)  # of a run that was killed before it could
        for path in engine(spec, numbers):
            remote.push(path)
            yield path
            remote.push(remote.copy / "dataset.json")

    return collect
