"""The bound of InfoNCE, where the information is known."""

from math import log

import pytest
import torch

from embodied_ssl.methods.contrastive.bound import information_bound

DIMENSIONS, CORRELATION, PAIRS = 4, 0.9, 4096
INFORMATION = -DIMENSIONS / 2 * log(1 - CORRELATION**2)  # 3.3 nats


@pytest.fixture(scope="module")
def scores():
    """The best there are, log p(y | x) / p(y), of correlated Gaussians."""
    generator = torch.Generator().manual_seed(0)
    x, noise = torch.randn(2, PAIRS, DIMENSIONS, generator=generator).double()
    spread = (1 - CORRELATION**2) ** 0.5
    y = CORRELATION * x + spread * noise
    conditional = torch.distributions.Normal(CORRELATION * x[:, None], spread)
    return (conditional.log_prob(y) - torch.distributions.Normal(0, 1).log_prob(y)).sum(2)


def test_the_bound_rises_with_the_candidates_and_stays_below_the_information(scores):
    bounds = [information_bound(scores, 2**power) for power in range(1, 12)]
    assert all(low < high for low, high in zip(bounds, bounds[1:], strict=False))
    assert all(bound < log(2**power) for power, bound in enumerate(bounds, start=1))
    assert bounds[-1] < INFORMATION + 0.05  # of so many pairs
    assert bounds[-1] == pytest.approx(INFORMATION, abs=0.1)
    assert bounds[2] < log(8) < INFORMATION  # eight cannot show it


def test_who_knows_nothing_shows_nothing():
    assert information_bound(torch.zeros(64, 64), 16) == pytest.approx(0, abs=1e-6)
    known = 50 * torch.eye(64)
    assert information_bound(known, 16) == pytest.approx(log(16), abs=1e-5)
