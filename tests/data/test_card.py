"""The dataset card: what it says is what ``load_dataset`` gives."""

import json
import re
import shutil

import pytest
import yaml
from datasets import load_dataset

from embodied_ssl.collecting import folder as filling
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.data import Dataset
from embodied_ssl.data.card import ALL_ROWS, write_card
from embodied_ssl.data.schema import column_names
from embodied_ssl.worlds import WORLDS
from embodied_ssl.worlds.turntable import Turntable

names = pytest.mark.parametrize("name", ["tabletop", "turntable", "rooms"])


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    """Nothing is left in the caches of whoever runs this."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "hub")


def counted(dataset):
    splits = dataset.arrays(["split"])["split"].tolist()
    return {split: splits.count(split) for split in sorted(set(splits))}


@names
def test_the_snippet_of_the_card_gives_each_split(name, request):
    dataset = Dataset.open(request.getfixturevalue(f"{name}_dir"))
    card = (dataset.path / "README.md").read_text()
    (snippet,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    given = {}
    exec(snippet.replace("path/to/this/folder", str(dataset.path)), given)
    expected = counted(dataset)
    for split, count in expected.items():
        assert set(given[split]["split"]) == {split} and len(given[split]) == count
    assert len(given[ALL_ROWS]) == dataset.num_rows == sum(expected.values())
    assert given.keys() - {"__builtins__", "load_dataset", ALL_ROWS} == expected.keys()


@names
def test_nothing_that_is_called_train_has_other_rows(name, request):
    dataset = Dataset.open(request.getfixturevalue(f"{name}_dir"))
    given = load_dataset(str(dataset.path))
    assert set(given) == ({"train"} if "train" in counted(dataset) else {ALL_ROWS})
    for split in ("train", "val", "test"):
        try:
            rows = load_dataset(str(dataset.path), split=split)
        except ValueError as error:
            assert "Unknown split" in str(error)
        else:
            assert set(rows["split"]) == {split}


def test_a_file_among_the_shards_that_is_none_is_not_read(turntable_dir, tmp_path):
    folder = shutil.copytree(turntable_dir, tmp_path / "it")
    shutil.copy(folder / "data" / "00001.parquet", folder / "data" / "00001 (1).parquet")
    assert len(load_dataset(str(folder), split="all")) == 72


def test_a_collection_that_was_killed_has_a_card_already(tmp_path, monkeypatch):
    config = CollectConfig(env="turntable", out=tmp_path / "it", image_size=16)

    def one_of(engine):
        def collect(spec, missing):
            yield next(iter(engine(spec, missing)))
            raise KeyboardInterrupt

        return collect

    views = Turntable.Config(val_objects=6, test_objects=6, azimuths=1)
    fill = filling.collect_missing
    monkeypatch.setattr(
        "embodied_ssl.collecting.command.collect_missing", lambda s, e: fill(s, one_of(e))
    )
    with pytest.raises(KeyboardInterrupt):
        run_collect(config, views)
    assert set(load_dataset(str(config.out))) == {ALL_ROWS}
    monkeypatch.undo()
    run_collect(config, views)
    assert len(load_dataset(str(config.out), "val", split="val")) == 18


@names
def test_the_card_describes_every_column(name, request):
    card = (request.getfixturevalue(f"{name}_dir") / "README.md").read_text()
    world = WORLDS.load(name)
    for column in column_names(world.columns):
        (line,) = re.findall(rf"^- `{re.escape(column)}` \(.+\): (.+)$", card, re.MULTILINE)
        assert line == world.meanings[column]


def test_settings_of_any_text_do_not_break_the_card(turntable_dir, tmp_path):
    dataset = Dataset.open(turntable_dir)
    odd = "folder:/a`b\n---\n# Title\x1b[31m"
    dataset.manifest.settings["objects"] = [odd]
    shutil.copytree(turntable_dir / "data", tmp_path / "data")
    write_card(tmp_path, dataset.manifest, WORLDS.load("turntable").columns)
    card = (tmp_path / "README.md").read_text()
    _, front, body = card.split("---\n", 2)
    assert [config["config_name"] for config in yaml.safe_load(front)["configs"]]
    (line,) = [line for line in body.splitlines() if line.startswith("- objects:")]
    assert "\x1b" not in card and line.count("`") == 2
    assert json.loads(line.split("`")[1].replace("\\x1b", "\\u001b"))
