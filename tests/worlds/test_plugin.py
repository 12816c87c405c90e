"""A world of somebody else's package is collected, read and described like our own."""

import gymnasium
import numpy as np
import pytest

from embodied_ssl import cli, registry
from embodied_ssl.data import Dataset
from embodied_ssl.sampling.frames import FrameSampler
from embodied_ssl.worlds import WORLDS


@pytest.fixture(autouse=True)
def around(monkeypatch):
    """What the package registers with gymnasium goes when the test is over."""
    monkeypatch.setattr(gymnasium.envs.registration, "registry", gymnasium.registry.copy())


@pytest.mark.parametrize("name", ["striped", "striped:Striped"])
def test_its_rows_are_collected_read_and_described(installed, command, tmp_path, name):
    out = tmp_path / "data"
    options = ("--env", name, "--image-size", 24, "--episodes", 10, "--workers", 2)
    status, _, errors = command("collect", "--out", out, *options)
    assert status == 0, errors
    dataset = Dataset.open(out)
    assert dataset.env == name and dataset.num_rows == 40
    assert len(dataset.files) == 2
    settings = {"seed": 0, "episodes": 10, "image_size": 24, "steps": 4}
    assert dataset.manifest.settings == settings
    cache = dataset.cache()
    assert cache.frames.shape == (40, 24, 24, 3)
    assert set(cache.rows) == {"split", "upright", "colour"}
    coloured = cache.frames[cache.index["image"], 0, 0]
    np.testing.assert_array_equal(coloured, np.stack(list(cache.rows["colour"])).astype(np.uint8))
    batch = FrameSampler([cache], 8, seed=0)(0)
    assert batch["frames"].shape == (8, 3, 24, 24)
    assert (cache.rows["split"][batch["row"].numpy()] == "train").all()
    status, said, _ = command("info", out)
    assert status == 0 and f"{name}, 40 rows" in said
    table = [line.split() for line in said.splitlines() if line.startswith("│")]
    assert [[w for w in line if w != "│"] for line in table] == [
        ["train", "36", "36"],
        ["val", "4", "4"],
    ]

    status, said, errors = command("view", out, "--html", tmp_path / "gallery")
    assert status == 0 and "40 episodes" in said, errors  # of a row each


def test_its_mistakes_are_one_line(installed, command, tmp_path):
    out = tmp_path / "data"
    for options, said in (
        (("--steps", 10), "at most 9 stripes"),
        (("--interactions", 5), "unknown option '--interactions'"),
    ):
        status, _, errors = command("collect", "--env", "striped", "--out", out, *options)
        assert status == cli.USAGE_ERROR
        assert errors.startswith("error: ") and errors.count("\n") == 1 and said in errors
    assert not out.exists()


def test_one_that_does_not_import_is_named_and_hides_no_other(installed, command, tmp_path):
    status, said, _ = command("collect", "--help")
    assert status == 0
    assert {line.split()[0] for line in said.splitlines() if line.startswith("  ")} == set(WORLDS)
    assert "Stripes of random colours." in said
    status, _, errors = command("collect", "--env", "broken", "--out", tmp_path / "data")
    assert status == cli.USAGE_ERROR
    assert "'broken' cannot be imported from striped.gone:Gone" in errors


def test_a_dataset_of_a_world_that_is_gone_names_it(installed, command, tmp_path):
    out = tmp_path / "data"
    assert command("collect", "--env", "striped", "--out", out, "--image-size", 24)[0] == 0
    (tmp_path / "site" / "striped-1.0.dist-info" / "entry_points.txt").unlink()
    registry.installed.cache_clear()  # in a process of its own it would not have been read before
    status, said, errors = command("info", out)
    assert status == cli.USAGE_ERROR
    assert "12 rows" in said and "unknown world 'striped'" in errors
