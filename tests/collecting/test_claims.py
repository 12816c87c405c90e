"""Several collectors share a folder: no work is done twice, nothing lost, no wait without end."""

import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from embodied_ssl.collecting.claims import Watch, claim, holder, is_claimed
from embodied_ssl.collecting.engines import in_this_process
from embodied_ssl.collecting.filling import collect_missing
from embodied_ssl.collecting.folder import enter, open_folder
from embodied_ssl.collecting.patience import Patience
from embodied_ssl.collecting.shard import collect_shard
from embodied_ssl.errors import UserError


def collect(spec, timeout=0.0, numbers=None):
    numbers = range(spec.num_shards) if numbers is None else numbers
    return collect_missing(spec, in_this_process, numbers, Patience(timeout))


def test_a_claim_is_held_by_one(tmp_path):
    with claim(tmp_path, 3) as ours:
        assert ours is not None and is_claimed(tmp_path, 3) and not is_claimed(tmp_path, 4)
        assert "process" in holder(tmp_path, 3)
        with claim(tmp_path, 3) as theirs:
            assert theirs is None
    assert not is_claimed(tmp_path, 3)
    assert holder(tmp_path, 3) == "another process"
    assert not list((tmp_path / ".collecting").glob("*.claim"))


def test_the_claim_of_a_dead_process_is_void(tmp_path):
    code = "import os, sys; from embodied_ssl.collecting.claims import claim\n"
    code += "from pathlib import Path\nwith claim(Path(sys.argv[1]), 3): os._exit(9)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)])
    assert (tmp_path / ".collecting" / "00003.claim").exists()
    assert not is_claimed(tmp_path, 3)


def test_signs_of_life_are_seen(tmp_path):
    watch = Watch(tmp_path)
    with claim(tmp_path, 0) as pulse:
        watch.begin(0)
        time.sleep(0.1)
        assert watch.silence(0) >= 0.1 and watch.has_begun(0)
        pulse()
        assert watch.silence(0) < 0.1 and pulse.longest >= 0.1


def test_shards_of_others_are_passed_over_and_waited_for(spec_of, digests):
    spec = spec_of(rows=300)
    open_folder(spec)
    held = threading.Event()

    def other():
        with claim(spec.out, 1) as pulse:
            path = collect_shard(spec, 1, pulse)
            held.set()
            time.sleep(1)
            enter(spec, 1, path)

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(30)
    collect(spec)
    thread.join()
    assert not list((spec.out / ".collecting").glob("0*"))
    collect(spec_of("whole", rows=300))
    assert digests(spec.out) == digests(spec_of("whole").out)


def test_who_holds_a_shard_and_does_nothing_is_named(spec_of, listed):
    spec = spec_of(rows=300)
    open_folder(spec)
    with claim(spec.out, 1), pytest.raises(UserError, match=r"shard 1 is held by process \d+ on"):
        collect(spec, timeout=0.6)
    assert list(listed(spec.out)) == ["00000.parquet", "00002.parquet"]


def test_several_collectors_at_once_do_each_shard_once(spec_of, digests, tmp_path, start):
    (tmp_path / "log").touch()
    (tmp_path / "slow-5").touch()
    options = ("--rows", 800, "--trouble", tmp_path)
    running = [start("one", *options) for _ in range(2)]
    assert [process.wait(120) for process in running] == [0, 0]
    played = Counter((tmp_path / "log").read_text().split())
    assert len(played) == 400 and set(played.values()) == {1}
    collect(spec_of("whole", rows=800, trouble=str(tmp_path)))
    assert digests(tmp_path / "one") == digests(tmp_path / "whole")


def test_parts_of_the_shards_make_the_same_dataset(spec_of, digests, capsys):
    spec = spec_of(rows=450)
    collect(spec, numbers=range(3, 5))
    assert "has 2 of 5 shards now" in capsys.readouterr().err
    collect(spec, numbers=range(3))
    collect(spec_of("whole", rows=450))
    assert digests(spec.out) == digests(spec_of("whole").out)


def test_an_amount_that_another_command_has_changed_is_named(spec_of):
    spec = spec_of(rows=250)
    open_folder(spec)
    path = collect_shard(spec, 2)
    open_folder(replace(spec_of(rows=300), out=spec.out))
    with pytest.raises(UserError, match="another command has changed the amount"):
        enter(spec, 2, path)
