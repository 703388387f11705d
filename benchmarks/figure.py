"""One line of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A named count or ratio, what it means, and the most it may be (None: nothing depends on it)."""

    name: str
    value: float | str
    means: str = ""
    most: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the figure is within its gate."""
        return self.most is None or (not isinstance(self.value, str) and self.value <= self.most)

    @property
    def text(self) -> str:
        """The value as the table shows it: whole numbers whole, others to three digits."""
        if isinstance(self.value, str):
            return self.value
        return str(int(self.value)) if self.value == int(self.value) else f"{self.value:.3g}"


def table(figures: list[Figure]) -> str:
    """The figures as aligned lines; a broken gate is marked."""
    rows = []
    for figure in figures:
        gate = "" if figure.most is None else f"<= {figure.most:g}" + ("" if figure.kept else "  BROKEN")
        rows.append((figure.name, figure.text, gate, figure.means))
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {gate:<{widths[2]}}  {means}".rstrip()
        for name, value, gate, means in rows
    )
