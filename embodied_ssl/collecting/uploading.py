"""Collecting to an address: into the copy that is kept here, from which it is uploaded."""

from __future__ import annotations

from collections.abc import Iterator

from embodied_ssl.collecting.engines import Engine
from embodied_ssl.collecting.patience import Patience
from embodied_ssl.collecting.shard import CollectSpec
from embodied_ssl.data.manifest import FILE, SHARDS
from embodied_ssl.data.remote import Remote


def uploading(engine: Engine, remote: Remote) -> Engine:
    """An engine whose shards are uploaded as they are done, and then the manifest that knows them.

    Args:
        engine: who collects.
        remote: where the folder is, and its copy here.
    """

    def collect(spec: CollectSpec, numbers: list[int], patience: Patience) -> Iterator[int | None]:
        for path in sorted((remote.copy / SHARDS).glob("[0-9]*.parquet")):
            remote.push(path)  # of a run that was killed before it could
        for k in engine(spec, numbers, patience):
            if k is not None:
                remote.push(spec.file(k))
                remote.push(remote.copy / FILE)
            yield k

    return collect


def upload_rest(remote: Remote) -> None:
    """What lies beside the shards: manifest, card and settings."""
    for path in sorted(remote.copy.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            remote.push(path)
