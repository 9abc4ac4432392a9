"""The page of publication: what goes out, what went out, and what changed since."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

DAY = {"on": "2020-02-18"}
KEY = "01a20cc1-859e-7c5b-9cea-2fb14e4da83{}"
FIRM_09 = "91330799MA0003339E"


@pytest.fixture
def later(small_county: Any) -> Callable[[], None]:
    """Move the county's clock an hour on."""

    def later_() -> None:
        from twofront.ground import clockwork
        from twofront.ground.acts import new_key
        from twofront.ground.scope import system

        at = datetime(2020, 2, 18, 12, 30, tzinfo=UTC)
        clockwork.set_clock(at, by=system("test"), under=None, key=new_key(), at=at)

    return later_


def test_what_goes_out_is_what_the_board_says(client_as: Callable[[str], Any]) -> None:
    """5 of 12 declared open: 41.7 %; 330 of 600 dwellings; nothing went out yet. Who may not publish has no page."""
    page = client_as("office").get("/publication", DAY).content.decode()

    assert "41.7% · 5 / 12" in page
    assert "330 / 600" in page
    assert "还没有公布" in page
    assert client_as("health").get("/publication", DAY).status_code == 403
    assert client_as("health").post("/publication", DAY).status_code == 403


def test_a_day_is_published_once_by_one_form(client_as: Callable[[str], Any]) -> None:
    """The page then says who sent it out, with its hash; the same form sent again is the same publication."""
    from twofront.apps.figures.models import Publication

    office = client_as("office")
    form = {**DAY, "key": KEY.format(1)}

    sent = office.post("/publication", form)
    office.post("/publication", form)
    page = office.get(sent.headers["Location"]).content.decode()

    assert sent.status_code == 303
    assert Publication.objects.count() == 1
    assert Publication.objects.get().hash in page
    assert "由 演练-office 公布" in page
    assert "与公布时一样" in page


def test_a_correction_after_publication_stands_beside_what_went_out(
    client_as: Callable[[str], Any], later: Callable[[], None]
) -> None:
    """09 is reported open an hour later: 5 of 12 became 6 of 12; the publication itself stays."""
    from twofront.apps.figures.models import Publication

    office = client_as("office")
    office.post("/publication", {**DAY, "key": KEY.format(2)})
    later()
    office.post(f"/firms/{FIRM_09}/report", {**DAY, "opened": "1"})

    page = office.get("/publication", DAY).content.decode()
    revisions = page[page.index("与公布时不同的") :]

    assert "41.7% · 5 / 12" in revisions
    assert "50.0% · 6 / 12" in revisions
    chart = next(c for c in Publication.objects.get().board["charts"] if c["key"] == "above_scale_industry")
    assert chart["numerator"] == 5


def test_a_row_corrected_after_publication_is_named(
    client_as: Callable[[str], Any], later: Callable[[], None]
) -> None:
    """01 was declared open and is corrected to shut: the row stands among what changed, with both values."""
    office = client_as("office")
    office.post("/publication", {**DAY, "key": KEY.format(3)})
    later()
    office.post("/firms/91330799MA0000373A/report", {**DAY, "opened": "0"})

    page = office.get("/publication", DAY).content.decode()
    revisions = page[page.index("与公布时不同的") :]

    assert "91330799MA0000373A" in revisions
    assert "02-18 20:30" in revisions
