"""The process of a sandbox: a call a line on stdin, its result a line on what stdout was."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
from typing import Any, BinaryIO

if sys.platform != "win32":
    import resource


def main() -> None:
    """Answer calls until stdin ends."""
    memory = int(sys.argv[1])
    answers = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # Bullet prints
    _limit_once(memory)
    for line in sys.stdin.buffer:
        function, args, seconds = json.loads(line)
        _limit_time(seconds)
        _answer(answers, *_result(function, args, memory))


def _result(function: str, args: list[Any], memory: int) -> tuple[str, Any]:
    from embodied_ssl_envs.errors import WorldError

    module, _, name = function.partition(":")
    try:
        return "value", getattr(importlib.import_module(module), name)(*args)
    except WorldError as error:
        return "error", str(error)
    except MemoryError:
        return "error", f"needs more than {memory >> 30} GB of memory"
    except RecursionError:
        return "error", "is nested too deeply"
    except Exception as error:  # what nobody thought of is one line too
        return "error", f"cannot be used: {type(error).__name__} {' '.join(str(error).split())}"


def _answer(answers: BinaryIO, kind: str, value: Any) -> None:
    answers.write(json.dumps([kind, value]).encode() + b"\n")
    answers.flush()


def _limit_once(memory: int) -> None:
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _lower(resource.RLIMIT_AS, memory)


def _limit_time(seconds: int) -> None:
    if sys.platform != "win32":
        used = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds)


def _lower(what: int, value: int) -> None:
    """Set a soft limit, as far as the hard one lets it."""
    _, hard = resource.getrlimit(what)
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(OSError, ValueError):  # some systems know no such limit
        resource.setrlimit(what, (soft, hard))


if __name__ == "__main__":
    main()
