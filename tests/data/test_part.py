"""A part of a dataset is never taken for the whole."""

import json
import shutil

import pytest

from embodied_ssl import cli
from embodied_ssl.data import Dataset, open_labelled, open_source, require_whole
from embodied_ssl.data.views import TurntableViews
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.config import EvaluateConfig
from embodied_ssl.info import print_info
from embodied_ssl.methods.pretext.rotation import Rotation
from embodied_ssl.training.command import run_train


def change_manifest(folder, change):
    file = folder / "dataset.json"
    manifest = json.loads(file.read_text())
    change(manifest)
    file.write_text(json.dumps(manifest))


def without_last(manifest):
    """What a killed collection has written of the manifest."""
    last = manifest["shards"].pop(max(manifest["shards"]))
    manifest["rows"] -= last["rows"]


def of_before(manifest):
    """A version before shards were planned wrote it; its settings tell how many there should be."""
    del manifest["planned"]
    counts = {"turntable": ("episodes", 12), "tabletop": ("interactions", 120)}
    counts["rooms"] = ("episodes", 16)
    name, count = counts[manifest["env"]]
    manifest["settings"][name] = count


@pytest.fixture(params=["planned", "derived"])
def part(request, tmp_path):
    """Make a part of one of the datasets: a killed collection, of this version or one before."""

    def make(name):
        whole = request.getfixturevalue(f"{name}_dir")
        folder = tmp_path / name
        shutil.copytree(whole, folder, ignore=shutil.ignore_patterns(".cache"))
        change_manifest(folder, without_last)
        if request.param == "derived":
            change_manifest(folder, of_before)
        (folder / "data" / "00001.parquet").unlink()
        return folder

    return make


@pytest.mark.parametrize("name", ["turntable", "tabletop", "rooms"])
def test_a_part_is_known_for_one(name, part, request):
    folder = part(name)
    assert not Dataset.open(folder).whole and Dataset.open(folder).planned_shards == 2
    whole = Dataset.open(request.getfixturevalue(f"{name}_dir"))
    assert whole.whole and whole.planned_shards == 2
    with pytest.raises(UserError, match=r"is a part, 1 of 2 shards.*run the same collect"):
        require_whole(str(folder))


@pytest.mark.parametrize("protocol", ["retrieval", "next-best-view"])
def test_evaluate_refuses_a_part(part, protocol, tmp_path):
    folder = part("turntable")
    change_manifest(folder, lambda m: m["settings"].update(val_objects=6, test_objects=6))
    config = EvaluateConfig(("pixels",), str(folder), protocol, tmp_path / "out" / "it.json")
    with pytest.raises(UserError, match="6 of 6 val objects, 2 of 6 test objects: run the same"):
        run_evaluate(config)
    assert not config.out.parent.exists()


@pytest.mark.parametrize("open_it", [lambda d: open_labelled(str(d)), TurntableViews.open])
def test_whoever_judges_is_given_no_part(part, open_it):
    with pytest.raises(UserError, match="is a part"):
        open_it(part("turntable"))


def test_info_says_it(part, turntable_dir, capsys):
    print_info(part("turntable"))
    said = " ".join(capsys.readouterr().out.split())
    assert "is a part, 1 of 2 shards" in said and "all whole" not in said
    print_info(turntable_dir)
    assert "all whole" in capsys.readouterr().out


def test_training_goes_on_with_a_part_and_says_so(part, few_steps, tmp_path, capsys):
    config = few_steps(part("tabletop"), out=tmp_path / "run", images=8)
    run_train(config, "rotation", Rotation.Config())
    assert "warning: " in (said := capsys.readouterr().err) and "1 of 2 shards" in said


def test_what_a_dataset_was_before_it_grew(part, turntable_dir):
    before, now = Dataset.open(part("turntable")), Dataset.open(turntable_dir)
    then = now.part_of_before(before.fingerprint)
    assert list(then.manifest.shards) == ["00000.parquet"]
    assert then.fingerprint == before.fingerprint != now.fingerprint
    assert then.table(["instance"]) == before.table(["instance"])
    assert now.part_of_before("another") is None
    assert now.part_of_before(now.fingerprint).manifest == now.manifest


def test_a_world_that_does_not_say_how_much_is_not_doubted(turntable_dir, tmp_path, capsys):
    folder = shutil.copytree(turntable_dir, tmp_path / "it")
    change_manifest(folder, lambda m: m.pop("planned"))
    assert Dataset.open(folder).planned_shards is None
    require_whole(str(folder))
    print_info(folder)
    assert "whether shards are missing is not known" in " ".join(capsys.readouterr().out.split())


def test_a_half_copied_folder_names_what_is_missing(turntable_dir, tmp_path, capsys):
    folder = shutil.copytree(turntable_dir, tmp_path / "it")
    shard = folder / "data" / "00001.parquet"
    whole = shard.read_bytes()
    shard.rename(folder / "data" / ".00001.parquet.aBcDeF")  # as rsync calls it meanwhile
    assert cli.run(lambda: cli._dispatch(["info", str(folder)])) == 2
    assert "00001.parquet is missing" in capsys.readouterr().err
    shard.write_bytes(whole[: len(whole) // 2])  # as rsync --inplace leaves it
    with pytest.raises(UserError, match="is damaged"):
        open_source(folder).table()


def test_files_among_the_shards_that_are_none_are_said(turntable_dir, tmp_path, capsys):
    folder = shutil.copytree(turntable_dir, tmp_path / "it")
    shutil.copy(folder / "data" / "00001.parquet", folder / "data" / "00001 (1).parquet")
    print_info(folder)
    assert "1 files of data are not of the dataset: 00001 (1).parquet" in capsys.readouterr().out
