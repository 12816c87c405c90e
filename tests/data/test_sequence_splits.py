"""Few sequences have every split; a file in their folder is obeyed, and its mistakes are named."""

import json

import pytest

from embodied_ssl.data.sequence_splits import split_by_name, split_sequences
from embodied_ssl.errors import UserError

NAMES = [f"office/seq-{number:02d}" for number in range(200)]


def test_sequences_are_split_as_objects_are():
    from embodied_ssl_envs.objects.splits import split_of

    assert [split_by_name(name) for name in NAMES] == list(map(split_of, NAMES))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 200])
def test_few_sequences_have_as_many_splits_as_they_can(tmp_path, count):
    from embodied_ssl_envs.objects.splits import SPLITS, Splits

    splits = split_sequences(tmp_path, NAMES[:count])
    assert set(splits) == set(SPLITS[:count])
    assert splits == list(Splits("stratified").of_all(NAMES[:count]).values())


FILES = {
    "splits.csv": "name,split\na,test\n b , train\n",
    "splits.json": json.dumps({"a": "test", "b": "train", "c": "val"}),
    "splits.yaml": "a: test\nb: train\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_the_splits(tmp_path, name):
    (tmp_path / name).write_text(FILES[name])
    assert split_sequences(tmp_path, ["a", "b"]) == ["test", "train"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("splits.csv", b"a,test\n", "does not name the sequence 'b'"),
        ("splits.csv", b"a,testing\nb,train\n", "'testing'"),
        ("splits.csv", b"a,test\na,train\nb,val\n", "twice"),
        ("splits.csv", b"a\n", "in each row"),
        ("splits.csv", b"\xff\xfe", "cannot be read"),
        ("splits.json", b"[1]", "must be a mapping"),
        ("splits.yaml", b"a: [", "no YAML"),
        ("splits.yml", b"a: {b: c}\nb: train\n", "it must be train, val or test"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=said) as caught:
        split_sequences(tmp_path, ["a", "b"])
    assert name in str(caught.value)
