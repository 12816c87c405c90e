"""The wheel holds all that the packages track."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = {"embodied_ssl": "embodied_ssl", "envs": "embodied_ssl_envs"}
INSTALLED["assets"] = "embodied_ssl_assets"


@pytest.fixture
def tracked():
    """Every tracked file of the packages, relative to the root."""
    command = ["git", "-C", str(ROOT), "ls-files", "--", *INSTALLED]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or not done.stdout:
        pytest.skip("no git checkout")
    return done.stdout.split()


def test_nothing_tracked_is_missing_from_the_wheel(tracked, tmp_path):
    source = tmp_path / "source"
    for name in [*tracked, "pyproject.toml", "README.md", "LICENSE"]:
        copy = source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    command = ["build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source)]
    subprocess.run([sys.executable, "-m", *command], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    expected = set()
    for name in tracked:
        package, rest = name.split("/", 1)
        expected.add(f"{INSTALLED[package]}/{rest}")
    assert expected <= packed
