"""A dataset's folder: which shards it has, and entering new ones.

``dataset.json`` is the only account of what is there. It is read, changed and replaced while it is
locked, so several collectors lose nothing of one another's; a shard that it does not name is
collected again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from embodied_ssl.collecting.claims import COLLECTING, claim, locked_manifest
from embodied_ssl.collecting.growth import check_settings, cut_shard
from embodied_ssl.collecting.shard import CollectSpec, collect_shard, prepare
from embodied_ssl.data.dataset import damaged
from embodied_ssl.data.manifest import FILE, SETTINGS, SHARDS, Manifest, read_manifest
from embodied_ssl.data.versions import shortened, versions_now, versions_of_both
from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.notes import note
from embodied_ssl.settings import to_dict, write_settings


def open_folder(spec: CollectSpec) -> int | None:
    """Make a folder ready for collecting, checking what is in it.

    Returns:
        the shard to collect before all others, where the dataset grows and its last one is cut.

    Raises:
        UserError: for a dataset of other settings or columns, and for a damaged shard.
    """
    lacking = False
    if (spec.out / FILE).exists():
        check_settings(read_manifest(spec.out), spec)
        check_shards(spec)
        lacking = bool(missing(spec, range(spec.num_shards)))
        if lacking:
            check_columns(spec)
    spec.out.mkdir(parents=True, exist_ok=True)
    with locked_manifest(spec.out):
        if (spec.out / FILE).exists():
            manifest = read_manifest(spec.out)
            check_settings(manifest, spec)
            if lacking:
                _go_on(spec, manifest)
        else:
            versions = versions_now(spec.world.libraries)
            manifest = Manifest(spec.env, spec.settings, versions=versions)
        for name in list(manifest.shards):
            if not (spec.out / SHARDS / name).exists():
                del manifest.shards[name]
        cut = cut_shard(manifest, spec)
        if cut is None:
            manifest.settings, manifest.planned = spec.settings, spec.planned
        manifest.write(spec.out)
        if cut is None or not (spec.out / SETTINGS).exists():
            _write_settings(spec)
        _remove_drafts(spec.out, ".*.tmp")
    return cut


def _go_on(spec: CollectSpec, manifest: Manifest) -> None:
    """Write down, and say, that a dataset goes on with other code or libraries."""
    then, now = manifest.versions, versions_now(spec.world.libraries)
    manifest.versions = versions_of_both(then, now)
    if other := [name for name in manifest.versions if manifest.versions[name] != then.get(name)]:
        changed = ", ".join(f"{name} {shortened(now.get(name, 'unknown'))}" for name in other)
        note(
            f"{spec.out} was begun otherwise and goes on with {changed}: its new rows may be of "
            "another kind; replay tells whether the old ones would come out the same."
        )


def check_shards(spec: CollectSpec) -> None:
    """UserError naming the first shard whose bytes are not those that were written."""
    for name, entry in read_manifest(spec.out).shards.items():
        path = spec.out / SHARDS / name
        if not path.exists() or checksum(path) == entry["sha256"]:
            continue
        # Another collector may have replaced both meanwhile.
        listed = read_manifest(spec.out).shards.get(name, entry)
        if checksum(path) != listed["sha256"]:
            raise damaged(path)


def check_columns(spec: CollectSpec) -> None:
    """UserError for a dataset without columns that are collected now: with the shards of another
    version beside its own nobody could read it."""
    files = (spec.out / SHARDS / name for name in sorted(read_manifest(spec.out).shards))
    first = next((file for file in files if file.exists()), None)
    there = spec.world.columns if first is None else pq.read_schema(first).names
    if lacking := [name for name in spec.world.columns if name not in there]:
        raise UserError(
            f"{spec.out} was collected by an older version, without {', '.join(lacking)}: choose "
            "another --out."
        )


def missing(spec: CollectSpec, numbers: range) -> list[int]:
    """The shards of these that the dataset does not have, of the amount that is asked for."""
    manifest = read_manifest(spec.out)
    cut = cut_shard(manifest, spec)
    return [k for k in numbers if k == cut or spec.file(k).name not in manifest.shards]


def collect_claimed(spec: CollectSpec, k: int) -> float | None:
    """Collect shard ``k`` and enter it, unless another collector has it or is about it.

    Returns:
        the longest time that a row took, seconds; None if another has it.

    Raises:
        UserError: among others where the folder's settings have been changed meanwhile.
    """
    prepare(spec)  # before the claim: from then on a row is due every moment
    with claim(spec.out, k) as pulse:
        if pulse is None or not missing(spec, range(k, k + 1)):
            return None
        _remove_drafts(spec.out / SHARDS, f".{spec.file(k).name}.*.tmp")
        if cut_shard(read_manifest(spec.out), spec) == k:
            aside = replace(spec, out=spec.out / COLLECTING)
            grow(spec, k, collect_shard(aside, k, pulse))
        else:
            enter(spec, k, collect_shard(spec, k, pulse))
        return pulse.longest


def enter(spec: CollectSpec, k: int, path: Path) -> None:
    """Enter a shard that lies in its place."""
    entry = _entry(path)
    with locked_manifest(spec.out):
        manifest = read_manifest(spec.out)
        if manifest.settings != spec.settings:
            raise UserError(
                f"another command has changed the amount of {spec.out}: run this one again."
            )
        manifest.shards[path.name] = entry
        manifest.write(spec.out)


def grow(spec: CollectSpec, k: int, path: Path) -> None:
    """Put a longer shard in the place of a cut one; from now on the dataset has the new amount.

    At no time does ``dataset.json`` name a shard that is not there with the checksum that it says.
    """
    place, entry = spec.file(k), _entry(path)
    before = pq.read_table(place)
    if not pq.read_table(path).slice(0, len(before)).equals(before):
        path.unlink()
        raise UserError(
            f"{spec.out} cannot grow: its rows come out differently with the code or libraries of "
            f"today (those of then are in {FILE}): choose another --out."
        )
    with locked_manifest(spec.out):
        manifest = read_manifest(spec.out)
        manifest.settings, manifest.planned = spec.settings, spec.planned
        manifest.shards.pop(place.name, None)
        manifest.write(spec.out)
        os.replace(path, place)
        manifest.shards[place.name] = entry
        manifest.write(spec.out)
        _write_settings(spec)


def _write_settings(spec: CollectSpec) -> None:
    """What ``collect --config`` repeats, into whatever folder."""
    shared = {"env": spec.env, "seed": spec.seed, "image_size": spec.image_size}
    write_settings(spec.out / SETTINGS, shared | to_dict(spec.config))


def tidy(out: Path) -> None:
    """Remove claims and drafts, once no shard is lacking."""
    drafts = [*(out / COLLECTING / SHARDS).glob("*"), *(out / SHARDS).glob(".*.tmp")]
    for file in [*drafts, *(out / COLLECTING).glob("[0-9]*")]:
        number = file.name.lstrip(".")[:5]
        if number.isdecimal():
            with claim(out, int(number)) as pulse:
                if pulse is not None:
                    file.unlink(missing_ok=True)


def _remove_drafts(folder: Path, pattern: str) -> None:
    """Remove what a killed process was writing; whoever calls this holds the lock of the file."""
    for draft in folder.glob(pattern):
        draft.unlink(missing_ok=True)


def _entry(path: Path) -> dict[str, int | str]:
    try:
        rows = pq.read_metadata(path).num_rows
    except (pa.ArrowException, OSError) as error:
        raise damaged(path) from error
    return {"rows": rows, "sha256": checksum(path)}
