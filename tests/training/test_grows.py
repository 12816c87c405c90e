"""A run that is asked for more, or of which something else is asked: what goes on, what is said."""

import dataclasses
import json
import shutil

import pytest

from embodied_ssl.data.manifest import read_manifest
from embodied_ssl.errors import UserError
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.settings import read_settings
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.training.runs import load_run

CONSTANT = Recipe(lr_schedule="constant", warmup=0.0)


def more(config, **others):
    return dataclasses.replace(config, **{"images": 192} | others)


def test_a_constant_rate_goes_on_to_the_weights_of_one_long_run(
    config, tmp_path, assert_same_weights
):
    config = dataclasses.replace(config, recipe=CONSTANT)
    long = run_train(more(config, out=tmp_path / "long"), "simclr")
    run_train(config, "simclr")
    run_train(more(config), "simclr")
    assert_same_weights(long, config.out)
    content = json.loads((config.out / "run.json").read_text())
    assert content["train"]["images"] == 192 and content["earlier_budgets"] == [96]
    assert read_settings(config.out / "settings.yaml")["images"] == 192
    run_train(more(config), "simclr")  # a finished one is left alone
    said = "--images 192, not 96: say that, or choose another --out"
    with pytest.raises(UserError, match=said):
        run_train(config, "simclr")


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(), "falls along a cosine"),
        (Recipe(lr_schedule="constant", warmup=0.8), "--warmup again"),
        (dataclasses.replace(CONSTANT, final_weight_decay=0.1), "depends on how much"),
    ],
)
def test_what_depends_on_the_budget_is_said_and_goes_on_if_asked(config, recipe, said):
    config = dataclasses.replace(config, recipe=recipe)
    run_train(config, "simclr")
    before = (config.out / "run.json").read_bytes()
    with pytest.raises(UserError, match=f"{said}.* add --extend") as error:
        run_train(more(config), "simclr")
    assert "\n" not in str(error.value) and (config.out / "run.json").read_bytes() == before
    run_train(more(config, extend=True), "simclr")
    assert newest(config.out).name == "step-00000012"
    run_train(more(config), "simclr")  # the run has this budget now
    assert "extend" not in read_settings(config.out / "settings.yaml")


def test_a_method_in_two_stages_depends_on_the_budget(config):
    settings = CuriousRobot.Config(schedule="two-stage")
    config = dataclasses.replace(config, recipe=CONSTANT)
    run_train(config, "curious-robot", settings)
    with pytest.raises(UserError, match="depends on how much"):
        run_train(more(config), "curious-robot", settings)


@pytest.fixture
def part(tabletop_dir, tmp_path):
    """The first shard of a dataset, as if its collection had been stopped."""
    folder = shutil.copytree(tabletop_dir, tmp_path / "part", ignore=lambda *_: [".cache"])
    manifest = read_manifest(folder)
    whole = dict(manifest.shards)
    manifest.shards = {name: whole[name] for name in sorted(whole)[:1]}
    manifest.write(folder)

    def complete():
        manifest.shards = whole
        manifest.write(folder)

    return folder, complete


@pytest.mark.parametrize("old", [False, True])
def test_data_that_have_grown_are_named_with_both_sizes(config, part, old):
    folder, complete = part
    config = dataclasses.replace(config, data=(str(folder),), images=16)
    run_train(config, "rotation")
    assert load_run(config.out).datasets["tabletop"]["rows"] == 100
    if old:  # a run of before the rows were noted
        content = json.loads((config.out / "run.json").read_text())
        del content["datasets"]["tabletop"]["rows"]
        (config.out / "run.json").write_text(json.dumps(content))
    complete()
    with pytest.raises(UserError, match=r"part was a part of 100 rows when .* began, and has 120"):
        run_train(config, "rotation")


def test_other_data_are_named(config, rooms_dir):
    run_train(dataclasses.replace(config, images=16), "rotation")
    other = dataclasses.replace(config, images=16, data=(str(rooms_dir),))
    with pytest.raises(UserError, match="was trained on tabletop data, not rooms"):
        run_train(other, "rotation")
    content = json.loads((config.out / "run.json").read_text())
    content["datasets"]["tabletop"] |= {"fingerprint": "x", "rows": 130}
    (config.out / "run.json").write_text(json.dumps(content))
    with pytest.raises(UserError, match=r"other data than .* holds, 130 rows then and 120 now"):
        run_train(dataclasses.replace(config, images=16), "rotation")


def test_what_was_made_is_said_at_the_end(config, capsys):
    run_train(config, "simclr")
    captured = capsys.readouterr()
    assert captured.out.startswith("trained simclr for 96 images in 0:0")
    assert captured.out.endswith(f": {config.out}\n")
    assert "loss " in captured.err and "96/96 images" in captured.err
    run_train(config, "simclr")
    assert capsys.readouterr().out == f"simclr is trained for 96 images: {config.out}\n"
    recipe = dataclasses.replace(config, images=100, extend=True)
    run_train(recipe, "simclr")  # 16 images a step: the last one goes beyond
    captured = capsys.readouterr()
    assert "for 112 images, the last 16 of them in" in captured.out
    assert "100/100 images" in captured.err and "112/" not in captured.err
