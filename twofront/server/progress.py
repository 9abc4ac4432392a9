"""Progress on stderr in the reader's language, each sentence with the seconds so far; stdout stays for the answer."""

import sys
import time

from twofront.ground.spoken import said


class Progress:
    """A clock that starts with it and a way to say what is being done."""

    def __init__(self) -> None:
        """Start counting."""
        self._began = time.monotonic()

    def __call__(self, sentence: str, /) -> None:
        """Write one sentence to stderr, after the seconds so far."""
        sys.stderr.write(f"[{time.monotonic() - self._began:5.1f} s] {said(sentence)}\n")
        sys.stderr.flush()
