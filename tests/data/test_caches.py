"""Caches: believed only where they fit, kept somewhere in every home, shown and cleared."""

import json
import os
import shutil
import stat
from pathlib import Path

import numpy as np
import pytest

from embodied_ssl import cli
from embodied_ssl.data import Dataset
from embodied_ssl.data.caches import user_caches
from embodied_ssl.errors import UserError
from embodied_ssl_envs.cache import cache_folder


@pytest.fixture
def folder(turntable_dir, tmp_path):
    ignored = shutil.ignore_patterns(".cache")
    return shutil.copytree(turntable_dir, tmp_path / "it", ignore=ignored)


def cache_of(folder):
    (found,) = (folder / ".cache").glob("frames-*")
    return found


def flip(name, place):
    def spoil(cache):
        content = bytearray((cache / name).read_bytes())
        content[place] ^= 1
        (cache / name).write_bytes(content)

    return spoil


def cut(name):
    return lambda cache: os.truncate(cache / name, (cache / name).stat().st_size - 7)


def without(name):
    return lambda cache: (cache / name).unlink()


def another_index(cache):
    """Well-formed, and wrong."""
    with np.load(cache / "index.npz") as stored:
        places = {name: stored[name][::-1] for name in stored.files}
    np.savez(cache / "index.npz", **places)


def another_about(**changes):
    def spoil(cache):
        about = json.loads((cache / "about.json").read_text())
        (cache / "about.json").write_text(json.dumps(about | changes))

    return spoil


def emptied(cache):
    for file in cache.iterdir():
        file.write_bytes(b"")


def a_file(cache):
    shutil.rmtree(cache)
    cache.write_bytes(b"")


FILES = ("frames.npy", "index.npz", "about.json")
SPOILED = [
    *(make(name) for name in FILES for make in (cut, without)),
    *(flip(name, place) for name in FILES for place in (0, 9, 40, -1)),
    *(another_about(**{key: value}) for key, value in
      (("images", 10**12), ("images", -1), ("images", None), ("fingerprint", "x"), ("size", 3))),
    another_index,
    emptied,
    a_file,
    shutil.rmtree,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILED, ids=range(len(SPOILED)))
def test_a_cache_that_does_not_fit_is_made_again(folder, spoil):
    before = Dataset.open(folder).cache()
    frames = before.frames.copy()
    spoil(cache_of(folder))
    after = Dataset.open(folder).cache()
    np.testing.assert_array_equal(after.frames, frames)
    np.testing.assert_array_equal(after.index["image"], before.index["image"])


def test_the_cache_of_another_dataset_is_not_believed(folder, rooms_dir, tmp_path):
    ours = Dataset.open(folder).cache().frames.copy()
    other = shutil.copytree(rooms_dir, tmp_path / "rooms")
    Dataset.open(other).cache()
    theirs = cache_of(other)
    name = cache_of(folder)
    shutil.rmtree(name)
    shutil.copytree(theirs, name)
    np.testing.assert_array_equal(Dataset.open(folder).cache().frames, ours)


def test_a_whole_cache_is_used_as_it_is(folder):
    Dataset.open(folder).cache()
    before = (cache_of(folder) / "frames.npy").stat()
    Dataset.open(folder).cache()
    assert (cache_of(folder) / "frames.npy").stat().st_ino == before.st_ino


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / ".cache").write_bytes(b""),
    lambda folder: (folder / ".cache").symlink_to(folder / "nowhere" / "else"),
])  # fmt: skip
def test_where_the_folder_takes_no_cache_it_is_kept_elsewhere(folder, spoil, monkeypatch, tmp_path):
    spoil(folder)
    monkeypatch.setenv("EMBODIED_SSL_CACHE", str(tmp_path / "mine"))
    assert tmp_path / "mine" in Path(Dataset.open(folder).cache().frames.filename).parents


def test_nowhere_to_write_is_one_line(folder, monkeypatch):
    monkeypatch.setenv("EMBODIED_SSL_CACHE", "/dev/null/x")
    monkeypatch.setattr("embodied_ssl.data.caches.os.access", lambda path, mode: False)
    with pytest.raises(UserError, match="EMBODIED_SSL_CACHE names another folder"):
        Dataset.open(folder).cache()


def test_a_home_that_is_there(monkeypatch, tmp_path):
    monkeypatch.delenv("EMBODIED_SSL_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_caches() == cache_folder() == tmp_path / ".cache" / "embodied-ssl"
    monkeypatch.setenv("EMBODIED_SSL_CACHE", "~/mine")
    assert user_caches() == cache_folder() == tmp_path / "mine"


@pytest.mark.parametrize("home", [None, "", "relative", "/dev/null", "/proc/nowhere"])
def test_a_home_that_is_none(home, monkeypatch):
    def unknown(number):
        raise KeyError(number)

    monkeypatch.delenv("EMBODIED_SSL_CACHE", raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)  # as of a container's user
    monkeypatch.setattr("os.access", lambda path, mode: not str(path).startswith("/proc"))
    monkeypatch.delenv("HOME") if home is None else monkeypatch.setenv("HOME", home)
    assert user_caches() == cache_folder()
    assert user_caches().name == f"embodied-ssl-{os.getuid()}"


@pytest.fixture
def command(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("EMBODIED_SSL_CACHE", str(tmp_path / "mine"))

    def call(*args):
        status = cli.run(lambda: cli._dispatch(["cache", *map(str, args)]))
        return status, *capsys.readouterr()

    return call


def test_caches_are_shown_and_cleared(command, folder, tmp_path):
    status, said, _ = command()
    assert status == 0 and f"0.0 MB cached; caches are kept in {tmp_path / 'mine'}" in said
    Dataset.open(folder).cache()
    (tmp_path / "mine" / "panda").mkdir(parents=True)
    (tmp_path / "mine" / "panda" / "panda.urdf").write_bytes(bytes(3_000_000))
    status, said, _ = command(folder)
    assert status == 0 and "3.0 MB" in said and str(cache_of(folder)) in said
    assert command(folder, "--clear")[1].startswith("removed")
    assert not list((tmp_path / "mine").glob("*"))
    assert not list((folder / ".cache").glob("frames*"))
    assert Dataset.open(folder).whole
    assert command(tmp_path / "nowhere")[0] == 2


def test_a_link_in_a_cache_is_removed_and_not_what_it_leads_to(command, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("mine")
    (tmp_path / "mine" / "link").symlink_to(tmp_path / "thesis")
    assert command("--clear")[0] == 0
    assert (tmp_path / "thesis" / "thesis.txt").read_text() == "mine"


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is forbidden to root")
def test_what_cannot_be_removed_is_one_line(command, tmp_path):
    (tmp_path / "mine" / "locked" / "x").mkdir(parents=True)
    (tmp_path / "mine" / "locked").chmod(stat.S_IRUSR | stat.S_IXUSR)
    status, _, errors = command("--clear")
    assert status == 2 and "cannot be removed" in errors
