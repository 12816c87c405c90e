"""Small trainings, each on one thread: networks this small only wait for each other's threads."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from embodied_ssl.checkpoints import write_state
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train

PLUGINS = Path(__file__).resolve().parents[1] / "plugins"


@pytest.fixture(autouse=True)
def plugins(monkeypatch):
    """The methods of ``tests/plugins`` can be named as module:Class."""
    monkeypatch.syspath_prepend(str(PLUGINS))


@pytest.fixture
def config(few_steps, tabletop_dir, tmp_path):
    """Six steps of SimCLR, or four of the curious robot."""
    return few_steps(tabletop_dir, out=tmp_path / "run", images=96, checkpoint_minutes=0)


@pytest.fixture
def rewrite():
    """Write the state of a checkpoint anew, as if its files had been written as they are now;
    ``older`` as before there were checksums."""

    def write(checkpoint, older=False, **changes):
        content = json.loads((checkpoint / "state.json").read_text())
        progress = {k: content[k] for k in ("step", "images", "processes")} | changes
        if older:
            (checkpoint / "state.json").write_text(json.dumps(progress))
        else:
            (checkpoint / "state.json").unlink()
            write_state(checkpoint, progress)

    return write


@pytest.fixture
def weights():
    """All tensors of the newest checkpoint of a run."""

    def read(run):
        checkpoint = newest(run)
        trunk = load_file(checkpoint / "trunk" / "model.safetensors")
        method = load_file(checkpoint / "method.safetensors")
        return {f"exported.{k}": v for k, v in trunk.items()} | method

    return read


@pytest.fixture
def assert_same_weights(weights):
    """Fail unless two runs ended with the same tensors."""

    def compare(first, second):
        assert newest(first).name == newest(second).name
        expected, found = weights(first), weights(second)
        assert expected.keys() == found.keys()
        for name, values in expected.items():
            assert torch.equal(values, found[name]), name

    return compare


@pytest.fixture
def data_for(tabletop_dir, rooms_dir, circled_dir):
    """The data that a method needs: one of the worlds in which it can learn, or one for each part
    of a sum."""
    folders = {"tabletop": tabletop_dir, "rooms": rooms_dir, "turntable": circled_dir}

    def choose(name):
        types = [load_method_class(part) for part in name.split("+")]
        return {
            "data": tuple(
                dict.fromkeys(str(folders[(*cls.worlds, "tabletop")[0]]) for cls in types)
            )
        }

    return choose


@pytest.fixture
def small_trunk(small_trunk_of):
    """A small trunk that a method can train."""

    def choose(name):
        trunk, settings = small_trunk_of(load_method_class(name))
        return {"trunk": trunk, "trunk_settings": settings}

    return choose


@pytest.fixture(scope="session")
def two_steps(few_steps, tabletop_dir, tmp_path_factory):
    """The settings of a run of two steps of SimCLR with a constant rate."""
    recipe = Recipe(lr_schedule="constant")
    out = tmp_path_factory.mktemp("runs") / "run"
    config = few_steps(tabletop_dir, out=out, recipe=recipe)
    run_train(config, "simclr")
    return config


@pytest.fixture
def halfway(two_steps, tmp_path):
    """The settings that bring a run of two steps to four."""
    shutil.copytree(two_steps.out, tmp_path / "run")
    return dataclasses.replace(two_steps, out=tmp_path / "run", images=64)


@pytest.fixture
def whole(halfway):
    """The checkpoint of a run of two steps."""
    return halfway.out / "checkpoints" / "step-00000002"
