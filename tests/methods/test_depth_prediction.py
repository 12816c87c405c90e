"""Depth prediction: normals, errors and crops against what can be worked out by hand."""

import dataclasses

import numpy as np
import pytest
import torch

from embodied_ssl.augment import IDENTITY
from embodied_ssl.data import Dataset, FrameCache
from embodied_ssl.data.depth import in_metres
from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.pretext.depth_prediction import (
    DepthPrediction,
    averaged,
    normals_of,
    slopes_of,
)
from embodied_ssl.sampling import generator_of
from embodied_ssl.sampling.depths import DepthSampler
from embodied_ssl.trunks import build_trunk

SIZE = 32


@pytest.fixture
def told(monkeypatch):
    """The numbers of a method whose head tells a log depth and normals, (B, 4, d, d)."""

    def numbers(log_depth, normals, target):
        torch.manual_seed(0)
        trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
        method = DepthPrediction(trunk, DepthPrediction.Config(), SIZE)
        head = torch.cat([log_depth, normals], dim=1)
        monkeypatch.setattr(method.surface, "forward", lambda *args: head)
        stages = method.encode({"images": torch.rand(len(target), 3, SIZE, SIZE)})
        step = Step(0, 0.5, generator_of(0, 0))
        return {k: v.item() for k, v in method.loss(stages, {"log_depth": target}, step).items()}

    return numbers


