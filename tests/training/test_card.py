"""The card of a trunk: what it is, and code that runs."""

import re

import pytest
import yaml

from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.trunks import build_trunk


def code(text):
    return re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]


def test_the_card_of_a_run_says_what_it_is_and_its_code_runs(config, tabletop_dir, monkeypatch):
    run_train(config, "simclr")
    folder = newest(config.out) / "trunk"
    text = (folder / "README.md").read_text()
    said = ["# alexnet trained by simclr", f"{tabletop_dir} (tabletop, 120 rows)",
            "**Budget**: 96 images", "**Images so far**: 96", "`loss` ", "`temperature` 0.2",
            "`lr` 0.001", "`width` 0.1", "`seed` 0", "48, 48"]  # fmt: skip
    assert all(words in text for words in said) and "More Information Needed" not in text
    assert yaml.safe_load(text.split("---")[1])["library_name"] == "embodied-ssl"
    monkeypatch.chdir(folder)
    found = {}
    exec(code(text), found)
    assert found["features"].shape == (2, 16) and len(found["stages"]) == 7


@pytest.mark.parametrize("name", ["kitti", "vit", "split", "resnet10t"])
def test_every_trunk_has_a_card(name, tmp_path, monkeypatch):
    trunk = build_trunk(name)
    trunk.save_pretrained(tmp_path / name)
    text = (tmp_path / name / "README.md").read_text()
    assert f"# {name}\n" in text and "More Information Needed" not in text
    monkeypatch.chdir(tmp_path / name)
    found = {}
    exec(code(text), found)
    assert found["features"].shape == (2, trunk.dim)
    assert len(found["stages"]) == len(trunk.stage_names)
