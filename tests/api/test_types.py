"""The package is typed: type checkers pass what a user writes, and find what is wrong."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("user_script.py")
WRONG = """import embodied_ssl as essl

essl.load(3)
essl.load("run").embed(3)
essl.load("run").embedd("image.png")
essl.open_dataset("data").numpy(split=1)
essl.make(world=None)
"""
SETTINGS = """[mypy]
strict = True
[mypy-torch.*,torchvision.*,timm.*,sklearn.*,scipy.*,pyarrow.*,pandas.*,datasets.*,rich.*,cv2.*,\
trimesh.*,tyro.*,matplotlib.*,accelerate.*,huggingface_hub.*,transformers.*]
follow_imports = skip
ignore_missing_imports = True
"""
"""Other packages are not read: that takes a minute, and their types are not ours."""


@pytest.fixture
def folder(tmp_path):
    shutil.copy(SCRIPT, tmp_path / "right.py")
    (tmp_path / "wrong.py").write_text(WRONG)
    (tmp_path / "mypy.ini").write_text(SETTINGS)
    return tmp_path


def check(folder, module, *args):
    """Lines of `wrong.py` in which a checker finds errors; the other script must have none."""
    program = [sys.executable, "-m", module, *args, "right.py", "wrong.py"]
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True)
    errors = re.findall(r"(\w+)\.py:(\d+)(?::\d+)?(?: -|:) error", done.stdout)
    assert {name for name, _ in errors} == {"wrong"}, done.stdout + done.stderr
    return {int(line) for _, line in errors}


def test_mypy(folder):
    assert check(folder, "mypy") == {3, 5, 6, 7}  # anything may be a tensor, as it is not read


def test_pyright(folder):
    try:
        subprocess.run([sys.executable, "-m", "pyright", "--version"], check=True, timeout=120)
    except (subprocess.SubprocessError, OSError):
        pytest.skip("pyright could not be fetched from the npm registry")
    assert check(folder, "pyright", "--pythonpath", sys.executable) == {3, 4, 5, 6, 7}
