"""Losses against analytic cases and loops that spell them out."""

import math

import pytest
import torch
from sklearn.metrics import log_loss
from sklearn.metrics.pairwise import cosine_similarity

from embodied_ssl.collapse import spread
from embodied_ssl.losses import (
    cosine_embedding,
    equivariance,
    info_nce,
    masked_grasp,
    minimum_motion_hinge,
    nt_xent,
    queue_info_nce,
    ranking_hinge,
    relative_error,
    temporal_coherence,
)


def test_nt_xent_agrees_with_a_loop_over_the_views():
    first, second = torch.randn(2, 6, 5, generator=torch.Generator().manual_seed(0))
    views = torch.cat([first, second]).numpy()
    similarity = cosine_similarity(views) / 0.3
    total = 0.0
    for i in range(12):
        others = [math.exp(similarity[i, j]) for j in range(12) if j != i]
        total -= math.log(math.exp(similarity[i, (i + 6) % 12]) / sum(others))
    assert nt_xent(first, second, 0.3).item() == pytest.approx(total / 12, rel=1e-5)


def test_nt_xent_of_collapsed_views_is_the_logarithm_of_the_choices():
    same = torch.ones(8, 4)
    assert nt_xent(same, same, 0.1).item() == pytest.approx(math.log(15), rel=1e-5)


def test_nt_xent_of_separate_objects_is_near_zero_and_symmetric():
    eye = torch.eye(8)
    assert nt_xent(eye, 3 * eye, 0.05).item() < 1e-6
    first, second = torch.randn(2, 8, 4, generator=torch.Generator().manual_seed(1))
    assert torch.isclose(nt_xent(first, second, 0.2), nt_xent(second, first, 0.2))


def test_cosine_embedding_agrees_with_torch():
    first, second = torch.randn(2, 7, 5, generator=torch.Generator().manual_seed(0))
    pairs = torch.cat([first, first]), torch.cat([second, second.roll(1, dims=0)])
    signs = torch.cat([torch.ones(7), -torch.ones(7)])
    expected = torch.nn.CosineEmbeddingLoss(margin=0.1)(*pairs, signs)
    assert torch.isclose(cosine_embedding(first, second, margin=0.1), expected)


def test_masked_grasp_agrees_with_the_log_loss_of_the_executed_angles():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(9, 18, 2, generator=generator)
    angle = torch.randint(18, (9,), generator=generator)
    success = torch.tensor([0, 1, 1, 0, 1, 0, 0, 1, 1])
    chosen = [logits[i, angle[i]].double().softmax(0).tolist() for i in range(9)]
    expected = log_loss(success.numpy(), chosen)
    assert masked_grasp(logits, angle, success).item() == pytest.approx(expected, rel=1e-5)


def test_masked_grasp_leaves_other_angles_without_a_gradient():
    logits = torch.zeros(2, 18, 2, requires_grad=True)
    masked_grasp(logits, torch.tensor([3, 17]), torch.tensor([0, 1])).backward()
    touched = logits.grad.abs().sum(2).nonzero().tolist()
    assert touched == [[0, 3], [1, 17]]


def test_info_nce_counted_by_hand():
    foretold = torch.tensor([[2.0, 0.0], [0.0, 0.5]])
    found = torch.tensor([[1.0, 0.0], [3.0, 4.0]])
    expected = -(math.log(math.e**2 / (math.e**2 + math.e**1.2))
                 + math.log(math.e**1.6 / (math.e**0 + math.e**1.6))) / 2  # fmt: skip
    assert info_nce(foretold, found, 0.5).item() == pytest.approx(expected, rel=1e-5)


def test_info_nce_has_no_negatives_in_its_own_group():
    foretold, found = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(0))
    group = torch.tensor([0, 0, 1, 2, 2, 2])
    cosine = torch.cosine_similarity(foretold[:, None], found[None], dim=2)
    expected = 0.0
    for i in range(6):
        others = [j for j in range(6) if j == i or group[j] != group[i]]
        expected += torch.logsumexp(cosine[i, others] / 0.2, 0) - cosine[i, i] / 0.2
    torch.testing.assert_close(info_nce(foretold, found, 0.2, group), expected / 6)


def test_queue_info_nce_agrees_with_a_loop_over_the_keys():
    generator = torch.Generator().manual_seed(0)
    query, key = torch.randn(2, 5, 4, generator=generator)
    queue = torch.randn(9, 4, generator=generator)
    to_key, to_queue = cosine_similarity(query, key), cosine_similarity(query, queue)
    total = 0.0
    for i in range(5):
        own = math.exp(to_key[i, i] / 0.3)
        total -= math.log(own / (own + sum(math.exp(value / 0.3) for value in to_queue[i])))
    assert queue_info_nce(query, key, queue, 0.3).item() == pytest.approx(total / 5, rel=1e-5)


