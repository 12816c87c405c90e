"""Suggestions for names that are not known."""

import pytest

from embodied_ssl.errors import did_you_mean, nearest
from embodied_ssl.methods import METHODS

NOT_YET = ("ibot", "deepcluster", "msn", "data2vec")


@pytest.mark.parametrize("name", NOT_YET)
def test_a_method_that_is_not_there_suggests_nothing(name):
    assert name not in METHODS
    said = str(did_you_mean("method", name, METHODS))
    assert "did you mean" not in said and said.endswith(f"Known: {', '.join(METHODS)}.")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("simlcr", "simclr"), ("SimCLR", "simclr"), ("moc", "moco"), ("mco", "moco"),
        ("curious_robot", "curious-robot"), ("curious", "curious-robot"), ("ma", "mae"),
        ("roation", "rotation"), ("egomotoin", "egomotion"), ("jigsaws", "jigsaw"),
        ("dinov2", "dino"),
    ],
)  # fmt: skip
def test_slips_are_seen(name, meant):
    assert nearest(name, METHODS) == meant


@pytest.mark.parametrize(
    ("flag", "meant"),
    [("--sed", "--seed"), ("--batchsize", "--batch-size"), ("--image_sise", "--image-size"),
     ("--checkpoint", "--checkpoint-minutes"), ("--colour", None), ("--x", None)],
)  # fmt: skip
def test_dashes_do_not_make_options_alike(flag, meant):
    assert (
        nearest(flag, ["--seed", "--batch-size", "--image-size", "--checkpoint-minutes"]) == meant
    )


def test_a_beginning_of_several_names_suggests_a_close_one_only():
    assert nearest("te", ["temporal", "tests"]) is None
    assert nearest("", ["a", "b"]) is None
