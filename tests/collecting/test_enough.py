"""Less than was asked for is an error, never a short dataset."""

from types import SimpleNamespace

import pytest

from embodied_ssl.cli import run
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.turntable import Turntable


@pytest.mark.parametrize(
    ("world", "options", "trouble"),
    [
        ("Counting", {"rows": 10}, "nothing-all"),
        ("Counting", {"rows": 100, "steps": 1}, "nothing-7"),  # 99 rows in 100 episodes
        ("Numbered", {"episodes": 3}, "nothing-2"),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_episodes_that_yield_too_little_end_with_one_line(
    counting, tmp_path, capfd, world, options, trouble, workers
):
    (tmp_path / trouble).touch()
    config = CollectConfig(f"counting:{world}", tmp_path / "out", workers, image_size=16)
    own = getattr(counting, world).Config(trouble=str(tmp_path), **options)
    assert run(lambda: run_collect(config, own)) == 2
    error = capfd.readouterr().err
    assert error.splitlines()[-1].startswith("error: ") and error.count("error: ") == 1
    assert "fewer than were asked for" in error and "--seed 0" in error
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_an_episode_without_a_row_now_and_then_is_no_fault(counting, tmp_path):
    for episode in range(19):
        (tmp_path / f"nothing-{episode}").touch()
    config = CollectConfig("counting:Counting", tmp_path / "out", image_size=16)
    run_collect(config, counting.Counting.Config(rows=10, trouble=str(tmp_path)))
    assert list((tmp_path / "out").rglob("*.parquet"))


@pytest.mark.parametrize(
    ("val", "test", "said"),
    [
        (2, 9, "--val-objects 5: there are 2 val objects; ask for --val-objects 2"),
        (5, 0, "--test-objects 7: there are 0 test objects; add some"),
    ],
)
def test_a_folder_with_fewer_objects_than_asked_for_says_how_many(val, test, said):
    env = SimpleNamespace(
        names=[("val", i) for i in range(val)] + [("test", i) for i in range(test)]
    )
    with pytest.raises(UserError, match=said):
        Turntable(Turntable.Config(val_objects=5, test_objects=7)).check_enough(env)
