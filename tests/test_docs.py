"""Every command that the documentation prints is one that there is."""

import os
import re
import runpy
import shlex
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from embodied_ssl import cli
from embodied_ssl.errors import UserError
from embodied_ssl.methods import METHODS
from embodied_ssl.worlds import WORLDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
VERBS = ("collect", "train", "evaluate")
PROGRAM = re.compile(
    r"(?:collect|train|evaluate|embodied-ssl|accelerate|torchrun|pip|scripts/\S+)(?= |$)"
)
INLINE = re.compile(r"`([^`]+)`")

PLACEHOLDERS = {
    "METHOD": "simclr", "METHOD+METHOD": "simclr+rotation", "WORLD": "tabletop", "VERB": "info",
    "NAME": "linear", "discs:Discs": "rooms", "coverage:Coverage": "knn", "--shrinkage": "--seed",
    "quadrant:Quadrant": "supervised", "quadrant:Quadrant+simclr": "supervised+simclr",
}  # fmt: skip
NEEDED = {
    "collect": ("--out",),
    "train": ("--data", "--out"),
    "evaluate": ("--data",),
    "report": (),
}
LAUNCHERS = ("accelerate", "torchrun")
PYTHON = '#!/usr/bin/env -S bash -c \'exec "$(dirname "$0")/python" "$0" "$@"\''


def fenced(page: Path) -> tuple[list[str], str]:
    """The blocks of commands of a page, and its text without any block."""
    found, text, block = [], [], None
    for line in page.read_text(encoding="utf-8").splitlines():
        if not line.startswith("```"):
            (text if block is None else block[1]).append(line)
        elif block is None:
            block = (line[3:].strip(), [])
        else:
            language, lines = block
            begins = any(map(PROGRAM.match, lines))
            if language in ("bash", "sh") or (not language and begins):
                found.append("\n".join(lines))
            block = None
    return found, "\n".join(text)


def words_of(block: str) -> Iterator[list[str]]:
    """The commands of a block: lines that go on joined, variables filled in, comments left out."""
    variables: dict[str, str] = {}
    for line in re.sub(r"\\\n\s*", "", block).splitlines():
        if assigned := re.fullmatch(r'(\w+)="(.*)"', line):
            variables[assigned[1]] = assigned[2]
            continue
        filled = re.sub(r"\$(\w+)", lambda name: variables[name[1]], line)
        if words := shlex.split(filled, comments=True):
            yield words


def printed() -> Iterator[tuple[str, list[str], bool]]:
    """Page, words of a command, and whether it is a whole one, of a block, or one in the text."""
    for page in PAGES:
        found, text = fenced(page)
        yield from ((page.name, words, True) for block in found for words in words_of(block))
        for code in (" ".join(code.split()) for code in INLINE.findall(text)):
            if PROGRAM.match(code) and " " in code:
                yield page.name, shlex.split(code), False


COMMANDS = list(printed())


def verb_of(words):
    """The verb of a command of ours and its arguments; nothing for others."""
    if words[0] in LAUNCHERS and "-m" in words:
        words = ["embodied-ssl", *words[words.index("-m") + 2 :]]
    if words[0] == "embodied-ssl":
        return words[1], words[2:]
    return (words[0], words[1:]) if words[0] in VERBS else None


@pytest.fixture
def settings(tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump({"method": "simclr", "data": ["data"], "out": "run"}))
    return str(file)


def candidates(verb, args, whole):
    """What a command in the text may leave out: the world, the method, what is always needed."""
    if whole:
        return [args]
    args = [word for word in args if word != "..."]
    args = args[:-1] if args and args[-1].startswith("--") else args
    if args in (["--help"], ["--version"]):
        return [args]
    for option in NEEDED.get(verb, ()):
        args = args if option in args else [*args, option, "x"]
    if verb == "collect" and "--env" not in args:
        return [[*args, "--env", world] for world in WORLDS]
    if verb == "train" and args[0].startswith("--") and "--config" not in args:
        return [[method, *args] for method in METHODS]
    return [args]


def check(verb, args, whole):
    errors = []
    for each in candidates(verb, args, whole):
        try:
            return cli.prepare(verb, each, verb)
        except UserError as error:
            errors.append(str(error))
        except SystemExit as end:  # a help text ends so
            errors += [f"{verb} {each}: status {end.code}"] if end.code else []
            if not end.code:
                return None
    raise AssertionError(errors[0])


@pytest.mark.parametrize(
    ("page", "words", "whole"), COMMANDS, ids=[f"{p} {' '.join(w)[:50]}" for p, w, _ in COMMANDS]
)
def test_a_printed_command_is_understood(page, words, whole, settings):
    words = [PLACEHOLDERS.get(word, word) for word in words]
    if "--config" in words:
        words[words.index("--config") + 1] = settings
    if ours := verb_of(words):
        assert ours[0] in cli.VERBS or ours[0].startswith("--")
        if ours[0] in cli.VERBS:
            check(*ours, whole)
    elif words[0].startswith("scripts/"):
        check_script(words)
    elif words[0] == "pip":
        check_pip(words)
    elif words[0] in LAUNCHERS:
        assert not whole  # the text speaks of an option of theirs
    else:
        assert words in (["source", ".venv/bin/activate"], [".", ".venv/bin/activate"]) or (
            words[:2] == ["git", "clone"] or words[0] in ("cd", "export")
        ), f"{page} prints {words[0]}, which nobody checks"


def check_script(words):
    path = ROOT / words[0]
    assert os.access(path, os.X_OK), words[0]
    first = path.read_text(encoding="utf-8").splitlines()[0]
    if first == PYTHON:
        runpy.run_path(str(path), run_name="script")["parser"]().parse_args(words[1:])
    else:
        assert first == "#!/usr/bin/env bash"


def check_pip(words):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for word in words:
        if "[" in word:
            for extra in word[word.index("[") + 1 : word.index("]")].split(","):
                assert extra in project["optional-dependencies"], word


def test_every_page_prints_commands_that_are_found():
    assert {page for page, *_ in COMMANDS} >= {"README.md", "rooms.md", "processes.md"}
    assert sum(bool(verb_of(words)) for _, words, _ in COMMANDS) > 40
    readme = {words[0] for page, words, whole in COMMANDS if whole and page == "README.md"}
    assert {"collect", "train", "evaluate"} <= readme


SMALL = {
    "collect": "--image-size 48 --workers 1",
    "train": "--images 24 --trunk.width 0.1 --trunk.fc-dim 16 --train-size 48 --batch-size 8",
    "tabletop": "--interactions 40",
    "turntable": "--val-objects 2 --test-objects 2 --azimuths 1",
}
"""Options behind those that are printed: the last one counts."""


def test_the_first_commands_of_the_readme_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    """Those of its first block with every verb, small."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("embodied_ssl.evaluation.models.imagenet_installed", lambda: False)
    found = [list(words_of(block)) for block in fenced(PAGES[0])[0]]
    chain = next(b for b in found if {"collect", "train", "evaluate"} <= {w[0] for w in b})
    if find_spec("pybullet") is None:
        pytest.skip("the simulator is not installed")
    for verb, *args in chain:
        small = [SMALL.get(word, "").split() for word in (verb, *args)]
        cli.prepare(verb, args + [word for words in small for word in words], verb)()
    assert "recall@1" in capsys.readouterr().out
