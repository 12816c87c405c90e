"""Filling a dataset's folder with the shards that it lacks."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from embodied_ssl.collecting.engines import Engine
from embodied_ssl.collecting.shard import CollectSpec
from embodied_ssl.data.card import write_card
from embodied_ssl.data.dataset import damaged
from embodied_ssl.data.manifest import FILE, SETTINGS, SHARDS, Manifest, read_manifest
from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.progress import progress_bar
from embodied_ssl.settings import to_dict, write_settings

RECORDED = ("embodied-ssl", "pybullet", "numpy", "opencv-python-headless")


def collect_missing(spec: CollectSpec, engine: Engine) -> Manifest:
    """Collect the shards of a dataset that are not there yet.

    Raises:
        UserError: for a folder that holds something else, for a damaged shard, when the folder
            cannot be written or the disk is full; shards that are whole stay.
    """
    with _disk_errors_explained(spec.out):
        manifest = _open_folder(spec)
        missing = [k for k in range(spec.num_shards) if spec.file(k).name not in manifest.shards]
        total = spec.amount if spec.endless else spec.num_shards
        unit = spec.world.rows_option or "shards"
        # A folder without a card would be read as one split.
        write_card(spec.out, manifest, spec.world.columns, spec.world.meanings)
        with progress_bar(f"collect {spec.env}", total, unit) as advance:
            advance(manifest.rows if spec.endless else len(manifest.shards))
            for path in engine(spec, missing):
                manifest.shards[path.name] = _entry(path)
                manifest.write(spec.out)
                advance(manifest.shards[path.name]["rows"] if spec.endless else 1)
        write_card(spec.out, manifest, spec.world.columns, spec.world.meanings)
    return manifest


def _open_folder(spec: CollectSpec) -> Manifest:
    """The dataset's manifest, with whatever whole shards an earlier run has left."""
    if (spec.out / FILE).exists():
        manifest = read_manifest(spec.out)
        if manifest.env != spec.env:
            raise UserError(f"{spec.out} holds a {manifest.env} dataset: choose another --out.")
        for name in spec.settings | manifest.settings:
            then, now = (each.get(name, "none") for each in (manifest.settings, spec.settings))
            if then != now:
                raise UserError(
                    f"{spec.out} was collected with {name} {then}, not {now}: choose another --out."
                )
    elif spec.out.exists() and (not spec.out.is_dir() or any(spec.out.iterdir())):
        raise UserError(f"{spec.out} holds something that is no dataset: choose another --out.")
    else:
        versions = {name: version(name) for name in RECORDED}
        manifest = Manifest(spec.env, spec.settings, versions=versions)
    for k in range(spec.num_shards):
        _adopt(spec.file(k), manifest)
    spec.out.mkdir(parents=True, exist_ok=True)
    for draft in (spec.out / SHARDS).glob(".*.tmp"):
        draft.unlink(missing_ok=True)  # of a run that was killed
    manifest.planned = spec.planned
    manifest.write(spec.out)
    _write_settings(spec)
    return manifest


def _write_settings(spec: CollectSpec) -> None:
    """What ``collect --config`` repeats, into whatever folder."""
    shared = {"env": spec.env, "seed": spec.seed, "image_size": spec.image_size}
    write_settings(spec.out / SETTINGS, shared | to_dict(spec.config))


def _adopt(path: Path, manifest: Manifest) -> None:
    """Check a shard against the manifest; enter one that a killed run could not enter itself."""
    if not path.exists():
        manifest.shards.pop(path.name, None)
    elif path.name not in manifest.shards:
        manifest.shards[path.name] = _entry(path)
    elif checksum(path) != manifest.shards[path.name]["sha256"]:
        raise damaged(path)


def _entry(path: Path) -> dict[str, int | str]:
    try:
        rows = pq.read_metadata(path).num_rows
    except (pa.ArrowException, OSError) as error:
        raise damaged(path) from error
    return {"rows": rows, "sha256": checksum(path)}


@contextmanager
def _disk_errors_explained(out: Path) -> Iterator[None]:
    """Turn what the disk refuses into a UserError."""
    try:
        yield
    except PermissionError as error:
        raise UserError(f"no permission to write {error.filename or out}.") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            whole = len(list(out.glob(f"{SHARDS}/*.parquet")))
            raise UserError(
                f"the disk is full ({out}): {whole} whole shards stay; make room and run the same "
                "command again."
            ) from error
        reason = os.strerror(error.errno) if error.errno else error
        raise UserError(f"cannot write {error.filename or out}: {reason}.") from error
