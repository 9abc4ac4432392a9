"""Progress on stderr, each sentence with the seconds since the command began; stdout stays for the answer."""

import sys
import time


class Progress:
    """A clock that starts with it and a way to say what is being done."""

    def __init__(self) -> None:
        """Start counting."""
        self._began = time.monotonic()

    def __call__(self, sentence: str, /) -> None:
        """Write one sentence to stderr, after the seconds so far."""
        sys.stderr.write(f"[{time.monotonic() - self._began:5.1f} s] {sentence}\n")
        sys.stderr.flush()