def test_queue_info_nce_of_the_best_and_of_collapsed_features():
    same, queue = torch.ones(3, 8), torch.ones(15, 8)
    assert queue_info_nce(same, 2 * same, queue, 0.2).item() == pytest.approx(math.log(16))
    query, apart = torch.eye(8)[:3], torch.eye(8)[3:]  # every key is orthogonal to the queue
    expected = math.log(1 + 5 * math.exp(-1 / 0.2))
    assert queue_info_nce(query, query, apart, 0.2).item() == pytest.approx(expected, rel=1e-5)


def test_spread_is_none_of_one_direction_and_one_of_all():
    z = torch.randn(20_000, 16, generator=torch.Generator().manual_seed(0))
    assert spread(z).item() == pytest.approx(1, abs=0.01)
    lengths = torch.rand(50, 1, generator=torch.Generator().manual_seed(1)) + 0.1
    assert spread(lengths * torch.ones(50, 16)).item() == pytest.approx(0, abs=1e-5)
    signs = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    assert spread(signs).item() == pytest.approx((4 / 3) ** 0.5)  # unbiased, as Tensor.std is


def test_equivariance_agrees_with_a_loop_over_pairs_and_patterns():
    generator = torch.Generator().manual_seed(0)
    predicted, target = torch.randn(2, 5, 3, 4, generator=generator)
    target, pattern = target[:, 0], torch.tensor([0, 2, 1, 1, 0])
    total = 0.0
    for i in range(5):
        for g in range(3):
            distance = math.dist(predicted[i, g].tolist(), target[i].tolist())
            total += distance if g == pattern[i] else max(0.0, 2.5 - distance) / 2
    loss = equivariance(predicted, target, pattern, margin=2.5)
    assert loss.item() == pytest.approx(total / 5, rel=1e-5)


def test_equivariance_is_nothing_where_the_right_map_alone_is_right():
    target = torch.zeros(4, 6)
    predicted = torch.full((4, 3, 6), 9.0)
    predicted[:, 1] = 0
    assert equivariance(predicted, target, torch.ones(4, dtype=torch.long)).item() == 0


def test_the_relative_error_is_the_part_that_is_left():
    before, after = torch.zeros(2, 2), torch.tensor([[3.0, 4.0], [0.0, 0.4]])
    foretold = torch.tensor([[3.0, 2.0], [0.0, 0.4]])
    assert relative_error(before, foretold, after).item() == pytest.approx(2 / 5.1 / 2)


def test_features_that_move_enough_cost_nothing():
    first = torch.zeros(3, 2)
    second = torch.tensor([[0.0, 0.0], [0.3, 0.4], [3.0, 4.0]])
    assert minimum_motion_hinge(first, second, 0.8).item() == pytest.approx((0.8 + 0.3) / 3)


@pytest.mark.parametrize("norm", [1, 2])
def test_neighbours_in_time_counted_by_hand(norm):
    first = torch.tensor([[0.0, 0.0], [6.0, 8.0]])
    second = torch.tensor([[3.0, 4.0], [6.0, 8.0]])
    near = {1: 7, 2: 5}[norm] / 2
    # Row 0 is 14 (l1) or 10 (l2) from row 1 of the second, row 1 is 7 or 5 from its row 0.
    far = {1: max(0, 9 - 14) + (9 - 7), 2: max(0, 9 - 10) + (9 - 5)}[norm] / 2
    assert temporal_coherence(first, second, 9.0, norm).item() == pytest.approx(near + far)


def test_the_ranking_hinge_of_one_other_patch_and_of_the_hardest():
    similarity = torch.tensor([[0.9, 0.1, 0.6], [0.2, 0.5, 0.4], [-1.0, 0.0, 1.0]])
    one = (0 + 0.4 + 0) / 3  # the next query's: .1 - .9, .4 - .5, -1 - 1, each plus .5
    assert ranking_hinge(similarity, 0.5).item() == pytest.approx(one)
    hardest = (0.2 + 0.4 + 0) / 3
    assert ranking_hinge(similarity, 0.5, 1).item() == pytest.approx(hardest)
    two = (0.2 + 0 + 0.4 + 0.2 + 0 + 0) / 6
    assert ranking_hinge(similarity, 0.5, 2).item() == pytest.approx(two)
    assert ranking_hinge(similarity, 0.5, 9).item() == pytest.approx(two)
