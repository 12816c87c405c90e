"""A dataset that exists, and what a command asks of it now: the same, or more.

Shards before the last one are the same whatever the amount. The last one may be cut; it is
collected again, whole, before anything else of a larger amount is. Until that moment
``dataset.json`` tells of the old amount, and the old dataset is whole.
"""

from __future__ import annotations

from embodied_ssl.collecting.shard import CollectSpec
from embodied_ssl.data.manifest import Manifest
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.base import GROWN_FROM
from embodied_ssl.worlds.mentioned import setting_of


def check_settings(manifest: Manifest, spec: CollectSpec) -> None:
    """UserError where a dataset has other settings, or more than is asked for."""
    grows = spec.world.amounts
    follow = (_amount_name(spec), GROWN_FROM) if grows else ()
    for name in spec.settings | manifest.settings:
        then, now = (each.get(name, "none") for each in (manifest.settings, spec.settings))
        if spec.world.same_setting(name, then, now):
            continue
        if name in grows:
            _check_amount(name, manifest, spec)
        elif name not in follow:
            raise UserError(
                f"{spec.out} was collected with {name} {then}, not {now}: choose another --out."
            )


def _check_amount(name: str, manifest: Manifest, spec: CollectSpec) -> None:
    """UserError where less is asked for than is there."""
    then, now = (setting_of(spec.world, each, name) for each in (manifest.settings, spec.settings))
    if not isinstance(then, int):
        raise UserError(f"{spec.out} does not say how many {name} it has: choose another --out.")
    alone = spec.world.amounts == (_amount_name(spec),)
    if now < then and not (alone and _fits(manifest, spec)):
        option = name.replace("_", "-")
        raise UserError(
            f"{spec.out} was collected with --{option} {then} and holds more than {now}: ask for "
            f"{then} or more, or choose another --out."
        )


def _fits(manifest: Manifest, spec: CollectSpec) -> bool:
    """Whether all that is there belongs to the smaller amount that is asked for now."""
    then = amount_of(manifest, spec)
    for k in range(-(-then // spec.shard_size)):
        size = min(spec.shard_size, then - k * spec.shard_size)
        if spec.file(k).name in manifest.shards and spec.wanted(k) != size:
            return False
    return True


def cut_shard(manifest: Manifest, spec: CollectSpec) -> int | None:
    """The number of the shard that has to be completed before a dataset can grow."""
    then = amount_of(manifest, spec)
    k, rest = divmod(then, spec.shard_size)
    grows = spec.amount > then
    return k if grows and rest and spec.file(k).name in manifest.shards else None


def amount_of(manifest: Manifest, spec: CollectSpec) -> int:
    """Rows (episodes) that a dataset is to have by what ``dataset.json`` says now."""
    return manifest.settings.get(_amount_name(spec), spec.amount)


def _amount_name(spec: CollectSpec) -> str:
    return spec.world.rows_option or "episodes"
