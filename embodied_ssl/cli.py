"""The command line. Here, and nowhere else, everything meets; heavy imports wait for their verb."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.process import INTERRUPTED, USAGE_ERROR, exit_with, run
from embodied_ssl.verbs import GO_ON, HELP, VERBS, Work

__all__ = ["INTERRUPTED", "USAGE_ERROR", "VERBS", "main", "prepare", "run"]

# Threads that wait for one another sleep. Those that spin keep the very core busy on which the one
# they wait for would run, as soon as there is other work. OpenMP reads this when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def prepare(verb: str, args: list[str], program: str) -> Work:
    """What a verb is to do, its arguments checked; nothing is done yet.

    Its help comes without the seconds that torch takes, wherever that is possible.
    """
    from embodied_ssl.standins import standins

    asked = bool(HELP & set(args))
    try:
        with standins(asked):
            return VERBS[verb](args, program)
    except UserError:
        raise
    except Exception:  # a module that computes something while it is imported
        if not asked:
            raise
    return VERBS[verb](args, program)


def _dispatch(args: list[str]) -> None:
    if not args or args[0] in HELP:
        print("usage: embodied-ssl VERB [options]\n\nLearn visual features by acting.\n")
        print("\n".join(f"  {name:<10}{verb.__doc__}" for name, verb in VERBS.items()))
        print("\nembodied-ssl VERB --help says more of each; --version says which this is.")
    elif args[0] == "--version":
        from embodied_ssl.provenance import version_line

        print(version_line())
    elif args[0] not in VERBS:
        raise did_you_mean("verb", args[0], VERBS)
    else:
        prepare(args[0], args[1:], f"embodied-ssl {args[0]}")()


def main() -> None:
    """``embodied-ssl VERB ...``"""
    exit_with(lambda: _dispatch(sys.argv[1:]), goes_on=sys.argv[1:2] in ([v] for v in GO_ON))


def _command(verb: str) -> Callable[[], None]:
    """``VERB ...``, the same as ``embodied-ssl VERB ...``."""

    def call() -> None:
        args = sys.argv[1:]
        work = _dispatch if args == ["--version"] else lambda args: prepare(verb, args, verb)()
        exit_with(lambda: work(args), goes_on=verb in GO_ON)

    return call


collect, train, evaluate = map(_command, ("collect", "train", "evaluate"))
