"""Options of several dataclasses side by side, from the command line and from a file."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import yaml

from embodied_ssl.errors import UserError
from embodied_ssl.options import parse, settings_given, value_of


@dataclass(frozen=True)
class Lamp:
    watts: float = 40.0


@dataclass(frozen=True)
class Table:
    out: str
    legs: int = 4
    lamp: Lamp = Lamp()

    def __post_init__(self):
        if self.legs < 3:
            raise UserError("--legs must be at least 3.")


@dataclass(frozen=True)
class Chair:
    arm_rests: bool = False
    cushions: tuple[str, ...] = ()
    heights: Annotated[tuple[float, ...], "metres"] = ()
    tall_heights: tuple[float, ...] = ()


@pytest.fixture
def furnish(tmp_path, monkeypatch):
    """A table and a chair of arguments, and of a file with such settings if there are some."""
    monkeypatch.chdir(tmp_path)

    def call(line, **settings):
        args = line.split()
        if settings:
            (tmp_path / "it.yaml").write_text(yaml.safe_dump(settings))
            args += ["--config", "it.yaml"]
        return parse(args, "furnish", "Furnish.", Table, Chair, given=settings_given(args))

    return call


def test_options_reach_their_dataclass(furnish):
    table, chair = furnish("--out here --lamp.watts 7 --arm-rests --cushions red blue")
    assert table == Table("here", lamp=Lamp(7.0)) and chair == Chair(True, ("red", "blue"))
    assert furnish("--out=here --arm_rests") == [Table("here"), Chair(True)]
    assert furnish("--out=here --lamp.watts=3")[0].lamp == Lamp(3.0)


@pytest.mark.parametrize(
    "given",
    [
        "--heights 0.4 0.5",
        "--heights 0.4,0.5",
        "--heights=0.4,0.5",
        "--heights 0.4, 0.5",
        "--tall_heights=0.4,0.5",
    ],
)
def test_several_numbers_stand_apart_or_with_commas(furnish, given):
    _, chair = furnish(f"--out a,b {given} --cushions red,blue")
    assert (chair.heights or chair.tall_heights) == (0.4, 0.5) and chair.cushions == ("red,blue",)
    _, chair = furnish(f"--cushions red,blue {given} --out a,b")
    assert (chair.heights or chair.tall_heights) == (0.4, 0.5) and chair.cushions == ("red,blue",)


def test_a_file_wins_over_defaults_and_options_over_the_file(furnish):
    settings = {"out": "there", "legs": 3, "lamp": {"watts": 5}, "arm_rests": True}
    assert furnish("", **settings) == [Table("there", 3, Lamp(5.0)), Chair(True)]
    expected = [Table("here", 6, Lamp(5.0)), Chair(False)]
    assert furnish("--out here --legs 6 --no-arm-rests", **settings) == expected


def test_what_the_file_says_is_checked_only_with_the_options(furnish):
    assert furnish("--legs 5", out="there", legs=2)[0].legs == 5
    with pytest.raises(UserError, match="--legs must be at least 3"):
        furnish("", out="there", legs=2)


@pytest.mark.parametrize(
    ("line", "settings", "said"),
    [
        ("--leg 3", {}, "unknown option '--leg': did you mean '--legs'"),
        ("--out x --lamp.wats 3", {}, "did you mean '--lamp.watts'"),
        ("--no-legs", {}, "unknown option '--no-legs'"),
        ("--out x", {"leg": 3}, "unknown setting in it.yaml 'leg': did you mean 'legs'"),
        ("--out x", {"lamp": {"wats": 3}}, "it.yaml: lamp: unknown setting 'wats'"),
        ("--out x", {"legs": "many"}, "it.yaml: legs must be a whole number, not 'many'"),
    ],
)
def test_a_mistake_is_one_line(furnish, line, settings, said):
    with pytest.raises(UserError) as error:
        furnish(line, **settings)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--legs many --out x", "--legs: invalid literal"),
        ("", "--out must be given"),
        ("--out x -y", "-y"),
        ("--out x more", "more"),
        ("--out x --legs", "--legs"),
        ("--out x --lamp.watts \x1b[31m", r"\x1b[31m"),
        ("--out", "--out"),
    ],
)
def test_what_is_no_number_or_is_missing_ends_with_status_2_and_one_line(
    furnish, line, said, capsys
):
    with pytest.raises(SystemExit) as end:
        furnish(line)
    errors = capsys.readouterr().err
    assert end.value.code == 2
    assert errors.startswith("error: ") and errors.count("\n") == 1 and said in errors


def test_help_is_in_groups(capsys):
    with pytest.raises(SystemExit):
        parse(["--help"], "furnish", "Furnish.", Table, Chair, given={}, titles=("table", "chair"))
    said = capsys.readouterr().out
    places = [said.index(part) for part in (
        "data options", "--config", "--out", "table options", "--legs", "chair options",
        "--arm-rests", "lamp options", "--lamp.watts")]  # fmt: skip
    assert places == sorted(places)


def test_help_says_what_the_file_sets(furnish, capsys):
    with pytest.raises(SystemExit):
        furnish("--help", legs=3)
    said = capsys.readouterr().out
    assert "Furnish." in said and "(default: 3)" in said and "--config" in said


def test_the_last_value_of_an_option_counts():
    assert value_of("--env", ["--env", "a", "--env=b"]) == "b"
    assert value_of("--env", ["--environment", "a", "--env"]) is None
