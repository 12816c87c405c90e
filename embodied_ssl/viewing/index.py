"""The index of a gallery: a few words of each clip, column by column, so that it stays small."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from embodied_ssl.screen_text import printable
from embodied_ssl.viewing.sheets import Sheet, shown_poster
from embodied_ssl.worlds.clips import Clip

VALUES = 100  # of a label by which one can filter, at most


@dataclass
class Index:
    """Grows sheet by sheet."""

    names: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    places: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    """Of each clip its sheet, which of that sheet's clips it is, its first frame there, how many
    frames it has and which of them is its poster."""
    labels: dict[str, dict[int, str]] = field(default_factory=dict)
    """Label -> the value of each clip that has one."""
    frames: list[int] = field(default_factory=list)
    """Of each sheet."""

    def add(self, sheet: Sheet) -> None:
        """The clips of the next sheet."""
        first = 0
        for number, (clip, chosen) in enumerate(sheet.clips):
            poster = shown_poster(clip, chosen)
            self.places.append((len(self.frames), number, first, len(chosen), poster))
            self._add(clip)
            first += len(chosen)
        self.frames.append(len(sheet.images))

    def _add(self, clip: Clip) -> None:
        number = len(self.names)
        self.names.append(printable(clip.name))
        self.groups.append(printable(clip.group))
        self.titles.append(printable(clip.title))
        self.notes.append(printable(clip.note))
        self.verdicts.append(clip.verdict)
        for label, value in clip.labels.items():
            if value:
                self.labels.setdefault(printable(label), {})[number] = printable(value)

    def plain(self, columns: int) -> dict[str, Any]:
        """As the page reads it; ``columns`` is how many frames of a sheet are beside each other."""
        return {
            "columns": columns,
            "frames": self.frames,
            "names": self.names,
            "groups": self.groups,
            "titles": self.titles,
            "notes": self.notes,
            "verdicts": self.verdicts,
            "places": self.places,
            "labels": [self._label(name) for name in self.labels],
        }

    def _label(self, name: str) -> dict[str, Any]:
        """A label's values in the order of the alphabet, and which of them each clip has, -1 for
        none. One can filter by it where it tells clips apart by not too many values."""
        of = self.labels[name]
        values = sorted(set(of.values()))
        number = {value: place for place, value in enumerate(values)}
        choices = len(values) + (len(of) < len(self.names))
        return {
            "name": name,
            "values": values,
            "of": [number.get(of.get(clip, ""), -1) for clip in range(len(self.names))],
            "filter": choices > 1 and len(values) <= VALUES,
        }
