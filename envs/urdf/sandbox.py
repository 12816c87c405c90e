"""Work on untrusted files in a process of its own, with limits of time and memory.

Bullet is C++ that believes what a file says: a wrong one can end, fill or stop its process. What
happens in the sandbox is one line for whoever asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from types import TracebackType
from typing import Any

from embodied_ssl_envs.errors import WorldError

SECONDS = 60  # of processor time for a piece of work, unless told otherwise
MEMORY = 4 * 2**30  # bytes
PATIENCE = 10  # times that processor time, by the clock: other processes may have the processor
MODULE = "embodied_ssl_envs.urdf.sandbox_process"


class Killed(Exception):
    """Somebody else ended the process, which says nothing about the file."""


class Unsure(WorldError):
    """Something that went wrong for want of memory, or that nobody thought of; it may go well."""


class Ended(WorldError):
    """What the file did to the process, without the file's name."""


class Sandbox:
    """A process that calls functions of this package; it starts when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def pid(self) -> int | None:
        """Number of the process, if it runs."""
        return self._process.pid if self._process else None

    def call(self, function: str, *args: Any, seconds: int = SECONDS) -> Any:
        """What a function returns.

        Args:
            function: ``"module:name"``.
            args: that can be written as JSON, as must what it returns.
            seconds: of processor time that it may take.

        Raises:
            WorldError: that the function raises.
            Unsure: when it raises anything else.
            Ended: when the process ended or took too long.
            Killed: when the process was killed from outside.
        """
        process = self._process = self._process or _start()
        try:
            process.stdin.write(json.dumps([function, args, seconds]).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, which shows below
        ready, _, _ = select.select([process.stdout], [], [], seconds * PATIENCE)
        answer = process.stdout.readline() if ready else b""
        if not answer.endswith(b"\n"):
            if not ready:
                process.kill()
            status = process.wait()
            self._end()
            raise _ended(status if ready else -signal.SIGXCPU, seconds)
        kind, value = json.loads(answer)
        if kind in ("error", "unsure"):
            raise (WorldError if kind == "error" else Unsure)(value)
        return value

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            process.stdout.close()
            with contextlib.suppress(BrokenPipeError):  # of what it was asked and did not read
                process.stdin.close()


def _start() -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-P", "-W", "ignore", "-m", MODULE, str(MEMORY)]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,  # Ctrl-C is for the parent, which ends this process
    )


def _ended(status: int, seconds: int) -> Ended | Killed:
    if status in (-signal.SIGKILL, -signal.SIGTERM):
        return Killed("the process that checks files was killed: is the memory full?")
    if status >= 0:
        return Killed(f"the process that checks files ended with status {status}")
    if status == -signal.SIGXCPU:
        return Ended(f"takes Bullet more than {seconds} s")
    name = signal.Signals(-status).name
    return Ended(f"ends Bullet ({name}), by a fault in it or for want of {MEMORY >> 30} GB")
