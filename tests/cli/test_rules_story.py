"""One story in two playbooks: every question is answered at a moment, as known at a moment, under its order and clause."""

import csv
import gzip
import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from twofront import cli
from twofront.core.playbook import Playbook, read
from twofront.core.playbook.dated import Rules
from twofront.core.time import start_of
from twofront.server import playbooks

ROOT = Path(__file__).parents[2]
DONGYANG = ROOT / "playbooks" / "dongyang-2020"
STORIES = {"dongyang-2020": DONGYANG, "otherplace": ROOT / "tests" / "playbooks" / "otherplace"}
COUNTS = ROOT.parent / "shared" / "data" / "covid2020" / "china_cases_daily.csv.gz"
MUNICIPALITIES = {"110000", "120000", "310000", "500000"}


def cases() -> Iterator[Any]:
    """Yield each case of each playbook's story."""
    for name, folder in STORIES.items():
        for line in (ROOT / "tests" / "playbooks" / f"{name}.jsonl").read_text("utf-8").splitlines():
            case = json.loads(line)
            yield pytest.param(folder, case, id=f"{name}: {case['decision']}: {case['says']}")


def ask(folder: Path, decision: str, records: list[Any], tmp_path: Path, *words: str) -> list[str]:
    """Return the words of the command."""
    facts = tmp_path / "facts.jsonl"
    facts.write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")
    return ["rules", "ask", str(folder), decision, str(facts), *words]


