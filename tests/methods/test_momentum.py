"""A momentum copy follows its module by the rate that is asked for, and by nothing else."""

import copy

import torch
from torch import nn

from embodied_ssl.methods.momentum import MomentumCopy


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))


def change(net):
    with torch.no_grad():
        for weights in net.parameters():
            weights.add_(torch.randn_like(weights))


def test_its_weights_are_the_moving_average_of_the_modules():
    net = network()
    follower = MomentumCopy(net)
    expected = [weights.detach().double().numpy() for weights in copy.deepcopy(net).parameters()]
    for _ in range(5):
        change(net)
        follower.update(net, 0.1)
        now = [weights.detach().double().numpy() for weights in net.parameters()]
        expected = [0.9 * old + 0.1 * new for old, new in zip(expected, now, strict=True)]
    for found, average in zip(follower.parameters(), expected, strict=True):
        torch.testing.assert_close(found, torch.tensor(average).float())


def test_at_rate_0_it_stays_and_at_1_it_takes_the_weights_over():
    net = network()
    follower, first = MomentumCopy(net), copy.deepcopy(net)
    change(net)
    for rate, expected in ((0.0, first), (1.0, net)):
        follower.update(net, rate)
        for own, theirs in zip(follower.parameters(), expected.parameters(), strict=True):
            assert torch.equal(own, theirs)


def test_it_shares_no_tensor_and_learns_nothing_by_gradients():
    net = network()
    follower = MomentumCopy(net)
    known = {tensor.data_ptr() for tensor in net.state_dict().values()}
    assert not known & {tensor.data_ptr() for tensor in follower.state_dict().values()}
    assert follower.state_dict().keys() == {f"module.{name}" for name in net.state_dict()}
    x = torch.randn(5, 3, requires_grad=True)
    assert not any(weights.requires_grad for weights in follower.parameters())
    assert not follower(x).requires_grad


def test_its_batch_norm_counts_its_own_features():
    net = network()
    follower = MomentumCopy(net)
    change(net)
    x = torch.randn(64, 3) + 5
    for _ in range(100):
        net(x), follower(x)
    follower.update(net, 0.0)
    torch.testing.assert_close(follower.module[1].running_mean, follower.module[0](x).mean(0), atol=1e-3, rtol=0)
    assert not torch.allclose(follower.module[1].running_mean, net[1].running_mean, atol=0.1)
