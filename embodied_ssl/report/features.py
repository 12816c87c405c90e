"""What the features of a trunk are about: its first filters, what excites a unit, what is near."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import nn

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.baselines import ImageNetTrunk, imagenet_installed, pixels
from embodied_ssl.evaluation.features import stage_maps
from embodied_ssl.evaluation.recall import normalized
from embodied_ssl.figures import Figure, Neighbours, Picture, Pictures, Section, Strip, Verdict
from embodied_ssl.sampling import image_frames
from embodied_ssl.sampling.categories import categories
from embodied_ssl.trunks import Trunk

FRAMES, QUERIES, FOUND = 256, 6, 5  # as many as fit beside one another
UNITS, PATCHES = 4, 6
ACROSS = 16  # filters in a row
SIDE = 96  # of a shown picture, in pixels
CPU = torch.device("cpu")
Images = UInt8[np.ndarray, "N S S 3"]
Maps = Mapping[str, Float[np.ndarray, "N C h w"]]
"""Stage -> its maps of the images."""


def feature_figures(trunk: Trunk, caches: Mapping[str, FrameCache], seed: int) -> list[Figure]:
    """Of frames that the trunk was not trained on where there are any.

    Args:
        trunk: in evaluation mode, on the CPU.
        caches: the data that it learned from, by their world.
        seed: of the choice of frames.
    """
    cache = next(iter(caches.values()))
    split = "val" if (cache.rows["split"] == "val").any() else "train"
    frames, rows = image_frames(cache, split)
    chosen = np.random.default_rng(seed).permutation(len(frames))[:FRAMES]
    images = cache.frames[frames[chosen]]
    of = _origins(cache, rows[chosen])
    maps = stage_maps(trunk, images, CPU)
    shown = [first_filters(trunk), top_patches(trunk, images, maps), near(images, maps, *of)]
    return [figure for figure in shown if figure]


def first_filters(trunk: Trunk) -> Section | None:
    """The weights of the first convolution as images, where it looks at colours."""
    first = next((m for m in trunk.modules() if isinstance(m, nn.Conv2d)), None)
    if first is None or first.weight.shape[1] not in (1, 3) or first.weight.shape[2] < 3:
        return None
    weight = first.weight.detach().permute(0, 2, 3, 1).numpy()
    low, high = (f(weight, axis=(1, 2, 3), keepdims=True) for f in (np.min, np.max))
    filters = np.uint8(np.rint(255 * (weight - low) / np.maximum(high - low, 1e-12)))
    filters = np.broadcast_to(filters, (*filters.shape[:3], 3))
    large = [cv2.resize(f, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST) for f in filters]
    rows = [large[n : n + ACROSS] for n in range(0, len(large), ACROSS)]
    strips = tuple(Strip(tuple(map(Picture, row))) for row in rows)
    return Section("First filters", (Pictures(strips),), folded=True)


def top_patches(trunk: Trunk, images: Images, maps: Maps) -> Section | None:
    """The patches that excite some units of a middle stage most, one of an image."""
    extended = [name for name, each in maps.items() if each.shape[2] > 1]
    if not extended:
        return None
    stage = extended[len(extended) // 2]
    strongest = maps[stage].max((2, 3))  # (N, C)
    liveliest = np.argsort(-strongest.std(0), kind="stable")[:UNITS]
    strips = []
    for unit in liveliest.tolist():
        best = np.argsort(-strongest[:, unit], kind="stable")[:PATCHES]
        patches = [receptive_field(trunk, images[i], stage, unit) for i in best]
        strips.append(Strip(tuple(map(Picture, patches)), f"unit {unit} of {stage}"))
    title = "Patches that excite a unit most"
    return Section(
        title, (Pictures(tuple(strips)),), "One of an image, the strongest first.", folded=True
    )


def receptive_field(
    trunk: Trunk, image: UInt8[np.ndarray, "S S 3"], stage: str, unit: int
) -> UInt8[np.ndarray, "h w 3"]:
    """The part of an image on which the largest value of a unit depends: where its gradient is."""
    pixel = torch.from_numpy(image).permute(2, 0, 1)[None].float().div(255).requires_grad_(True)
    with torch.enable_grad():
        maps = trunk.stages(trunk.normalize(pixel))[trunk.stage_names.index(stage)]
        maps[0, unit].max().backward()
    trunk.zero_grad(set_to_none=True)
    seen = pixel.grad[0].abs().sum(0)
    down, across = (torch.nonzero(seen.sum(dim)).flatten() for dim in (1, 0))
    if not len(down):  # a unit that is off everywhere
        return _shown(image)
    top, bottom, left, right = (int(x) for x in (down[0], down[-1], across[0], across[-1]))
    return _shown(image[top : bottom + 1, left : right + 1])


def near(
    images: Images,
    maps: Maps,
    episode: Int[np.ndarray, " N"],
    label: np.ndarray | None,
) -> Section | None:
    """Nearest neighbours by the last stage beside those by pixels, of other episodes."""
    spaces = {"this run": last_stage(maps)}
    if imagenet_installed():
        spaces["imagenet"] = last_stage(stage_maps(ImageNetTrunk(), images, CPU))
    spaces["pixels"] = pixels(images)["rgb 16x16", ""]
    _, queries = np.unique(episode, return_index=True)
    queries = queries[:QUERIES]
    found = {name: nearest(space, queries, episode) for name, space in spaces.items()}
    if not all(len(each) for of in found.values() for each in of):
        return None  # one episode alone

    def picture(query: int) -> Callable[[int], Picture]:
        def of(place: int) -> Picture:
            verdict: Verdict = ""
            if label is not None:
                verdict = "right" if label[place] == label[query] else "wrong"
            return Picture(_shown(images[place]), "" if label is None else label[place], verdict)

        return of

    shown = tuple(
        (
            Picture(_shown(images[query]), "" if label is None else label[query]),
            {name: tuple(map(picture(query), of[n])) for name, of in found.items()},
        )
        for n, query in enumerate(queries.tolist())
    )
    verdicts = {} if label is None else {"right": "the same category", "wrong": "another one"}
    text = "By the last stage of a network, and by pixels; frames of other episodes alone."
    return Section("Nearest neighbours", (Neighbours(shown, verdicts),), text)


def last_stage(maps: Maps) -> Float[np.ndarray, "N C"]:
    """Pooled over its extent."""
    return list(maps.values())[-1].mean((2, 3))


def nearest(
    space: Float[np.ndarray, "N D"], queries: Int[np.ndarray, " Q"], episode: Int[np.ndarray, " N"]
) -> list[list[int]]:
    """For each query the places of the nearest by the cosine of centred vectors, the nearest first,
    none of its own episode."""
    centred = normalized(space - space.mean(0))
    similarity = centred[queries] @ centred.T
    similarity[episode[queries][:, None] == episode] = -np.inf
    order = np.argsort(-similarity, axis=1, kind="stable")[:, :FOUND]
    return [
        [place for place in places.tolist() if np.isfinite(similarity[n, place])]
        for n, places in enumerate(order)
    ]


def _origins(
    cache: FrameCache, rows: Int[np.ndarray, " N"]
) -> tuple[Int[np.ndarray, " N"], np.ndarray | None]:
    """The episode of each row (a photo is one of its own), and its category where that is known."""
    episode = cache.rows["episode"][rows] if "episode" in cache.rows else rows
    try:
        label = categories(cache)[rows]
    except (UserError, KeyError):
        label = None
    return np.asarray(episode), label


def _shown(image: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "s s 3"]:
    return cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
