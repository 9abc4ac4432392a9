"""What is wrong with a file of readings, said with a code; the door that was asked turns it into words."""


class Fault(Exception):  # noqa: N818 - it is the file's fault, not the program's
    """A file cannot be used as it is; nothing was computed.

    Args:
        code: Which fault, stable: the key of the sentence.
        where: `FILE` or `FILE:LINE`.
        values: What the sentence needs: the value found, the other line.
    """

    def __init__(self, code: str, where: str, **values: str) -> None:
        """Keep the parts of the sentence."""
        super().__init__(f"{where}: {code} {values or ''}".strip())
        self.code = code
        self.where = where
        self.values = values
