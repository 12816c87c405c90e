"""The command line. Here, and nowhere else, everything meets; heavy imports wait for their verb."""

import errno
import os
import sys
from collections.abc import Callable
from importlib import import_module

from embodied_ssl.errors import UserError, did_you_mean

# Threads that wait for one another sleep. Those that spin keep the very core busy on which the one
# they wait for would run, as soon as there is other work. OpenMP reads this when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

USAGE_ERROR, INTERRUPTED = 2, 130


def _collect(args: list[str], program: str) -> None:
    """Collect data in a simulated world."""
    from embodied_ssl.options import parse, settings_given, value_of
    from embodied_ssl.worlds import WORLDS

    asked = {"-h", "--help"} & set(args)
    given = settings_given(args)
    name = value_of("--env", args) or given.get("env")
    if name is None and (asked or not args):
        print(f"usage: {program} --env WORLD --out DIR [options]\n\n{WORLDS.listing()}\n")
        print(f"{program} --env WORLD --help lists the options, those of the world among them.")
        return
    if name is None:
        raise UserError(f"name the world: {program} --env WORLD --out DIR.")
    from embodied_ssl.collecting.config import CollectConfig

    world = WORLDS.load(str(name))
    summary = world.__doc__.splitlines()[0]
    shared, own = parse(args, program, summary, CollectConfig, world.Config, given=given)
    from embodied_ssl.collecting.command import run_collect

    run_collect(shared, own)


def _methods(args: list[str], program: str) -> None:
    """List the methods that can be trained."""
    from embodied_ssl.methods import METHODS

    if args in (["-h"], ["--help"]):
        print(f"usage: {program}\n\n{_methods.__doc__}")
    elif args:
        raise UserError(f"{program} takes no {args[0]!r}.")
    else:
        print(METHODS.listing())


def _train(args: list[str], program: str) -> None:
    """Train a trunk with one of the methods."""
    from embodied_ssl.methods import METHODS, load_method_class
    from embodied_ssl.options import parse, settings_given, value_of

    if not args or args[0] in ("-h", "--help"):
        print(f"usage: {program} METHOD --data DIR --out RUN [options]\n\n{METHODS.listing()}")
        print(f"\n{program} METHOD --help lists the options of the loop and of the method.")
        print(f"{program} METHOD+METHOD trains one trunk with the sum of their losses.")
        return
    given = settings_given(args)
    told = given.pop("method", None)
    if args[0].startswith("-") and told is None:
        raise UserError(f"name the method first: {program} METHOD --data DIR --out RUN.")
    name, rest = (told, args) if args[0].startswith("-") else (args[0], args[1:])
    from embodied_ssl.methods.base import Recipe
    from embodied_ssl.settings import to_dict
    from embodied_ssl.training.config import LoopConfig, TrainConfig
    from embodied_ssl.trunks import default_trunk, trunk_options

    cls = load_method_class(name)
    trunk = value_of("--trunk", rest) or given.get("trunk") or default_trunk(cls.trunk_type)
    given = to_dict(cls.recipe) | {"trunk": trunk} | given
    summary = f"{name}: {cls.__doc__.splitlines()[0]}"
    classes = (LoopConfig, trunk_options(trunk), Recipe, cls.Config)
    loop, options, recipe, method = parse(rest, f"{program} {name}", summary, *classes, given=given)
    from embodied_ssl.training.command import run_train

    settings = to_dict(options.trunk_settings)
    run_train(TrainConfig(**vars(loop), trunk_settings=settings, recipe=recipe), name, method)


def _evaluate(args: list[str], program: str) -> None:
    """Judge trained trunks beside the baselines that they have to beat."""
    from embodied_ssl.evaluation import PROTOCOLS, EvaluateConfig
    from embodied_ssl.options import parse, settings_given, value_of

    given = settings_given(args)
    name = value_of("--protocol", args) or given.get("protocol")
    if name is None and {"-h", "--help"} & set(args):
        print(f"usage: {program} RUN ... --data DIR [--protocol NAME] [options]\n")
        print(f"{PROTOCOLS.listing()}\n\nThe protocol is {EvaluateConfig.protocol} unless named.")
        print(f"{program} --protocol NAME --help lists the options, those of the protocol as well.")
        return
    cls = PROTOCOLS.load(name or EvaluateConfig.protocol)
    summary = cls.__doc__.splitlines()[0]
    config, own = parse(args, program, summary, EvaluateConfig, cls.Config, given=given)
    from embodied_ssl.evaluation.command import run_evaluate

    run_evaluate(config, own)


def _plain(summary: str, what: str) -> Callable[[list[str], str], None]:
    """A verb as ``module:dataclass of its options:function``."""

    def verb(args: list[str], program: str) -> None:
        import tyro

        module, config, function = what.split(":")
        found = import_module(f"embodied_ssl.{module}")
        getattr(found, function)(tyro.cli(getattr(found, config), prog=program, args=args))

    verb.__doc__ = summary
    return verb


_info = _plain("Say what a dataset holds and whether it is whole.", "info:InfoConfig:run_info")
_report = _plain("Write everything into one HTML page.", "report:ReportConfig:run_report")
_cache = _plain("Show what is cached, and clear it.", "caches:CacheConfig:run_cache")

VERBS: dict[str, Callable[[list[str], str], None]] = {
    "collect": _collect,
    "info": _info,
    "methods": _methods,
    "train": _train,
    "evaluate": _evaluate,
    "report": _report,
    "cache": _cache,
}


def _dispatch(args: list[str]) -> None:
    if not args or args[0] in ("-h", "--help"):
        print("usage: embodied-ssl VERB [options]\n\nLearn visual features by acting.\n")
        print("\n".join(f"  {name:<10}{verb.__doc__}" for name, verb in VERBS.items()))
        print("\nembodied-ssl VERB --help says more of each.")
    elif args[0] not in VERBS:
        raise did_you_mean("verb", args[0], VERBS)
    else:
        _call(args[0], args[1:], f"embodied-ssl {args[0]}")


def _call(verb: str, args: list[str], program: str) -> None:
    """A verb; its help comes without the seconds that torch takes, wherever that is possible."""
    from embodied_ssl.standins import standins

    asked = bool({"-h", "--help"} & set(args))
    try:
        with standins(asked):
            return VERBS[verb](args, program)
    except UserError:
        raise
    except Exception:  # a module that computes something while it is imported
        if not asked:
            raise
    VERBS[verb](args, program)


def run(command: Callable[[], None]) -> int:
    """Run a command and give its exit status: what a user can get wrong is one line, and 2."""
    try:
        command()
    except UserError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        print("interrupted: the same command continues.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return 1
    except OSError as error:
        if not isinstance(error, PermissionError) and error.errno not in (
            errno.ENOSPC,
            errno.EDQUOT,
        ):
            raise
        return _complain(f"{error.strerror}: {error.filename or 'while writing'}.")
    return 0


def _complain(message: str) -> int:
    if os.environ.get("RANK", "0") == "0":  # of several processes one says it
        print("error: " + " ".join(message.split()), file=sys.stderr)
    return USAGE_ERROR


def main() -> None:
    """``embodied-ssl VERB ...``"""
    sys.exit(run(lambda: _dispatch(sys.argv[1:])))


def _command(verb: str) -> Callable[[], None]:
    """``VERB ...``, the same as ``embodied-ssl VERB ...``."""
    return lambda: sys.exit(run(lambda: _call(verb, sys.argv[1:], verb)))


collect, train, evaluate = map(_command, ("collect", "train", "evaluate"))
