"""``replay``: stored data simulated again, and compared with what is stored."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rich.table import Table

from embodied_ssl.collecting.shard import CollectSpec, shard_rows
from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.shards import table_of
from embodied_ssl.data.versions import COMMIT, shortened, versions_now
from embodied_ssl.errors import UserError
from embodied_ssl.notes import console
from embodied_ssl.outputs import check_output, write_output
from embodied_ssl.progress import Advance, progress_bar
from embodied_ssl.replaying.comparing import Comparison
from embodied_ssl.replaying.config import ReplayConfig
from embodied_ssl.replaying.episode import check_display, show
from embodied_ssl.replaying.parts import find_part
from embodied_ssl.replaying.stored import spec_of
from embodied_ssl.screen_text import printable
from embodied_ssl_envs.errors import WorldError


def run_replay(config: ReplayConfig, dataset: Dataset) -> None:
    """Replay an episode of a dataset, or every shard.

    Raises:
        UserError: for what cannot be replayed; and, after everything else was said, naming the
            first difference from what is stored.
    """
    if config.video:
        check_output(config.video, "--video", dataset.files)
    if config.gui:
        check_display()
    spec = spec_of(dataset)
    try:
        if config.episode is None:
            compared = verify(dataset, spec)
        else:
            compared = _replay(config, dataset, spec)
    except WorldError as error:  # an object that will not load
        raise UserError(str(error)) from error
    _print(compared)
    if compared.first:
        raise UserError(f"{dataset.path}: {compared.first}{_versions(dataset)}.")


def verify(dataset: Dataset, spec: CollectSpec) -> Comparison:
    """Replay every shard that is there, and compare it with what is stored."""
    dataset.verify()
    dataset.say_if_part()
    compared = Comparison()
    with progress_bar(f"replay {spec.env}", dataset.num_rows, "rows") as advance:
        for name in sorted(dataset.manifest.shards):
            rows = shard_rows(spec, int(Path(name).stem), partial(_row_done, advance, compared))
            stored = dataset.part([name]).table()
            compared.add(name, stored, table_of(spec.world.columns, rows))
    return compared


def _row_done(advance: Advance, compared: Comparison) -> None:
    advance(1, f"shards that differ: {len(compared.shards)}" if compared.shards else "")


def _replay(config: ReplayConfig, dataset: Dataset, spec: CollectSpec) -> Comparison:
    """Replay one episode, compare it with what is stored, and write the film."""
    part = find_part(dataset, spec, config.episode)
    end = part.first + len(part.rows) - 1
    rows_of = f"row {end}" if part.first == end else f"rows {part.first} to {end}"
    print(printable(f"{dataset.path}: {part.shard}, {rows_of}, of episode {part.episode}"))
    rows, film = show(spec, part, config.video, config.gui)
    if config.video:
        write_output(config.video, film)
        print(f"wrote {printable(config.video)}")
    compared = Comparison()
    compared.add(part.shard, part.rows, table_of(spec.world.columns, rows), part.first)
    return compared


def _print(compared: Comparison) -> None:
    """Whether each column is equal."""
    table = Table("column", "replayed")
    for column, count in compared.columns.items():
        state = f"{count} of {compared.rows} rows differ" if count else "equal"
        table.add_row(printable(column), state)
    screen = console()
    screen.print(table)
    if not compared.first:
        screen.print(f"rows {compared.rows}: every byte is as it is stored")


def _versions(dataset: Dataset) -> str:
    """Which versions were others when the dataset was collected, for the end of a sentence."""
    then = dataset.manifest.versions
    now = versions_now(tuple(name for name in then if name != COMMIT))
    others = [
        f"{name} {shortened(version)} (here {shortened(now.get(name, 'not known'))})"
        for name, version in then.items()
        if now.get(name) != version
    ]
    if others:
        return f"; collected with {', '.join(others)}"
    if not then:
        return "; dataset.json does not say the versions that collected it"
    if COMMIT not in then:
        return "; dataset.json does not say the commit of the code that collected it"
    return (
        "; the versions that dataset.json names are those here: the shard was changed, or another "
        "processor rounds otherwise"
    )
