"""What the verbs do that bring datasets and runs to others; ``verbs.py`` has all the rest."""

from __future__ import annotations

from collections.abc import Callable

Work = Callable[[], object]


def _export(args: list[str], program: str) -> Work:
    """Write a dataset or a run in a format that others read."""
    from embodied_ssl.exporting import FORMATS
    from embodied_ssl.exporting.command import ExportConfig, run_export
    from embodied_ssl.options import HELP, parse

    if not args or HELP & set(args):
        listings = (f"Formats of a {s}:\n\n{f.listing()}" for s, f in FORMATS.items() if f)
        usage = f"usage: {program} PATH --format FORMAT --out DIR\n\n{_export.__doc__}"
        text = "\n\n".join([usage, *listings])
        return lambda: print(text)
    (config,) = parse(args, program, str(_export.__doc__), ExportConfig)
    return lambda: run_export(config)


def _push(args: list[str], program: str) -> Work:
    """Upload a dataset or a run to the Hugging Face hub."""
    from embodied_ssl.hub.push import PushConfig, run_push
    from embodied_ssl.options import parse

    (config,) = parse(args, program, str(_push.__doc__), PushConfig)
    return lambda: run_push(config)


def _pull(args: list[str], program: str) -> Work:
    """Download a dataset or a run from the Hugging Face hub."""
    from embodied_ssl.hub.pull import PullConfig, run_pull
    from embodied_ssl.options import parse

    (config,) = parse(args, program, str(_pull.__doc__), PullConfig)
    return lambda: run_pull(config)


SHARING: dict[str, Callable[[list[str], str], Work]] = {
    "export": _export,
    "push": _push,
    "pull": _pull,
}
