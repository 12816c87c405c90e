"""Verbs whose options are those of one dataclass; ``verbs.py`` has the others."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

Work = Callable[[], object]
Verb = Callable[[list[str], str], Work]
"""Arguments and the name of the program -> what is to be done, prepared."""


def plain(summary: str, module: str, name: str) -> Verb:
    """The verb that does ``run_name`` of a module with the options of its ``NameConfig``.

    Args:
        summary: a line, which the help shows.
        module: within ``embodied_ssl``, imported when the verb is used.
        name: of the function and the dataclass.
    """

    def verb(args: list[str], program: str) -> Work:
        from embodied_ssl.options import parse

        found = import_module(f"embodied_ssl.{module}")
        (config,) = parse(args, program, summary, getattr(found, f"{name.capitalize()}Config"))
        return lambda: getattr(found, f"run_{name}")(config)

    verb.__doc__ = summary
    return verb


def _export(args: list[str], program: str) -> Work:
    """Write a dataset or a run in a format that others read."""
    from embodied_ssl.exporting import FORMATS
    from embodied_ssl.options import HELP

    if args and not HELP & set(args):
        return plain(str(_export.__doc__), "exporting.command", "export")(args, program)
    listings = (f"Formats of a {s}:\n\n{f.listing()}" for s, f in FORMATS.items() if f)
    usage = f"usage: {program} PATH --format FORMAT --out DIR\n\n{_export.__doc__}"
    text = "\n\n".join([usage, *listings])
    return lambda: print(text)


LOOKING: dict[str, Verb] = {
    "info": plain("Say what a dataset holds and whether it is whole.", "info", "info"),
    "view": plain(
        "Look at a dataset: a gallery for a browser, or Rerun.", "viewing.command", "view"
    ),
}
"""At data."""
USING: dict[str, Verb] = {
    "embed": plain(
        "Write what a trained trunk makes of images into a Parquet file.",
        "api.embed_command",
        "embed",
    ),
    "report": plain("Write everything into one HTML page.", "report.command", "report"),
    "runs": plain(
        "List the runs in a folder: method, data, images, figures, commit.", "runs", "runs"
    ),
    "export": _export,
    "push": plain("Upload a dataset or a run to the Hugging Face hub.", "hub.push", "push"),
    "pull": plain("Download a dataset or a run from the Hugging Face hub.", "hub.pull", "pull"),
    "cache": plain("Show what is cached, and clear it.", "caches", "cache"),
}
"""What was trained or collected."""
