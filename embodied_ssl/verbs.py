"""What each verb is to do, from its arguments; heavy imports wait for the work."""

from __future__ import annotations

import sys

from embodied_ssl.errors import UserError
from embodied_ssl.plain_verbs import LOOKING, USING, Verb, Work

HELP = frozenset(("-h", "--help"))


def _said(text: str) -> Work:
    return lambda: print(text)


def _collect(args: list[str], program: str) -> Work:
    """Collect data in a simulated world."""
    from embodied_ssl.options import parse, settings_given, value_of
    from embodied_ssl.worlds import WORLDS

    given = settings_given(args)
    name = value_of("--env", args) or given.get("env")
    if name is None and (HELP & set(args) or not args):
        return _said(
            f"usage: {program} --env WORLD --out DIR [options]\n\n{WORLDS.listing()}\n\n"
            f"{program} --env WORLD --help lists the options, those of the world among them."
        )
    if name is None:
        raise UserError(f"name the world: {program} --env WORLD --out DIR.")
    from embodied_ssl.collecting.config import CollectConfig

    world = WORLDS.load(str(name))
    summary, classes = world.__doc__.splitlines()[0], (CollectConfig, world.Config)
    shared, own = parse(args, program, summary, *classes, given=given, titles=("run", "world"))

    def work() -> None:
        check_simulator(world.env_id)
        from embodied_ssl.collecting.command import run_collect

        run_collect(shared, own)

    return work


def check_simulator(env_id: str, verb: str = "collect") -> None:
    """UserError where a world of ours cannot be simulated, for instance on Python 3.12."""
    from importlib.util import find_spec

    if env_id.startswith("embodied_ssl_envs:") and find_spec("pybullet") is None:
        version = ".".join(map(str, sys.version_info[:2]))
        raise UserError(
            f"{verb} simulates with pybullet, which is not installed here (Python {version}; it "
            f"has wheels for 3.11): {verb} with Python 3.11, for which scripts/setup makes a .venv."
        )


def _replay(args: list[str], program: str) -> Work:
    """Simulate stored data again, and compare, film or show it."""
    from embodied_ssl.options import parse
    from embodied_ssl.replaying.config import ReplayConfig

    (config,) = parse(args, program, str(_replay.__doc__), ReplayConfig, titles=("replay",))

    def work() -> None:
        from embodied_ssl.data.dataset import Dataset
        from embodied_ssl.worlds import WORLDS

        dataset = Dataset.open(config.data)
        check_simulator(WORLDS.load(dataset.env).env_id, "replay")
        from embodied_ssl.replaying.command import run_replay

        run_replay(config, dataset)

    return work


def _methods(args: list[str], program: str) -> Work:
    """List the methods that can be trained."""
    from embodied_ssl.methods import METHODS

    if args and not set(args) <= HELP:
        raise UserError(f"{program} takes no {args[0]!r}.")
    return _said(f"usage: {program}\n\n{_methods.__doc__}" if args else METHODS.listing())


def _train(args: list[str], program: str) -> Work:
    """Train a trunk with one of the methods."""
    from embodied_ssl.methods import METHODS, load_method_class
    from embodied_ssl.options import parse, settings_given, value_of

    if not args or args[0] in HELP:
        return _said(
            f"usage: {program} METHOD --data DIR --out RUN [options]\n\n{METHODS.listing()}\n\n"
            f"{program} METHOD --help lists the options of the loop and of the method.\n"
            f"{program} METHOD+METHOD trains one trunk with the sum of their losses."
        )
    given = settings_given(args)
    told = given.pop("method", None)
    if args[0].startswith("-") and told is None:
        raise UserError(f"name the method first: {program} METHOD --data DIR --out RUN.")
    name, rest = (str(told), args) if args[0].startswith("-") else (args[0], args[1:])
    from embodied_ssl.methods.recipe import Recipe
    from embodied_ssl.settings import to_dict
    from embodied_ssl.training.config import LoopConfig, TrainConfig
    from embodied_ssl.trunks import default_trunk, trunk_options

    cls = load_method_class(name)
    trunk = value_of("--trunk", rest) or given.get("trunk") or default_trunk(cls.trunk_type)
    given = to_dict(cls.recipe) | {"trunk": trunk} | given
    summary = f"{name}: {cls.__doc__.splitlines()[0]}"
    classes = (LoopConfig, Recipe, trunk_options(trunk, cls.trunk_defaults), cls.Config)
    titles = ("loop", "recipe", "trunk", "method")
    loop, recipe, options, method = parse(
        rest, f"{program} {name}", summary, *classes, given=given, titles=titles
    )
    if not loop.data:
        raise UserError("--data names no dataset.")
    settings = to_dict(options.trunk_settings)
    config = TrainConfig(**vars(loop), trunk_settings=settings, recipe=recipe)

    def work() -> None:
        from embodied_ssl.training.command import run_train

        run_train(config, name, method)

    return work


def _evaluate(args: list[str], program: str) -> Work:
    """Judge trained trunks beside the baselines that they have to beat."""
    from embodied_ssl.evaluation import PROTOCOLS, EvaluateConfig
    from embodied_ssl.options import parse, settings_given, value_of

    given = settings_given(args)
    name = value_of("--protocol", args) or given.get("protocol")
    if name is None and HELP & set(args):
        return _said(
            f"usage: {program} RUN ... --data DIR [--protocol NAME] [options]\n\n"
            f"{PROTOCOLS.listing()}\n\nThe protocol is {EvaluateConfig.protocol} unless named.\n"
            f"{program} --protocol NAME --help lists the options, those of the protocol as well."
        )
    cls = PROTOCOLS.load(str(name or EvaluateConfig.protocol))
    summary, classes = cls.__doc__.splitlines()[0], (EvaluateConfig, cls.Config)
    config, own = parse(args, program, summary, *classes, given=given, titles=("run", "protocol"))

    def work() -> None:
        from embodied_ssl.evaluation.command import run_evaluate

        run_evaluate(config, own)

    return work


VERBS: dict[str, Verb] = {
    "collect": _collect,
    **LOOKING,
    "replay": _replay,
    "methods": _methods,
    "train": _train,
    "evaluate": _evaluate,
    **USING,
}
GO_ON = ("collect", "train", "pull")
"""Verbs that continue what was interrupted."""
