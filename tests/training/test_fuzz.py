"""Mutated files of a run through everything that reads them: whole, or one line, never a crash.

``READERS`` are plain functions of a seed, a file's bytes and its folder, for longer runs elsewhere.
"""

import json
import random
import shutil

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.report.trained import curves
from embodied_ssl.settings import from_dict, read_settings
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.training.config import LoopConfig
from embodied_ssl.training.metrics import read_metrics
from embodied_ssl.training.runs import load_method, load_run, load_trunk
from embodied_ssl.trunks import AutoTrunk

WORDS = [
    b"null",
    b"-1",
    b"1e999",
    b"NaN",
    b'""',
    b"[]",
    b"{}",
    b"true",
    b"9" * 30,
    b"\x00",
    b"\xff",
]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled, or a word of another type put among them."""
    content = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(content)) if content else 0
        end = min(len(content), place + chance.randint(1, 40))
        kind = chance.randrange(5)
        if kind == 0 and content:
            content[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del content[place:end]
        elif kind == 2:
            content[place:place] = content[place:end]
        elif kind == 3:
            del content[place:]
        else:
            content[place:end] = chance.choice(WORDS)
    return bytes(content)


def fuzz_checkpoint(seed, run):
    """One file of the newest checkpoint mutated: every reader refuses it in one line."""
    chance = random.Random(seed)
    files = sorted(p for p in newest(run).rglob("*") if p.is_file() and p.name != "README.md")
    path = chance.choice(files)
    before = path.read_bytes()
    after = mutated(before, chance)
    path.write_bytes(after)
    same = after == before or (path.name == "state.json" and equal_json(before, after))
    for read in (load_trunk, load_method, AutoTrunk.from_pretrained):
        said = refused(read, run)
        assert same or said, (path.name, read.__name__)
    path.write_bytes(before)


def fuzz_run(seed, run):
    """``run.json`` mutated: read or refused in one line."""
    chance = random.Random(seed)
    path = run / "run.json"
    before = path.read_bytes()
    path.write_bytes(mutated(before, chance))
    for read in (load_run, load_trunk, load_method):
        refused(read, run)
    path.write_bytes(before)


def fuzz_metrics(seed, run):
    """``metrics.jsonl`` mutated: read as far as it can be, and drawn."""
    chance = random.Random(seed)
    path = run / "metrics.jsonl"
    before = path.read_bytes()
    path.write_bytes(mutated(before, chance))
    curves(read_metrics(path))
    path.write_bytes(before)


def fuzz_settings(seed, run):
    """``settings.yaml`` mutated: settings or one line."""
    chance = random.Random(seed)
    path = run / "settings.yaml"
    before = path.read_bytes()
    path.write_bytes(mutated(before, chance))

    def read(path):
        known = read_settings(path)
        names = LoopConfig.__dataclass_fields__
        from_dict(LoopConfig, {"data": [], "out": "x"} | {k: known[k] for k in known if k in names})

    refused(read, path)
    path.write_bytes(before)


READERS = {
    "checkpoint": fuzz_checkpoint,
    "run": fuzz_run,
    "metrics": fuzz_metrics,
    "settings": fuzz_settings,
}


def refused(read, path) -> str:
    """The line with which a reader refuses, nothing where it reads."""
    try:
        read(path)
    except UserError as error:
        assert len(str(error)) < 2000
        return str(error)
    return ""


def equal_json(first, second):
    try:
        return json.loads(first) == json.loads(second)
    except ValueError:
        return False


@pytest.fixture(scope="module")
def trained(few_steps, tabletop_dir, tmp_path_factory):
    config = few_steps(tabletop_dir, out=tmp_path_factory.mktemp("runs") / "run", images=96)
    return run_train(config, "simclr")


@pytest.mark.parametrize("reader", READERS)
def test_a_mutated_file_is_read_or_refused_in_one_line(trained, tmp_path, reader):
    run = shutil.copytree(trained, tmp_path / "run")
    drawn = torch.get_rng_state()
    for seed in range(25):
        READERS[reader](seed, run)
    assert not refused(load_method, run)
    torch.set_rng_state(drawn)
