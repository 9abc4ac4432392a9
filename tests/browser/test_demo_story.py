"""Every figure of the demonstration at its stop, as programs read it and as the browser shows it; figures from the story."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,  # the exercise county is made once, about a minute
    pytest.mark.browser,
]
Stop = Callable[[int], dict[str, Any]]
CLOCKS = (
    "2020-02-18T19:30:00+08:00",
    "2020-02-19T06:00:00+08:00",
    "2020-02-20T20:00:00+08:00",
    "2020-02-22T00:00:00+08:00",
)
LIUSHI, WEISHAN, HENGDIAN, SANDAN = "330783007", "330783106", "330783123", "330783201"
SURVEYED = {
    "吴宁": (31850, 13060), "南市": (12700, 4700), "白云": (17830, 7850), "江北": (23770, 9510), "城东": (13780, 5240),
    "六石": (12700, 4950), "巍山": (20530, 7390), "虎鹿": (9720, 4080), "歌山": (10540, 3900), "佐村": (4950, 1730),
    "东阳江": (10810, 3570), "湖溪": (11620, 4180), "马宅": (7020, 2810), "千祥": (12430, 4230), "南马": (21070, 5900),
    "画水": (11620, 4300), "横店": (34600, 7610), "三单": (2460, 390),
}  # fmt: skip


def chart(board: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in board["charts"] if c["key"] == key)
    return found


def goal(board: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(g for g in board["goals"] if g["key"] == key)
    return found


def figures(what: dict[str, Any]) -> tuple[int | None, int | None, int | None]:
    return what["numerator"], what["denominator"], what["unknown"]


@pytest.mark.parametrize("number", range(4), ids=["02-18 19:30", "02-19 06:00", "02-20 20:00", "02-21 24:00"])
def test_the_clock_stands_at_its_stop_and_every_page_says_it_is_an_exercise(stop: Stop, number: int) -> None:
    """One exercise clock feeds every now; the mark stands on each page."""
    seen = stop(number)

    assert seen["health"]["clock"] == CLOCKS[number]
    assert seen["board"]["known"] == CLOCKS[number]
    for page in ("zh", "contradictions", "power", "survey"):
        assert "演练数据 EXERCISE" in seen[page], page


def test_the_board_shows_the_day_before_until_nine(stop: Stop) -> None:
    """At 02-19 06:00 and at 02-22 00:00 the day before is on the board."""
    assert [stop(n)["board"]["on"] for n in range(4)] == [
        "2020-02-18",
        "2020-02-18",
        "2020-02-20",
        "2020-02-21",
    ]


def test_the_phase_is_the_one_of_both_fronts(stop: Stop) -> None:
    """兼顾 holds from 02-18."""
    assert {stop(n)["board"]["phase"] for n in range(4)} == {"both"}
    assert "兼顾" in stop(0)["zh"]


def test_the_three_sentences(stop: Stop) -> None:
    """Where the goals stand, what will be late, what contradicts itself."""
    page = stop(0)["zh"]

    assert "无新增病例 5 天 (卫生健康 18:00 封账)" in page
    assert "21 日前 3 个镇街完不成调查" in page
    assert "自报复工 329 家, 其中用电只见 291 家, 38 家待走访" in page


def test_nineteen_cases_and_none_for_five_days(stop: Stop) -> None:
    """19 cases, the last on 02-13; both zero goals count from 02-14."""
    seen = stop(0)

    assert "累计 19 例, 最后一例 02-13" in seen["zh"]
    for key in ("zero_imported", "zero_transmitted"):
        assert figures(goal(seen["board"], key)) == (0, None, 0)
        assert goal(seen["board"], key)["since"] == "2020-02-14"


def test_the_zero_goals_are_met_by_the_closing_of_six_and_unknown_before(stop: Stop) -> None:
    """The health line closed the day at 18:00; a minute earlier nobody could say so."""
    seen = stop(0)

    for key in ("zero_imported", "zero_transmitted"):
        assert goal(seen["board"], key)["state"] == "met"
        assert goal(seen["board"], key)["closed"]["at"] == "2020-02-18T18:00:00+08:00"
        assert goal(seen["before_closing"], key)["state"] == "unknown"


def test_the_survey_is_open_with_174600_dwellings_to_go(stop: Stop) -> None:
    """95,400 of 270,000 dwellings; the deadline is 02-21 24:00."""
    seen = stop(0)
    survey = goal(seen["board"], "full_coverage")

    assert (survey["state"], survey["count"], *figures(survey)) == ("open", 174_600, 95_400, 270_000, 0)
    assert survey["deadline"] == "2020-02-22T00:00:00+08:00"
    assert "95,400 / 270,000户" in seen["zh"] and "174,600户" in seen["zh"] and "2月21日 24:00" in seen["zh"]


def test_the_survey_stands_by_block_with_a_forecast_said_to_be_one(stop: Stop) -> None:
    """Done + pace of the last day x three days: 三单 63.4, 横店 74.5, 南马 92.5 percent; the other fifteen arrive."""
    page = stop(0)["zh"]

    for block, (dwellings, done) in SURVEYED.items():
        assert re.search(rf"{block} {100 * done / dwellings:.1f}%", page), block
    assert "预测，不是事实" in page
    assert re.findall(r"(三单|横店|南马) \d+\.\d% (\d+\.\d)%", page) == [
        ("三单", "63.4"),
        ("横店", "74.5"),
        ("南马", "92.5"),
    ]
    assert len(re.findall(r"\d% 100\.0% 能完成", page)) == 15
    assert "每天需 58,200" in page and "现在每天 56,160" in page


def test_329_of_640_declare_and_22_say_nothing(stop: Stop) -> None:
    """640 members: 329 open, 289 closed, 22 without a report who stay in the denominator."""
    seen = stop(0)
    industry = chart(seen["board"], "above_scale_industry")

    assert figures(industry) == (329, 640, 22)
    assert 640 - 329 - 22 == 289
    assert industry["rate"] == pytest.approx(51.41, abs=0.005)
    assert industry["rate_known"] == pytest.approx(53.24, abs=0.005)
    assert "329 / 640家" in seen["zh"] and "22家" in seen["zh"]


def test_services_and_projects(stop: Stop) -> None:
    """78 of 214 services, 27 of 46 continued projects, no report missing."""
    seen = stop(0)

    assert figures(chart(seen["board"], "above_limit_services")) == (78, 214, 0)
    assert figures(chart(seen["board"], "key_projects")) == (27, 46, 0)
    assert "78 / 214家" in seen["zh"] and "27 / 46家" in seen["zh"]


def test_power_sees_305_of_632_and_the_index_is_42(stop: Stop) -> None:
    """305 of 632 known firms resumed, 8 have no reading; firm share 48.26, energy share 36.3, index 42.3."""
    seen = stop(0)
    power = chart(seen["board"], "power_index")

    assert (figures(power), power["firms"]) == ((305, 632, 8), 640)
    assert power["firm_share"] == pytest.approx(48.26, abs=0.005)
    assert power["energy_share"] == pytest.approx(36.3, abs=0.05)
    assert power["rate"] == pytest.approx(42.3, abs=0.05)
    assert "42.3 305 / 632家" in seen["zh"]


def test_the_provinces_own_index_stands_beside_ours_with_its_day(stop: Stop) -> None:
    """25.42 of 02-10 is the last that was published by then."""
    assert "25.42 (2月10日)" in stop(0)["zh"]
    assert "51.44" not in stop(0)["power"]


def test_the_38_whom_power_does_not_see_open_as_rows(stop: Stop) -> None:
    """329 declare, 291 of them are seen by power, 38 are not, and 14 of the silent are seen: 305."""
    seen = stop(0)
    industry = chart(seen["board"], "above_scale_industry")
    rows = seen["rows"]["items"]

    assert (industry["disagreements"], industry["sources"]["measured"]) == (38, 291 + 14)
    assert (seen["rows"]["total"], len(rows)) == (38, 38)
    assert all(r["declared"] and r["power_ratio"] <= 0.30 for r in rows)
    assert sum(r["confirmed"] is False for r in rows) == 3
    assert all(r["contact"] and r["mobile"] for r in rows)
    assert "38家" in seen["contradictions"] and "演练-" in seen["contradictions"]


def test_declared_against_measured_stands_on_the_board(stop: Stop) -> None:
    """Of 329 declared open power sees 291 and not 38; of the 22 without report it sees 14; each opens its rows."""
    seen = stop(0)

    assert "自报、用电都见 291家 只有自报 38家 没报, 用电见 14家" in seen["zh"]
    assert seen["against"] == {"seen": 291, "unseen": 38, "silent": 14}


def test_the_first_sentence_opens_the_19_cases(stop: Stop) -> None:
    """Case by case, with the day of its report; the last on 02-13."""
    page = stop(0)["cases"]

    assert "零输入 · 累计病例 19 例" in page or "零输入 · 累计病例 19例" in page
    assert len(re.findall(r"\d月\d+日报告", page)) == 19
    assert re.findall(r"(\d+月\d+日)报告", page)[0] == "2月13日"


def test_after_the_deadline_no_pace_and_no_forecast_is_shown(stop: Stop) -> None:
    """02-21 24:00: the deadline has passed and 798 dwellings are open; the evening before there is a pace."""
    for page in ("zh", "survey"):
        assert "期限已过 还差 798 户" in stop(3)[page]
        assert "每天需" not in stop(3)[page] and "现在每天" not in stop(3)[page]
        assert "现在每天" in stop(2)[page]


def test_english_says_the_day_as_a_date(stop: Stop) -> None:
    """Not 'by day 21'."""
    assert "will not finish the survey by 21 Feb: " in stop(0)["en"]


def test_a_carver_reports_sixty_workers_without_power(stop: Stop) -> None:
    """六石's carver, on top of the 38: 60 reported, ratio 0.02."""
    carver = stop(0)["rows"]["items"][0]
    page = stop(0)["contradictions"]

    assert "木雕" in carver["name"] and carver["township"] == LIUSHI
    assert page.index(carver["name"]) == page.index("示例")
    assert "2月18日报开工; 用电为基线的 2%" in page
    assert carver["on_site"] == 60
    assert carver["power_ratio"] == pytest.approx(0.02, abs=0.005)


