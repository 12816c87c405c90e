"""What embeddings are compared by stays float32 where a training computes in bfloat16."""

from functools import partial

import pytest
import torch

from embodied_ssl import joint_losses, losses
from embodied_ssl.methods.contrastive.scores import CriticScore
from embodied_ssl.methods.heads import Prototypes
from embodied_ssl.methods.motion.egomotion import EgoMotion
from embodied_ssl.products import float32_product
from embodied_ssl.trunks import AlexNet

N, D = 16, 8


def embeddings():
    return torch.randn(3, N, D, generator=torch.Generator().manual_seed(0))


def built(cls, *settings):
    torch.manual_seed(0)
    return cls(*settings)


def moved(z):
    """What the maps of ego-motion make of features that a motion hardly changes."""
    method = built(EgoMotion, AlexNet(0.1, D), EgoMotion.Config(), 32)
    return method.predictions(z)


COMPARISONS = {
    "product": lambda a, b, c: float32_product(a, b.T),
    "nt_xent": lambda a, b, c: losses.nt_xent(a, b, 0.1),
    "info_nce": lambda a, b, c: losses.info_nce(a, b, 0.1),
    "queue_info_nce": lambda a, b, c: losses.queue_info_nce(a, b, c, 0.1),
    "barlow_twins": lambda a, b, c: joint_losses.barlow_twins(a, b, 0.1),
    "vicreg": lambda a, b, c: joint_losses.vicreg(a, b, 25, 25, 1),
    "sigreg": lambda a, b, c: joint_losses.sigreg(a, torch.eye(D)),
    "prototypes": lambda a, b, c: built(Prototypes, D, 5)(a),
    "ego-motion": lambda a, b, c: moved(a),
} | {
    kind: partial(lambda a, b, c, kind: built(CriticScore, kind, D, 0.1)(a, b), kind=kind)
    for kind in ("cosine", "bilinear", "mlp", "distance")
}


@pytest.mark.parametrize("compare", COMPARISONS.values(), ids=COMPARISONS)
def test_autocast_changes_nothing(compare):
    expected = compare(*embeddings())
    with torch.autocast("cpu", torch.bfloat16):
        found = compare(*embeddings())
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
