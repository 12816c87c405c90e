"""Sums of methods: one pass, weights, and the old pair of both worlds."""

import dataclasses

import pytest
import torch
from safetensors.torch import load_file

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.methods.motion.egomotion import EgoMotion
from embodied_ssl.sampling import generator_of
from embodied_ssl.sampling.interactions import Grasp, in_order
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import open_worlds, run_train
from embodied_ssl.training.runs import load_method
from embodied_ssl.trunks import AlexNet, build_trunk

NAME = "curious-robot+egomotion"


@pytest.fixture(scope="module")
def caches(tabletop_dir, rooms_dir):
    return {
        "tabletop": Dataset.open(tabletop_dir).cache(),
        "rooms": Dataset.open(rooms_dir).cache(),
    }


def build(name, **settings):
    torch.manual_seed(0)
    cls = load_method_class(name)
    return cls(build_trunk("alexnet", width=0.1, fc_dim=16), cls.Config(**settings), 48)


def moment():
    return Step(0, 0.0, generator_of(0, 0))


def test_the_loss_is_the_weighted_sum_of_one_pass(caches, monkeypatch):
    method = build("rotation+simclr", weights=(2.0, 0.5), shares=(0.25, 0.75))
    passes, stages = [], AlexNet.stages
    monkeypatch.setattr(AlexNet, "stages", lambda self, x: passes.append(len(x)) or stages(self, x))
    batch = method.prepare(method.open_sampler(caches, 16, 0)(0), moment())
    numbers = method(batch, moment())
    assert passes == [4 * 4 + 2 * 12]
    assert method.cost(batch) == 4 * 4 + 2 * 12
    expected = 2 * numbers["rotation/loss"] + 0.5 * numbers["simclr/loss"]
    torch.testing.assert_close(numbers["loss"], expected)
    assert {"rotation/accuracy", "simclr/loss"} <= numbers.keys()


def test_parts_are_found_by_their_class():
    method = build(NAME)
    assert method.part(CuriousRobot) is method.parts["curious-robot"]
    assert method.part(EgoMotion) is method.parts["egomotion"]
    assert method.part(CuriousRobot).trunk is method.trunk
    assert build("simclr").part(EgoMotion) is None


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("simclr+simclr", {}, "twice"),
        ("simclr+rotatoin", {}, "did you mean 'rotation'"),
        ("simclr+rotation", {"weights": (1.0,)}, "--weights has 1 numbers for 2 methods"),
        ("simclr+rotation", {"shares": (1.0, 0.0)}, "--shares must be a number from 1e-06"),
    ],
)
def test_what_is_no_sum(name, settings, said):
    with pytest.raises(UserError, match=said):
        load_method_class(name).Config(**settings)


def test_both_worlds_are_trained_and_read_back(few_steps, tabletop_dir, rooms_dir, tmp_path):
    config = few_steps(rooms_dir, tabletop_dir, out=tmp_path / "run", images=100, batch_size=16)
    run_train(config, "both-worlds")  # the name of before
    method = load_method(config.out)
    names = load_file(newest(config.out) / "method.safetensors")
    assert names and not any("trunk" in name for name in names)
    other = dataclasses.replace(config, data=config.data[::-1], out=tmp_path / "other")
    run_train(other, NAME)  # the order in which data are named means nothing
    for name, values in load_method(other.out).state_dict().items():
        assert torch.equal(values, method.state_dict()[name]), name


def test_a_sum_learns_from_one_world_as_well(few_steps, tabletop_dir, tmp_path):
    config = few_steps(tabletop_dir, out=tmp_path / "run", images=64, batch_size=8)
    run_train(config, "curious-robot+simclr")
    assert load_method(config.out).part(CuriousRobot) is not None


def test_data_that_are_not_enough_are_said(tabletop_dir, rooms_dir):
    def opened(name, *paths):
        return open_worlds(tuple(map(str, paths)), load_method_class(name))

    assert list(opened("simclr", tabletop_dir, rooms_dir)) == ["tabletop", "rooms"]
    with pytest.raises(UserError, match="lacks tabletop data"):
        opened("both-worlds", rooms_dir)
    with pytest.raises(UserError, match="second dataset of rooms"):
        opened("simclr", rooms_dir, rooms_dir)
    with pytest.raises(UserError, match="learns from rooms data alone"):
        opened("drlim", tabletop_dir)


def test_the_robot_of_both_worlds_is_judged_by_its_tasks(caches):
    rows = Grasp(caches["tabletop"], "val")
    batch = next(in_order(rows, 8, 0))
    method = build(NAME).eval().part(CuriousRobot)
    assert list(method.tasks) == ["grasp", "push", "poke", "identity"]
    assert method.predict("grasp", batch).shape == batch["success"].shape
