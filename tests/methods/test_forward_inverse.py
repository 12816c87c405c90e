"""Forward and inverse model: bins, losses and conditions against what can be worked out by hand."""

import dataclasses

import pytest
import torch

from embodied_ssl.augment import IDENTITY, Augmentation
from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.interaction.forward_inverse import ForwardInverse, explained
from embodied_ssl.methods.interaction.pushes import PushBins
from embodied_ssl.sampling import generator_of
from embodied_ssl.trunks import build_trunk

SIZE = 48
BINS = PushBins(20, 36, 11, 1.1)
STEP = Step(0, 0.5, generator_of(0, 0))


@pytest.fixture
def method():
    return method_of().eval()  # BatchNorm then couples no samples


def method_of(**settings):
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    return ForwardInverse(trunk, ForwardInverse.Config(**settings), SIZE)


def random_bins(count, seed=0):
    generator = generator_of(seed, 0)
    return {n: torch.randint(k, (count,), generator=generator) for n, k in BINS.counts.items()}


def stages_of(method, pairs):
    """Stages of random images, leaves of the graph."""
    images = torch.rand(2 * pairs, 3, SIZE, SIZE, generator=generator_of(1, 0))
    with torch.no_grad():
        stages = method.encode({"images": images})
    return [maps.requires_grad_() for maps in stages]


def prepared(augmentation, ends):
    """The batch of pushes whose first image is bright where they begin."""
    method = method_of(augmentation=augmentation)
    frames = torch.zeros(len(ends), 3, 80, 80, dtype=torch.uint8)
    for frame, (u, v) in zip(frames, ((ends[:, 0] + 1) * 40).long().tolist(), strict=True):
        frame[:, v - 2 : v + 2, u - 2 : u + 2] = 255
    motion = torch.cat([ends.flatten(1), torch.zeros(len(ends), 1)], dim=1)
    batch = {"first": frames, "second": 255 - frames, "motion": motion}
    batch = method.prepare(batch, Step(0, 0.0, generator_of(0, 2)))
    images = batch["images"] * method.trunk.std + method.trunk.mean
    return images, batch


def test_in_a_mirror_the_column_and_the_angle_are_mirrored():
    push = {"place": [17 * 20 + 6] * 4, "angle": [6] * 4, "length": [6] * 4}  # 65 degrees
    ends = BINS.ends({name: torch.tensor(bins) for name, bins in push.items()})
    _, batch = prepared(dataclasses.replace(IDENTITY, flip=1.0), ends)
    assert batch["place"].tolist() == [17 * 20 + 13] * 4
    assert batch["angle"].tolist() == [11] * 4  # 115 degrees
    assert batch["length"].tolist() == [6] * 4


def test_both_images_and_the_push_share_their_geometry():
    ends = BINS.ends(random_bins(16) | {"place": torch.full((16,), 8 * 20 + 13)})
    images, batch = prepared(Augmentation((0.8, 1.0), 0.5, 3.14, 0, 0, 0, 0), ends)
    before, after = images.chunk(2)
    assert torch.allclose(before, 1 - after, atol=0.01)
    cells = (((BINS.ends(batch)[:, 0] + 1) / 2) * SIZE).long()
    for image, (u, v) in zip(before, cells.tolist(), strict=True):
        assert image[0, v - 2 : v + 3, u - 2 : u + 3].max() > 0.5
    assert len(set(batch["place"].tolist())) > 8


def test_the_losses_are_those_of_the_paper(method):
    count, weight, push = 5, 0.1, random_bins(5)
    stages = stages_of(method, count)
    logged = method.loss(stages, push, STEP)
    maps, pooled = stages[method.features.stage], method.trunk.pool(stages)
    x = method.features(maps, pooled)
    hot = {n: torch.eye(k)[push[n]] for n, k in BINS.counts.items()}
    conditions = {"place": [], "angle": ["place"], "length": ["place", "angle"]}
    expected = {}
    for name, given in conditions.items():
        known = torch.cat([x[:count], x[count:], *(hot[each] for each in given)], dim=1)
        p = method.inverse[name](known).softmax(1)
        expected[name] = -sum(p[i, push[name][i]].log() for i in range(count)) / count
        right = [p[i].argmax().item() == push[name][i].item() for i in range(count)]
        assert logged[f"{name}_accuracy"].item() == pytest.approx(sum(right) / count)
    action = torch.cat([x[:count], *hot.values()], dim=1)
    missed = (x[:count] + method.change(action) - x[count:]).abs().mean()
    expected["forward"] = missed
    expected["explained"] = 1 - missed / (x[:count] - x[count:]).abs().mean()
    inverse = sum(expected[name] for name in conditions)
    expected["loss"] = inverse + weight * missed
    for name, value in expected.items():
        assert logged[name].item() == pytest.approx(value.item(), rel=1e-4, abs=1e-5), name


