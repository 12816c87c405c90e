"""What ``info`` says of the motions of a camera."""

import shutil

import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.info import print_info
from embodied_ssl.motion import SECONDS, MotionPatterns, mine_pairs


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")


def test_the_patterns_are_those_of_training(rooms_dir, capsys):
    pairs = mine_pairs(Dataset.open(rooms_dir).cache(), "train", SECONDS)
    print_info(rooms_dir)
    said = capsys.readouterr().out
    prose = " ".join(said.split())
    assert f"{len(pairs)} pairs of training frames" in prose
    assert f"{pairs.bumped} that bumped, {pairs.still} that barely moved" in prose
    table = said[said.index("pattern") :].splitlines()
    for number, pattern in enumerate(MotionPatterns(pairs.motion).listed(pairs.motion), start=1):
        (line,) = [row for row in table if row.startswith(f"│ {number} │ {pattern.name} ")]
        assert f"{pattern.share:.0%}" in line


def test_info_needs_no_decoded_frames(rooms_dir, tmp_path):
    copy = shutil.copytree(rooms_dir, tmp_path / "rooms", ignore=shutil.ignore_patterns(".cache"))
    print_info(copy)
    assert not (copy / ".cache").exists()
