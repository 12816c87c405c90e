"""The columns of a dataset's rows as arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from embodied_ssl.errors import UserError


class Rows(dict[str, np.ndarray]):
    """Name -> (R, ...). ``category`` is also found where version 1 of the schema says ``kind``.

    Raises:
        UserError: from ``rows[name]`` for a column that the dataset does not have.
    """

    def __missing__(self, name: str) -> np.ndarray:
        *struct, column = name.split(".")
        older = ".".join([*struct, "kind"])
        if column == "category" and older in self:
            return self[older]
        raise UserError(
            f"the dataset has no column {name!r}: another world or an older version collected it."
        )


def is_image(stored: pa.DataType) -> bool:
    """Whether this is Arrow's type of a Hugging Face ``Image``: its bytes and its path."""
    return pa.types.is_struct(stored) and {f.name for f in stored} == {"bytes", "path"}


def is_images(stored: pa.DataType) -> bool:
    """Whether this is Arrow's type of a list of images."""
    return pa.types.is_list(stored) and is_image(stored.value_type)


def arrays(table: pa.Table, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Columns as arrays: numbers as numbers (absent: NaN, -1 or False), the rest as objects."""
    for name in table.column_names:
        column = table[name].combine_chunks()
        if pa.types.is_struct(column.type):
            fields = (f.name for f in column.type)
            parts = pa.table(dict(zip(fields, column.flatten(), strict=True)))
            yield from arrays(parts, f"{prefix}{name}.")
            continue
        yield prefix + name, _array(column)


def _array(column: pa.Array) -> np.ndarray:
    if pa.types.is_list(column.type):
        values = column.to_pylist()
        array = np.empty(len(values), object)
        array[:] = [np.asarray(value if value is not None else [], np.float32) for value in values]
        return array
    if pa.types.is_string(column.type):
        return np.array([value or "" for value in column.to_pylist()], object)
    absent = {
        pa.types.is_floating: float("nan"),
        pa.types.is_integer: -1,
        pa.types.is_boolean: False,
    }
    fill = next((value for test, value in absent.items() if test(column.type)), None)
    if fill is None:
        raise UserError(
            f"the dataset has a column of {column.type}, which this program cannot read."
        )
    return column.fill_null(fill).to_numpy(zero_copy_only=False)