@pytest.mark.parametrize(("folder", "case"), [*cases()])
def test_the_story(
    folder: Path, case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same program, other data: what follows, under which order and clause, on what basis."""
    known = ["--known", case["known"]] if case["known"] else []

    code = cli.main(ask(folder, case["decision"], [case["facts"]], tmp_path, "--at", case["at"], *known))

    answer = json.loads(capsys.readouterr().out)
    out = answer["out"]
    assert code == 0
    assert (out if isinstance(out, list) else {k: out[k] for k in case["out"]}) == case["out"]
    assert (answer["order"], answer["clause"], answer["basis"]) == (
        case["order"],
        case["clause"],
        case["basis"],
    )


def test_both_playbooks_answer_the_same_questions() -> None:
    """The story of the other place asks every decision that Dongyang's asks, but what counts as a stay."""
    asked = {}
    for name in STORIES:
        lines = (ROOT / "tests" / "playbooks" / f"{name}.jsonl").read_text("utf-8").splitlines()
        asked[name] = {json.loads(line)["decision"] for line in lines}

    assert asked["dongyang-2020"] == asked["otherplace"]


@pytest.mark.parametrize("known", [None, "2020-03-01"], ids=["as known at last", "as known in March"])
@pytest.mark.parametrize(
    ("day", "prefectures", "municipalities"),
    [("2020-01-31", 2, 3), ("2020-02-13", 18, 4), ("2020-02-18", 21, 4), ("2020-03-01", 22, 4)],
)
def test_the_areas_outside_above_the_limit(
    day: str,
    prefectures: int,
    municipalities: int,
    known: str | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Yiwu's rule on four days: the numbers are those of the issue, counted by hand from the published counts."""
    with (DONGYANG / "tables" / "prefectures.csv").open(encoding="utf-8") as lines:
        places = [r["place"] for r in csv.DictReader(lines)]
    outside = [p for p in places if p[:2] not in {"33", "42"}]

    words = ["--at", day, *(["--known", known] if known else [])]

    code = cli.main(ask(DONGYANG, "area.class", [{"place": p} for p in outside], tmp_path, *words))

    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    key = {p for p, a in zip(outside, answers, strict=True) if a["out"]["class"] == "key"}
    assert code == 0
    assert len(key & MUNICIPALITIES) == municipalities
    assert len(key - MUNICIPALITIES) == prefectures
    assert ("370800" in key) == (day == "2020-03-01")  # 济宁 enters


def test_two_people_a_day_apart_get_two_right_answers_with_their_dates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """邵阳 had 100 on 14 and 15 February, 101 on the 16th; a quarantine of 14 days from the 12th ends on the 26th at 24:00."""
    people = [
        {"place": place, "nights": 3, "left_on": day, "arrived_on": day}
        for place, day in (("430500", "2020-02-15"), ("430500", "2020-02-16"), ("330382", "2020-02-12"))
    ]

    cli.main(ask(DONGYANG, "arrival.class", people, tmp_path, "--at", "2020-02-18T19:30", "--explain"))

    first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    seen = [(a["used"]["confirmed"]["value"], a["used"]["confirmed"]["since"][:10]) for a in (first, second)]
    assert seen == [(100, "2020-02-14"), (101, "2020-02-16")]
    assert (first["out"]["measure"], second["out"]["measure"]) == ("monitor", "quarantine")
    assert second["because"] == [{"row": 9, "cells": {"area_class": "key", "days_since_stay": "<=14"}}]
    assert third["until"] == "2020-02-27T00:00:00+08:00"


def published() -> dict[str, dict[date, int]]:
    """Return what was published of each place by day, from the source: a municipality's districts and placeholders not."""
    found: dict[str, dict[date, int]] = {}
    with gzip.open(COUNTS, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            province, city = row["provinceCode"], row["cityCode"]
            code = (province if not row["city"] else "") if province in MUNICIPALITIES else city
            if code:
                found.setdefault(code, {})[date.fromisoformat(row["date"])] = int(row["confirmed"])
    return found


def counted(counts: dict[date, int], day: date, known: date) -> int | None:
    """Return a place's count on a day as known on another, by definition: the last published, lowered by what came later."""
    past = [d for d in counts if d <= min(day, known)]
    return min(counts[d] for d in counts if max(past) <= d <= known) if past else None


@pytest.mark.slow  # 369 places on 99 days
@pytest.mark.real
def test_every_prefecture_has_its_class_on_every_day() -> None:
    """From 23 January to 30 April, as known then, and each week as known at last, against the definition over the source itself."""
    if not COUNTS.exists():
        pytest.skip(
            "the real data are not beside the checkout: shared/data/covid2020/china_cases_daily.csv.gz"
        )
    book: Playbook = read(playbooks.files_of(DONGYANG))
    rules, counts = Rules(book), published()
    with (DONGYANG / "tables" / "prefectures.csv").open(encoding="utf-8") as lines:
        places = [r["place"] for r in csv.DictReader(lines)]
    rule_known, last = date(2020, 2, 13), date(2020, 4, 30)

    for number in range(99):
        day = date(2020, 1, 23) + timedelta(days=number)
        for known in {max(day, rule_known), *([last] if number % 7 == 0 else [])}:
            held = rules.at(start_of(day, zone=book.zone), known=start_of(known, zone=book.zone))
            for place in places:
                count = counted(counts.get(place, {}), day, known)
                listed = place[:2] == "42" or place in {"330300", "331000"}
                key = listed or (place[:2] != "33" and count is not None and count > 100)
                outcome = held.ask("area.class", {"place": place}).outcome.out
                assert outcome == {"class": "key" if key else "ordinary"}, (place, day, known, count)
    assert day == last


def test_what_never_counts() -> None:
    """外地来沪 and 万州区 have no row; a falling count keeps what was known before and says since when it is corrected."""
    book = read(playbooks.files_of(DONGYANG))
    rules = Rules(book)

    def count(place: str, day: date, known: date) -> object:
        at = rules.at(start_of(day, zone=book.zone), known=start_of(known, zone=book.zone))
        row = at.value("confirmed", {"place": place})
        return None if row is None else row.value

    wanzhou, chongqing = (count(p, date(2020, 2, 18), date(2020, 2, 18)) for p in ("500101", "500000"))
    with (DONGYANG / "tables" / "confirmed.csv").open(encoding="utf-8") as lines:
        places = {r["place"] for r in csv.DictReader(lines)}
    assert wanzhou == chongqing == 555
    assert {p for p in places if p[:2] in {"11", "12", "31", "50"}} == MUNICIPALITIES
    # 南昌: 230 published on 19 February, 229 on the 20th
    assert count("360100", date(2020, 2, 19), date(2020, 2, 19)) == 230
    assert count("360100", date(2020, 2, 19), date(2020, 2, 20)) == 229


def test_a_coach_load_has_its_subsidy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The story's 185 seated: 185 x 500 = 92,500 yuan."""
    rider = {
        "firm_covered": True,
        "arrived_on": "2020-02-20",
        "vehicle": "charter",
        "organised_by": "government",
    }

    cli.main(ask(DONGYANG, "support.eligible", [rider] * 185, tmp_path, "--at", "2020-02-20T20:00"))

    answers = [json.loads(line)["out"] for line in capsys.readouterr().out.splitlines()]
    assert sum(o["yuan"] or 0 for out in answers for o in out) == 92_500


def test_a_township_of_dongyang_may_not_add_days_and_a_certificate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """湖溪 wants seven days more and a certificate: refused with file, line and value."""
    folder = shutil.copytree(DONGYANG, tmp_path / "book")
    text = (folder / "tables" / "arrival.class.13.csv").read_text("utf-8")
    wanted = text.replace(
        "quarantine,$quarantine_days,hotel_or_home,2,false", "quarantine,21,hotel_or_home,3,true"
    )
    (folder / "tables" / "huxi.csv").write_text(wanted, "utf-8")
    row = '[[table]]\nplace = "330783112"\ndecision = "arrival.class"\nclause = "13/2"\nfile = "huxi.csv"\n'
    row += 'since = "2020-02-18"\nknown = "2020-02-18"\nsource = "invented for a test"\n'
    (folder / "huxi.toml").write_text(row, "utf-8")

    code = cli.main(["playbook", "check", str(folder)])

    faults = json.loads(capsys.readouterr().out)["faults"]
    assert code == 1
    found = {(f["file"], f["line"], f["value"], f["what"].partition(" for ")[0]) for f in faults}
    assert found == {
        ("tables/huxi.csv", 14, "21", "is stricter than the county's 14 (days)"),
        ("tables/huxi.csv", 14, "3", "is stricter than the county's 2 (papers)"),
        ("tables/huxi.csv", 14, "true", "is stricter than the county's false (certificate)"),
    }
    assert "the centre's dated [[consent]]" in faults[0]["do"]
