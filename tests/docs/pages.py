"""What a page of the documentation holds: its blocks, its headings, its tables."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TITLE = re.compile(r'title="([^"]+)"')


class Block(NamedTuple):
    """A block between ``` marks."""

    language: str
    title: str
    """Name of the file that it is, if it is one."""
    text: str

    @property
    def commands(self) -> list[list[str]]:
        """Words of its commands, where it is a block of commands."""
        if self.language or self.title:
            return []
        joined = re.sub(r"\\\n\s*", "", self.text)
        return [words for line in joined.splitlines() if (words := shlex.split(line, True))]


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page in order."""
    marked = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
    for head, text in marked.findall(page.read_text(encoding="utf-8")):
        language, _, rest = head.partition(" ")
        title = TITLE.search(rest)
        yield Block(language, title[1] if title else "", text)


def without_blocks(page: Path) -> str:
    """The text of a page, its blocks and its code in the line left out."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]+`", "", text)


def table_under(page: Path, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    text = page.read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    rows = [line for line in text.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]
