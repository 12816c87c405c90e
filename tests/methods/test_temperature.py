"""Temperatures that a cosine leads up and down."""

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.losses import nt_xent
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.contrastive.simclr import SimCLR
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.methods.interaction.identity import Identity
from embodied_ssl.sampling import generator_of
from embodied_ssl.schedules import wave
from embodied_ssl.trunks import build_trunk


@pytest.mark.parametrize(
    ("progress", "expected"), [(0, 0.1), (0.125, 0.55), (0.25, 1.0), (0.5, 0.1), (1, 0.1)]
)
def test_a_cosine_leads_from_the_low_to_the_high_one_and_back(progress, expected):
    assert wave(0.1, 1.0, 2, progress) == pytest.approx(expected)
    assert wave(0.1, None, 2, progress) == 0.1


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (lambda: SimCLR.Config(temperature=0.5, highest_temperature=0.1), "must be above"),
        (lambda: Identity.Config(highest_temperature=0.1), "must be above --temperature 0.1"),
        (
            lambda: CuriousRobot.Config(tasks=("grasp",), highest_temperature=1),
            "--highest-temperature is of the identity task",
        ),
        (
            lambda: Identity.Config(identity="cosine", highest_temperature=1),
            "--highest-temperature is of the identity task",
        ),
        (
            lambda: CuriousRobot.Config(tasks=("push",), positives="followed"),
            "--positives followed are of the identity task",
        ),
    ],
)
def test_what_would_do_nothing_is_one_line(config, line):
    with pytest.raises(UserError, match=line):
        config()


def moment(progress):
    return Step(0, progress, generator_of(0, 0))


def test_simclr_compares_at_the_temperature_of_the_moment():
    config = SimCLR.Config(temperature=0.1, highest_temperature=1.0, temperature_periods=1)
    method = SimCLR(build_trunk("alexnet", width=0.1, fc_dim=16), config, 32).eval()
    y1, y2 = torch.randn(2, 8, 16)
    z1, z2 = method.project(torch.cat([y1, y2])).chunk(2)
    for progress, temperature in ((0.0, 0.1), (0.5, 1.0)):
        told = method.view_loss(y1, y2, {}, moment(progress))["loss"]
        torch.testing.assert_close(told, nt_xent(z1, z2, temperature))
    assert method.bound_to_budget
    usual = SimCLR(method.trunk, SimCLR.Config(), 32)
    assert not usual.bound_to_budget


def test_so_does_the_identity_task():
    config = Identity.Config(highest_temperature=1.0, temperature_periods=1)
    method = Identity(build_trunk("alexnet", width=0.1, fc_dim=16), config, 32)
    frames = torch.randint(256, (4, 3, 32, 32)).byte()
    batch = {"identity": {"first": frames, "second": frames.flip(3)}}
    prepared = method.prepare(batch, moment(0.5))
    losses = [method(prepared, moment(p))["loss"].item() for p in (0.0, 0.5)]
    assert method.tasks["identity"].temperature == pytest.approx(1.0)
    assert losses[0] != pytest.approx(losses[1])
    assert method.bound_to_budget
