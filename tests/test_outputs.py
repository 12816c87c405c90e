"""Where a command may write its file, found out before the work."""

import os
import stat

import numpy as np
import pytest

from embodied_ssl.errors import UserError
from embodied_ssl.outputs import check_output, mosaic, write_output


def a_link_to_nowhere(place):
    (place / "link").symlink_to(place / "gone")
    return place / "link"


def a_link_to_a_device(place):
    (place / "null").symlink_to("/dev/null")
    return place / "null"


def a_pipe(place):
    os.mkfifo(place / "pipe")
    return place / "pipe"


def a_loop_of_links(place):
    (place / "a").symlink_to(place / "b")
    (place / "b").symlink_to(place / "a")
    return place / "a"


def below_a_file(place):
    (place / "file").write_text("mine")
    return place / "file" / "sub" / "out.json"


WRONG = {
    "a folder": lambda place: place,
    "a device": lambda place: place.__class__("/dev/null"),
    "a link to a device": a_link_to_a_device,
    "a link to nowhere": a_link_to_nowhere,
    "a loop of links": a_loop_of_links,
    "a pipe": a_pipe,
    "below a file": below_a_file,
    "below a device": lambda place: place.__class__("/dev/null/out.json"),
    "where nothing can be made": lambda place: place.__class__("/proc/out.json"),
    "a name without end": lambda place: place / ("x" * 300),
    "a null byte": lambda place: place / "a\0b",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_cannot_be_written_is_one_line_and_stays_as_it_is(wrong, tmp_path):
    path = wrong(tmp_path)
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(UserError) as caught:
        check_output(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError):
        write_output(path, b"new")
    assert sorted(os.listdir(tmp_path)) == before
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_nothing_is_made_by_the_check(tmp_path):
    assert check_output(tmp_path / "new" / "sub" / "out.json").name == "out.json"
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link_to_the_file(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    write_output(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_text() == "new"


def test_what_is_read_is_not_replaced(tmp_path):
    (tmp_path / "in.json").write_text("{}")
    (tmp_path / "link").symlink_to("in.json")
    for out in ("in.json", "link"):
        with pytest.raises(UserError, match="would replace what is read"):
            check_output(tmp_path / out, inputs=[tmp_path / "in.json"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission_is_one_line(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(0o444)
    with pytest.raises(UserError, match="write-protected"):
        check_output(tmp_path / "file")
    tmp_path.chmod(0o555)
    with pytest.raises(UserError, match="cannot write"):
        check_output(tmp_path / "new")


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left on device"):
        write_output(tmp_path / "file", b"new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]


def test_between_the_pictures_of_a_mosaic_there_is_nothing():
    pictures = [[np.full((4, 6, 3), 40 * i + 10 * j, np.uint8) for j in range(3)] for i in range(2)]
    whole = np.asarray(mosaic(pictures, 2))
    assert whole.shape == (4 + 2 + 4, 6 + 2 + 6 + 2 + 6, 4)
    shown = whole[:, :, 3] == 255
    assert shown.sum() == 6 * 4 * 6 and not whole[~shown].any()
    assert whole[6:, 8:14, :3].tolist() == pictures[1][1].tolist()