def test_full_resumption_wants_declared_and_confirmed(stop: Stop) -> None:
    """248 of 640 + 214 + 46 members; the page says that nobody is closed by the negative list yet."""
    seen = stop(0)
    resumption = goal(seen["board"], "full_resumption")

    assert (resumption["numerator"], resumption["denominator"], resumption["count"]) == (248, 900, 652)
    assert resumption["deadline"] == "2020-03-01T00:00:00+08:00"
    assert "负面清单尚未启用" in seen["zh"]


def test_the_correction_of_1825_stands_under_changed(stop: Stop) -> None:
    """巍山 corrected three villages; each row says when it became known, and by which import."""
    seen = stop(0)
    corrected = [c for c in seen["board"]["changed"] if c["known"] == "2020-02-18T18:25:00+08:00"]

    assert [(c["code"], c["key"], c["field"]) for c in corrected] == [(WEISHAN, "full_coverage", "done")] * 3
    assert all(c["import_id"] for c in corrected)
    assert seen["changed"].count("18:25") == 3


def test_every_figure_names_its_line_a_person_and_a_phone(stop: Stop) -> None:
    """Health, office, economy, commerce, development; phones of the exercise begin with 154."""
    seen = stop(0)
    owners = {f["key"]: f["owner"] for f in (*seen["board"]["goals"], *seen["board"]["charts"])}

    assert {k: o["line"] for k, o in owners.items()} == {
        "zero_imported": "health", "zero_transmitted": "health", "full_coverage": "office", "full_resumption": "economy",
        "above_scale_industry": "economy", "above_limit_services": "commerce", "key_projects": "development", "power_index": "economy",
    }  # fmt: skip
    for owner in owners.values():
        assert owner["phone"].startswith("154")
        assert f"{owner['name']} {owner['phone']}" in seen["zh"]


