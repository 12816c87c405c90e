"""Filling a dataset with the shards that it lacks."""

from __future__ import annotations

import time
from collections.abc import Callable

from embodied_ssl.collecting.claims import Watch, holder, is_claimed
from embodied_ssl.collecting.endings import disk_errors_in_one_line
from embodied_ssl.collecting.engines import POLL, Engine
from embodied_ssl.collecting.folder import missing, open_folder, tidy
from embodied_ssl.collecting.patience import Patience
from embodied_ssl.collecting.shard import CollectSpec
from embodied_ssl.data.card import write_card
from embodied_ssl.data.manifest import Manifest, read_manifest
from embodied_ssl.errors import UserError
from embodied_ssl.notes import note
from embodied_ssl.progress import progress_bar

Advance = Callable[[int], None]


def collect_missing(
    spec: CollectSpec, engine: Engine, numbers: range, patience: Patience | None = None
) -> Manifest:
    """Collect the shards of a dataset that are not there yet.

    Args:
        spec: what the dataset is to be.
        engine: who collects.
        numbers: of the shards that are asked for.
        patience: how long to wait for a row.

    Raises:
        UserError: for a folder that holds something else, for a damaged shard, when the folder
            cannot be written or the disk is full; shards that are whole stay.
    """
    patience = patience or Patience()
    with disk_errors_in_one_line(spec.out):
        cut = open_folder(spec)
        total = spec.amount if spec.endless else spec.num_shards
        unit = spec.world.rows_option or "shards"
        # A folder without a card would be read as one split.
        _write_card(spec)
        with progress_bar(f"collect {spec.env}", total, unit) as advance:
            show = _counter(spec, advance)
            if cut is not None:
                _collect(spec, engine, range(cut, cut + 1), patience, show)
            _collect(spec, engine, numbers, patience, show)
        manifest = _write_card(spec)
        if len(manifest.shards) == spec.num_shards:
            tidy(spec.out)
        else:
            note(
                f"{spec.out} has {len(manifest.shards)} of {spec.num_shards} shards now; other "
                "--shards are lacking."
            )
    return manifest


def _write_card(spec: CollectSpec) -> Manifest:
    manifest = read_manifest(spec.out)
    write_card(spec.out, manifest, spec.world.columns, spec.world.meanings)
    return manifest


def _collect(
    spec: CollectSpec,
    engine: Engine,
    numbers: range,
    patience: Patience,
    show: Callable[[bool], None],
) -> None:
    """Collect shards, and wait for those that other collectors hold.

    Raises:
        UserError: where one of those shows no sign of life.
    """
    watch = Watch(spec.out)
    while left := missing(spec, numbers):
        free = [k for k in left if not is_claimed(spec.out, k)]
        for k in engine(spec, free, patience) if free else ():
            show(k is not None)
        if not free:
            time.sleep(POLL)
            show(True)
        for k in set(left) - set(free):
            if watch.silence(k) > patience.limit and is_claimed(spec.out, k):
                raise UserError(
                    f"shard {k} is held by {holder(spec.out, k)}, which has collected no row for "
                    f"{patience.limit:.0f} s: end it and run the same command again."
                )


def _counter(spec: CollectSpec, advance: Advance) -> Callable[[bool], None]:
    """A function that shows how much is there, reading it from the disk only if it has changed."""
    shown = 0

    def show(changed: bool) -> None:
        nonlocal shown
        if changed:
            manifest = read_manifest(spec.out)
            there = manifest.rows if spec.endless else len(manifest.shards)
            advance(max(0, there - shown))
            shown = max(shown, there)
        else:
            advance(0)

    show(True)
    return show
