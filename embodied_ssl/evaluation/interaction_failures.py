"""Where a robot's predictions fail: grasps foreseen surest and wrong, pushes predicted worst."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from jaxtyping import UInt8

from embodied_ssl.data import FrameCache, open_source
from embodied_ssl.evaluation.interaction_scores import Truth, push_errors
from embodied_ssl.evaluation.results import Results, check_unchanged, runs_of, short_names
from embodied_ssl.figures import Picture, Pictures, Section, Strip
from embodied_ssl.worlds.grasp_geometry import Segment, fingers

SHOWN = 8  # failures of an interaction
SIDE = 256  # of a picture
RED, BLUE, ORANGE, WHITE = (211, 61, 52), (28, 111, 208), (217, 130, 43), (255, 255, 255)


def failures(name: str, predicted: np.ndarray, truth: Truth, rows: np.ndarray) -> list[dict]:
    """The worst predictions of an interaction, the worst first; none where nothing shows them.

    Args:
        name: of the interaction.
        predicted: of every sample.
        truth: its columns.
        rows: of the dataset.
    """
    if name == "grasp":
        missed = (predicted > 0.5) != truth["success"].astype(bool)
        amiss = np.where(missed, np.abs(predicted - 0.5), -1)
        told = [{"predicted": float(each)} for each in predicted]
    elif name == "push":
        amiss = push_errors(predicted[:, :4], truth["action"][:, :4], truth["crop_width"])
        told = [
            {"predicted": ends.tolist(), "cm": float(cm)}
            for ends, cm in zip(predicted[:, :4], amiss, strict=True)
        ]
    else:
        return []
    order = [i for i in np.argsort(-amiss, kind="stable").tolist() if amiss[i] >= 0][:SHOWN]
    return [{"row": int(rows[i]), **told[i]} for i in order]


def failure_pictures(results: Results) -> list[Section]:
    """The failures of the run that predicts grasps best; none in results of versions before.

    Raises:
        UserError: when the data are not there, or not as they were evaluated.
    """
    models = results["models"]
    runs = [name for name in runs_of(results) if models[name].get("failures")]
    if not runs:
        return []
    best = max(runs, key=lambda name: models[name].get("grasp_accuracy", 0))
    dataset = open_source(results["settings"]["data"])
    check_unchanged(results, dataset.fingerprint)
    cache = dataset.cache(results["settings"]["image_size"])
    drawn = {"grasp": _grasp, "push": _push}
    texts = {
        "grasp": ("Grasps predicted surest and wrong", "The fingers close along the line"),
        "push": ("Pushes predicted worst", "Blue is the true way of the fingertips, orange the "
                 "predicted one"),
    }  # fmt: skip
    return [
        Section(
            texts[name][0],
            (Pictures(tuple(Strip((drawn[name](cache, each),)) for each in worst)),),
            f"{texts[name][1]}; by {short_names(models)[best]}.",
        )
        for name, worst in models[best]["failures"].items()
        if worst
    ]


def _grasp(cache: FrameCache, told: dict[str, Any]) -> Picture:
    row = told["row"]
    jaws, line = fingers(int(cache.rows["angle"][row]), float(cache.rows["crop_width"][row]))
    image = _large(cache, row)
    for colour, width in ((WHITE, 10), (RED, 5)):
        for jaw in jaws:
            cv2.line(image, *_ends(jaw), colour, width, cv2.LINE_AA)
    cv2.line(image, *_ends(line), RED, 2, cv2.LINE_AA)
    held = "held" if cache.rows["success"][row] else "did not hold"
    text = f"{_category(cache, row)}: {told['predicted']:.0%} predicted to hold, {held}"
    return Picture(image, text, "wrong")


def _push(cache: FrameCache, told: dict[str, Any]) -> Picture:
    row, image = told["row"], _large(cache, told["row"])
    ways = ((BLUE, cache.rows["push"][row][:4]), (ORANGE, told["predicted"]))
    for colour, way in ways:
        start, end = _ends(tuple(50 + 50 * np.asarray(way, float)))
        for stroke, width in ((WHITE, 9), (colour, 4)):
            cv2.arrowedLine(image, start, end, stroke, width, cv2.LINE_AA, tipLength=0.25)
    return Picture(image, f"{_category(cache, row)}: {told['cm']:.1f} cm off", "wrong")


def _large(cache: FrameCache, row: int) -> UInt8[np.ndarray, "S S 3"]:
    image = cache.frames[cache.index["before"][row]]
    return cv2.resize(np.asarray(image), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


def _ends(segment: Segment) -> tuple[tuple[int, int], tuple[int, int]]:
    """Per cent as pixels; what is far outside stays outside."""
    x0, y0, x1, y1 = np.rint(np.clip(segment, -100, 200) * SIDE / 100).astype(int).tolist()
    return (x0, y0), (x1, y1)


def _category(cache: FrameCache, row: int) -> str:
    return cache.rows["object.category"][row] or "nothing"
