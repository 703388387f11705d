"""The inline scripts of a page, which are decoded only if somebody asks for their text."""

from __future__ import annotations

# What a script is for shows in so many characters.
OPENING = 4_000


class Script:
    """An inline script: its type in lower case, and from where to where it stands in the page's bytes."""

    __slots__ = ("encoding", "end", "kind", "page", "start")

    def __init__(self, kind: str, page: bytes, start: int, end: int) -> None:
        self.kind, self.page, self.start, self.end = kind, page, start, end
        self.encoding = "utf-8"

    def __len__(self) -> int:
        return self.end - self.start

    @property
    def body(self) -> str:
        """The script's own text: scripts are most of a page, so few are asked for it."""
        return self.page[self.start : self.end].decode(self.encoding, "replace")

    def says(self, word: bytes) -> bool:
        """Whether these characters stand in the script."""
        return self.page.find(word, self.start, self.end) >= 0

    def begins(self, word: bytes) -> bool:
        """Whether these characters stand in the script's first 4,000, as what it assigns does."""
        return self.page.find(word, self.start, min(self.end, self.start + OPENING)) >= 0
