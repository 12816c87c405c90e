"""Objects found by attention: scores of attention that is known, and what cannot be judged."""

import numpy as np
import pytest
import torch

from embodied_ssl.data.masked import MaskedImages
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.frozen import TrunkModel
from embodied_ssl.evaluation.protocols.attention import Attention, jaccard, segmented
from embodied_ssl.trunks import build_trunk


@pytest.fixture
def protocol(masked_dir):
    return Attention(Attention.Config(), str(masked_dir), None, 0)


@pytest.fixture
def model():
    trunk = build_trunk("vit", dim=24, depth=2, heads=2, patch=8)
    return TrunkModel("vit", trunk, torch.device("cpu"))


def looking(model, protocol, monkeypatch, *heads):
    """The model judged while each head looks where an image (N, 6, 6) says."""
    heads = torch.stack([torch.as_tensor(head) for head in heads], dim=1).float()
    monkeypatch.setattr(type(model.trunk), "attention", lambda self, x: heads)
    return protocol.judge(model)


def coarse(objects):
    """How much of each patch of 8 x 8 is object, (N, 6, 6)."""
    return objects.reshape(-1, 6, 8, 6, 8).mean((2, 4))


def test_a_head_that_looks_at_the_objects_alone_is_right(protocol, model, monkeypatch):
    objects = coarse(protocol.judged.objects)
    nothing = np.roll(objects, 3, axis=2)
    told = looking(model, protocol, monkeypatch, nothing, objects)
    patches = torch.from_numpy(protocol.judged.objects)
    expected = jaccard(segmented(torch.from_numpy(objects)[:, None], 48), patches).mean()
    assert told["best_head"] == pytest.approx(float(expected)) and told["best_head"] > 0.5
    assert told["low"] <= told["best_head"] <= told["high"]
    assert looking(model, protocol, monkeypatch, nothing, nothing)["best_head"] == 0
    assert told["mean_head"] < told["best_head"]


def test_jaccard_is_intersection_over_union():
    found, there = torch.zeros(1, 2, 4, 4, dtype=torch.bool), torch.zeros(1, 4, 4, dtype=torch.bool)
    there[0, :, :2] = True
    found[0, 0, :2] = True
    found[0, 1] = there[0]
    assert jaccard(found, there).tolist() == [[pytest.approx(4 / 12), 1.0]]


def test_the_whole_image_is_as_good_as_objects_are_large(protocol):
    told = protocol.references()["the whole image"]
    assert told["best_head"] == pytest.approx(protocol.judged.objects.mean())


def test_test_images_are_judged_and_no_others(masked_dir, protocol):
    judged = MaskedImages.open(str(masked_dir), None, 2000)
    assert judged.split == "test" and len(judged.images) == 6 == len(judged.others)
    assert set(judged.episode) == {1, 3, 5, 7, 9, 11}
    assert (judged.objects == (judged.images[..., 0] > 100)).all()
    assert len(MaskedImages.open(str(masked_dir), 24, 3).images) == 3
    assert protocol.counts == {"test images": 6}


def test_a_network_without_attention_is_one_line(protocol):
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    with pytest.raises(UserError, match=r"alexnet has no attention.*--trunk vit"):
        protocol.judge(TrunkModel("alexnet", trunk, torch.device("cpu")))


def test_photos_are_one_line():
    with pytest.raises(UserError, match="has no masks: give a dataset collected with --masks"):
        Attention(Attention.Config(), "folder:photos", None, 0)


def test_a_dataset_without_masks_is_one_line(turntable_dir):
    with pytest.raises(UserError, match=r"stores no masks.*--masks"):
        Attention(Attention.Config(), str(turntable_dir), None, 0)
