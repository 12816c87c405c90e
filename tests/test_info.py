"""What ``info`` says of the motions of a camera."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.files import checksum
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


@pytest.mark.parametrize("name", ["d[/b]e", "[red]x", "a:smile:b", "e\x1b[31mf", "two\nlines"])
def test_the_name_of_a_folder_is_but_a_name(rooms_dir, tmp_path, capsys, name):
    copy = shutil.copytree(rooms_dir, tmp_path / name, ignore=shutil.ignore_patterns(".cache"))
    print_info(copy)
    said = capsys.readouterr().out
    assert "\x1b" not in said
    shown = name.encode("unicode_escape").decode().replace("\\\\", "\\")
    assert shown in said.replace("\n", "")


def test_labels_are_but_labels(turntable_dir, tmp_path, capsys):
    copy = shutil.copytree(turntable_dir, tmp_path / "it")
    manifest = json.loads((copy / "dataset.json").read_text())
    for name in manifest["shards"]:
        shard = copy / "data" / name
        table = pq.read_table(shard)
        place = table.column_names.index("kind")
        odd = pa.array(["[/b]\x1b[31m"] * len(table))
        pq.write_table(table.set_column(place, "kind", odd), shard)
        manifest["shards"][name]["sha256"] = checksum(shard)
    (copy / "dataset.json").write_text(json.dumps(manifest))
    print_info(copy)
    said = capsys.readouterr().out
    assert "[/b]\\x1b[31m 12" in said and "\x1b" not in said