def test_the_board_in_english_holds_the_same_figures(stop: Stop) -> None:
    """The words change, the figures do not."""
    page = stop(0)["en"]

    for figure in ("95,400", "270,000", "174,600", "329", "640", "78", "214", "27", "46", "305", "632", "42.3", "248", "900", "25.42"):  # fmt: skip
        assert re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d])", page), figure
    assert "EXERCISE" in page


def test_the_next_morning_has_the_same_figures_published(stop: Stop) -> None:
    """02-18 was published as known at 20:00; what it was then is what was shown at 19:30."""
    first, morning = stop(0)["board"], stop(1)["board"]

    for key in ("above_scale_industry", "above_limit_services", "key_projects", "power_index"):
        assert figures(chart(morning, key)) == figures(chart(first, key))
        assert chart(morning, key)["series"][-1]["revised"] is False
    assert "公布 20:00" in stop(1)["zh"]


def test_what_was_published_of_the_18th_stays_what_it_was(stop: Stop) -> None:
    """Asked as known at 20:00, the 18th answers the same at every later stop."""
    assert stop(1)["published"] == stop(2)["published"] == stop(3)["published"]


def test_371_are_open_on_the_19th(stop: Stop) -> None:
    """The county's real figure of 02-19."""
    assert figures(chart(stop(2)["the_19th"], "above_scale_industry"))[:2] == (371, 640)


