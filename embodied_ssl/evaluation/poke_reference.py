"""How well the simulator's stiffness and mass of an object predict a poke: a reference for runs.

No image shows these two numbers, it can only suggest them; where an object gives way, it does show.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from sklearn.ensemble import RandomForestRegressor

from embodied_ssl.sampling.interactions import Poke

KNOWN = ("object.stiffness", "object.mass")
FOREST = {"n_estimators": 300, "min_samples_leaf": 5}


def predicted_lines(train: Poke, val: Poke, seed: int) -> Float[np.ndarray, "N 2"] | None:
    """The standardised lines of the pokes of ``val``, from stiffness and mass; None where the data
    do not know these of every object."""
    known = [name for name in KNOWN if name in train.columns]
    if len(known) < len(KNOWN):
        return None
    numbers = np.log(np.stack([train.columns[name] for name in KNOWN], axis=1) + 1e-3)
    if not np.isfinite(numbers[[*train.rows, *val.rows]]).all():
        return None
    forest = RandomForestRegressor(**FOREST, random_state=seed % 2**32)
    forest.fit(numbers[train.rows], train.line[train.rows])
    return forest.predict(numbers[val.rows])
