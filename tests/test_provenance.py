"""The commit in results is that of the code that ran, or none."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import embodied_ssl
from embodied_ssl.commit import SOURCES, commit, commit_of, installed
from embodied_ssl.provenance import provenance


def git(folder, *args):
    who = {f"GIT_{role}_{what}": "nobody" for role in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")}  # fmt: skip
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | who
    done = subprocess.run(
        ["git", "-C", folder, *args], env=env, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def committed(folder):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all of it")
    return git(folder, "rev-parse", "HEAD")


def write_packages(folder, names):
    found = {}
    for package, name in zip(SOURCES, names, strict=True):
        (folder / name / "sub").mkdir(parents=True)
        for file in ("__init__.py", "commit.py", "sub/data.toml"):
            (folder / name / file).write_text(f"# {file} of {package}\n")
        found[package] = folder / name
    return found


@pytest.fixture
def checkout(tmp_path):
    """A source tree under git: its folder, its packages, its commit."""
    folder = tmp_path / "check out"
    packages = write_packages(folder, SOURCES.values())
    (folder / "README.md").write_text("read me")
    git(folder, "init", "--quiet")
    return folder, packages, committed(folder)


@pytest.fixture
def environment(tmp_path, checkout):
    """Copies of the packages in an environment that lies inside another repository."""
    other = tmp_path / "other"
    packages = write_packages(other / "site-packages", SOURCES)
    git(other, "init", "--quiet")
    (other / "paper.tex").write_text("mine")
    (other / ".gitignore").write_text("site-packages")
    committed(other)
    return packages


def test_a_checkout_gives_its_commit(checkout):
    folder, packages, head = checkout
    assert commit_of(packages, {}) == head
    (folder / "README.md").write_text("no code")
    assert commit_of(packages, {}) == head


@pytest.mark.parametrize("package", SOURCES)
@pytest.mark.parametrize("name", ["commit.py", "sub/data.toml", "new.py"])
def test_changed_code_is_said(checkout, package, name):
    _, packages, head = checkout
    (packages[package] / name).write_text("changed")
    assert commit_of(packages, {}) == f"{head}+changes"


def test_another_repository_around_the_environment_is_none(environment):
    assert commit_of(environment, {}) is None


def test_a_repository_of_the_surroundings_is_none(checkout, environment, monkeypatch):
    folder, packages, head = checkout
    monkeypatch.setenv("GIT_DIR", str(folder.parent / "other" / ".git"))  # as in a hook
    monkeypatch.setenv("GIT_WORK_TREE", str(folder.parent / "other"))
    assert commit_of(packages, {}) == head
    assert commit_of(environment, {}) is None


def test_a_copy_gives_the_commit_that_has_its_files(checkout, environment):
    folder, packages, head = checkout
    origin = {"url": folder.as_uri(), "dir_info": {}}
    assert commit_of(environment, origin) == head
    (packages["embodied_ssl"] / "commit.py").write_text("not committed yet")
    assert commit_of(environment, origin) == head  # what was installed is what HEAD has
    committed(folder)
    assert commit_of(environment, origin) is None  # the checkout went on, the copy did not


@pytest.mark.parametrize("change", ["edited", "more", "less"])
def test_a_copy_with_other_files_gives_none(checkout, environment, change):
    file = environment["embodied_ssl_envs"] / "commit.py"
    if change == "less":
        file.unlink()
    else:
        (file if change == "edited" else file.with_name("more.py")).write_text("mine")
    assert commit_of(environment, {"url": checkout[0].as_uri()}) is None


@pytest.mark.parametrize(
    "origin", [{"url": "file:///nowhere"}, {"url": "https://example.org/a.whl"}, {"url": None}]
)
def test_an_origin_that_cannot_be_asked_gives_none(environment, origin):
    assert commit_of(environment, origin) is None


def test_what_pip_took_from_a_repository_has_its_commit(environment):
    origin = {"url": "https://example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
    assert commit_of(environment, origin) == "abc"


def test_no_git_gives_none(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert commit_of(checkout[1], {}) is None


def test_this_code(monkeypatch):
    """Whatever runs here: a checkout, an installed copy, a copy without any origin."""
    found, head = commit(), None
    if shutil.which("git"):
        root = Path(embodied_ssl.__file__).resolve().parents[1]
        done = subprocess.run(["git", "-C", root, "ls-files", "--error-unmatch", __file__],
                              capture_output=True)  # fmt: skip
        head = git(root, "rev-parse", "HEAD") if not done.returncode else None
    assert found is None or head is None or found.removesuffix("+changes") == head
    monkeypatch.setattr("sys.argv", ["/some/where/__main__.py", "evaluate", "pixels"])
    said = json.loads(json.dumps(provenance({"seed": 0})))
    assert said["commit"] == found and said["command"] == ["embodied-ssl", "evaluate", "pixels"]
    assert said["versions"]["embodied-ssl"] == (installed().version if installed() else None)
    assert said["versions"]["torch"]
