"""The columns of a dataset as LeRobot's features: every frame has all of them, each of one shape.

What a row lacks is NaN, -1 or an empty text; of a list, which has the length of the longest, the
rest is NaN. A truth value that some rows lack becomes a number: 1, 0 or -1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from embodied_ssl.errors import UserError

NAMES = {"float": "float32", "double": "float64", "halffloat": "float16"}
"""Arrow's name of a type -> LeRobot's, where they differ."""


@dataclass(frozen=True)
class Column:
    """A feature that is no image, of all rows."""

    values: pa.Array
    dtype: str
    length: int = 1
    """Numbers in a row."""

    @property
    def numbers(self) -> np.ndarray | None:
        """The values (N, length) float64; None for texts."""
        if self.dtype == "string":
            return None
        flat = self.values.flatten() if self.length > 1 else self.values
        numbers = flat.cast(pa.int8()) if self.dtype == "bool" else flat
        return numbers.to_numpy(zero_copy_only=False).astype(np.float64).reshape(-1, self.length)

    @property
    def feature(self) -> dict:
        """What ``info.json`` says of it."""
        return {"dtype": self.dtype, "shape": [self.length], "names": None}


def plain_columns(table: pa.Table) -> dict[str, Column]:
    """Every column, ``object.mass`` and its like for the parts of a struct.

    Raises:
        UserError: for a type that LeRobot has no feature for.
    """
    return {name: _column(name, values) for name, values in _flat(table)}


def _flat(table: pa.Table) -> Iterator[tuple[str, pa.Array]]:
    while any(pa.types.is_struct(type_) for type_ in table.schema.types):
        table = table.flatten()
    for name in table.column_names:
        yield name, table[name].combine_chunks()


def _column(name: str, values: pa.Array) -> Column:
    type_ = values.type
    if pa.types.is_list(type_) and pa.types.is_floating(type_.value_type):
        return _padded(values)
    if pa.types.is_string(type_):
        return Column(values.fill_null(""), "string")
    if pa.types.is_boolean(type_):
        if not values.null_count:
            return Column(values, "bool")
        values, type_ = values.cast(pa.int8()), pa.int8()
    if pa.types.is_integer(type_):
        return Column(values.fill_null(-1) if values.null_count else values, str(type_))
    if pa.types.is_floating(type_):
        return Column(values.fill_null(float("nan")), NAMES[str(type_)])
    raise UserError(f"the column {name!r} of {type_} has no place in the format lerobot.")


def _padded(values: pa.Array) -> Column:
    """Lists of the length of the longest, the rest of each NaN."""
    lengths = pc.list_value_length(values).fill_null(0).to_numpy(zero_copy_only=False)
    longest = max(1, int(lengths.max(initial=0)))
    number = values.type.value_type
    full = np.full((len(values), longest), np.nan, number.to_pandas_dtype())
    full[np.arange(longest) < lengths[:, None]] = values.flatten().to_numpy(zero_copy_only=False)
    flat = pa.array(full.ravel(), number)
    if longest > 1:
        flat = pa.FixedSizeListArray.from_arrays(flat, longest)
    return Column(flat, NAMES[str(number)], longest)
