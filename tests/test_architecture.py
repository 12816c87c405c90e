"""Who may import whom."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = {"embodied_ssl": "embodied_ssl", "envs": "embodied_ssl_envs"}
FORBIDDEN = {
    "embodied_ssl": {"pybullet", "pybullet_data"},
    "envs": {"torch", "embodied_ssl", "datasets", "accelerate"},
    "assets": {"torch", "pybullet", "numpy", "gymnasium", "embodied_ssl", "embodied_ssl_envs"},
}
LAYERS = (
    {"screen_text"},
    {
        "errors",
        "commit",
        "schedules",
        "color",
        "distributed",
        "tiles",
        "masks",
        "products",
        "variations",
    },
    {"losses", "knn", "collapse", "color_bins", "joint_losses"},
    {"standins", "files", "process", "notes", "bounds"},
    {"registry", "provenance", "outputs", "folders", "progress", "augment", "settings", "leaves"},
    {"checkpoints"},
    {"crops", "options", "figures"},
    {"data"},
    {"motion", "trajectories"},
    {"worlds"},
    {"sampling"},
    {"trunks"},
    {"methods"},
    {"training"},
    {"collecting", "info", "caches", "runs", "evaluation"},
    {"report", "api", "replaying", "viewing"},
    {"exporting"},
    {"hub"},
    {"plain_verbs"},
    {"verbs"},
    {"cli"},
    {"__main__"},
)
"""Rooms of ``embodied_ssl``, from those that know no other to those that know all before them."""


def modules(package: str) -> dict[str, ast.Module]:
    """Every module of a package by its name, parsed."""
    found = {}
    for file in (ROOT / package).rglob("*.py"):
        parts = (INSTALLED[package], *file.relative_to(ROOT / package).with_suffix("").parts)
        name = ".".join(parts).removesuffix(".__init__")
        found[name] = ast.parse(file.read_text())
    assert found
    return found


def imports(tree: ast.AST, top_level: bool = False) -> Iterator[str]:
    """Names that a module imports; only while it is imported itself, if ``top_level``."""
    for node in ast.iter_child_nodes(tree):
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if top_level and (typing_only or later):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imports(node, top_level)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_packages_keep_to_their_side(package):
    for file in (ROOT / package).rglob("*.py"):
        top = {name.split(".")[0] for name in imports(ast.parse(file.read_text()))}
        assert not FORBIDDEN[package] & top, file


@pytest.mark.parametrize("package", INSTALLED)
def test_there_are_no_circles(package):
    trees = modules(package)
    graph = {
        name: {_module(other, trees) for other in imports(tree, top_level=True)} - {name, None}
        for name, tree in trees.items()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError


def _module(name: str, trees: dict[str, ast.Module]) -> str | None:
    """The module that is imported, or has the name that is."""
    return next((each for each in (name, name.rpartition(".")[0]) if each in trees), None)


def test_rooms_know_only_those_before_them():
    room_of = {room: layer for layer, rooms in enumerate(LAYERS) for room in rooms}
    for name, tree in modules("embodied_ssl").items():
        if name == "embodied_ssl":
            continue
        room = name.split(".")[1]
        for other in imports(tree):
            parts = other.split(".")
            if parts[0] == "embodied_ssl" and len(parts) > 1 and parts[1] in room_of:
                earlier = room_of[parts[1]] < room_of[room] or parts[1] == room
                assert earlier, f"{name} imports {other}"


def test_only_worlds_know_the_simulator():
    for name, tree in modules("embodied_ssl").items():
        top = {other.split(".")[0] for other in imports(tree)}
        if "embodied_ssl_envs" in top:
            assert name.split(".")[1] in ("collecting", "replaying", "worlds"), name


@pytest.mark.parametrize("package", ["embodied_ssl", "envs", "assets", "tests"])
def test_files_are_short(package):
    for file in (ROOT / package).rglob("*.py"):
        assert len(file.read_text().splitlines()) <= 200, file


def test_help_imports_nothing_heavy():
    code = "import sys; from embodied_ssl.cli import _dispatch; _dispatch(['--help']); "
    code += "print({'torch', 'pybullet', 'numpy', 'tyro'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
