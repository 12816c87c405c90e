"""Heads against what they say they are."""

import torch
import torch.nn.functional as F

from embodied_ssl.methods.heads import Prototypes, prediction_head


def test_prototypes_give_cosines_whatever_the_lengths():
    torch.manual_seed(0)
    head, features = Prototypes(6, 4), torch.randn(5, 6)
    cosine = F.cosine_similarity(features[:, None], head.weight[None], dim=2)
    torch.testing.assert_close(head(features), cosine)
    torch.testing.assert_close(head(7 * features), cosine)
    with torch.no_grad():
        head.weight.mul_(torch.tensor([[0.1], [2.0], [3.0], [50.0]]))
    torch.testing.assert_close(head(features), cosine)


def test_a_prediction_has_the_dimensions_of_a_projection():
    head = prediction_head(6, 3)
    assert head(torch.randn(4, 6)).shape == (4, 6)
    assert [tuple(p.shape) for p in head.parameters() if p.dim() > 1] == [(3, 6), (6, 3)]
