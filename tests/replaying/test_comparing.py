"""How stored rows and those of a replay are told apart, and what is said of it."""

import numpy as np
import pyarrow as pa
import pytest

from embodied_ssl.data.shards import encode, table_of
from embodied_ssl.replaying.comparing import Comparison
from embodied_ssl.replaying.differences import difference, same

IMAGE = np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8)
COLUMNS = {"image": "image", "number": "float32", "name": "string"}


def table(*numbers, **others):
    rows = [{"image": IMAGE, "number": number, "name": "mug", **others} for number in numbers]
    return table_of(COLUMNS, rows)


def changed(place, by):
    image = IMAGE.copy()
    image[place] ^= by
    return encode(image)


PNG = {"bytes": b"", "path": None}
NAN = float("nan")


@pytest.mark.parametrize(
    ("stored", "replayed", "said"),
    [
        (1.5, 1.25, "c: 1.5 is stored, 1.25 comes out, 0.25 apart"),
        (3, -1, "c: 3 is stored, -1 comes out, 4 apart"),
        (0.0, -0.0, "c: 0 is stored, -0 comes out, 0 apart"),
        (NAN, 1.0, "c: nan is stored, 1 comes out, nan apart"),
        (True, False, "c: True is stored, False comes out"),
        (None, 1.0, "c: nothing is stored, 1.0 comes out"),
        (1, "one", "c: 1 is stored, 'one' comes out"),
        ("barn\x1b[2J", "barn", "c: 'barn\\x1b[2J' is stored, 'barn' comes"),
        ([1.0, 2.0, 3.0], [1.0, 2.5, 3.1], "c: 2 of 3 values differ, up to 0.5 apart"),
        ([1.0], [1.0, 2.0], "c: 1 values are stored, 2 come out"),
        ({"kind": "mug", "mass": 1.0}, {"kind": "mug", "mass": 3.0}, "c.mass: 1 is stored, 3"),
        ({"kind": "mug"}, {"kind": "mug", "mass": 3.0}, "c.mass: nothing is stored"),
        (encode(IMAGE), changed((0, 1, 2), 16), "c: 1 of 64 pixels differ, up to 16 of 255"),
        (encode(IMAGE[:4]), encode(IMAGE), "c: 8 x 4 pixels are stored, 8 x 8 come out"),
        (PNG, encode(IMAGE), "c: what is stored is no image"),
        ([encode(IMAGE)] * 2, [encode(IMAGE), changed(0, 1)], "c[1]: 8 of 64 pixels differ"),
    ],
)
def test_how_far_two_values_are_apart_is_said(stored, replayed, said):
    assert not same(stored, replayed)
    assert said in difference("c", stored, replayed)


@pytest.mark.parametrize("value", [None, NAN, 0.1, [NAN, 1.0], {"a": [None, NAN]}, encode(IMAGE)])
def test_a_value_is_the_same_as_itself(value):
    assert same(value, value)


def test_pixels_that_are_encoded_otherwise_are_named_so():
    import cv2

    png = {"bytes": cv2.imencode(".png", IMAGE[..., ::-1])[1].tobytes(), "path": None}
    assert not same(png, encode(IMAGE))
    assert difference("c", png, encode(IMAGE)) == "c: the same pixels, encoded otherwise"


def test_rows_that_differ_are_counted_and_the_first_is_named():
    compared = Comparison()
    compared.add("a", table(1, 2, NAN), table(1, 2, NAN))
    assert not compared.first and set(compared.columns.values()) == {0}
    compared.add("b", table(1, 2, 3), table(1, 5, 5), first_row=10)
    compared.add("c", table(1), table(9, name="cup"))
    assert compared.first == "b, row 11, number: 2 is stored, 5 comes out, 3 apart"
    assert compared.columns == {"image": 0, "number": 3, "name": 1} and compared.rows == 7
    assert compared.shards.keys() == {"b", "c"}


def test_the_first_row_is_named_whatever_its_column():
    compared = Comparison()
    stored = table(1, 2)
    stored = stored.set_column(
        0, "image", pa.array([stored["image"][0], None], stored["image"].type)
    )
    stored = stored.set_column(2, "name", pa.array(["cup", "mug"]))
    compared.add("a", stored, table(1, 2))
    assert compared.first == "a, row 0, name: 'cup' is stored, 'mug' comes out"


def test_rows_and_columns_that_are_lacking_are_named():
    compared = Comparison()
    compared.add("a", table(1, 2), table(1))
    assert compared.first == "a, row 1, 2 rows are stored, 1 come out" and compared.rows == 1
    compared = Comparison()
    older = table(1).append_column("speed", pa.array([1.0]))
    compared.add("a", older, table(1))
    assert compared.first == "a, row 0, speed: this version collects no such column"
    compared = Comparison()
    compared.add("a", table(1).drop_columns(["name"]), table(1))
    assert not compared.first and "name" not in compared.columns
