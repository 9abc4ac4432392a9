"""Verify the chain of the audit.

Example:
    twofront audit verify --data ./county --heads ./county/heads/heads.jsonl
"""

import argparse
import dataclasses
import json
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.server import county


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--data", required=True)
    parser.add_argument("--heads", help="the file of heads kept outside the database")


def run(args: argparse.Namespace) -> int:
    """Walk the chain; exit 1 if a link is broken."""
    with county.opened(args.data):
        from twofront.ground import audit  # noqa: PLC0415

        try:
            file = Path(args.heads) if args.heads else None
            heads = list(audit.read_heads(file)) if file else []
            links = list(audit.read_links(file)) if file else []
        except (OSError, ValueError, KeyError) as e:
            raise CannotDo(
                args.heads,
                getattr(e, "strerror", None) or str(e),
                "give the file of heads that the county wrote",
            ) from e
        verdict = audit.verify(heads, links)
    print(json.dumps(dataclasses.asdict(verdict)))
    return 1 if verdict.first_broken else 0
