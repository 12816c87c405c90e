"""What was found out about a file in a sandbox, remembered beside what was made of it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.references import is_file
from embodied_ssl_envs.urdf.sandbox import SECONDS, Killed, Sandbox, Unsure

VERDICT = "verdict.json"


def remembered(
    sandbox: Sandbox, task: str, source: Path, place: Path, product: str, seconds: int = SECONDS
) -> dict[str, Any]:
    """``facts`` that a function returned of a file, or the ``fault`` that it found.

    Args:
        sandbox: in which the function is called if its verdict is not known.
        task: ``"module:name"`` of the function, which takes the path of the file and that of a
            folder to write into.
        source: the file.
        place: the folder, another one for other contents of the file.
        product: a file that the function writes into it.
        seconds: of processor time that the function may take.

    Raises:
        WorldError: when somebody else ended the process.
    """
    return _recall(place, product) or _try(sandbox, task, source, place, product, seconds)


def _recall(place: Path, product: str) -> dict[str, Any] | None:
    try:
        known = json.loads((place / VERDICT).read_text())
    except (OSError, ValueError):
        return None
    return known if known.get("fault") or is_file(place / product) else None


def _try(
    sandbox: Sandbox, task: str, source: Path, place: Path, product: str, seconds: int
) -> dict[str, Any]:
    """Check a file and remember the verdict, good or bad, unless chance had a part in it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=place.parent))
    try:
        facts = sandbox.call(task, str(source.absolute()), str(draft), seconds=seconds)
        known: dict[str, Any] = {"facts": facts}
    except Killed as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise WorldError(f"{source}: {error}") from error
    except Unsure as error:
        shutil.rmtree(draft, ignore_errors=True)
        return {"fault": str(error)}
    except WorldError as error:
        for file in draft.iterdir():
            file.unlink()
        known = {"fault": str(error)}
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    (draft / VERDICT).write_text(json.dumps(known))
    try:
        os.rename(draft, place)  # atomic: another process may check it at the same time
    except OSError:
        if _recall(place, product) is None:  # what is there is not whole
            shutil.rmtree(place, ignore_errors=True)
            os.rename(draft, place)
        shutil.rmtree(draft, ignore_errors=True)
    return known
