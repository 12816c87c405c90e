"""Smaller images early in a training of the curious robot."""

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import Step
from embodied_ssl.sampling import generator_of
from embodied_ssl.training.command import run_train
from embodied_ssl.training.runs import load_run
from embodied_ssl.trunks import build_trunk

SIZE, EARLY, BATCH = 48, 24, 4


def robot(**settings):
    cls = load_method_class("curious-robot")
    return cls(build_trunk("alexnet", width=0.1, fc_dim=8), cls.Config(**settings), SIZE)


@pytest.mark.parametrize(
    ("progress", "side"), [(0.0, EARLY), (0.29, EARLY), (0.3, SIZE), (1, SIZE)]
)
def test_images_are_smaller_in_the_first_part_and_cost_less(caches, progress, side):
    method = robot(early_size=EARLY, early=0.3)
    batch = method.open_sampler({"tabletop": caches["tabletop"]}, BATCH, 0)(0)
    batch = method.prepare(batch, Step(0, progress, generator_of(0, 0)))
    assert batch["images"].shape[-2:] == (side, side)
    assert method.cost(batch) == pytest.approx(len(batch["images"]) * side**2 / SIZE**2)
    loss = method(batch, Step(0, progress, generator_of(0, 0)))["loss"]
    assert torch.isfinite(loss)


def test_by_default_all_images_have_one_size():
    assert not robot().bound_to_budget
    assert robot(early_size=EARLY).bound_to_budget


def test_early_images_are_no_larger_ones():
    with pytest.raises(UserError, match=f"--early-size 49 is larger than --train-size {SIZE}"):
        robot(early_size=SIZE + 1)


def test_a_size_that_the_trunk_cannot_take_is_refused_before_the_training(caches):
    cls = load_method_class("curious-robot")
    trunk = build_trunk("vit", dim=24, depth=1, heads=2)
    with pytest.raises(UserError, match="50"):
        cls(trunk, cls.Config(early_size=32), 50)


def test_how_long_is_nothing_without_a_size():
    with pytest.raises(UserError, match="--early is how long"):
        load_method_class("identity").Config(early=0.2)


def test_the_same_budget_takes_more_steps(tabletop_dir, few_steps, tmp_path):
    steps = {}
    for size in (None, EARLY):
        config = few_steps(tabletop_dir, out=tmp_path / str(size), images=64)
        settings = load_method_class("identity").Config(early_size=size)
        run = run_train(config, "identity", settings)
        steps[size] = int(max(run.glob("checkpoints/step-*")).name.removeprefix("step-"))
        assert load_run(run).method_config["early_size"] == size
    assert steps[None] == 4 and steps[EARLY] == 10  # eight steps of a quarter, two whole ones
