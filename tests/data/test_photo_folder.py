"""A folder of photos: its layout, its names, and what is left out of it."""

import os

import numpy as np
import pytest
from PIL import Image

from embodied_ssl.data import open_labelled
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.config import EvaluateConfig
from embodied_ssl.evaluation.protocols.retrieval import Retrieval


@pytest.fixture
def quick(monkeypatch):
    """Only models that need no network."""
    monkeypatch.setattr(Retrieval, "baselines", ("pixels", "histogram"))
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def folder(tmp_path):
    """72 photos of 4 categories with 3 objects each, named train_, val_ and test_."""
    rng = np.random.default_rng(0)
    for category in range(4):
        for instance in range(3):
            place = tmp_path / "photos" / f"kind{category}" / f"thing{instance}"
            place.mkdir(parents=True)
            for name in ("train_0", "train_1", "train_2", "train_3", "val_0", "test_0"):
                pixels = rng.integers(0, 255, (20, 20, 3)).astype(np.uint8)
                Image.fromarray(pixels).save(place / f"{name}.png")
    return tmp_path / "photos"


def opened(folder):
    return open_labelled(f"folder:{folder}", 8)


def counts(labelled):
    return tuple((labelled.role == "gallery").sum() if s == "both" else (labelled.split == s).sum()
                 for s in ("both", "val", "test"))  # fmt: skip


def flattened(folder):
    """The same photos as category/*.png."""
    for path in sorted(folder.glob("*/*/*.png")):
        path.rename(path.parents[1] / f"{path.stem}_{path.parent.name}.png")
    for place in folder.glob("*/*/"):
        place.rmdir()


def test_names_make_the_splits(folder):
    assert counts(opened(folder)) == (48, 12, 12) and not opened(folder).remark
    for path in folder.glob("*/*/*.png"):
        path.rename(path.with_name(path.name.upper()))
    assert counts(opened(folder)) == (48, 12, 12)


@pytest.mark.parametrize("name", ["cover.png", "training_0.png", "train.png", "test-1.png"])
def test_one_odd_name_does_not_change_the_splits_of_all(folder, name):
    first = folder / "kind0" / "thing0" / "train_0.png"
    first.with_name(name).write_bytes(first.read_bytes())
    with pytest.raises(UserError, match=f"thing0/{name} is not named .* 72 of 73 photos are"):
        opened(folder)


def test_one_name_among_photos_without_names_is_named(folder):
    for number, path in enumerate(sorted(folder.glob("*/*/*.png"))):
        path.rename(path.with_name(f"IMG{number:04d}.png"))
    assert "by a hash of their paths" in opened(folder).remark
    path = folder / "kind0" / "thing0" / "IMG0000.png"
    path.rename(path.with_name("test_tube.png"))
    with pytest.raises(UserError, match=r"test_tube\.png is named .* 71 of 72 photos are not"):
        opened(folder)


def test_one_photo_in_the_other_layout_is_named(folder):
    odd = folder / "kind0" / "cover.png"
    odd.write_bytes((folder / "kind0" / "thing0" / "train_0.png").read_bytes())
    with pytest.raises(UserError, match=r"72 photos as category/instance.*kind0/cover\.png as cat"):
        opened(folder)


def test_folders_that_are_splits_are_no_categories(folder):
    for name, split in zip(("kind0", "kind1", "kind2"), ("train", "val", "Test"), strict=True):
        (folder / name).rename(folder / split)
    opened(folder)  # one of them is none
    (folder / "kind3").rename(folder / "validation")
    with pytest.raises(UserError, match="has splits for folders"):
        opened(folder)


def test_what_is_left_out_is_counted_and_said(folder, quick, capsys):
    place = folder / "kind0" / "thing0"
    for name in ("a.heic", "b.HEIC", "notes.txt", "README", "raw.cr2"):
        (place / name).write_bytes(b"")
    (place / "deep").mkdir()
    for path in (folder / "top.png", place / "deep" / "below.png"):
        path.write_bytes((place / "train_0.png").read_bytes())
    os.mkfifo(place / "train_pipe.png")
    for hidden in ("._train_0.png", ".DS_Store"):
        (place / hidden).write_bytes(b"AppleDouble")
    (folder / ".Trash" / "x").mkdir(parents=True)
    (folder / ".Trash" / "x" / "odd.png").write_bytes(b"")
    labelled = opened(folder)
    assert labelled.left_out == {
        ".heic": 2,
        ".txt": 1,
        "without an ending": 1,
        ".cr2": 1,
        "no plain file": 1,
        "not as category/instance/*.jpg": 2,
    }
    assert len(labelled.images) == 72
    assert "left out: 2 .heic, 2 not as category" in capsys.readouterr().err
    results = run_evaluate(EvaluateConfig(("pixels",), f"folder:{folder}"))
    assert results["data"]["left_out"] == labelled.left_out


def test_categories_without_instances_are_retrieved(folder, quick, capsys):
    flattened(folder)
    results = run_evaluate(EvaluateConfig(("pixels",), f"folder:{folder}"))
    assert "photos as category/*.jpg: categories are retrieved" in capsys.readouterr().err
    for model in results["models"].values():
        assert model["test"]["instance"] == {"1": None, "5": None, "10": None, "20": None} | {
            "queries": 0,
            "low": None,
            "high": None,
        }
        assert model["test"]["category"]["queries"] == 12
    assert "0 have their object in the gallery" in Retrieval.summary(results)
    assert Retrieval.figures(results)


def test_the_count_of_queries_stands_behind_every_number(folder, quick, capsys):
    for path in folder.glob("kind[01]/*/train_*.png"):  # these objects are in no gallery
        path.rename(path.with_name(f"test_{path.name}"))
    results = run_evaluate(EvaluateConfig(("pixels",), f"folder:{folder}"))
    said = " ".join(capsys.readouterr().out.split())
    assert "36 queries (6 have their object in the gallery)" in said
    assert "instance 6, category 6, category, not own 6" in said
    assert results["data"]["test"]["queries_without_their_object"] == 30


def test_links_that_go_round_end(folder):
    (folder / "kind0" / "round").symlink_to(folder, target_is_directory=True)
    assert opened(folder).left_out


def test_the_fingerprint_follows_the_contents(folder):
    before = opened(folder).fingerprint
    path = folder / "kind0" / "thing0" / "train_0.png"
    content = bytearray(path.read_bytes())
    content[-20] ^= 1  # of the same size
    path.write_bytes(content)
    assert opened(folder).fingerprint != before


def test_home_and_unknown_homes(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    assert len(open_labelled("folder:~/photos").role) == 72
    for spec in ("folder:~nobody-of-this-name/x", "folder:", "folder:a\0b", "folder:/nowhere"):
        with pytest.raises(UserError):
            open_labelled(spec)


def test_names_that_are_no_utf8_are_read(folder):
    place = os.fsencode(folder / "kind0" / "thing0")
    os.rename(place + b"/train_0.png", place + b"/train_\xff.png")
    assert len(opened(folder).images) == 72
