"""Assign people to the posts of grids: all filled that can be, settled pairs kept, loads even, ways short.

POSTS.csv: grid, post, needed, x_m, y_m. PEOPLE.csv: person, skills (posts, separated by `;`, `；`, `,`, `，` or `、`), x_m, y_m, and where known
most (posts at once, default 2), held (posts held already), from, to (days of a loan, both in), barred (a reason).
SETTLED.csv: person, grid, post. Prints the open posts with the reason. Exit 1 if one is open.

Example:
  twofront staff assign POSTS.csv PEOPLE.csv --on 2020-02-20 --settled SETTLED.csv --out STAFF.csv
"""

import argparse
import json
import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from twofront.core.errors import CannotDo
from twofront.server.verbs import grids_files

if TYPE_CHECKING:
    from twofront.core.gridding.tables import Sheet
    from twofront.core.staffing.assign import Pair, Person, Post


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("posts", metavar="POSTS.csv", type=Path, help="grid, post, needed, x_m, y_m")
    parser.add_argument(
        "people",
        metavar="PEOPLE.csv",
        type=Path,
        help="person, skills, x_m, y_m; most, held, from, to, barred",
    )
    parser.add_argument(
        "--settled", metavar="SETTLED.csv", type=Path, help="person, grid, post: pairs that should stay"
    )
    parser.add_argument(
        "--on", metavar="DATE", help="the day for which loans are looked at; needed if PEOPLE has days"
    )
    parser.add_argument(
        "--out", metavar="STAFF.csv", type=Path, required=True, help="where the pairs go: grid, post, person"
    )


def run(args: argparse.Namespace) -> int:
    """Assign, write, print; 1 if a post stays open."""
    grids_files.require_extra("staff assign")
    from twofront.core.staffing.assign import Unknown, assign  # noqa: PLC0415 - heavy things late

    grids_files.refuse_overwriting(args, inputs=("posts", "people", "settled"))
    posts = _posts(args.posts)
    people = _people(args.people)
    on = None if args.on is None else grids_files.day_of(args.on, "--on")
    if on is None and any(p.since or p.until for p in people):
        raise CannotDo("--on", "some people are lent for days, and no day is given", "give --on YYYY-MM-DD")
    try:
        found = assign(posts, people, on=on, settled=_settled(args.settled))
    except Unknown as e:
        raise CannotDo(str(args.settled), str(e), "correct the pair, or leave it out") from None
    grids_files.written(
        [(p.grid, p.kind, p.person) for p in found.pairs], ["grid", "post", "person"], args.out
    )
    answer = {
        "posts": sum(p.needed for p in posts),
        "filled": len(found.pairs),
        "open": [
            {
                "grid": o.grid,
                "post": o.kind,
                **{k: v for k, v in asdict(o).items() if k not in ("grid", "kind")},
            }
            for o in found.open
        ],
        "km": found.km,
        "largest_load": found.largest_load,
        "smallest_load": found.smallest_load,
        "settled_kept": found.settled_kept,
    }
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return 1 if found.open else 0


def _posts(path: Path) -> "list[Post]":
    from twofront.core.staffing.assign import Post  # noqa: PLC0415 - heavy things late

    rows = grids_files.opened(path, need=["grid", "post", "needed", "x_m", "y_m"])
    found = [
        Post(
            rows.text("grid", row),
            rows.text("post", row),
            rows.whole("needed", row),
            rows.metres("x_m", row),
            rows.metres("y_m", row),
        )
        for row in range(rows.rows)
    ]
    seen: set[tuple[str, str]] = set()
    for row, post in enumerate(found):
        if (post.grid, post.kind) in seen:
            raise rows.fault(
                row,
                f"the post {post.kind} of {post.grid} stands twice",
                "give one row with the number needed",
            )
        seen.add((post.grid, post.kind))
    return found


def _people(path: Path) -> "list[Person]":
    from twofront.core.staffing.assign import Person  # noqa: PLC0415 - heavy things late

    rows = grids_files.opened(
        path, need=["person", "skills", "x_m", "y_m"], may=["most", "held", "from", "to", "barred"]
    )
    found, seen = [], set()
    for row in range(rows.rows):
        name = rows.text("person", row)
        if name in seen:
            raise rows.fault(row, f"the person {name} stands twice", "leave one of the rows")
        seen.add(name)
        since, until = _day(rows, "from", row), _day(rows, "to", row)
        if since and until and since > until:
            raise rows.fault(row, f"the loan ends on {until}, before it begins", "correct from or to")
        found.append(
            Person(
                person=name,
                kinds=frozenset(re.split(r"\s*[;；,，、]\s*", rows.text("skills", row))) - {""},
                x_m=rows.metres("x_m", row),
                y_m=rows.metres("y_m", row),
                most=rows.whole("most", row, default=2),
                held=rows.whole("held", row, default=0),
                since=since,
                until=until,
                barred=rows.cell("barred", row),
            )
        )
    return found


def _settled(path: Path | None) -> "list[Pair]":
    from twofront.core.staffing.assign import Pair  # noqa: PLC0415 - heavy things late

    if path is None:
        return []
    rows = grids_files.opened(path, need=["person", "grid", "post"])
    return [
        Pair(rows.text("person", row), rows.text("grid", row), rows.text("post", row))
        for row in range(rows.rows)
    ]


def _day(rows: "Sheet", head: str, row: int) -> date | None:
    text = rows.cell(head, row)
    return grids_files.day_of(text, rows.fault(row, "", "").where) if text else None
