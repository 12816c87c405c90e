"""Few rooms and few objects have every split; larger amounts change nothing; files are obeyed."""

import json
from collections import Counter

import pytest

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects.splits import SPLITS, Splits, split_of

STRATIFIED = Splits("stratified")
GOLDEN = "tttvttttvtvtvttttvtttvvvvvtttttttvtttvtttttttttttttvtvtttttttttvttvtttttttttttvt"


def rooms(count, categories=8):
    """Category and split of each of so many rooms."""
    return [
        (e % categories, STRATIFIED.of_room(f"rooms/x/{e:05d}", e % categories, e // categories))
        for e in range(count)
    ]


@pytest.mark.parametrize("categories", [1, 2, 5, 8])
def test_three_rooms_of_each_category_have_all_splits(categories):
    assert len(set(rooms(3 * categories, categories))) == 3 * categories


def test_eight_rooms_of_eight_categories_have_all_splits():
    assert Counter(split for _, split in rooms(8)) == {"train": 6, "val": 1, "test": 1}


@pytest.mark.parametrize("blocks", [1, 2, 7])
def test_every_block_of_a_category_is_split_alike(blocks):
    for (_, split), count in Counter(rooms(160 * blocks)).items():
        assert count == blocks * {"train": 14, "val": 3, "test": 3}[split]


def test_splits_of_rooms_are_the_same_for_ever():
    assert "".join(split[0] for _, split in rooms(80)) == GOLDEN
    assert rooms(24) == rooms(320)[:24]


@pytest.mark.parametrize("count", range(1, 40))
def test_few_names_have_as_many_splits_as_they_can(count):
    names = [f"folder/thing/{number}" for number in range(count)]
    splits = STRATIFIED.of_all(names)
    assert set(splits.values()) == set(SPLITS[:count])
    moved = [name for name in names if splits[name] != split_of(name)]
    assert len(moved) <= 2
    if set(map(split_of, names)) == set(SPLITS):
        assert not moved


FILES = {
    "s.csv": "name,split\nmug/a,train\nfolder/mug/b, val\n",
    "bare.csv": "mug/a,train\r\nmug/b,val\r\nmug/other,test\r\n",
    "s.json": json.dumps({"mug/a": "train", "folder/mug/b": "val"}),
    "s.yaml": "mug/a: train\nmug/b: val\n",
    "s.yml": "{mug/a: train, mug/b: val}",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_the_splits(tmp_path, name):
    (tmp_path / name).write_text(FILES[name])
    splits = Splits("stratified", str(tmp_path / name))
    assert splits.of_all(["folder/mug/a", "folder/mug/b"]) == {
        "folder/mug/a": "train",
        "folder/mug/b": "val",
    }
    assert splits.of_room("folder/mug/b", 0, 0) == "val"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("s.csv", "mug/b,train\n", "does not name 'folder/mug/a'"),
        ("s.csv", "mug/a\n", "each row must be"),
        ("s.csv", "mug/a,training\n", "says 'training' of 'mug/a'"),
        ("s.csv", "mug/a,train\nmug/a,val\n", "names 'mug/a' twice"),
        ("s.csv", b"\xff\xfe\x00mug", "is damaged"),
        ("s.csv", 'mug/a,"' + "x" * 200_000, "is damaged"),
        ("s.json", "{", "is damaged"),
        ("s.json", "[1]", "must be a mapping"),
        ("s.json", '{"mug/a": "train", "mug/a": "test"}', "names 'mug/a' twice"),
        ("s.json", '{"mug/a": ["train"]}', "must be train, val or test"),
        ("s.json", "[" * 100_000, "is damaged"),
        ("s.yaml", "a: [", "is damaged"),
        ("s.yaml", "- mug/a", "must be a mapping"),
        ("s.yaml", "", "must be a mapping"),
        ("s.yaml", "mug/a: {x: 1}", "must be train, val or test"),
        ("s.yaml", "? [a]\n: train", "is damaged|does not name"),
        ("s.yaml", None, "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, name, content, said):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(WorldError, match=said) as caught:
        Splits("hash", str(file)).of_all(["folder/mug/a"])
    assert str(file) in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_a_folder_and_an_unknown_rule_are_named(tmp_path):
    with pytest.raises(WorldError, match="is no file"):
        Splits("hash", str(tmp_path)).of_all(["folder/mug/a"])
    with pytest.raises(WorldError, match="'random'"):
        Splits("random")