def test_no_more_is_known_than_the_place_of_the_angle_and_both_of_the_length(method):
    before, after = method.features_of(stages_of(method, 3))
    push = random_bins(3)
    usual = method.push_logits(before, after, push)

    def changed(name):
        other = push | {name: (push[name] + 1) % BINS.counts[name]}
        logits = method.push_logits(before, after, other)
        return {n for n in logits if not torch.allclose(logits[n], usual[n])}

    assert changed("place") == {"angle", "length"}
    assert changed("angle") == {"length"}
    assert changed("length") == set()


@pytest.mark.parametrize("name", ["place", "angle", "length"])
def test_the_forward_model_knows_the_whole_push(method, name):
    before, _ = method.features_of(stages_of(method, 3))
    push = random_bins(3)
    other = push | {name: (push[name] + 1) % BINS.counts[name]}
    found = [method.predict_features(before, each) for each in (push, other)]
    assert not torch.allclose(*found)


@pytest.mark.parametrize("number", ["forward", "place", "angle", "length"])
def test_every_part_teaches_the_features_of_both_images(method, number):
    stages = stages_of(method, 4)
    method.loss(stages, random_bins(4), STEP)[number].backward()
    gradient = stages[method.features.stage].grad.abs().flatten(1).sum(1)
    assert len(gradient) == 8 and (gradient > 0).all()


def test_explained_is_the_part_of_the_change():
    error, change = torch.tensor(0.25), torch.tensor(1.0)
    assert explained(error, change) == 0.75
    assert explained(change, change) == 0
    assert explained(error, torch.tensor(0.0)) == 0


def test_the_predicted_push_is_the_likeliest_given_what_was_chosen(method):
    frames = torch.randint(256, (2, 6, 3, SIZE, SIZE), generator=generator_of(3, 0))
    first, second = frames.byte()
    method.features.scale.running_var.fill_(1e-5)  # so that untrained features differ
    for name in ("angle", "length"):  # and conditions matter
        method.inverse[name][0].weight.data[:, 2 * method.config.features :] *= 100
    images = method.trunk.normalize(torch.cat([first, second]) / 255)
    found = method.predict(images)
    with torch.no_grad():
        x = method.features_of(method.encode({"images": images}))
        known = torch.cat(x, dim=1)
        chosen = {}
        for name, count in BINS.counts.items():
            chosen[name] = method.inverse[name](known).argmax(1)
            known = torch.cat([known, torch.eye(count)[chosen[name]]], dim=1)
    assert torch.allclose(found, BINS.ends(chosen))
    assert len(set(chosen["place"].tolist())) > 1


def test_chance_follows_the_bins():
    method = method_of(grid=5, angles=8, lengths=4)
    assert method.chance == {
        "place_accuracy": 0.04, "angle_accuracy": 0.125, "length_accuracy": 0.25, "explained": 0.0
    }  # fmt: skip


def test_data_with_fewer_than_two_pushes_are_one_line(tabletop_of, tmp_path):
    pushes = iter(range(100))

    def one_push(row):
        return None if row["interaction"] == "push" and next(pushes) else row

    cache = Dataset.open(tabletop_of(tmp_path / "few", 60, one_push)).cache()
    with pytest.raises(UserError, match="hold too few pushes to learn actions from") as said:
        method_of().open_sampler({"tabletop": cache}, 4, 0)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("world", ["rooms", "turntable", "photos"])
def test_it_learns_from_the_tabletop_alone(world):
    with pytest.raises(UserError, match="learns from tabletop data alone"):
        ForwardInverse.require_world(world, "data")
