"""A child that does not end."""

import time


def main() -> None:
    """Sleep beyond every limit."""
    time.sleep(60)
