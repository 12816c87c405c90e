"""A dataset grows: what is there stays, a kill at any moment leaves it valid, less is refused."""

import dataclasses
import os

import pyarrow.parquet as pq
import pytest

from embodied_ssl.collecting import shard
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.engines import in_this_process
from embodied_ssl.collecting.filling import collect_missing
from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.rooms import Rooms
from embodied_ssl.worlds.turntable import Turntable


def collect(spec):
    return collect_missing(spec, in_this_process, range(spec.num_shards))


AMOUNTS = [
    ("Counting", "rows", 2, 3),  # within the cut shard
    ("Counting", "rows", 4, 9),  # no shard is cut
    ("Counting", "rows", 5, 14),
    ("Numbered", "episodes", 1, 2),
    ("Numbered", "episodes", 3, 8),
]


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(shard, "ROWS", 4)
    monkeypatch.setattr(shard, "EPISODES", 2)


@pytest.mark.parametrize(("world", "option", "few", "many"), AMOUNTS)
def test_a_larger_amount_gives_the_bytes_of_one_collection(
    spec_of, digests, world, option, few, many
):
    collect(spec_of("grown", world=world, **{option: few}))
    before = Dataset.open(spec_of("grown", world=world, **{option: few}).out).table(["number"])
    grown, whole = (spec_of(out, world=world, **{option: many}) for out in ("grown", "whole"))
    collect(grown)
    collect(whole)
    assert digests(grown.out) == digests(whole.out)
    assert Dataset.open(grown.out).table(["number"]).slice(0, len(before)).equals(before)


@pytest.mark.parametrize(("world", "option", "few", "many"), AMOUNTS[2:4])
@pytest.mark.parametrize("after", [False, True])
def test_a_growth_killed_at_any_moment_loses_nothing(
    spec_of, digests, listed, monkeypatch, world, option, few, many, after
):
    """The process ends before, or after, each replacement of a file on the disk."""
    whole = spec_of("whole", world=world, **{option: many})
    collect(whole)
    replace = os.replace
    for moment in range(20):
        out = f"grown-{moment}"
        collect(spec_of(out, world=world, **{option: few}))
        rows = Dataset.open(spec_of(out, world=world, **{option: few}).out).num_rows
        left = [moment]

        def kill(*args, left=left):
            left[0] -= 1
            if left[0] < 0 and not after:
                raise SystemExit(9)
            replace(*args)
            if left[0] < 0:
                raise SystemExit(9)

        grown = spec_of(out, world=world, **{option: many})
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", kill)
            try:
                collect(grown)
                ended = True
            except SystemExit:
                ended = False
        listed(grown.out)
        on_disk = sum(pq.read_metadata(f).num_rows for f in (grown.out / "data").glob("0*"))
        assert on_disk >= rows
        collect(grown)
        assert digests(grown.out) == digests(whole.out)
        if ended:
            return
    raise AssertionError("there are more moments than were tried")


@pytest.mark.parametrize(("world", "option", "less", "more"), AMOUNTS)
def test_less_than_is_there_is_refused(spec_of, digests, world, option, less, more):
    spec = spec_of(world=world, **{option: more})
    collect(spec)
    before = digests(spec.out)
    with pytest.raises(UserError, match=f"ask for {more} or more"):
        collect(spec_of(world=world, **{option: less}))
    assert digests(spec.out) == before


def test_an_amount_that_was_never_reached_may_be_taken_back(spec_of, digests):
    many = spec_of(rows=40)
    collect_missing(many, in_this_process, range(2))
    fewer, whole = spec_of(rows=10), spec_of("whole", rows=10)
    collect(fewer)
    collect(whole)
    assert digests(fewer.out) == digests(whole.out)


def test_rows_that_come_out_differently_do_not_replace_the_old_ones(spec_of, digests, monkeypatch):
    spec = spec_of(rows=2)
    collect(spec)
    before = digests(spec.out)
    monkeypatch.setattr("embodied_ssl.collecting.playing.seed_of", lambda *numbers: 7)
    with pytest.raises(UserError, match="cannot grow"):
        collect(spec_of(rows=3))
    assert digests(spec.out) == before


@pytest.mark.parametrize(
    ("orbit", "val", "test", "train"),
    [(False, 5, 5, 0), (True, 3, 6, 0), (False, 3, 4, 2), (False, 4, 4, 3)],
)
def test_the_turntable_grows_in_every_split(config, listed, orbit, val, test, train):
    few = Turntable.Config(val_objects=3, test_objects=4, azimuths=1, orbit=orbit)
    many = dataclasses.replace(few, val_objects=val, test_objects=test, train_objects=train)
    run_collect(config, few)
    before = Dataset.open(config.out).table()
    run_collect(config, many)
    after = Dataset.open(config.out).table()
    assert after.slice(0, len(before)).equals(before)
    objects = set(zip(after["split"].to_pylist(), after["instance"].to_pylist(), strict=True))
    fresh = dataclasses.replace(config, out=config.out.with_name("fresh"))
    run_collect(fresh, many)
    table = Dataset.open(fresh.out).table()
    assert objects == set(
        zip(table["split"].to_pylist(), table["instance"].to_pylist(), strict=True)
    )
    state = listed(config.out)
    run_collect(config, many)  # the same command goes on
    assert listed(config.out) == state
    with pytest.raises(UserError, match="ask for"):
        run_collect(config, few)


def test_rooms_keep_their_splits_when_there_are_more(tmp_path):
    config = CollectConfig("rooms", tmp_path / "rooms", image_size=16)
    run_collect(config, Rooms.Config(episodes=3, frames=2))
    before = Dataset.open(config.out).table()
    run_collect(config, Rooms.Config(episodes=9, frames=2))
    after = Dataset.open(config.out).table()
    assert after.slice(0, len(before)).equals(before) and len(after) == 18