def test_the_survey_stands_at_77_percent_on_the_20th(stop: Stop) -> None:
    """210,130 of 270,000 dwellings; 横店 has 22,100."""
    seen = stop(2)
    survey = goal(seen["board"], "full_coverage")

    assert (survey["state"], survey["numerator"], survey["count"]) == ("open", 210_130, 59_870)
    assert "210,130 / 270,000户 77.8%" in seen["zh"]
    assert f"横店 {100 * 22_100 / 34_600:.1f}%" in seen["zh"]


def test_the_provinces_series_breaks_on_the_19th(stop: Stop) -> None:
    """51.44 of 02-19, known on the 20th at 10:00, marked as not comparable with the day before."""
    seen = stop(2)

    assert "51.44 (2月19日)" in seen["zh"]
    assert "断点" in seen["power"]
    assert "断点" not in stop(0)["power"]


def test_at_the_deadline_798_dwellings_are_open_in_two_blocks(stop: Stop) -> None:
    """269,202 done (99.7 %): 730 in nine villages of 横店 and 68 in one of 三单, whose 示例村 has 120 of 188; broken."""
    seen = stop(3)
    survey = goal(seen["board"], "full_coverage")
    villages = seen["open_villages"]["items"]
    by_block = {
        code: [v["n"] for v in villages if v["township"] == code]
        for code in {v["township"] for v in villages}
    }

    assert (survey["state"], survey["numerator"], survey["count"]) == ("broken", 269_202, 798)
    assert {code: (sum(n), len(n)) for code, n in by_block.items()} == {HENGDIAN: (730, 9), SANDAN: (68, 1)}
    assert [(v["name"][:3], v["n"]) for v in villages if v["township"] == SANDAN] == [("示例村", 188 - 120)]
    assert "269,202 / 270,000户 99.7%" in seen["zh"]


def test_the_provinces_index_of_the_20th_is_the_last(stop: Stop) -> None:
    """53.71."""
    assert "53.71 (2月20日)" in stop(3)["zh"]


def test_reset_brings_the_first_stop_back(stop: Stop, played: dict[str, Any]) -> None:
    """One click, and the county is as it was at 02-18 19:30, to the last key."""
    assert played["reset"]["board"] == stop(0)["board"]
    assert "自报复工 329 家" in played["reset"]["zh"]


def test_a_window_that_nobody_touches_follows(played: dict[str, Any], stop: Stop) -> None:
    """The clock is driven and reset in another window: clock, day and figures move together, without a hand."""
    pickers = ["2月18日 周二", "2月20日 周四", "2月21日 周五", "2月18日 周二"]

    assert [seen["picker"] for seen in played["other"]] == pickers
    for number, seen in zip((1, 2, 3, 0), played["other"], strict=True):
        assert seen["sentences"] in stop(number)["zh"]


def test_every_address_of_rows_sums_to_its_figure(played: dict[str, Any]) -> None:
    """Four charts and four goals, of the county, of 横店, 三单 and of what has no township, page by page."""
    wrong = [f for f in played["followed"] if not (f["figure"] or 0) == f["total"] == f["added"]]

    assert not wrong
    assert len(played["followed"]) == 4 * (8 * 3 - 2)


def test_accounts_open_what_their_scope_holds(played: dict[str, Any]) -> None:
    """The board is open to all; rows to the commander everywhere, to 吴宁's clerk at home, to an observer nowhere."""
    seen = played["by_role"]

    assert {role: s["board"] for role, s in seen.items()} == dict.fromkeys(seen, 200)
    assert [seen["commander"][k] for k in ("county", "wuning", "hengdian")] == [200, 200, 200]
    assert [seen["township"][k] for k in ("county", "wuning", "hengdian")] == [404, 200, 404]
    assert [seen["observer"][k] for k in ("county", "wuning", "hengdian")] == [404, 404, 404]


def test_the_command_prints_what_the_address_answers(played: dict[str, Any]) -> None:
    """`board export` beside the running server, and GET /api/v1/board: one object."""
    seen = played["commands"]

    assert seen["export"]["code"] == 0
    assert json.loads(seen["export"]["out"]) == seen["asked"]
