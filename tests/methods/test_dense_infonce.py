"""Dense InfoNCE: points carried with images, losses worked out anew, a training from end to end."""

import dataclasses
import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from embodied_ssl.augment import IDENTITY, draw_variations
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.contrastive.dense_infonce import (
    AMONG,
    DenseInfoNCE,
    found,
    pixel_info_nce,
)
from embodied_ssl.sampling import generator_of
from embodied_ssl.training.command import run_train
from embodied_ssl.trunks import build_trunk
from embodied_ssl.variations import moved, varied
from embodied_ssl.worlds import WORLDS

SIZE, FRAME, COUNT = 48, 96, 16
STRONG = dataclasses.replace(IDENTITY, crop_side=(0.6, 1.0), flip=0.5, rotate=0.6)


def make(size=SIZE, **settings):
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    return DenseInfoNCE(trunk, DenseInfoNCE.Config(**settings), size)


def dotted(count, seed):
    """Black images with a white dot of 5 pixels each, and where it is, (B, 1, 2) from -1 to 1."""
    places = np.random.default_rng(seed).integers(20, FRAME - 20, (count, 2))
    frames = torch.zeros(count, 3, FRAME, FRAME, dtype=torch.uint8)
    for frame, (u, v) in zip(frames, places, strict=True):
        frame[:, v - 2 : v + 3, u - 2 : u + 3] = 255
    return frames, torch.from_numpy(2 * (places + 0.5) / FRAME - 1).float()[:, None]


def dots(images):
    """The middle of what is bright, (B, 2) from -1 to 1, and how much of it there is."""
    weight = images.mean(1)
    side = weight.shape[-1]
    at = (2 * torch.arange(side) + 1) / side - 1
    whole = weight.sum((1, 2))
    u, v = ((weight * each).sum((1, 2)) / whole for each in (at[None, None], at[None, :, None]))
    return torch.stack([u, v], dim=1), whole


def test_points_go_where_their_pixels_go():
    frames, points = dotted(64, 0)
    how = draw_variations(STRONG, 64, SIZE, generator_of(0, 0))
    there = moved(points, how)[:, 0]
    seen, _ = dots(varied(frames, SIZE, how))
    within = there.abs().max(1).values < 0.8  # the whole dot is in the image
    assert within.sum() > 30
    assert (there - seen)[within].abs().max() < 0.5 * 2 / SIZE
    shift = (points[:, 0] - seen)[within].norm(dim=1)
    assert shift.median() > 0.2  # it was not left where it was


def test_both_views_carry_their_own_pixels_and_what_is_cut_off_is_not_matched():
    method = make(augmentation=STRONG)
    (first, one), (second, two) = dotted(COUNT, 1), dotted(COUNT, 2)
    pixels = torch.stack([one, two], dim=1).repeat(1, 1, 2, 1)  # (B, 2, 2, 2)
    told = torch.tensor([True, False]).repeat(COUNT, 1)
    batch = {"first": first, "second": second, "pixels": pixels, "matched": told}
    batch |= {"index": torch.arange(COUNT)}
    mirrored = set()
    for number in range(4):
        out = method.prepare(batch, Step(number, 0.0, generator_of(0, number)))
        images = out["images"] * method.trunk.std + method.trunk.mean
        seen, _ = dots(images)
        away = (out["pixels"][:, 0] - seen).abs().max(1).values
        inside = out["pixels"][:, 0].abs().max(1).values
        assert (away[inside < 0.8] < 0.5 * 2 / SIZE).all()
        both = (inside < 1).view(2, COUNT).all(0)
        assert torch.equal(out["matched"], told & both[:, None])
        assert 0 < both.sum() < COUNT
        # Three points of a view that turn left turn right in a mirror.
        triangle = torch.tensor([[-0.1, 0.0], [0.1, 0.0], [0.0, 0.1]]).expand(COUNT, 2, 3, 2)
        three = {**batch, "pixels": triangle, "matched": torch.ones(COUNT, 3, dtype=torch.bool)}
        corners = method.prepare(three, Step(number, 0.0, generator_of(0, number)))["pixels"]
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        signs = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sign().view(2, COUNT)
        assert torch.equal(signs[0], signs[1])  # both of a pair or none
        mirrored |= set(signs[0].tolist())
    assert mirrored == {-1.0, 1.0}


def softmax_loss(z1, z2, temperature):
    """InfoNCE in numpy, a pixel at a time."""
    z1, z2 = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (z1, z2))
    losses = []
    for own, query in enumerate(z1):
        logits = z2 @ query / temperature
        losses.append(np.log(np.exp(logits).sum()) - logits[own])
    return losses


