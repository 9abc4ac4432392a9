"""Nobody opens another's rows, by whatever address: every page is walked, and every route asked for what is another's.

What must not be seen follows from the files alone: firms (code, name, mobile) and villages (code) outside the account's
line and block. Nothing here knows what a page shows, so a page of tomorrow is walked too.
"""

import csv
import html
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from tests.conftest import FILES

pytestmark = pytest.mark.slow  # every account walks the whole site
ECONOMY, OFFICE = "economy", "office"
"""The lines that answer for firms of manufacturing, as all of the small county are, and for the survey of its villages."""
OTHERS = """login,role,unit,line,from,name,phone,to
leader-commerce,leader,*,commerce,2020-01-01,演练-某,15400000021,
gate,gate_keeper,330783001,*,2020-01-01,演练-某,15400000022,
officer,service_officer,330783123,*,2020-01-01,演练-某,15400000023,
inspector,inspector,330783001,*,2020-01-01,演练-某,15400000024,
{firm},enterprise,330783001,*,2020-01-01,演练-某,15400000025,
"""
OF_A_SHAPE = 2
"""Pages walked that differ in their ids and values alone."""
BEGIN = ("/", "/api/v1/board", "/imports", "/survey", "/changed", "/late")
NAMES_A_ROW = {"credit_code", "login", "uid", "draft"}
LEFT_OUT = {"logout", "language", "exercise/next", "exercise/reset", "enter"}
"""They end the visit, or move the clock; none names a row."""


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((FILES / name).read_text("utf-8"))))


FIRMS, DIVISIONS = _rows("enterprises.csv"), _rows("divisions.csv")
ACCOUNTS = {a["login"]: a for a in (*_rows("accounts.csv"), *csv.DictReader(io.StringIO(OTHERS)))}
OWN = FIRMS[0]["credit_code"]
SEES_ALL = {"commander", "office_clerk", "auditor"}


def _foreign(account: dict[str, str]) -> set[str]:
    """Return what an account must never see."""

    def may(block: str, line: str) -> bool:
        return account["unit"] in ("*", block) and account["line"] in ("*", line)

    if account["role"] in SEES_ALL:
        return set()
    nobody = account["role"] == "observer"
    firms = [f for f in FIRMS if nobody or not may(f["township"], ECONOMY)]
    if account["role"] == "enterprise":
        firms = FIRMS[1:]
    villages = [
        d["code"] for d in DIVISIONS if len(d["code"]) == 12 and (nobody or not may(d["code"][:9], OFFICE))
    ]
    return {f[k] for f in firms for k in ("credit_code", "name", "mobile")} | set(villages)


