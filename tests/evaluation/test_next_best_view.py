"""Next-best view: moves of the camera, votes, and an object that one move alone tells."""

import json

import numpy as np
import pytest

from embodied_ssl.data.views import TurntableViews
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import EvaluateConfig, camera_moves, models, run_evaluate
from embodied_ssl.evaluation.camera_moves import MOVES, choose, look, votes
from embodied_ssl.evaluation.move_values import agreement, evidence, move_values, which_move
from embodied_ssl.evaluation.recall import cosine


def views(objects, azimuths=8):
    """Every object from three elevations; even ones are of kind a, odd ones of kind b. Their names
    begin with their kinds, as those of real objects do."""
    place = [(o, e, 360 * a / azimuths) for o in range(objects)
             for e in (30, 45, 60) for a in range(azimuths)]  # fmt: skip
    number, elevation, azimuth = np.array(place).T
    kind = np.array(["a", "b"], object)[number.astype(int) % 2]
    names = np.array([f"made/{k}/{n:05.0f}" for k, n in zip(kind, number, strict=True)], object)
    split = np.where(number < objects / 2, "val", "test").astype(object)
    return TurntableViews(
        np.zeros((len(place), 4, 4, 3), np.uint8), kind, names, split, elevation,
        azimuth, "made for tests",
    )  # fmt: skip


def test_moves_lead_to_the_views_that_they_name():
    seen = views(2)
    pairs = seen.moved(np.arange(48), 1, 0.125)
    assert len(pairs) == 32  # none above the highest
    before, after = pairs.T
    assert (seen.instance[before] == seen.instance[after]).all()
    assert (seen.elevation[after] == seen.elevation[before] + 15).all()
    assert (seen.azimuth[after] == (seen.azimuth[before] + 45) % 360).all()
    assert len(seen.moved(np.arange(48), 0, 0.5)) == 48


def test_votes_are_shares_of_the_nearest():
    rng = np.random.default_rng(0)
    pairs = np.repeat(np.eye(3), 30, axis=0) + rng.normal(0, 0.01, (90, 3))
    shares = votes(cosine(np.eye(3), 5 * pairs), np.repeat([0, 1, 2], 30), 3)
    np.testing.assert_allclose(shares, np.eye(3))
    assert agreement(shares).tolist() == [0, 0, 0]
    assert agreement(np.full((1, 4), 0.25))[0] == pytest.approx(-np.log(4))


def test_the_telling_move_is_chosen():
    """From below two kinds look alike, from the middle they do not: moving up tells them apart."""
    seen = views(40)
    rng = np.random.default_rng(0)
    floor = (seen.elevation - 30) / 15
    sign = np.where(seen.kind == "a", 1.0, -1.0)
    told = np.where(floor == 0, 0.05 * sign, sign)  # faint below, plain above
    z = np.stack([told, floor - 1, np.cos(np.radians(seen.azimuth))], axis=1)
    z += rng.normal(0, [0.25, 0.02, 0.02], z.shape)
    labelled = np.flatnonzero(seen.split == "val")
    judged = np.flatnonzero((seen.split == "test") & (seen.elevation == 30))
    looks = look(z, seen, labelled, judged)
    moves, names = choose(looks, z, seen, labelled), list(MOVES)
    assert looks.right[:, names.index("up")].mean() > 0.95
    assert (moves["chosen"] == names.index("up")).all()
    assert (moves["fixed"] == names.index("up")).all()
    assert looks.after(moves["chosen"]).mean() > np.nanmean(looks.right) + 0.1
    down = names.index("down")  # none is below the lowest
    assert (looks.seen[:, down] == -1).all() and np.isnan(looks.foretold[:, down]).all()
    assert all((move != down).all() for move in moves.values())


def test_pairs_of_views_vote_by_cosine():
    """Against votes of whole pairs, one after the other."""
    seen = views(12)
    rng = np.random.default_rng(0)
    z = rng.normal(size=(len(seen.split), 6)) * rng.uniform(0.5, 2, (len(seen.split), 1))
    labelled, judged = (np.flatnonzero(seen.split == split) for split in ("val", "test"))
    looks, kinds = look(z, seen, labelled, judged), seen.kind_numbers
    for g, move in enumerate(MOVES.values()):
        pairs = np.array([np.hstack([z[a], z[b]]) for a, b in seen.moved(labelled, *move)])
        of = kinds[seen.moved(labelled, *move)[:, 0]]
        for first, second in seen.moved(judged, *move):
            pair = np.hstack([z[first], z[second]])
            cosine = pairs @ pair / np.linalg.norm(pairs, axis=1) / np.linalg.norm(pair)
            near = np.argsort(-cosine)[: camera_moves.NEIGHBOURS]
            told = np.bincount(of[near], minlength=2).argmax()
            assert looks.seen[np.flatnonzero(judged == first)[0], g] == told


