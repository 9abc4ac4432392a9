"""The errors that core raises and a door turns into words.

A door is a view, the API or the command line. An error carries a stable code, so that a program can act on it, and
three parts of one sentence, so that a person can: where, what is wrong, what to do.
"""

from dataclasses import dataclass


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """The domain says no: a rule forbids the act. Nothing was changed."""

    code = "refused"

    def __init__(self, en: str, zh: str = "") -> None:
        """Keep the sentence in English and in Chinese (English stands in where no Chinese is given)."""
        super().__init__(en)
        self.en = en
        self.zh = zh or en


class CannotDo(Exception):  # noqa: N818 - the contract's word for exit code 2
    """A command could not be carried out; nothing was written.

    Args:
        where: `FILE:LINE`, a file, an option or a folder.
        what: What is wrong, with the value.
        do: What the reader can do about it.
        zh: Both in Chinese, where `ground/spoken` cannot put it together from the English.

    Example:
        >>> str(CannotDo("meters.csv:7", "share 1.4 is above 1", "give a share between 0 and 1"))
        'meters.csv:7: share 1.4 is above 1; give a share between 0 and 1'
    """

    def __init__(self, where: str, what: str, do: str, zh: str = "") -> None:
        """Keep the three parts of the sentence, and the Chinese of those that a file's reader says himself."""
        super().__init__(f"{where}: {what}; {do}")
        self.en = str(self)
        self.zh = f"{where}: {zh}" if zh else ""
        self.where = where
        self.what = what
        self.do = do


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file that a person writes: a playbook, a table.

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
