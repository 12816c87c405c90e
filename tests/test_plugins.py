"""A package of somebody else's, installed beside ours: a world, a method and a protocol."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import gymnasium
import pytest

HERE = Path(__file__).resolve().parent
MODULES = ("worlds/striped.py", "plugins/brightness.py", "plugins/uprightness.py")
PYPROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "stripes"
version = "1.0"

[project.entry-points."embodied_ssl.worlds"]
striped = "striped:Striped"

[project.entry-points."embodied_ssl.methods"]
brightness = "brightness:Brightness"
darkness = "brightness.gone:Darkness"

[project.entry-points."embodied_ssl.protocols"]
uprightness = "uprightness:Uprightness"

[tool.setuptools]
py-modules = ["striped", "brightness", "uprightness"]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Where the package is installed."""
    source = tmp_path_factory.mktemp("stripes")
    (source / "pyproject.toml").write_text(PYPROJECT)
    for name in MODULES:
        shutil.copy(HERE / name, source)
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    command = [*pip, "--disable-pip-version-check", "--target", target, source]
    subprocess.run(command, check=True, capture_output=True)
    return target


@pytest.fixture
def embodied_ssl(site, command, tmp_path, monkeypatch):
    """Call ``embodied-ssl ...`` with the package installed: (status, output, errors)."""
    monkeypatch.syspath_prepend(site)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(site))  # of workers
    monkeypatch.setattr(gymnasium.envs.registration, "registry", gymnasium.registry.copy())
    for name in MODULES:  # those of other tests
        monkeypatch.delitem(sys.modules, Path(name).stem, raising=False)

    yield lambda line: command(*line.split())
    for name in MODULES:
        sys.modules.pop(Path(name).stem, None)


def test_its_world_its_method_and_its_protocol_are_used_like_our_own(embodied_ssl, tmp_path):
    def ok(line):
        status, said, errors = embodied_ssl(line)
        assert status == 0, errors
        return said

    assert "Stripes of random colours." in ok("collect --help")
    ok("collect --env striped --out data --episodes 12 --image-size 48")
    assert "striped, 48 rows" in ok("info data")
    listing = ok("methods")
    assert "The mean of the pixels, regressed." in listing
    assert "darkness" in listing and "cannot be read" in listing  # the rest still works
    small = "--trunk.width 0.1 --trunk.fc-dim 16 --train-size 32 --batch-size 8 --images 32"
    assert "--weight" in ok("train brightness --help")
    ok(f"train brightness --weight 2 --data data --out run {small}")
    ok(f"train simclr+brightness --weights 1 0.5 --data data --out both {small}")
    said = ok("evaluate run both --data data --protocol uprightness --out results.json")
    assert "upright stripes" in said
    results = json.loads((tmp_path / "results.json").read_text())
    assert {"pixels", "random", "run", "both"} <= results["models"].keys()
    ok("report --data data --runs run --evaluations results.json --out page.html")
    page = (tmp_path / "page.html").read_text().lower()
    assert "stripes" in page and "accuracy" in page
    repeated = ok("train --config run/settings.yaml --out again")
    assert repeated is not None and (tmp_path / "again" / "run.json").is_file()
    runs = [json.loads((tmp_path / r / "run.json").read_text()) for r in ("run", "again")]
    assert runs[0] == runs[1]


def test_what_does_not_import_is_named(embodied_ssl):
    status, _, errors = embodied_ssl("train darkness --data data --out run")
    assert status == 2 and errors.count("\n") == 1
    assert "'darkness' cannot be imported from brightness.gone:Darkness" in errors
