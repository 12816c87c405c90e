"""Files are written whole or not at all, and only in place of plain files."""

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum, read_json, write_atomically


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "new" / "folder" / "a.json"
    for data in (b"one", memoryview(b"two")):
        write_atomically(path, data)
        assert path.read_bytes() == bytes(data) and listing(path.parent) == ["a.json"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_a_name_of_any_length_is_written(tmp_path):
    for name in ("x" * 255, "é" * 127):
        write_atomically(tmp_path / name, b"")
        assert name in listing(tmp_path)


def bound(path):
    with socket.socket(socket.AF_UNIX) as each:
        here = os.getcwd()
        os.chdir(path.parent)  # an address of a socket is short
        each.bind(path.name)
        os.chdir(here)


SPECIAL = {
    "a folder": Path.mkdir,
    "a link": lambda path: path.symlink_to("elsewhere"),
    "a named pipe": os.mkfifo,
    "a socket": bound,
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_no_plain_file_stays(tmp_path, kind):
    path = tmp_path / "it"
    SPECIAL[kind](path)
    mode = os.lstat(path).st_mode
    with pytest.raises(UserError, match=f"it is {kind}, not a plain file"):
        write_atomically(path, b"new")
    assert os.lstat(path).st_mode == mode and listing(tmp_path) == ["it"]


def test_a_device_stays():
    with pytest.raises(UserError, match="/dev/null is a device"):
        write_atomically(Path("/dev/null"), b"new")


def test_what_the_disk_refuses_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and listing(tmp_path) == ["a"]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", [k for k in SPECIAL if k != "a link"])
def test_json_is_read_from_plain_files(tmp_path, kind):
    path = tmp_path / "it"
    SPECIAL[kind](path)
    with pytest.raises(UserError, match=f"it is {kind}"):
        read_json(path)
    with pytest.raises(UserError, match="cannot be read: No such file"):
        read_json(tmp_path / "nowhere")


def test_json_and_checksums_are_read(tmp_path):
    content = {"a": [1, 2.5, None, True, "é"], "b": {"c": {}}}
    write_atomically(tmp_path / "a", json.dumps(content).encode())
    assert read_json(tmp_path / "a") == content
    write_atomically(tmp_path / "empty", b"")
    assert checksum(tmp_path / "empty").startswith("e3b0c44298fc1c14")
