"""Which object each episode of a turntable shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from embodied_ssl_envs.objects.sources import ObjectSet

SPLITS = ("val", "test", "train")


def episodes_of(objects: ObjectSet, stages: Iterable[Sequence[int]]) -> list[tuple[str, str]]:
    """Split and name of the object of each episode; those of a later stage come after all earlier
    ones.

    Args:
        objects: that there are.
        stages: of a dataset that has grown, each the numbers of objects of ``SPLITS``; from before
            there were any of train, without theirs.
    """
    # A dict keeps each name once, where it was first.
    return list(
        dict.fromkeys(
            (split, name)
            for counts in stages
            for split, count in zip(SPLITS, counts, strict=False)
            for name in objects.names(split, count)
        )
    )
