"""What MoCo promises beyond the contract of all methods."""

import pytest
import torch
import torch.nn.functional as F

from embodied_ssl.augment import augment
from embodied_ssl.data import Dataset
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.contrastive import moco
from embodied_ssl.methods.contrastive.moco import MoCo
from embodied_ssl.sampling import generator_of
from embodied_ssl.training.optim import open_optimizer
from embodied_ssl.trunks import build_trunk

BATCH, SIZE, QUEUE = 16, 32, 128


@pytest.fixture
def method():
    torch.manual_seed(0)
    config = MoCo.Config(queue=QUEUE, hidden=64, projection=32)
    return MoCo(build_trunk("alexnet", width=0.1, fc_dim=32), config, SIZE).train()


@pytest.fixture
def sampler(method, tabletop_dir):
    return method.open_sampler({"tabletop": Dataset.open(tabletop_dir).cache()}, BATCH, 0)


def moment(number):
    return Step(number, 0.0, generator_of(0, number))


def train(method, sampler, steps):
    """Losses and spreads of so many steps."""
    optimizer = open_optimizer(method, method.recipe)
    found = []
    for number in range(steps):
        step = moment(number)
        outputs = method(method.prepare(sampler(number), step), step)
        optimizer.zero_grad()
        outputs["loss"].backward()
        optimizer.step()
        method.after_step(step)
        found.append((outputs["loss"].item(), outputs["embedding_spread"].item()))
    return torch.tensor(found).T


def test_training_lowers_the_loss_and_does_not_collapse(method, sampler):
    loss, spread = train(method, sampler, 200)
    full = slice(QUEUE // BATCH, QUEUE // BATCH + 20)  # the queue's random vectors are gone
    assert loss[-20:].mean() < loss[full].mean() - 0.08  # 0.15 was measured
    assert spread[-20:].min() > 0.25  # 0.1 to 0.2 soon after the start


def test_the_queue_changes_after_the_step_alone(method, sampler):
    before = method.queue.keys.clone()
    step = moment(0)
    outputs = method(method.prepare(sampler(0), step), step)
    outputs["loss"].backward()
    assert torch.equal(method.queue.keys, before)
    method.after_step(step)
    torch.testing.assert_close(method.queue.keys[:BATCH], F.normalize(method.keys, dim=1))
    assert torch.equal(method.queue.keys[BATCH:], before[BATCH:])


def test_keys_come_from_the_copy_without_gradients(method, sampler):
    step = moment(0)
    batch = method.prepare(sampler(0), step)
    method(batch, step)["loss"].backward()
    assert not method.keys.requires_grad
    assert all(weights.grad is None for weights in method.key_encoder.parameters())
    with torch.no_grad():  # at first the copy is the encoder
        same = method.project(method.trunk(batch["keys"]))
    torch.testing.assert_close(method.keys, same)


def test_the_copy_keeps_its_momentum_of_the_old_weights(method, sampler):
    old = [weights.clone() for weights in method.key_encoder.parameters()]
    train(method, sampler, 1)
    now = [*method.trunk.parameters(), *method.project.parameters()]
    pairs = zip(method.key_encoder.parameters(), old, now, strict=True)
    for own, before, theirs in pairs:
        torch.testing.assert_close(own, 0.99 * before + 0.01 * theirs)
    assert method.exported is method.trunk


def test_both_passes_are_paid_for(method, sampler):
    assert method.cost(method.prepare(sampler(0), moment(0))) == 2 * BATCH


VERSION_3 = MoCo.Config(version=3, hidden=64, projection=32)


def test_version_1_compares_linear_projections_sharply_and_does_not_blur(sampler, monkeypatch):
    trunk = build_trunk("alexnet", width=0.1, fc_dim=32)
    method = MoCo(trunk, MoCo.Config(version=1, queue=QUEUE), SIZE)
    assert isinstance(method.project, torch.nn.Linear) and method.temperature == 0.07
    seen = []
    monkeypatch.setattr(moco, "augment", lambda *a: seen.append(a[2]) or augment(*a))
    method.prepare(sampler(0), moment(0))
    assert seen[0].blur == 0


def test_version_3_is_infonce_of_both_directions_among_the_batch(sampler):
    torch.manual_seed(0)
    method = MoCo(build_trunk("alexnet", width=0.1, fc_dim=32), VERSION_3, SIZE).train()
    batch = method.prepare(sampler(0), moment(0))
    first, second = batch["images"].chunk(2)
    torch.testing.assert_close(batch["keys"], torch.cat([second, first]))
    stages = method.encode(batch)
    outputs = method.loss(stages, batch, moment(0))
    query = F.normalize(method.predict(method.project(method.trunk.pool(stages))), dim=1)
    key = F.normalize(method.key_encoder.module(batch["keys"]), dim=1)
    own = torch.arange(BATCH)
    halves = zip(query.chunk(2), key.chunk(2), strict=True)
    plain = sum(F.cross_entropy(q @ k.T / 0.2, own) for q, k in halves)
    torch.testing.assert_close(outputs["loss"], 2 * 0.2 * plain)
    assert not hasattr(method, "queue") and method.bound_to_budget
    assert method.cost(batch) == 4 * BATCH


def test_in_version_3_the_momentum_rises_to_one(sampler):
    method = MoCo(build_trunk("alexnet", width=0.1, fc_dim=32), VERSION_3, SIZE)
    before = [weights.clone() for weights in method.key_encoder.parameters()]
    with torch.no_grad():
        for weights in method.trunk.parameters():
            weights.add_(1)
    method.after_step(Step(0, 1.0, generator_of(0, 0)))
    pairs = zip(before, method.key_encoder.parameters(), strict=True)
    assert all(torch.equal(old, own) for old, own in pairs)


def test_in_version_3_a_vit_keeps_its_patch_embedding():
    method = MoCo(build_trunk("vit", dim=24, depth=2, heads=2), VERSION_3, SIZE)
    trained = {id(weights) for group in method.param_groups() for weights in group["params"]}
    assert not trained & {id(weights) for weights in method.trunk.embed.parameters()}
    assert id(method.trunk.blocks[0].attn.qkv.weight) in trained
