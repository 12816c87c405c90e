"""Grasps that a trained head chooses: which it chooses, what is recorded, what is refused."""

from pathlib import Path

import numpy as np
import pytest

from embodied_ssl.collecting import shard
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.grasp_policy import RunPolicy
from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.replaying.command import verify
from embodied_ssl.replaying.stored import spec_of
from embodied_ssl.training.command import run_train
from embodied_ssl.worlds.tabletop import Tabletop
from embodied_ssl_envs.frames import Frame
from embodied_ssl_envs.tabletop.env import TabletopEnv
from embodied_ssl_envs.tabletop.explorer import Interaction
from embodied_ssl_envs.tabletop.learned_grasps import CANDIDATES, LearnedGrasps
from embodied_ssl_envs.tabletop.perception import Region

ANGLE = 5  # that the policy of a test believes in


@pytest.fixture(scope="module")
def robot(tabletop_dir, few_steps, tmp_path_factory):
    """A run of curious-robot, of very few steps."""
    config = few_steps(tabletop_dir, out=tmp_path_factory.mktemp("runs") / "robot")
    return str(run_train(config, "curious-robot"))


def collected(folder: Path, **options) -> Dataset:
    run_collect(CollectConfig("tabletop", folder, image_size=32), Tabletop.Config(**options))
    return Dataset.open(folder)


def grasps_of(learned: LearnedGrasps, episode: int = 0) -> list[dict]:
    """The records of the grasps of an episode that the explorer plays."""
    env = TabletopEnv(image_size=32, learned_grasps=learned)
    observation, info = env.reset(seed=1, options={"episode": episode})
    policy, records, over = env.explorer(episode), [], False
    while not over and (action := policy(observation, info)) is not None:
        observation, _, terminated, truncated, info = env.step(action)
        over = terminated or truncated
        if action["interaction"] == Interaction.GRASP:
            records.append(info["record"])
    env.close()
    return records


def test_the_grasp_in_which_the_policy_believes_most_is_made():
    asked = []

    def policy(crops):
        """Believes in an angle, and in the last crop most."""
        asked.append(crops)
        probability = np.full((len(crops), 18), 0.1)
        probability[:, ANGLE] = np.linspace(0.2, 0.9, len(crops))
        return probability

    records = grasps_of(LearnedGrasps(policy, random=0))
    assert records and len(asked) == len(records)
    for crops, record in zip(asked, records, strict=True):
        assert len(crops) == CANDIDATES and record["angle"] == ANGLE
        # What the policy saw there is what the record has: it is asked for what it has learned.
        assert np.array_equal(crops[-1], record["before"])


@pytest.mark.parametrize("part", [0.0, 0.3, 1.0])
def test_a_part_of_the_grasps_stays_random(part):
    class World:
        """Shows nothing."""

        image_size = 1

        def reachable_pixel(self, point):
            return point

        def crop(self, pixel, width):
            return pixel

        def render(self, camera):
            return Frame(np.zeros((8, 8, 3), np.uint8), np.ones((8, 8)), None)

    def policy(crops):
        return np.eye(18)[[ANGLE] * len(crops)]

    learned, rng = LearnedGrasps(policy, part), np.random.default_rng(0)
    region = Region(np.zeros(2), rng.random((9, 2)), 0.1)
    told = [learned.choose(World, rng, region, np.zeros(2), ANGLE + 1)[1] for _ in range(400)]
    assert set(told) <= {ANGLE, ANGLE + 1}
    assert np.mean(np.array(told) != ANGLE) == pytest.approx(part, abs=0.07)


def test_a_run_says_how_probable_success_is(robot, tabletop_dir):
    cache = Dataset.open(tabletop_dir).cache()
    crops = cache.frames[cache.index["before"][cache.rows["interaction"] == "grasp"]][:5]
    probability = RunPolicy(robot)(crops)
    assert probability.shape == (5, 18) and ((probability > 0) & (probability < 1)).all()
    assert np.ptp(probability, axis=0).max() > 0 and np.ptp(probability, axis=1).max() > 0


def test_a_dataset_names_the_weights_of_its_policy_and_is_replayed(robot, tmp_path, monkeypatch):
    monkeypatch.setattr(shard, "ROWS", 3)
    options = {"interactions": 4, "grasp_policy": robot, "random_grasps": 0.5}
    dataset = collected(tmp_path / "data", **options)
    settings = dataset.manifest.settings
    assert settings["grasp_policy"] == RunPolicy(robot).digest and settings["random_grasps"] == 0.5
    assert "torch" in dataset.manifest.versions
    assert not verify(dataset, spec_of(dataset)).first
    more = collected(tmp_path / "data", **options | {"interactions": 5})
    assert more.num_rows == 5
    other = collected(tmp_path / "random", interactions=1)
    assert {"grasp_policy", "random_grasps"}.isdisjoint(other.manifest.settings)


def test_a_policy_that_has_learned_on_is_another_one(robot, tabletop_dir, few_steps, tmp_path):
    config = few_steps(tabletop_dir, out=tmp_path / "robot", images=32)
    run = str(run_train(config, "curious-robot"))
    collected(tmp_path / "data", interactions=2, grasp_policy=run)
    further = few_steps(tabletop_dir, out=tmp_path / "robot", images=64, extend=True)
    run_train(further, "curious-robot")
    with pytest.raises(UserError, match="grasp_policy"):
        collected(tmp_path / "data", interactions=3, grasp_policy=run)


def test_what_cannot_choose_a_grasp_is_refused(tmp_path, tabletop_dir, few_steps):
    with pytest.raises(UserError, match="no run"):
        collected(tmp_path / "data", interactions=2, grasp_policy=str(tmp_path / "nothing"))
    identity = few_steps(tabletop_dir, out=tmp_path / "identity")
    run = str(run_train(identity, "identity", load_method_class("identity").Config()))
    with pytest.raises(UserError, match="has not learned to grasp"):
        collected(tmp_path / "data", interactions=2, grasp_policy=run)
    with pytest.raises(UserError, match="--random-grasps must be from 0 to 1, not 2"):
        Tabletop.Config(grasp_policy=run, random_grasps=2)
    with pytest.raises(UserError, match="--random-grasps is the rest"):
        Tabletop.Config(random_grasps=0.5)
