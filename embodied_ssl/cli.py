"""The command line: the only place where everything meets.

Heavy imports wait inside the handlers, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import Annotated, Any

VERBS = {
    "collect": "collect data in a simulated world",
    "info": "say what a dataset holds and whether it is whole",
    "methods": "list the methods that train can use",
    "train": "train a trunk by one of the methods",
    "evaluate": "judge trained trunks beside the baselines",
    "report": "write everything into one HTML page",
}
USAGE_ERROR, INTERRUPTED = 2, 130


def main() -> None:
    """``embodied-ssl VERB ...``"""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: embodied-ssl VERB [options]\n")
        print("\n".join(f"  {verb:<10}{text}" for verb, text in VERBS.items()))
        print("\nembodied-ssl VERB --help says more of each.")
        return
    handlers = {
        "collect": _collect,
        "info": _info,
        "methods": _methods,
        "train": _train,
        "evaluate": _evaluate,
        "report": _report,
    }
    _run(lambda: _handler(handlers, arguments[0])(arguments[1:], f"embodied-ssl {arguments[0]}"))


def collect() -> None:
    """``collect ...``"""
    _run(lambda: _collect(sys.argv[1:], "collect"))


def train() -> None:
    """``train METHOD ...``"""
    _run(lambda: _train(sys.argv[1:], "train"))


def evaluate() -> None:
    """``evaluate RUN ...``"""
    _run(lambda: _evaluate(sys.argv[1:], "evaluate"))


def _handler(handlers: dict[str, Callable], verb: str) -> Callable:
    from embodied_ssl.errors import did_you_mean

    if verb not in handlers:
        raise did_you_mean("verb", verb, handlers)
    return handlers[verb]


def _run(command: Callable[[], None]) -> None:
    """Run a command; a user's mistake ends in one line and status 2."""
    from embodied_ssl.errors import UserError

    try:
        command()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(USAGE_ERROR)
    except KeyboardInterrupt:
        print("interrupted: the same command continues.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(1)


def _parse(config: type, arguments: Sequence[str], program: str) -> Any:
    import tyro

    # Nested settings are few: --trunk.width says whose width it is, the rest needs no prefix.
    return tyro.cli(config, args=list(arguments), prog=program)


def _collect(arguments: Sequence[str], program: str) -> None:
    from embodied_ssl.collect import CollectConfig, run_collect

    run_collect(_parse(CollectConfig, arguments, program))


def _info(arguments: Sequence[str], program: str) -> None:
    from tyro.conf import Positional

    @dataclass(frozen=True)
    class InfoConfig:
        """Say what a dataset holds and whether it is whole."""

        data: Annotated[Path, Positional]
        """Folder of the dataset."""

    config = _parse(InfoConfig, arguments, program)
    from embodied_ssl.data.info import print_info

    print_info(config.data)


def _methods(arguments: Sequence[str], program: str) -> None:
    @dataclass(frozen=True)
    class MethodsConfig:
        """List the methods that train can use."""

    _parse(MethodsConfig, arguments, program)
    from rich.console import Console
    from rich.table import Table

    from embodied_ssl.methods import METHODS, method_class

    table = Table("method", "samples", "what it does")
    for name in METHODS:
        cls = method_class(name)
        table.add_row(name, cls.samples, (cls.__doc__ or "").splitlines()[0])
    Console().print(table)


def _train(arguments: Sequence[str], program: str) -> None:
    from embodied_ssl.methods import METHODS, method_class

    if not arguments or arguments[0] in ("-h", "--help"):
        print(f"usage: {program} METHOD --data DIR --out DIR [options]\n")
        print("methods: " + ", ".join(METHODS))
        print(f"\n{program} METHOD --help lists the options of the loop and of the method.")
        return
    name, *rest = arguments
    cls = method_class(name)

    import tyro

    from embodied_ssl.train import TrainConfig, run_train

    both = make_dataclass(
        "Train",
        [
            ("loop", tyro.conf.OmitArgPrefixes[TrainConfig]),
            ("method", tyro.conf.OmitArgPrefixes[cls.Config]),
        ],
        frozen=True,
    )
    both.__doc__ = (cls.__doc__ or "").splitlines()[0]
    parsed = _parse(both, rest, f"{program} {name}")
    run_train(parsed.loop, name, parsed.method)


def _evaluate(arguments: Sequence[str], program: str) -> None:
    from embodied_ssl.evaluation import EvaluateConfig, run_evaluate

    run_evaluate(_parse(EvaluateConfig, arguments, program))


def _report(arguments: Sequence[str], program: str) -> None:
    from embodied_ssl.report import ReportConfig, run_report

    run_report(_parse(ReportConfig, arguments, program))
