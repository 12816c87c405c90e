"""How the environment is set up: which PyTorch, which Python."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from embodied_ssl import verbs
from embodied_ssl.errors import UserError

ROOT = Path(__file__).resolve().parents[1]
PIP = """#!/bin/sh
echo "$@" >> pip.log
case "$*" in
    "show --quiet torch") exit {there} ;;
    *download.pytorch.org*) exit {reached} ;;
esac
"""


@pytest.fixture
def set_up(tmp_path):
    """Run scripts/setup with another pip: (status, output, what pip was asked)."""
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/setup", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "embodied_ssl").mkdir()
    for name in ("envs", "assets"):
        (tmp_path / name).mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)

    def call(reached=0, there=1, **environment):
        pip = tmp_path / ".venv" / "bin" / "pip"
        pip.write_text(PIP.format(reached=reached, there=there))
        pip.chmod(0o755)
        env = os.environ | {"PYTHON": sys.executable} | environment
        script = tmp_path / "scripts" / "setup"
        done = subprocess.run([script], env=env, capture_output=True, text=True)
        log = tmp_path / "pip.log"
        asked = log.read_text().splitlines() if log.exists() else []
        return done.returncode, done.stdout + done.stderr, asked

    return call


def test_the_cpu_build_is_taken_first(set_up):
    status, said, asked = set_up(TORCH="cpu")
    assert status == 0, said
    (torch,) = [line for line in asked if "download.pytorch.org" in line]
    assert "torch==" in torch and "+cpu" in torch and "torchvision==" in torch
    assert "--timeout 5 --retries 0" in torch and "--no-deps" in torch
    assert asked.index(torch) < next(i for i, line in enumerate(asked) if "--constraint" in line)
    assert "no CPU build" not in said


def test_without_its_index_the_usual_build_is_taken(set_up):
    status, said, asked = set_up(reached=1, TORCH="cpu")
    assert status == 0 and "no CPU build of PyTorch" in said
    assert any("--constraint" in line for line in asked)


@pytest.mark.parametrize("settings", [{"TORCH": "cuda"}, {"TORCH": "cpu", "there": 0}])
def test_the_cpu_build_is_not_asked_for(set_up, settings):
    status, said, asked = set_up(**settings)
    assert status == 0, said
    assert not any("download.pytorch.org" in line for line in asked)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TORCH": "gpu"}, "TORCH must be cpu or cuda"),
        ({"PYTHON": "false"}, "Python 3.11 is needed"),
    ],
)
def test_a_wrong_choice_is_one_line(set_up, environment, said):
    status, output, asked = set_up(**environment)
    assert (status, output.count("\n"), asked) == (2, 1, []) and said in output


def test_only_simulation_needs_an_old_python():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    assert [d for d in project["dependencies"] if "pybullet" in d] == [
        "pybullet>=3.2.7; python_version < '3.12'"
    ]


def test_collecting_without_the_simulator_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    args = ["--env", "turntable", "--out", str(tmp_path / "new")]
    work = verbs.VERBS["collect"](args, "collect")
    with pytest.raises(UserError, match=r"pybullet, which is not installed .* Python 3\.11"):
        work()
    assert list(tmp_path.iterdir()) == []