def slanted(right, down, side=16):
    """The log depth (1, 1, d, d) of planes that recede so much from pixel to pixel."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return (0.3 + right * x + down * y)[None, None]


def test_a_plane_that_recedes_to_the_right_faces_right():
    log_depth = slanted(1 / 16, 0.0)
    normals, known = normals_of(log_depth, log_depth.isfinite())
    expected = torch.tensor([0.5, 0.0, 0.5]).sqrt()
    assert torch.allclose(normals, expected[:, None, None].expand_as(normals), atol=1e-5)
    assert known[..., :-1, :-1].all() and not known[..., -1, :].any()
    normals, _ = normals_of(slanted(0.0, -1 / 16), log_depth.isfinite())
    assert torch.allclose(normals[0, :, 3, 3], torch.tensor([0, -(0.5**0.5), 0.5**0.5]), atol=1e-5)


def test_nothing_is_known_beside_what_is_not_known():
    log_depth = slanted(0.01, 0.02)
    known = log_depth.isfinite()
    known[0, 0, 5, 5] = False
    _, both = slopes_of(log_depth, known)
    places = (~both[0, 0]).nonzero().tolist()
    assert places == [[4, 5], [5, 4], [5, 5]]


def test_what_is_right_costs_nothing_and_a_gap_changes_nothing(told):
    target = torch.cat([slanted(0.02, 0.01), slanted(-0.03, 0.0)])
    normals, _ = normals_of(target, target.isfinite())
    right = told(target, normals, target)
    assert right["loss"] == pytest.approx(0, abs=1e-5)
    assert right["explained"] == pytest.approx(1, abs=1e-4)
    gap = target.clone()
    gap[:, :, 4:9, 2:7] = float("nan")
    assert told(target, normals, gap)["loss"] == pytest.approx(0, abs=1e-5)
    nothing = told(target, normals, torch.full_like(target, float("nan")))
    assert nothing["loss"] == 0 and nothing["explained"] == 0


def test_an_error_that_all_places_share_counts_half(told):
    target = slanted(0.02, 0.01).repeat(2, 1, 1, 1)
    normals, _ = normals_of(target, target.isfinite())
    shifted = told(target + 0.4, normals, target)
    assert shifted["depth"] == pytest.approx(0.5 * 0.4**2, rel=1e-4)
    assert shifted["slopes"] == pytest.approx(0, abs=1e-6)
    assert shifted["explained"] == pytest.approx(1, abs=1e-4)
    flat = told(torch.zeros_like(target), normals, target)
    assert flat["explained"] == pytest.approx(0, abs=1e-5)
    assert flat["slopes"] == pytest.approx(0.02**2 + 0.01**2, rel=1e-3)


def test_depth_moves_with_the_image():
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    plain = dataclasses.replace(IDENTITY, flip=0.5)
    config = DepthPrediction.Config(augmentation=plain)
    method = DepthPrediction(trunk, config, SIZE)
    depth = torch.linspace(1, 2, SIZE).expand(8, 1, SIZE, SIZE)
    frames = (100 * depth).byte().expand(-1, 3, -1, -1)
    batch = method.prepare({"frames": frames, "depth": depth}, Step(0, 0.0, generator_of(0, 3)))
    images = batch["images"] * trunk.std + trunk.mean
    small = torch.nn.functional.interpolate(images[:, :1], method.side, mode="area")
    near = batch["log_depth"].exp()
    assert torch.allclose(near, 255 / 100 * small, atol=0.05)
    mirrored = near[:, 0, 0, 0] > near[:, 0, 0, -1]
    assert mirrored.any() and not mirrored.all()


def test_the_normals_of_a_plane_survive_a_crop():
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    crops = dataclasses.replace(IDENTITY, crop_side=(0.6, 1.0))
    method = DepthPrediction(trunk, DepthPrediction.Config(augmentation=crops), 96)
    depth = slanted(1 / 96, 0.0, side=96).exp().repeat(16, 1, 1, 1)
    frames = torch.zeros(16, 3, 96, 96, dtype=torch.uint8)
    batch = method.prepare({"frames": frames, "depth": depth}, Step(0, 0.0, generator_of(0, 0)))
    slopes, known = slopes_of(batch["log_depth"], batch["log_depth"].isfinite())
    inside = slopes[:, 0, 2:-2, 2:-2]  # beside the border there may be the mirror image
    assert known.all() and (inside.std((1, 2)) / inside.mean((1, 2))).max() < 0.12


def test_a_place_has_the_mean_of_what_is_known_there():
    maps = torch.arange(16.0).view(1, 1, 4, 4)
    maps[0, 0, 0, :2] = maps[0, 0, 2:, 2:] = torch.nan
    found = averaged(maps, 2)
    assert found[0, 0, 0].tolist() == [4.5, 4.5] and found[0, 0, 1, 0] == 10.5
    assert found[0, 0, 1, 1].isnan()


def test_frames_and_depths_belong_together(caches):
    ours = {name: caches[name] for name in ("tabletop", "rooms")}
    sampler = DepthSampler(ours, 64, 0)
    seen, first = set(), len(sampler.pools[0])
    for number in range(-(-max(first, sampler.size - first) // 32)):
        batch = sampler(number)
        red = batch["frames"][:, :1].float()
        assert torch.equal(batch["depth"], (red + 900) / 5000)
        assert (batch["index"] < first).sum() == 32  # each world has the same share
        seen |= set(batch["index"].tolist())
    assert seen == set(range(sampler.size))


def test_what_is_not_known_is_not_a_number():
    found = in_metres(np.array([[[0, 5000], [2500, 65535]]], np.uint16))
    assert np.isnan(found[0, 0, 0]) and found[0, 0, 1] == 1 and found[0, 1, 0] == 0.5
    assert found.dtype == np.float32


def test_data_without_depth_are_one_line_alone_and_left_out_beside_others(
    caches, tabletop_of, tmp_path
):
    plain = FrameCache.open(Dataset.open(tabletop_of(tmp_path / "plain", 60)))
    with pytest.raises(UserError, match="plain stores no depth: collect it with --depth"):
        DepthSampler({"tabletop": plain}, 4, 0)
    photos = dataclasses.replace(plain, dataset=None)
    for none in ({"photos": photos}, {"rooms": caches["rooms"].as_training("test")}):
        with pytest.raises(UserError, match="the data have no depth"):
            DepthSampler(none, 4, 0)
    both = DepthSampler({"tabletop": plain, "rooms": caches["rooms"]}, 4, 0)
    assert both.size == DepthSampler({"rooms": caches["rooms"]}, 4, 0).size
    cls = load_method_class("identity+depth-prediction")
    method = cls(build_trunk("alexnet", width=0.1, fc_dim=16), cls.Config(), SIZE)
    mixed = {"tabletop": plain, "turntable": caches["turntable"]}
    batch = method.open_sampler(mixed, 8, 0)(0)
    assert len(batch["depth-prediction"]["depth"]) == 4
