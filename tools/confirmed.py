"""Write the playbook's list of confirmed cases from the daily counts of `covid2020/china_cases_daily` (MIT).

    python tools/confirmed.py china_cases_daily.csv.gz > playbooks/dongyang-2020/tables/confirmed.csv

A row is the cumulative count of a prefecture from the day of its publication. A municipality counts as one, from the
province's row; so its districts and 外地来沪 never count. Rows under no real code (not yet placed, come from abroad) and of
counties inside a prefecture, which its own row holds, are left out. A count that falls is a correction: the days before
that had more hold the lower count as known from the day on which it was published; what was known before stays.
"""

import csv
import gzip
import io
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
FIRST = date(2020, 1, 23)
_COUNTED = re.compile(r"[1-6]\d(?:\d\d00|90\d\d)")  # prefectures, and counties directly under a province


def counts_of(data: bytes) -> dict[str, dict[date, int]]:
    """Return the published counts of each place by day."""
    found: dict[str, dict[date, int]] = {}
    for row in csv.DictReader(io.StringIO(gzip.decompress(data).decode("utf-8-sig"))):
        whole = row["provinceCode"] in MUNICIPALITIES
        code = row["provinceCode"] if whole else row["cityCode"]
        counted = not row["city"] if whole else bool(row["city"] and _COUNTED.fullmatch(code))
        if counted and row["confirmed"]:
            found.setdefault(code, {})[date.fromisoformat(row["date"])] = int(row["confirmed"])
    return found


def rows_of(code: str, counts: Mapping[date, int]) -> Iterator[tuple[str, int, str, str, str]]:
    """Yield place, value, since, until, known of each change and correction, from the first day of the response."""
    now: list[tuple[date, int]] = []
    for day in sorted(counts):
        value = counts[day]
        before = now[-1][1] if now else None
        if before is not None and value < before:
            first = next(d for d, v in now if v > value)
            start = max(first, FIRST)
            if start < day:
                yield code, value, start.isoformat(), day.isoformat(), day.isoformat()
            now = [(d, min(v, value)) for d, v in now]
        if value != before:
            now.append((day, value))
            following = [d for d in sorted(counts) if d > day and counts[d] != value]
            if day >= FIRST or not following or following[0] > FIRST:
                yield code, value, day.isoformat(), "", day.isoformat()


def main(path: str) -> None:
    """Write the list."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("place", "value", "since", "until", "known"))
    for code, counts in sorted(counts_of(Path(path).read_bytes()).items()):
        out.writerows(rows_of(code, counts))


if __name__ == "__main__":
    main(sys.argv[1])
