"""The specification from which a stored dataset was collected."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.shard import CollectSpec, make_spec
from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.manifest import FILE, SETTINGS
from embodied_ssl.errors import UserError
from embodied_ssl.notes import noting
from embodied_ssl.settings import from_dict, read_settings
from embodied_ssl.worlds import WORLDS


def spec_of(dataset: Dataset) -> CollectSpec:
    """What ``dataset.json`` says of a dataset, as the specification of its shards.

    Paths of the user's own files, which it names by their contents, are those of the command that
    collected it.

    Raises:
        UserError: for settings that this version cannot have, and for files of the user that are
            gone or not what they were.
    """
    settings = dataset.manifest.settings
    cls = WORLDS.load(dataset.env)
    fields = {field.name for field in dataclasses.fields(cls.Config)} & settings.keys()
    paths = _paths(dataset, cls.named_by_contents)
    given = {name: settings[name] for name in fields} | paths
    config = from_dict(cls.Config, given, str(dataset.path / FILE))
    if "seed" not in settings:
        raise UserError(f"{dataset.path / FILE} does not say the seed: it cannot be replayed.")
    image_size = dataset.image_size
    shared = CollectConfig(dataset.env, dataset.path, seed=settings["seed"], image_size=image_size)
    try:
        with noting("embodied_ssl_envs"):
            spec = make_spec(shared, config, settings)
    except UserError as error:
        file = dataset.path / SETTINGS
        if paths:
            where = f"{file} says where it was: write there where it is now"
        elif not file.exists():
            where = f"{file}, which says where files of the user were, is missing"
        else:
            raise
        raise UserError(f"{str(error).rstrip('.')}; {where}.") from error
    _check_same(dataset, spec)
    return spec


def _paths(dataset: Dataset, options: tuple[str, ...]) -> Mapping[str, Any]:
    """The values of those options that ``dataset.json`` names by contents."""
    file, settings = dataset.path / SETTINGS, dataset.manifest.settings
    told = read_settings(file) if file.exists() else {}
    names = [name for name in options if name in settings and name in told]
    return {name: told[name] for name in names if told[name] != settings[name]}


def _check_same(dataset: Dataset, spec: CollectSpec) -> None:
    """UserError where the world of today is not the one that was collected."""
    settings = dataset.manifest.settings
    for name in spec.settings | settings:
        then, now = (each.get(name, "none") for each in (settings, spec.settings))
        if not spec.world.same_setting(name, then, now):
            raise UserError(
                f"{dataset.path} cannot be replayed: it was collected with {name} {then}, and "
                f"here that is {now}."
            )