def test_the_best_move_depends_on_where_the_view_is_from():
    """The first move is right where the third can be made, the second where it cannot."""
    third = np.arange(400) % 4 == 0
    right = np.stack([third, ~third, np.zeros(400)], axis=1).astype(float)
    foretold = np.full((400, 3, 2), 0.5)
    foretold[~third, 2] = right[~third, 2] = np.nan
    best = move_values(foretold, right, foretold, evidence).argmax(1)
    assert (best == np.where(third, 0, 1)).all()
    assert (move_values(foretold, right, foretold, which_move).argmax(1) == 1).all()


def test_a_move_is_worth_what_it_was_worth_before():
    """The votes after the first move always agree and are right by chance, those after the second
    are split and always right; some views cannot make the second."""
    rng = np.random.default_rng(0)
    shares = np.tile([[1.0, 0, 0], [0.5, 0.3, 0.2]], (80, 1, 1))  # (80, 2 moves, 3 kinds)
    foretold = rng.permuted(shares, axis=2)
    right = np.stack([rng.integers(2, size=80), np.ones(80)], axis=1)
    foretold[60:, 1] = right[60:, 1] = np.nan
    values = move_values(foretold[:40], right[:40], foretold[40:], evidence)
    assert (values[:20].argmax(1) == 1).all()
    assert (values[20:].argmax(1) == 0).all() and np.isneginf(values[20:, 1]).all()
    assert agreement(foretold[:60]).argmax(1).max() == 0  # which the paper's rule would take


def test_a_move_that_hard_views_alone_can_make_is_none_the_worse_for_it():
    """Every view gains by the second move; from easy views it cannot be made."""
    rng = np.random.default_rng(0)
    right = np.zeros((300, 3))
    hard = np.arange(300) < 150
    right[hard] = rng.random((150, 3)) < (0.1, 0.4, 0.1)
    right[~hard] = rng.random((150, 3)) < (0.9, np.nan, 0.8)
    foretold = np.full((300, 3, 2), 0.5)
    foretold[~hard, 1] = right[~hard, 1] = np.nan
    values = move_values(foretold, right, foretold, which_move)
    assert (values[hard].argmax(1) == 1).all() and (values[~hard].argmax(1) != 1).all()


def test_where_nothing_was_learned_every_possible_move_is_worth_the_same():
    foretold = np.array([[[np.nan, np.nan], [0.5, 0.5], [0.9, 0.1]]])
    never = np.full((3, 3, 2), np.nan)
    for practised, right in ((never, never[..., 0]), (foretold, np.array([[np.nan, 1, 1]]))):
        values = move_values(practised, right, foretold, evidence)
        np.testing.assert_allclose(values, [[-np.inf, 0, 0]], atol=1e-12)


def test_practice_knows_the_kinds_that_it_practises(monkeypatch):
    """Each part of the labelled objects is looked at with the help of objects of its kinds."""
    seen = views(40)
    labelled = np.flatnonzero(seen.split == "val")
    z = np.random.default_rng(0).normal(size=(len(seen.split), 3))
    looks, helped = look(z, seen, labelled, labelled[:8]), []

    def watched(z, seen, known, asked):
        assert not set(seen.instance[known]) & set(seen.instance[asked])
        helped.append(set(seen.kind[known]) >= set(seen.kind[asked]))
        return look(z, seen, known, asked)

    monkeypatch.setattr(camera_moves, "look", watched)
    choose(looks, z, seen, labelled)
    assert helped == [True] * camera_moves.PRACTICE


@pytest.fixture
def pixels_alone(monkeypatch):
    monkeypatch.setattr(models, "BASELINES", ("pixels",))
    monkeypatch.setattr(models, "imagenet_installed", lambda: False)


def test_every_number_of_the_table_is_there(pixels_alone, turntable_dir, tmp_path, capsys):
    out = tmp_path / "results.json"
    run_evaluate(
        EvaluateConfig(
            runs=("pixels",), data=str(turntable_dir), protocol="next-best-view", out=out
        )
    )
    results = json.loads(out.read_text())
    assert results["models"]["pixels"].keys() >= results["metrics"].keys()
    assert results["data"]["test objects"] == 6
    assert results["title"] in capsys.readouterr().out
    shown = results["models"]["pixels"]["examples"]
    seen = TurntableViews.open(str(turntable_dir))
    assert len(shown) == 6 and results["fingerprint"] == seen.fingerprint
    for example in shown:
        first, second = example["first"], example["second"]
        assert seen.instance[first] == seen.instance[second] and seen.split[first] == "test"
        assert seen.kind[first] == example["kind"]
        assert [[first, second]] == seen.moved(np.array([first]), *MOVES[example["move"]]).tolist()


def test_other_data_are_refused(rooms_dir):
    with pytest.raises(UserError, match="collect --env turntable"):
        run_evaluate(
            EvaluateConfig(runs=("pixels",), data=str(rooms_dir), protocol="next-best-view")
        )
