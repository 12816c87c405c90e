"""A collection leaves the settings that repeat it, and takes them from a file."""

import pytest
import yaml
from datasets import load_dataset

from embodied_ssl import cli
from embodied_ssl.collecting.command import run_collect

SMALL = {
    "env": "turntable",
    "image_size": 32,
    "val_objects": 2,
    "test_objects": 2,
    "azimuths": 1,
    "objects": ["household"],
}


@pytest.fixture
def collect(tmp_path, monkeypatch, capfd):
    """Call ``collect --config it.yaml ...`` with such settings in it: (status, errors)."""
    monkeypatch.chdir(tmp_path)

    def call(settings, *args):
        (tmp_path / "it.yaml").write_text(yaml.safe_dump(settings))
        words = ["collect", "--config", "it.yaml", *map(str, args)]
        return cli.run(lambda: cli._dispatch(words)), capfd.readouterr().err

    return call


def test_what_a_collection_leaves_repeats_it(config, views, digests, tmp_path):
    run_collect(config, views)
    words = ["--config", str(config.out / "settings.yaml"), "--out", str(tmp_path / "two")]
    assert cli.run(lambda: cli._dispatch(["collect", *words])) == 0
    assert digests(tmp_path / "two") == digests(config.out)


def test_settings_are_taken_from_the_file_and_options_win(collect, tmp_path):
    assert collect(SMALL | {"out": "data", "seed": 3}, "--seed", 4, "--test-objects=3")[0] == 0
    left = yaml.safe_load((tmp_path / "data" / "settings.yaml").read_text())
    expected = SMALL | {"seed": 4, "test_objects": 3}
    rest = {"skip_broken": False, "scale": 1.0, "orbit": False}
    rest |= {"splits": "stratified", "split_file": "", "grown_from": [], "masks": False,
             "train_objects": 0, "depth": False, "descriptions": False,
             "retexture": False}  # fmt: skip
    assert left == expected | rest


def test_the_hub_reads_the_folder_as_it_is(config, views):
    run_collect(config, views)
    rows = load_dataset(str(config.out), split="all")
    assert len(rows) == 24 * 3 and rows[0]["image"].size == (32, 32)


def test_a_dataset_from_before_is_given_the_file(config, views):
    run_collect(config, views)
    (config.out / "settings.yaml").unlink()
    run_collect(config, views)
    assert (config.out / "settings.yaml").is_file()


@pytest.mark.parametrize(
    ("settings", "args", "said"),
    [
        ({"azimuth": 2}, (), "unknown setting in it.yaml 'azimuth': did you mean 'azimuths'"),
        ({"azimuths": "two"}, (), "it.yaml: azimuths must be a whole number"),
        ({"azimuths": 0}, (), "--azimuths must be from 1 to 49, not 0"),
        ({"episodes": 5}, (), "'episodes'"),
        ({"workers": 0}, (), "--workers must be at least 1"),
        ({"env": "turntabel"}, (), "did you mean 'turntable'"),
        ({}, ("--env", "rooms"), "unknown setting in it.yaml 'azimuths'"),
        ({}, ("--config", "nowhere.yaml"), "nowhere.yaml cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(collect, tmp_path, settings, args, said):
    status, errors = collect(SMALL | {"out": "data"} | settings, *args)
    assert status == cli.USAGE_ERROR
    assert errors.startswith("error: ") and errors.count("\n") == 1 and said in errors
    assert not (tmp_path / "data").exists()
