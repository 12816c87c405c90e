"""Losses agree with those of lightly, where it is installed: ``scripts/parity`` sees to it."""

import pytest
import torch

from embodied_ssl.joint_losses import (
    barlow_twins,
    negative_cosine,
    sinkhorn,
    swapped_cross_entropy,
    vicreg,
)
from embodied_ssl.losses import masked_prediction, nt_xent, queue_info_nce

pytest.importorskip("lightly", reason="lightly is not installed: scripts/parity installs it")
from lightly import loss as theirs
from lightly.models.utils import normalize_mean_var

CLOSE = {"rtol": 0, "atol": 1e-5}


@pytest.fixture(params=range(5))
def drawn(request):
    """Random features of so many (views, images, dimensions); others for each seed."""
    generator = torch.Generator().manual_seed(request.param)
    return lambda *shape: torch.randn(shape, generator=generator)


@pytest.mark.parametrize("temperature", [0.1, 0.2, 0.5])
def test_nt_xent(drawn, temperature):
    z1, z2 = drawn(2, 32, 16)
    torch.testing.assert_close(
        nt_xent(z1, z2, temperature), theirs.NTXentLoss(temperature)(z1, z2), **CLOSE
    )


def test_info_nce_with_a_queue(drawn):
    query, key, queue = drawn(16, 8), drawn(16, 8), drawn(64, 8)
    loss = theirs.NTXentLoss(0.2, memory_bank_size=(64, 8))
    loss.memory_bank.bank = torch.nn.functional.normalize(queue, dim=1)  # (K, D)
    torch.testing.assert_close(queue_info_nce(query, key, queue, 0.2), loss(query, key), **CLOSE)


def test_negative_cosine_of_byol_and_simsiam(drawn):
    p, z = drawn(2, 32, 16)
    ours = negative_cosine(p, z)
    torch.testing.assert_close(ours, theirs.NegativeCosineSimilarity()(p, z), **CLOSE)


def test_barlow_twins(drawn):
    z1, z2 = drawn(2, 64, 16)
    ours = barlow_twins(z1, z2, 0.005)
    torch.testing.assert_close(ours, theirs.BarlowTwinsLoss(0.005)(z1, z2), **CLOSE)


def test_vicreg(drawn):
    z1, z2 = 0.3 * drawn(2, 64, 16)
    ours = vicreg(z1, z2, 25.0, 25.0, 1.0)
    torch.testing.assert_close(ours, theirs.VICRegLoss()(z1, z2), **CLOSE)


def test_swav(drawn):
    scores = drawn(5, 32, 12).tanh()  # two large crops, three small ones
    codes = torch.stack([sinkhorn(each, 0.05) for each in scores[:2]])
    ours = swapped_cross_entropy(scores, codes, 0.1)
    loss = theirs.SwaVLoss(temperature=0.1, sinkhorn_epsilon=0.05)
    expected = loss(list(scores[:2]), list(scores[2:])).squeeze()
    torch.testing.assert_close(ours, expected, **CLOSE)


def test_dino(drawn):
    teacher, student, centre = drawn(2, 16, 24), drawn(5, 16, 24), drawn(24)
    target = ((teacher - centre) / 0.04).softmax(2)
    loss = theirs.DINOLoss(24, teacher_temp=0.04, warmup_teacher_temp=0.04)
    loss.center.copy_(centre.expand_as(loss.center))
    expected = loss(list(teacher), list(student), epoch=100)
    torch.testing.assert_close(swapped_cross_entropy(student, target, 0.1), expected, **CLOSE)


def test_mae(drawn):
    predicted, pixels = drawn(4, 9, 27), drawn(4, 9, 27)
    mask = (torch.arange(9).expand(4, 9) % 3 > 0).float()  # as many in each image
    seen = mask.bool()
    expected = torch.nn.MSELoss()(predicted[seen], normalize_mean_var(pixels[seen]))
    torch.testing.assert_close(masked_prediction(predicted, pixels, mask), expected, **CLOSE)
