"""The survey's page. 吴宁: 80 + 90 + 100 of 300, 190 the day before; 横店: 20 + 30 + 10 of 300, 20 the day before.

Three days are left to 02-21 24:00. 吴宁 does 80 a day and arrives (270 + 240 > 300); 横店 does 40 and reaches 60 + 120 = 180
of 300: 60.0 %, 120 short.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

DAY = {"on": "2020-02-18"}


def test_blocks_that_fall_short_stand_first_with_their_slowest_villages(
    client_as: Callable[[str], Any],
) -> None:
    """横店 reaches 60.0 % and is 120 dwellings short; 270 are open in three days: 90 a day are needed, the pace is 120."""
    page = client_as("office").get("/survey", DAY).content.decode()

    assert "60.0%" in page
    assert "差 120 户" in page
    blocks = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page[: page.index("</table>")])
    assert blocks == ["横店", "吴宁"]
    assert '每天需 <b class="num">90</b>' in page
    assert '现在每天 <b class="num">120</b>' in page
    assert page.index("示例己村") < page.index("示例丁村") < page.index("示例戊村"), (
        "90, 80 and 70 dwellings left"
    )
    assert "15400000007" in page, "the head of 横店"
    assert "预测，不是事实" in page


def test_after_the_deadline_nothing_is_forecast(client_as: Callable[[str], Any]) -> None:
    """02-21 24:00 has passed: what is open stands there (270 of 600), no pace and no forecast; the evening before they do."""
    from twofront.ground import clockwork
    from twofront.ground.acts import new_key
    from twofront.ground.scope import system

    office = client_as("office")
    for hour, is_over in ((15, False), (16, True)):  # 23:00 and 24:00 of the county
        at = datetime(2020, 2, 21, hour, tzinfo=UTC)
        clockwork.set_clock(at, by=system("test"), under=None, key=new_key(), at=at)
        for address in ("/survey", "/"):
            page = office.get(address, {"on": "2020-02-21"}).content.decode()
            page = page[page.index('<section class="card front-prevention"') :]

            assert ("期限已过" in page) is is_over
            assert re.search(r'还差 <b class="num">270</b> 户', page)
            assert "每天需" not in page
            assert ("现在每天" not in page and "预测" not in page) is is_over


def test_where_nobody_has_reported_nothing_is_said_to_be_missing(client_as: Callable[[str], Any]) -> None:
    """Before the first row, and after the deadline too, what is left is not known, which is not 0."""
    page = client_as("office").get("/survey", {"on": "2020-02-10"}).content.decode()
    page = page[page.index('<section class="card front-prevention"') :]

    assert "还差" not in page[: page.index("</table>")]
    assert "未知" in page[: page.index("</table>")]


def test_sums_are_for_everybody_and_villages_for_those_in_scope(client_as: Callable[[str], Any]) -> None:
    """吴宁 sees that 横店 falls short, but none of its villages; its own it sees."""
    wuning = client_as("wuning")

    county = wuning.get("/survey", DAY).content.decode()
    foreign = wuning.get("/survey", {**DAY, "block": "330783123"}).content.decode()
    own = wuning.get("/survey", {**DAY, "block": "330783001"}).content.decode()

    assert "差 120 户" in county
    assert "示例丁村" not in county
    assert "示例丁村" not in foreign
    assert "不在您的范围内" in foreign
    assert own.count("示例甲社区") >= 1
    assert "横店" in client_as("observer").get("/survey", DAY).content.decode()
    assert wuning.get("/survey", {**DAY, "block": "999999999"}).status_code == 404


def test_the_villages_of_a_block_are_a_list(client_as: Callable[[str], Any]) -> None:
    """They can be sorted, filtered and taken away: of 吴宁's three one is done."""
    office = client_as("office")
    block = {**DAY, "block": "330783001"}

    done = office.get("/survey", {**block, "state": "done"}).content.decode()
    file = (
        office.get("/survey", {**block, "format": "csv", "sort": "left"})
        .content.decode("utf-8-sig")
        .splitlines()
    )

    assert "第 1–1 行，共 1" in done
    assert [line.split(",")[1] for line in file[1:4]] == ["330783001003", "330783001002", "330783001001"]
    assert "演练数据 EXERCISE" in file[4]


def test_a_village_without_a_row_of_the_day_is_said_to_be_late(
    client_as: Callable[[str], Any], load: Callable[..., Any]
) -> None:
    """On 02-19 one village of three reports: the two others keep their last, and are late unless they are done."""
    from datetime import UTC, datetime

    from twofront.ground import clockwork
    from twofront.ground.acts import new_key
    from twofront.ground.scope import system

    moment = datetime(2020, 2, 19, 11, 30, tzinfo=UTC)
    clockwork.set_clock(moment, by=system("test"), under=None, key=new_key(), at=moment)
    load("coverage", "date,village,dwellings,done\n2020-02-19,330783001001,100,95\n", at=moment)

    page = (
        client_as("office")
        .get("/survey", {"on": "2020-02-19", "block": "330783001", "state": "late"})
        .content.decode()
    )

    assert "第 1–1 行，共 1" in page
    assert "示例乙社区" in page