def _text(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "".join(book.read(n).decode("utf-8", "replace") for n in book.namelist())
    text: str = body.decode("utf-8", "replace")
    return html.unescape(text)


def _links(page: str, here: str, *, of: str = "href|hx-get|action|src") -> Iterator[str]:
    for found in re.findall(rf'(?:{of})="([^"#]+)"', page):
        there = urlsplit(urljoin(here, found))
        if not there.netloc and there.scheme in ("", "http"):
            yield there.path + (f"?{there.query}" if there.query else "")


def _shape(address: str) -> tuple[str, frozenset[str]]:
    at = urlsplit(address)
    return re.sub(r"[0-9A-Z]{9,18}|[0-9a-f]{8}-[0-9a-f-]{27}", "*", at.path), frozenset(parse_qs(at.query))


def _walk(client: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield the pages that can be reached by links, a few of each shape, with their answers and texts."""
    waiting, seen, linked = list(BEGIN), Counter(), set()
    while waiting:
        address = waiting.pop(0)
        shape = _shape(address)
        if seen[shape] >= OF_A_SHAPE or address.startswith(("/static/", "/logout", "/language")):
            continue
        seen[shape] += 1
        response = client.get(address)
        text = _text(response)
        assert response.status_code < 400 or address not in linked, f"a link leads to {address}"
        yield address, response, text
        if response.get("Content-Type", "").startswith("text/html"):
            waiting += _links(text, address)
            linked |= set(_links(text, address, of="href"))
        elif address.startswith("/api/"):
            waiting += re.findall(r'"(/api/v1/[^"]+)"', text)


def _routes() -> list[str]:
    """Return every route of the county, as its addresses are written."""
    from django.urls import get_resolver

    def routes(patterns: Any, before: str) -> Iterator[str]:
        for p in patterns:
            here = before + str(p.pattern)
            yield from routes(p.url_patterns, here) if hasattr(p, "url_patterns") else [here]

    return [r for r in routes(get_resolver().url_patterns, "") if r not in LEFT_OUT]


def _anothers() -> dict[str, str]:
    """Return another's firm, account and file, and what routes name besides; a new name in a route has to come here."""
    from twofront.apps.orders.models import RuleDraft
    from twofront.ground.models import Import

    return {
        "credit_code": FIRMS[1]["credit_code"], "login": "hengdian", "uid": str(Import.objects.filter(rejected=1).get().uid),
        "kind": "reports", "key": "above_scale_industry", "goal": "full_coverage", "ask": "0-0",
        "decision": "arrival.class", "draft": str(RuleDraft.objects.get().uid),
    }  # fmt: skip


@pytest.fixture
def everybody(load: Callable[..., Any], client_as: Callable[[str], Any]) -> None:
    """An account of every role that the small county lacks, a draft of a line's, a change in every firm and village, a late village in each township."""
    from twofront.ground import clockwork
    from twofront.ground.acts import new_key
    from twofront.ground.scope import system

    client_as("health").post(
        "/orders/rules/arrival.class/edit", {"text": "in:place,out:measure\ntext,text\n"}
    )
    load("accounts", OTHERS.format(firm=OWN))
    tree = (FILES / "divisions.csv").read_text("utf-8")
    load("divisions", f"{tree}330783001008,示例新村,\n330783123008,示例另村,\n", on=date(2020, 2, 1))
    at = datetime(2020, 2, 18, 15, tzinfo=UTC)
    clockwork.set_clock(at, by=system("test"), under=None, key=new_key(), at=at)
    day_before = [f"2020-02-17,{f['credit_code']},0\n" for f in FIRMS]
    load("reports", "date,credit_code,opened\n" + "".join(day_before))
    load(
        "reports",
        f"date,credit_code,opened\n2020-02-18,{FIRMS[1]['credit_code']},no such value\n",
        name="bad.csv",
    )


@pytest.mark.parametrize("login", [OWN if "{" in login else login for login in ACCOUNTS])
def test_no_page_that_can_be_reached_shows_what_is_anothers(
    everybody: None, client_as: Callable[[str], Any], login: str
) -> None:
    """Pages, lists, files, programs' answers: nothing outside the account's line and block, no fault of ours, no link to what is refused."""
    account = ACCOUNTS.get(login) or ACCOUNTS["{firm}"]
    foreign = _foreign(account)

    count = 0
    for address, response, text in _walk(client_as(login)):
        count += 1
        assert response.status_code < 500, address
        assert not (shown := {f for f in foreign if f in text}), (address, shown)
    assert count > 20


@pytest.mark.parametrize("login", ["wuning", "gate", "economy", "observer", OWN])
def test_no_route_gives_or_changes_what_is_anothers(
    everybody: None, client_as: Callable[[str], Any], login: str
) -> None:
    """Every route, asked about another township's firm, file, village and figure: 404, or 403 where the role may not at all."""
    client = client_as(login)
    foreign = _foreign(ACCOUNTS.get(login) or ACCOUNTS["{firm}"])
    anothers = _anothers()
    for route, method in product(_routes(), ("get", "post", "put", "delete")):
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: anothers[found[1]], route)
        response = getattr(client, method)(address)
        text = _text(response)

        assert response.status_code < 500, (method, address)
        assert not {f for f in foreign if f in text}, (method, address)
        if login != ECONOMY and set(re.findall(r":(\w+)>", route)) & NAMES_A_ROW:
            assert response.status_code in (403, 404, 405), (method, address, response.status_code)
