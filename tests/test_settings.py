"""Settings to YAML and back, and every mistake in one line."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from embodied_ssl.errors import UserError
from embodied_ssl.settings import from_dict, read_settings, to_dict, write_settings


@dataclass(frozen=True)
class Inner:
    width: float = 1.0
    kind: Literal["relu", "gelu"] = "relu"


@dataclass(frozen=True)
class Outer:
    out: Path
    count: int = 3
    rate: float = 0.5
    bright: bool = False
    title: str = ""
    names: tuple[str, ...] = ()
    betas: tuple[float, float] = (0.9, 0.99)
    most: int | None = None
    weights: dict[str, float] = field(default_factory=dict)
    inner: Inner = Inner()
    anything: Any = None


SETTINGS = Outer(
    Path("runs/a"), 5, 1e-4, True, "no", ("a", "b"), (0.5, 0.6), 7, {"x": 2.0}, Inner(0.25, "gelu")
)


@pytest.mark.parametrize("settings", [SETTINGS, Outer(Path("b"))])
def test_there_and_back_again(tmp_path, settings):
    write_settings(tmp_path / "it.yaml", to_dict(settings))
    assert list(yaml.safe_load((tmp_path / "it.yaml").read_text())) == list(to_dict(settings))
    assert from_dict(Outer, read_settings(tmp_path / "it.yaml")) == settings


def test_numbers_as_people_write_them():
    given = yaml.safe_load("{out: a, count: 1e6, rate: 3e-4, names: [a], most: 2, betas: [0, 1]}")
    settings = from_dict(Outer, given)
    assert (settings.count, settings.rate, settings.betas) == (10**6, 3e-4, (0.0, 1.0))
    assert type(settings.count) is int and type(settings.betas[0]) is float


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("coutn: 3", "it.yaml: unknown setting 'coutn': did you mean 'count'?"),
        ("inner: {widht: 3}", "it.yaml: inner: unknown setting 'widht': did you mean 'width'?"),
        ("count: many", "it.yaml: count must be a whole number, not 'many'."),
        ("count: 2.5", "it.yaml: count must be a whole number, not 2.5."),
        ("count: true", "it.yaml: count must be a whole number, not True."),
        ("rate: [1]", "it.yaml: rate must be a finite number, not [1]."),
        ("bright: 1", "it.yaml: bright must be true or false, not 1."),
        ("title: no", "it.yaml: title must be a text, not False."),
        ("names: a", "it.yaml: names must be a list, each a text, not 'a'."),
        ("names: [a, 2]", "it.yaml: names must be a text, not 2."),
        (
            "betas: [1, 2, 3]",
            "it.yaml: betas must be a list of 2, each a finite number, not [1, 2, 3].",
        ),
        ("inner: 3", "it.yaml: inner must be a mapping, not 3."),
        ("inner: {kind: tanh}", "it.yaml: inner: kind must be one of relu, gelu, not 'tanh'."),
        ("weights: {x: heavy}", "it.yaml: weights must be a finite number, not 'heavy'."),
        ("most: few", "it.yaml: most must be a whole number, not 'few'."),
        ("count: 3", "it.yaml: out is missing."),
    ],
)
def test_a_mistake_names_its_setting(text, said):
    given = yaml.safe_load(text)
    with pytest.raises(UserError) as error:
        from_dict(Outer, given if said.endswith("missing.") else {"out": "a", **given}, "it.yaml")
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff\xfe\x00", "cannot be read: it is no text"),
        (b"a: [", "is no YAML: line 1: expected"),
        (b"a: \x00", "is no YAML: it holds what is no text"),
        (b"- a", "must be a mapping"),
        (b"1: a", "must be a mapping"),
        (b"coutn: 1", "unknown setting 'coutn': did you mean 'count'?"),
    ],
)
def test_a_file_that_holds_no_settings_is_named(tmp_path, text, said):
    file = tmp_path / "it.yaml"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(UserError, match=r"it\.yaml") as error:
        read_settings(file, known=["count"])
    assert said in str(error.value) and "\n" not in str(error.value)


def test_an_empty_file_says_nothing(tmp_path):
    (tmp_path / "it.yaml").write_text("# nothing\n")
    assert read_settings(tmp_path / "it.yaml") == {}
