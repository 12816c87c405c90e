"""Mutated files, one after the other, through a reader: what is neither read nor refused is found.

File ``n`` of a target follows from the seed and ``n`` alone, so a finding is repeated by its
number.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import resource
import shutil
import signal
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from embodied_ssl.errors import UserError
from fuzzing.mutations import MUTATIONS
from fuzzing.targets import TARGETS, Target

for _file in sorted(Path(__file__).parent.glob("*_targets.py")):
    if _file.stem == "world_targets" and not find_spec("pybullet"):
        continue  # where nothing is simulated
    import_module(f"fuzzing.{_file.stem}")  # enters its targets

SECONDS = 20  # for one file
MOST_BYTES = 10**9  # of memory


@dataclass
class Report:
    """What came out of a campaign."""

    counts: Counter[str] = field(default_factory=Counter)
    """``read``: what was mutated does no harm; ``refused``: in one line; ``same``: not mutated."""
    findings: list[str] = field(default_factory=list)
    memory: int = 0
    """Bytes that were taken at most, besides what the process had taken before."""


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(name: str, seed: int, numbers: range) -> Report:
    """Files of these numbers through one target."""
    report, target = Report(), TARGETS[name]()
    before = _peak()
    with (
        contextlib.closing(target),
        tempfile.TemporaryDirectory(prefix="fuzz-") as place,
        _without_home(Path(place)),
    ):
        sample = Path(place) / "sample"
        sample.mkdir()
        with _quiet():
            target.make(sample)
            expected = target.read(sample)
        for number in numbers:
            _one(target, Path(place), expected, f"{name} {seed} {number}", report)
            report.memory = max(report.memory, target.memory())
    report.memory = max(report.memory, _peak() - before)
    if report.memory > MOST_BYTES:
        report.findings.append(f"{name}: {report.memory / 1e9:.2f} GB of memory")
    return report


def _one(target: Target, place: Path, expected: Any, name: str, report: Report) -> None:
    rng = random.Random(name)
    folder = place / "mutated"
    shutil.copytree(place / "sample", folder)
    try:
        file = rng.choice(target.files(folder))
        before = file.read_bytes()
        mutation = rng.choice(MUTATIONS)
        after = mutation(before, rng)
        if after == before:
            report.counts["same"] += 1
            return
        file.write_bytes(after)
        what = f"{name}: {file.relative_to(folder)}, {mutation.__name__}"
        with _quiet(), _alarm():
            found = target.read(folder)
        report.counts["read"] += 1
        if target.covered and found != expected:
            report.findings.append(f"{what}: read without a word, though a checksum covers it")
    except UserError as error:
        report.counts["refused"] += 1
        if not str(error) or "\n" in str(error).strip():
            report.findings.append(f"{what}: the error is not one line: {error!r}")
    except Exception:
        report.findings.append(f"{what}:\n{traceback.format_exc(limit=-4)}")
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    """TimeoutError for what takes too long."""

    def ring(*_: Any) -> None:
        raise TimeoutError(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        yield


@contextlib.contextmanager
def _without_home(place: Path) -> Iterator[None]:
    """Caches that are kept elsewhere end with the campaign."""
    before = os.environ.get("EMBODIED_SSL_CACHE")
    os.environ["EMBODIED_SSL_CACHE"] = str(place / "caches")
    try:
        yield
    finally:
        if before is None:
            del os.environ["EMBODIED_SSL_CACHE"]
        else:
            os.environ["EMBODIED_SSL_CACHE"] = before
