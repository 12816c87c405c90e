"""The scripts start as they are printed, from a clone."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYTHON = '#!/usr/bin/env -S bash -c \'exec "$(dirname "$0")/python" "$0" "$@"\''


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "scripts").iterdir()))
def test_a_script_starts_as_it_is_printed(name, tmp_path):
    """From a clone, from any folder, by the interpreter of its environment."""
    first = (ROOT / "scripts" / name).read_text(encoding="utf-8").splitlines()[0]
    assert os.access(ROOT / "scripts" / name, os.X_OK)
    if first == "#!/usr/bin/env bash":
        return
    assert first == PYTHON
    clone = tmp_path / "a clone"
    for folder in ("scripts", ".venv/bin"):
        (clone / folder).mkdir(parents=True)
    for script in (name, "python"):
        (clone / "scripts" / script).write_text((ROOT / "scripts" / script).read_text())
    (clone / "scripts" / "setup").write_text("#!/bin/sh\necho set up\n")
    (clone / ".venv" / "bin" / "python").write_text('#!/bin/sh\necho "$PYTHONSAFEPATH $@"\n')
    for file in [*(clone / "scripts").iterdir(), clone / ".venv" / "bin" / "python"]:
        file.chmod(0o755)
    done = subprocess.run(
        [clone / "scripts" / name, "--out", "a b"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "set up\n")
    assert done.stdout == f"1 {clone}/scripts/{name} --out a b\n"
