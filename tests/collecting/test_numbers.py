"""Numbers out of bounds are refused, each in one line that names the option."""

from dataclasses import replace

import pytest

from embodied_ssl.errors import UserError


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("seed", -1),
        ("seed", 2**63),
        ("seed", 0.5),
        ("workers", 0),
        ("workers", 10**6),
        ("workers", float("nan")),
        ("image_size", float("nan")),
        ("image_size", 10**9),
        ("image_size", 32.0),
        ("timeout", -1.0),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("shards", "3"),
        ("shards", "a:b"),
        ("shards", "-1:4"),
        ("shards", "1:2:3"),
        ("shards", "1:" + "9" * 50),
    ],
)
def test_numbers_out_of_bounds_are_named(config, option, value):
    with pytest.raises(UserError, match=f"^--{option.replace('_', '-')} must be "):
        replace(config, **{option: value})


@pytest.mark.parametrize(("shards", "count"), [("3:3", 9), ("4:2", 9), ("9:12", 9), ("0:1", 0)])
def test_shards_that_there_are_not_are_named(config, shards, count):
    with pytest.raises(UserError, match=f"--shards {shards}: there is none"):
        replace(config, shards=shards).numbers(count)


def test_shards_that_there_are_are_given(config):
    assert config.numbers(9) == range(9)
    assert replace(config, shards="3:5").numbers(9) == range(3, 5)
    assert replace(config, shards="3:50").numbers(9) == range(3, 9)
