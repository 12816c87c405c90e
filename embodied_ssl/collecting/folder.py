"""Filling a dataset's folder with the shards that it lacks."""

from __future__ import annotations

import errno
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing import get_context, parent_process
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from embodied_ssl.collecting.shard import CollectSpec, collect_shard, settings_of
from embodied_ssl.data.card import write_card
from embodied_ssl.data.dataset import damaged
from embodied_ssl.data.manifest import FILE, Manifest, read_manifest
from embodied_ssl.data.shards import checksum
from embodied_ssl.errors import UserError
from embodied_ssl.progress import progress_bar

RECORDED = ("embodied-ssl", "pybullet", "numpy", "opencv-python-headless")


def gather(spec: CollectSpec, workers: int) -> Manifest:
    """Collect the shards of a dataset that are not there yet.

    Raises:
        UserError: for a folder that holds something else, for a damaged shard, when the folder
            cannot be written or the disk is full; shards that are whole stay.
    """
    with _explained(spec.out):
        manifest = _open_folder(spec)
        missing = [k for k in range(spec.num_shards) if spec.file(k).name not in manifest.shards]
        total = spec.amount if spec.endless else spec.num_shards
        unit = "interactions" if spec.endless else "shards"
        with progress_bar(f"collect {spec.env}", total, unit) as advance:
            advance(manifest.rows if spec.endless else len(manifest.shards))
            for path in _collect(spec, missing, workers):
                manifest.shards[path.name] = _entry(path)
                manifest.write(spec.out)
                advance(manifest.shards[path.name]["rows"] if spec.endless else 1)
        write_card(spec.out, manifest)
    return manifest


def _open_folder(spec: CollectSpec) -> Manifest:
    """The dataset's manifest, with whatever whole shards an earlier run has left."""
    settings = settings_of(spec)
    if (spec.out / FILE).exists():
        manifest = read_manifest(spec.out)
        if manifest.env != spec.env:
            raise UserError(f"{spec.out} holds a {manifest.env} dataset: choose another --out.")
        for name in settings | manifest.settings:
            then, now = (each.get(name, "none") for each in (manifest.settings, settings))
            if then != now:
                raise UserError(
                    f"{spec.out} was collected with {name} {then}, not {now}: choose another --out."
                )
    elif spec.out.exists() and (not spec.out.is_dir() or any(spec.out.iterdir())):
        raise UserError(f"{spec.out} holds something that is no dataset: choose another --out.")
    else:
        versions = {name: version(name) for name in RECORDED}
        manifest = Manifest(spec.env, settings, versions=versions)
    for k in range(spec.num_shards):
        _adopt(spec.file(k), manifest)
    spec.out.mkdir(parents=True, exist_ok=True)
    for draft in (spec.out / "data").glob(".*.tmp"):
        draft.unlink(missing_ok=True)  # of a run that was killed
    manifest.write(spec.out)
    return manifest


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


def _collect(spec: CollectSpec, missing: list[int], workers: int) -> Iterator[Path]:
    """Collect shards and give the path of each as it is done."""
    if workers == 1 or len(missing) == 1:
        for k in missing:
            yield collect_shard(spec, k)
        return
    count = min(workers, len(missing)) or 1
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=_become_worker)
    try:
        for done in as_completed([pool.submit(collect_shard, spec, k) for k in missing]):
            yield done.result()
    except BrokenProcessPool as error:
        raise UserError(
            "a worker was killed; what was whole stays: run the same command again."
        ) from error
    finally:
        _end(pool)


def _become_worker() -> None:
    # Ctrl-C reaches the whole group of processes; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed cannot stop its workers, and they would wait for work for ever.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _end(pool: Executor) -> None:
    """Stop at once: a shard that is half collected is worth nothing."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    """Say in one line what the disk had against it."""
    try:
        yield
    except PermissionError as error:
        raise UserError(f"no permission to write {error.filename or out}.") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise UserError(
                f"the disk is full ({out}): {len(list(out.glob('data/*.parquet')))} whole shards "
                "stay; make room and run the same command again."
            ) from error
        reason = os.strerror(error.errno) if error.errno else error
        raise UserError(f"cannot write {error.filename or out}: {reason}.") from error
