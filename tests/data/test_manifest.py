"""A manifest that collect did not write so is one line, whatever is wrong with it."""

import json
import os
import shutil

import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError


@pytest.fixture
def folder(turntable_dir, tmp_path):
    ignored = shutil.ignore_patterns(".cache")
    return shutil.copytree(turntable_dir, tmp_path / "it", ignore=ignored)


def put(*path, value):
    """Change a value somewhere within the manifest."""

    def change(manifest):
        *before, last = path
        inner = manifest
        for name in before:
            inner = inner[name]
        inner[last] = value

    return change


def drop(*path):
    def change(manifest):
        *before, last = path
        for name in before:
            manifest = manifest[name]
        del manifest[last]

    return change


def renamed(name):
    def change(manifest):
        manifest["shards"][name] = manifest["shards"].pop("00001.parquet")

    return change


S0 = ("shards", "00000.parquet")
BAD = [
    *(renamed(n) for n in ("../00001.parquet", "/etc/passwd", "", "x" * 5000, "0\n.parquet")),
    *(renamed(n) for n in ("1.parquet", "000001.parquet", "00007.parquet", "0000\u0661.parquet")),
    *(renamed(n) for n in ("00001.parquet\n", "data/00001.parquet", "9" * 30 + ".parquet")),
    *(drop(name) for name in ("env", "settings", "shards", "schema_version")),
    *(drop(*S0, name) for name in ("rows", "sha256")),
    drop("settings", "image_size"),
    drop(*S0),
    *(put("env", value=v) for v in (None, 3, "", "a\x1b[31m", "x" * 1000, [])),
    *(put("settings", value=v) for v in (None, [], "image_size", 4)),
    *(put("settings", "image_size", value=v) for v in (None, "64", 64.0, 0, -1, 10**30, True, [])),
    *(put("settings", "episodes", value=v) for v in (None, "12", 0, 1e300, {})),
    *(put("shards", value=v) for v in (None, [], "00000.parquet", 2)),
    *(put(*S0, value=v) for v in (None, [], "abc", {})),
    *(put(*S0, "rows", value=v) for v in (None, "48", -1, 1.5, 10**40, 47, False)),
    *(put(*S0, "sha256", value=v) for v in (None, 7, "", "z" * 64, "A" * 63, [])),
    *(put("planned", value=v) for v in (None, 2, {"shards": 0}, {"shards": "2"}, {"shards": 1})),
    *(put("schema_version", value=v) for v in (None, "1", 0, -1, 1.0, True)),
    *(put("versions", value=v) for v in (None, [], {"numpy": 2})),
    *(put("rows", value=v) for v in (None, 71, "72", -3)),
    put("surprise", value=1),
]


@pytest.mark.parametrize("change", BAD, ids=range(len(BAD)))
def test_what_collect_never_writes_is_refused(folder, change):
    file = folder / "dataset.json"
    manifest = json.loads(file.read_text())
    change(manifest)
    file.write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=r"dataset\.json is damaged: ") as raised:
        Dataset.open(folder)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "damaged"),
        (b"[]", "holds no object"),
        (b"null", "holds no object"),
        (b'{"env": "a", "env": "b"}', "the key 'env' is there twice"),
        (b'{"env": NaN}', "NaN is no number"),
        (b'{"env": -Infinity}', "-Infinity is no number"),
        (b'{"env": 1e999}', "1e999 is too large"),
        (b'{"env": ' + b"9" * 5000 + b"}", "damaged"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"env": "\xff"}', "no UTF-8"),
        (b'{"env": "a"', "damaged"),
        (b"\xef\xbb\xbf{}", "damaged"),
    ],
    ids=range(13),
)
def test_what_is_no_json_is_refused(folder, content, said):
    (folder / "dataset.json").write_bytes(content)
    with pytest.raises(UserError, match=said):
        Dataset.open(folder)


def pipe(path):
    os.mkfifo(path)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("name", ["dataset.json", "data/00001.parquet"])
@pytest.mark.parametrize(
    "make", [pipe, os.mkdir, lambda p: p.symlink_to("/dev/zero"), lambda p: p.symlink_to(p)]
)
def test_what_is_no_file_is_refused_and_not_waited_for(folder, name, make):
    (folder / name).unlink()
    make(folder / name)
    with pytest.raises(UserError, match=name.split("/")[-1]):
        Dataset.open(folder).table()


def test_a_huge_manifest_is_not_read(folder, monkeypatch):
    monkeypatch.setattr("embodied_ssl.files.MOST_JSON", 100)
    with pytest.raises(UserError, match="bytes"):
        Dataset.open(folder)


@pytest.mark.parametrize("column", [True, False])
def test_a_bit_that_flips_after_the_cache_was_made_is_seen(folder, column):
    Dataset.open(folder).cache()
    shard = folder / "data" / "00000.parquet"
    state, bytes_ = shard.stat(), bytearray(shard.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    shard.write_bytes(bytes_)
    os.utime(shard, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(UserError, match=r"00000\.parquet is damaged"):
        _ = Dataset.open(folder).columns if column else Dataset.open(folder).arrays(["split"])