def test_the_loss_is_that_of_an_independent_computation():
    rng = np.random.default_rng(0)
    z1, z2 = rng.normal(size=(2, 10, 6))
    pieces = [slice(0, 4), slice(4, 7), slice(7, 10)]  # at most 4 of 10
    expected = np.mean([loss for p in pieces for loss in softmax_loss(z1[p], z2[p], 0.3)])
    ours = pixel_info_nce(torch.from_numpy(z1), torch.from_numpy(z2), 0.3, 4)
    assert ours.item() == pytest.approx(expected, rel=1e-5)
    whole = pixel_info_nce(torch.from_numpy(z1), torch.from_numpy(z2), 0.3, 10)
    assert whole.item() == pytest.approx(np.mean(softmax_loss(z1, z2, 0.3)), rel=1e-5)
    nothing = torch.zeros(0, 6, requires_grad=True)
    pixel_info_nce(nothing, nothing, 0.3, 4).backward()
    assert nothing.grad is not None


def test_who_knows_nothing_finds_as_many_as_chance_and_who_knows_all_finds_all():
    torch.manual_seed(0)
    z = torch.randn(320 * AMONG + 5, 16)
    assert found(z, 3 * z) == 1 and found(z, z.flip(0)) < 0.05
    chance = make().chance["found"]
    assert found(z, torch.randn_like(z)) == pytest.approx(chance, rel=0.1)
    assert found(z[:3], z[:3]).item() == pytest.approx(chance)


@pytest.fixture
def batch():
    torch.manual_seed(1)
    matched = torch.rand(COUNT, 8) < 0.6
    return {
        "images": torch.randn(2 * COUNT, 3, SIZE, SIZE),
        "pixels": torch.rand(2 * COUNT, 8, 2) * 2 - 1,
        "matched": matched,
        "index": torch.arange(COUNT) % (COUNT - 1),
    }


def test_what_is_not_matched_changes_nothing(batch):
    method, step = make().eval(), Step(0, 0.5, generator_of(0, 0))
    first = method(batch, step)
    elsewhere = torch.where(batch["matched"].repeat(2, 1)[..., None], batch["pixels"], 0.3)
    assert torch.equal(method({**batch, "pixels": elsewhere}, step)["loss"], first["loss"])
    assert first["matched"] == batch["matched"].float().mean()
    none = {**batch, "matched": torch.zeros_like(batch["matched"])}
    for weight in (0.0, 1.0):
        method = make(global_weight=weight)
        numbers = method(none, step)
        assert all(value.isfinite() for value in numbers.values())
        assert numbers["dense"] == 0
        numbers["loss"].backward()


def test_the_whole_views_weigh_as_they_are_told(batch):
    step = Step(0, 0.5, generator_of(0, 0))
    numbers = make(global_weight=0.5).eval()(batch, step)
    total = numbers["dense"] + 0.5 * numbers["global"]
    assert numbers["loss"].item() == pytest.approx(total.item())
    alone = make(global_weight=0.0)
    numbers = alone(batch, step)
    assert "global" not in numbers and torch.equal(numbers["loss"], numbers["dense"])
    assert alone.project is None


def test_another_pair_of_the_same_object_is_no_negative(batch):
    """The first and the last pair are of one object: their pooled features may be the same."""
    method = make()
    method.project = torch.nn.Identity()
    pooled = F.normalize(torch.randn(COUNT, 16), dim=1)
    pooled[-1] = pooled[0]
    method.trunk.pool = lambda stages: torch.cat([pooled, pooled])
    value = method(batch, Step(0, 0.5, generator_of(0, 0)))["global"].item()
    others = np.exp(pooled.numpy() @ pooled.numpy().T / 0.1).sum(1)
    others[0] -= np.exp(10)
    others[-1] -= np.exp(10)
    assert value == pytest.approx(np.mean(np.log(others) - 10), rel=1e-4)


@pytest.fixture(scope="module")
def circled(tmp_path_factory):
    config = CollectConfig("turntable", tmp_path_factory.mktemp("circled") / "data", image_size=48)
    objects = {"train_objects": 8, "val_objects": 0, "test_objects": 0}
    run_collect(config, WORLDS.load("turntable").Config(**objects, azimuths=4, depth=True))
    return config.out


def test_a_training_learns_to_find_points(circled, few_steps, tmp_path):
    config = few_steps(
        circled, out=tmp_path / "run", images=1600, trunk_settings={"width": 0.2, "fc_dim": 32}
    )
    run_train(config, "dense-infonce", DenseInfoNCE.Config(augmentation=IDENTITY))
    lines = [json.loads(x) for x in (config.out / "metrics.jsonl").read_text().splitlines()]
    logged = [line for line in lines if "dense" in line]
    assert logged[-1]["dense"] < logged[0]["dense"] - 0.6
    assert np.mean([line["found"] for line in logged[-3:]]) > 1.5 / AMONG
    assert all(line["matched"] > 0.3 for line in logged)
