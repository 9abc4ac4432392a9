"""A fault of a playbook, and the error that carries all of them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a playbook.

    Args:
        file: The file's name.
        line: The line, from 1.
        value: The value that is wrong, or None where something is missing.
        what: What is wrong, as the end of a sentence that begins with the value.
        do: What to do.
    """

    file: str
    line: int
    value: str | None
    what: str
    do: str

    def __str__(self) -> str:
        value = "" if self.value is None else f"{self.value!r} "
        return f"{self.file}:{self.line}: {value}{self.what}; {self.do}"

    def __lt__(self, other: "Fault") -> bool:
        return (self.file, self.line, self.what) < (other.file, other.line, other.what)


class PlaybookFaults(Exception):  # noqa: N818 - it is named for what it carries
    """The files are no valid playbook; nothing of them was taken.

    Args:
        faults: Every fault, at least one, by file and line.
    """

    code = "playbook_faults"

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults; the sentence is the first one's."""
        more = len(faults) - 1
        super().__init__(f"{faults[0]}, and {more} more" if more else str(faults[0]))
        self.faults = tuple(faults)
