"""Numbers in the attributes of a URDF's elements."""

from __future__ import annotations

import math
import reprlib
import xml.etree.ElementTree as ET

from embodied_ssl_envs.errors import WorldError


def shown(text: str) -> str:
    """A text as an error shows it, cut where it is long."""
    return reprlib.repr(text)


def numbers(
    element: ET.Element | None,
    attribute: str,
    count: int,
    where: str,
    default: tuple[float, ...] | None = None,
) -> tuple[float, ...]:
    """The finite numbers of an attribute.

    Args:
        element: that has the attribute, if there is such an element.
        attribute: its name.
        count: of the numbers.
        where: begins the error.
        default: without the element or the attribute; they are required if None.

    Raises:
        WorldError: for another count, what is no number, nan and infinity.
    """
    text = None if element is None else element.get(attribute)
    if text is None and default is not None:
        return default
    try:
        values = tuple(float(part) for part in (text or "").split())
    except ValueError:
        values = ()
    if len(values) != count or not all(map(math.isfinite, values)):
        tag = "" if element is None else f"<{element.tag}> "
        many = "a finite number" if count == 1 else f"{count} finite numbers"
        raise WorldError(f"{where}: {tag}{attribute} must be {many}, not {shown(text or '')}")
    return values
