"""Who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = {
    "embodied_ssl": {"pybullet", "pybullet_data"},
    "envs": {"torch", "embodied_ssl", "datasets", "accelerate"},
    "assets": {"torch", "pybullet", "numpy", "gymnasium", "embodied_ssl", "embodied_ssl_envs"},
}


def imports(file):
    """Top-level names of everything that a file imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_packages_keep_to_their_side(package):
    files = list((ROOT / package).rglob("*.py"))
    assert files
    for file in files:
        assert not FORBIDDEN[package] & set(imports(file)), file


def test_only_collecting_knows_the_worlds():
    knowing = {
        file.name
        for file in (ROOT / "embodied_ssl").rglob("*.py")
        if "embodied_ssl_envs" in set(imports(file))
    }
    assert knowing == {"shard.py"}


def test_help_imports_nothing_heavy():
    code = "import sys; from embodied_ssl.cli import _dispatch; _dispatch(['--help']); "
    code += "print({'torch', 'pybullet', 'numpy', 'tyro'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
