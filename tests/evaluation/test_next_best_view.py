"""Next-best view: moves of the camera, votes, and an object that one move alone tells."""

import numpy as np
import pytest

from embodied_ssl.data.views import TurntableViews
from embodied_ssl.evaluation import view_planning
from embodied_ssl.evaluation.move_utility import agreement, move_features, move_utility, which_move
from embodied_ssl.evaluation.recall import cosine
from embodied_ssl.evaluation.view_planning import MOVES, choose, look, votes


def views(objects, azimuths=8):
    """Every object from three elevations; even ones are of category a, odd ones of b. Their
    names begin with their categories, as those of real objects do."""
    place = [(o, e, 360 * a / azimuths) for o in range(objects)
             for e in (30, 45, 60) for a in range(azimuths)]  # fmt: skip
    number, elevation, azimuth = np.array(place).T
    category = np.array(["a", "b"], object)[number.astype(int) % 2]
    names = np.array([f"made/{k}/{n:05.0f}" for k, n in zip(category, number, strict=True)], object)
    split = np.where(number < objects / 2, "val", "test").astype(object)
    return TurntableViews(
        np.zeros((len(place), 4, 4, 3), np.uint8), category, names, split, elevation,
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
    """From below two categories look alike, from the middle they do not: moving up tells."""
    seen = views(40)
    rng = np.random.default_rng(0)
    floor = (seen.elevation - 30) / 15
    sign = np.where(seen.category == "a", 1.0, -1.0)
    told = np.where(floor == 0, 0.05 * sign, sign)  # faint below, plain above
    z = np.stack([told, floor - 1, np.cos(np.radians(seen.azimuth))], axis=1)
    z += rng.normal(0, [0.25, 0.02, 0.02], z.shape)
    labelled = np.flatnonzero(seen.split == "val")
    judged = np.flatnonzero((seen.split == "test") & (seen.elevation == 30))
    looks = look(z, seen, labelled, judged)
    moves, names = choose(looks, z, seen, labelled), list(MOVES)
    assert looks.correct[:, names.index("up")].mean() > 0.95
    assert (moves["chosen"] == names.index("up")).all()
    assert (moves["fixed"] == names.index("up")).all()
    assert looks.after(moves["chosen"]).mean() > np.nanmean(looks.correct) + 0.1
    down = names.index("down")  # none is below the lowest
    assert (looks.observed[:, down] == -1).all() and np.isnan(looks.predicted[:, down]).all()
    assert all((move != down).all() for move in moves.values())


def test_pairs_of_views_vote_by_cosine():
    """Against votes of whole pairs, one after the other."""
    seen = views(12)
    rng = np.random.default_rng(0)
    z = rng.normal(size=(len(seen.split), 6)) * rng.uniform(0.5, 2, (len(seen.split), 1))
    labelled, judged = (np.flatnonzero(seen.split == split) for split in ("val", "test"))
    looks, categories = look(z, seen, labelled, judged), seen.category_numbers
    for g, move in enumerate(MOVES.values()):
        pairs = np.array([np.hstack([z[a], z[b]]) for a, b in seen.moved(labelled, *move)])
        of = categories[seen.moved(labelled, *move)[:, 0]]
        for first, second in seen.moved(judged, *move):
            pair = np.hstack([z[first], z[second]])
            cosine = pairs @ pair / np.linalg.norm(pairs, axis=1) / np.linalg.norm(pair)
            near = np.argsort(-cosine)[: view_planning.NEIGHBOURS]
            told = np.bincount(of[near], minlength=2).argmax()
            assert looks.observed[np.flatnonzero(judged == first)[0], g] == told


def test_the_best_move_depends_on_where_the_view_is_from():
    """The first move is right where the third can be made, the second where it cannot."""
    third = np.arange(400) % 4 == 0
    right = np.stack([third, ~third, np.zeros(400)], axis=1).astype(float)
    predicted = np.full((400, 3, 2), 0.5)
    predicted[~third, 2] = right[~third, 2] = np.nan
    best = move_utility(predicted, right, predicted, move_features).argmax(1)
    assert (best == np.where(third, 0, 1)).all()
    assert (move_utility(predicted, right, predicted, which_move).argmax(1) == 1).all()


def test_a_move_has_the_utility_that_it_had_before():
    """The votes after the first move always agree and are right by chance, those after the second
    are split and always right; some views cannot make the second."""
    rng = np.random.default_rng(0)
    shares = np.tile([[1.0, 0, 0], [0.5, 0.3, 0.2]], (80, 1, 1))  # (80, 2 moves, 3 categories)
    predicted = rng.permuted(shares, axis=2)
    right = np.stack([rng.integers(2, size=80), np.ones(80)], axis=1)
    predicted[60:, 1] = right[60:, 1] = np.nan
    values = move_utility(predicted[:40], right[:40], predicted[40:], move_features)
    assert (values[:20].argmax(1) == 1).all()
    assert (values[20:].argmax(1) == 0).all() and np.isneginf(values[20:, 1]).all()
    assert agreement(predicted[:60]).argmax(1).max() == 0  # which the paper's rule would take


def test_a_move_that_hard_views_alone_can_make_is_none_the_worse_for_it():
    """Every view gains by the second move; from easy views it cannot be made."""
    rng = np.random.default_rng(0)
    right = np.zeros((300, 3))
    hard = np.arange(300) < 150
    right[hard] = rng.random((150, 3)) < (0.1, 0.4, 0.1)
    right[~hard] = rng.random((150, 3)) < (0.9, np.nan, 0.8)
    predicted = np.full((300, 3, 2), 0.5)
    predicted[~hard, 1] = right[~hard, 1] = np.nan
    values = move_utility(predicted, right, predicted, which_move)
    assert (values[hard].argmax(1) == 1).all() and (values[~hard].argmax(1) != 1).all()


def test_where_nothing_was_learned_every_possible_move_is_worth_the_same():
    predicted = np.array([[[np.nan, np.nan], [0.5, 0.5], [0.9, 0.1]]])
    never = np.full((3, 3, 2), np.nan)
    for labelled, right in ((never, never[..., 0]), (predicted, np.array([[np.nan, 1, 1]]))):
        values = move_utility(labelled, right, predicted, move_features)
        np.testing.assert_allclose(values, [[-np.inf, 0, 0]], atol=1e-12)


def test_each_fold_is_classified_with_objects_of_its_categories(monkeypatch):
    """What is learned of moves is learned as they are used: from other objects."""
    seen = views(40)
    labelled = np.flatnonzero(seen.split == "val")
    z = np.random.default_rng(0).normal(size=(len(seen.split), 3))
    looks, helped = look(z, seen, labelled, labelled[:8]), []

    def watched(z, seen, known, asked):
        assert not set(seen.instance[known]) & set(seen.instance[asked])
        helped.append(set(seen.category[known]) >= set(seen.category[asked]))
        return look(z, seen, known, asked)

    monkeypatch.setattr(view_planning, "look", watched)
    choose(looks, z, seen, labelled)
    assert helped == [True] * view_planning.FOLDS


def test_the_examples_are_moves_between_views_of_one_object(evaluated_small, turntable_dir):
    _, results = evaluated_small("next-best-view")
    assert results["data"]["test objects"] == 6
    shown = results["models"]["pixels"]["examples"]
    seen = TurntableViews.open(str(turntable_dir))
    assert len(shown) == 6 and results["fingerprint"] == seen.fingerprint
    for example in shown:
        first, second = example["first"], example["second"]
        assert seen.instance[first] == seen.instance[second] and seen.split[first] == "test"
        assert seen.category[first] == example["category"]
        assert [[first, second]] == seen.moved(np.array([first]), *MOVES[example["move"]]).tolist()
