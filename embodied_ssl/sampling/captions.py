"""A sentence for each row, from what the simulator knows: for methods that learn from language."""

from __future__ import annotations

from jaxtyping import Int
from numpy import ndarray

from embodied_ssl.data import FrameCache

INTERACTIONS = {
    "push": "A robot pushes {object}.",
    "poke": "A robot pokes {object}.",
    "look": "A robot holds {object}.",
}
GRASPS = {
    True: "A robot grasps {object} and lifts it.",
    False: "A robot tries to grasp {object}, but fails.",
}


def captions(cache: FrameCache, rows: Int[ndarray, " B"]) -> list[str]:
    """What is seen in each of some rows: an interaction with an object, or a place."""
    columns = cache.rows
    if "interaction" not in columns:
        return [f"A view of {_one(kind)}." for kind in columns["category"][rows]]
    sentences = []
    for row in rows:
        thing = _one(f"{columns['object.material'][row]} {columns['object.category'][row]}")
        interaction = columns["interaction"][row]
        grasp = GRASPS[bool(columns["success"][row])]
        sentences.append(INTERACTIONS.get(interaction, grasp).format(object=thing))
    return sentences


def _one(noun: str) -> str:
    """A noun with its article."""
    noun = noun.strip().replace("_", " ")  # before it is the space of a material not known
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
