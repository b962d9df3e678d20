"""All open data in one file, ``v1/open-data.zip`` (docs/data.md): the same data make the same bytes.

It is written while the files are rendered, so that none of them is kept or made twice. Histories are in it as one
table: as files there are as many as Communities. Paths in it are ours alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from sys import maxsize
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

NAME = "open-data.zip"
TABLES = frozenset({"communities.csv", "communities.jsonl", "history.csv.gz"})
"""What is in it beside ``v1/``."""
_LEVEL = 4
_READABLE = 0o100644 << 16


class Bundle:
    """A zip that takes ``most`` bytes before they are packed; of more there is none."""

    def __init__(self, most: int = maxsize) -> None:
        self._most = most
        self._size = 0
        self._given = False
        self._file = BytesIO()
        self._zip = ZipFile(self._file, "w")

    @property
    def too_much(self) -> bool:
        """Whether there was more than it may take."""
        return self._size > self._most

    def add(self, path: str, content: bytes) -> None:
        """Pack a file of the site, unless the zip was given already; where that is too much, nothing is kept."""
        if self._given:
            return
        self._size += len(content)
        if self.too_much:
            self._file.seek(0)
            self._file.truncate()
            return
        member = ZipInfo(path)  # of 1980: a time of today would make other bytes of the same data
        member.create_system, member.external_attr = 3, _READABLE
        packed = path.endswith(".gz")
        self._zip.writestr(member, content, ZIP_STORED if packed else ZIP_DEFLATED, _LEVEL)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Give the name and content of the zip, once; nothing where it would be empty or too large."""
        self._given = True
        if self._size and not self.too_much:
            self._zip.close()
            content = self._file.getvalue()
            self._file.close()
            yield NAME, content
