"""The error that carries every fault of a playbook."""

from collections.abc import Sequence

from twofront.core.errors import Fault


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
