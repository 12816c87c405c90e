"""What the simulator's own numbers of an object tell of a poke.

How the force grows depends on the object's stiffness and mass, which an image can at best suggest,
on where it gives way and on when a time step falls: what these numbers leave unexplained no image
of the object's material will explain.
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
    forest = RandomForestRegressor(**FOREST, random_state=seed)
    forest.fit(numbers[train.rows], train.line[train.rows])
    return forest.predict(numbers[val.rows])
