"""The figures of the issue and of the story, counted from the exercise's files by a reader that knows only the contract."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.demo import reader
from tests.demo.reader import Known

# Replaying a stop reads its workbooks with openpyxl: one to three seconds, once a session.
pytestmark = pytest.mark.slow

Stop = Callable[[int], Known]
INDUSTRY = "above_scale_industry"
ON = "2020-02-18"

# The story's table of 18 blocks: units, dwellings, surveyed, per day, list, open on 02-18, open on 02-19.
STORY = {
    "330783001": (11, 31850, 13060, 6510, 18, 11, 12),
    "330783003": (25, 12700, 4700, 2770, 34, 17, 19),
    "330783004": (8, 17830, 7850, 3460, 30, 16, 18),
    "330783005": (13, 23770, 9510, 4940, 62, 34, 38),
    "330783006": (19, 13780, 5240, 2960, 58, 31, 35),
    "330783007": (23, 12700, 4950, 2690, 46, 22, 25),
    "330783106": (31, 20530, 7390, 4550, 68, 36, 40),
    "330783107": (18, 9720, 4080, 1950, 16, 6, 8),
    "330783108": (21, 10540, 3900, 2300, 34, 17, 19),
    "330783109": (25, 4950, 1730, 1120, 4, 2, 2),
    "330783110": (27, 10810, 3570, 2510, 14, 6, 7),
    "330783112": (28, 11620, 4180, 2580, 30, 14, 16),
    "330783114": (17, 7020, 2810, 1460, 12, 5, 6),
    "330783116": (33, 12430, 4230, 2840, 22, 9, 11),
    "330783118": (36, 21070, 5900, 4530, 62, 24, 29),
    "330783122": (18, 11620, 4300, 2540, 34, 17, 19),
    "330783123": (21, 34600, 7610, 6060, 94, 61, 66),
    "330783201": (14, 2460, 390, 390, 2, 1, 1),
}


def town_of(known: Known) -> dict[str, str]:
    """Say in which township a firm stands."""
    return {r["credit_code"]: r["township"] for r in known.rows("enterprises")}


def named(known: Known, name: str) -> dict[str, str]:
    """Find a firm by its name."""
    return next(r for r in known.rows("enterprises") if r["name"] == name)


def power(known: Known, *, on: str) -> tuple[dict[str, float | None], dict[str, float]]:
    """Give reading and baseline of the members of the list of industry."""
    firms = reader.members(known, INDUSTRY, on=on)
    return reader.firm_readings(known, on=on, firms=firms), reader.baselines(known, firms=firms)


def resumed(known: Known, *, on: str) -> dict[str, bool | None]:
    """Say of each member whether power sees it resumed: above 0.30 of its baseline; None without a reading."""
    kwh, base = power(known, on=on)
    return {f: None if (k := kwh[f]) is None else k > 0.30 * base[f] for f in kwh}


def test_the_list_of_industry_is_declared_open_as_the_story_says(stop: Stop) -> None:
    """Of 640 members 329 declare themselves open, 289 closed, and 22 send no report."""
    told = reader.declared(stop(1), INDUSTRY, on=ON)

    assert Counter(told.values()) == {True: 329, False: 289, None: 22}


def test_each_block_has_its_members_and_its_open_firms_on_both_days(stop: Stop) -> None:
    """List, open on the 18th and open on the 19th are the story's in each of the 18 blocks."""
    known = stop(3)
    towns = town_of(known)
    days = [reader.declared(known, INDUSTRY, on=day) for day in (ON, "2020-02-19")]
    counts = {
        code: (
            sum(towns[f] == code for f in days[0]),
            *(sum(towns[f] == code and is_open is True for f, is_open in day.items()) for day in days),
        )
        for code in STORY
    }

    assert counts == {code: row[4:] for code, row in STORY.items()}
    assert sum(c[2] for c in counts.values()) == 371


def test_services_and_projects_are_open_as_the_story_says(stop: Stop) -> None:
    """78 of 214 services and 27 of 46 continued projects are open, and every one of them reports."""
    services = reader.declared(stop(1), "above_limit_services", on=ON)
    projects = reader.declared(stop(1), "key_projects", on=ON)

    assert Counter(services.values()) == {True: 78, False: 136}
    assert Counter(projects.values()) == {True: 27, False: 19}


def test_only_continued_projects_are_members(stop: Stop) -> None:
    """New projects are on the roster and report, one even resumed, and are members of nothing."""
    known = stop(1)
    new = {r["code"] for r in known.rows("projects") if r["kind"] == "新建"}

    assert len(new) == 12
    assert not new & reader.members(known, "key_projects", on=ON)
    assert any(r["code"] in new and r["resumed"] == "是" for r in known.rows("project_reports", date=ON))


def test_a_key_project_of_huashui_lacks_people(stop: Stop) -> None:
    """One continued project in 画水 has 40 of its 120 people on site and gives people as the reason."""
    known = stop(1)
    roster = {r["code"]: r for r in known.rows("projects", township="330783122", kind="续建")}
    told = [
        r for r in known.rows("project_reports", date=ON) if r["code"] in roster and r["reason"] == "缺人"
    ]

    assert [(r["on_site"], r["resumed"], roster[r["code"]]["workers_normal"]) for r in told] == [
        ("40", "是", "120")
    ]


def test_power_sees_305_of_632_known(stop: Stop) -> None:
    """Eight members have no reading; of the 632 others 305 use more than 0.30 of their baseline."""
    assert Counter(resumed(stop(1), on=ON).values()) == {True: 305, False: 327, None: 8}


def test_the_index_is_42_3_by_the_definition(stop: Stop) -> None:
    """Firm share 305/632 and energy share 36.3 have the mean 42.3; nothing but the sheets says so."""
    known = stop(1)
    kwh, base = power(known, on=ON)
    seen = resumed(known, on=ON)
    energy = (
        100
        * sum(kwh[f] or 0 for f in kwh if seen[f])
        / sum(base[f] for f, is_on in seen.items() if is_on is not None)
    )
    index = (100 * 305 / 632 + energy) / 2

    assert 36.25 <= energy < 36.35
    assert round(index, 1) == 42.3


def test_the_ten_largest_have_about_half_of_all(stop: Stop) -> None:
    """The baselines are log-normal with a few very large firms, as in the published data."""
    base = sorted(power(stop(1), on=ON)[1].values(), reverse=True)

    assert 0.45 < sum(base[:10]) / sum(base) < 0.55


def test_declared_and_measured_differ_on_38(stop: Stop) -> None:
    """291 are seen by both, 38 declare and are not seen, 14 are seen without a report, 8 have neither."""
    told, seen = reader.declared(stop(1), INDUSTRY, on=ON), resumed(stop(1), on=ON)

    assert Counter((told[f], seen[f]) for f in told) == {
        (True, True): 291,
        (True, False): 38,
        (False, False): 289,
        (None, True): 14,
        (None, None): 8,
    }


def test_no_member_stands_near_the_threshold(stop: Stop) -> None:
    """Rounding cannot move anybody over 0.30 of the baseline: nobody is between 0.28 and 0.35."""
    kwh, base = power(stop(1), on=ON)

    assert not [f for f, k in kwh.items() if k is not None and 0.28 < k / base[f] < 0.35]


def test_officers_confirm_248_of_900(stop: Stop) -> None:
    """Of 251 visited from the 16th to the 18th 248 are open and 3, all among the 38, are shut; nobody else is visited."""
    known = stop(1)
    found = reader.confirmed(known, on=ON)
    told, seen = reader.declared(known, INDUSTRY, on=ON), resumed(known, on=ON)
    all_members = [
        f
        for key in (INDUSTRY, "above_limit_services", "key_projects")
        for f in reader.members(known, key, on=ON)
    ]

    assert len(found) == 251
    assert Counter((told[f], is_open, seen[f]) for f, is_open in found.items()) == {
        (True, True, True): 248,
        (True, False, False): 3,
    }
    assert len(all_members) == len(set(all_members)) == 900


def test_the_survey_is_counted_village_by_village(stop: Stop) -> None:
    """388 villages add up to the story's dwellings, surveyed and pace in each block, and to 95,400 of 270,000."""
    known = stop(1)
    today = known.rows("coverage", date=ON)
    before = {r["village"]: int(r["done"]) for r in known.rows("coverage", date="2020-02-17")}
    sums: dict[str, list[int]] = {code: [0, 0, 0, 0] for code in STORY}
    for r in today:
        for n, value in enumerate(
            (1, int(r["dwellings"]), int(r["done"]), int(r["done"]) - before[r["village"]])
        ):
            sums[r["village"][:9]][n] += value

    assert {code: tuple(row) for code, row in sums.items()} == {code: row[:4] for code, row in STORY.items()}
    assert [sum(row[n] for row in sums.values()) for n in range(4)] == [388, 270_000, 95_400, 56_160]


def test_three_blocks_fall_short(stop: Stop) -> None:
    """Done plus pace for three days: 南马 92.5 %, 横店 74.5 %, 三单 63.4 %; the other fifteen arrive."""
    known = stop(1)
    size: Counter[str] = Counter()
    done: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for r in known.rows("coverage", date=ON):
        size[r["village"][:9]] += int(r["dwellings"])
        done[r["village"][:9]] += int(r["done"])
    for r in known.rows("coverage", date="2020-02-17"):
        before[r["village"][:9]] += int(r["done"])
    forecast = {code: 100 * (done[code] + 3 * (done[code] - before[code])) / size[code] for code in size}

    assert {code: round(p, 1) for code, p in forecast.items() if p < 100} == {
        "330783118": 92.5,
        "330783123": 74.5,
        "330783201": 63.4,
    }


@pytest.mark.parametrize(
    ("number", "day", "done", "hengdian"),
    [
        pytest.param(3, "2020-02-20", 210_130, 22_100, id="one day left"),
        pytest.param(4, "2020-02-21", 269_202, 33_870, id="deadline"),
    ],
)
def test_the_survey_goes_on_as_the_story_says(
    stop: Stop, number: int, day: str, done: int, hengdian: int
) -> None:
    """The sums of the later stops, and 横店's."""
    rows = stop(number).rows("coverage", date=day)

    assert sum(int(r["done"]) for r in rows) == done
    assert sum(int(r["done"]) for r in rows if r["village"].startswith("330783123")) == hengdian


def test_what_stays_open_at_the_deadline_lies_in_two_blocks(stop: Stop) -> None:
    """730 dwellings in nine villages of 横店 and 68 in 三单, all of these in the example village (120 of 188)."""
    rows = stop(4).rows("coverage", date="2020-02-21")
    left = {r["village"]: int(r["dwellings"]) - int(r["done"]) for r in rows}
    left = {village: n for village, n in left.items() if n}
    hengdian = [n for village, n in left.items() if village.startswith("330783123")]
    sandan = {village: n for village, n in left.items() if village.startswith("330783201")}

    assert (sum(hengdian), len(hengdian), list(sandan.values())) == (730, 9, [68])
    assert len(left) == 10


def test_the_example_village_bears_an_invented_name(stop: Stop) -> None:
    """The village with an invented lag is called 示例村: 31 of 188 on the 18th, 120 at the deadline."""
    known = stop(4)
    code = next(r["code"] for r in known.rows("divisions") if r["name"] == "示例村村委会")
    done = {r["date"]: (r["done"], r["dwellings"]) for r in known.rows("coverage", village=code)}

    assert code.startswith("330783201")
    assert (done[ON], done["2020-02-21"]) == (("31", "188"), ("120", "188"))


def test_no_village_ever_goes_back_or_beyond_its_dwellings(stop: Stop) -> None:
    """Done is cumulative and never above the dwellings, and these never change."""
    by_village: dict[str, list[tuple[str, int, int]]] = {}
    for r in stop(4).rows("coverage"):
        by_village.setdefault(r["village"], []).append((r["date"], int(r["done"]), int(r["dwellings"])))

    for days in by_village.values():
        done = [d for _, d, _ in sorted(days)]
        assert done == sorted(done)
        assert done[-1] <= days[0][2]
        assert len({size for _, _, size in days}) == 1


def test_weishan_corrects_its_numbers_at_18_25(stop: Stop) -> None:
    """Three villages of 巍山 come again at 18:25 with other values for the 17th, already published, and the 18th."""
    twice = {key: values for key, values in stop(1).past["coverage"].items() if len(values) > 1}

    assert Counter(day for day, _ in twice) == {"2020-02-17": 3, "2020-02-18": 3}
    assert all(village.startswith("330783106") for _, village in twice)
    for old, new in twice.values():
        assert new[0] == "2020-02-18T18:25"
        assert old[1]["done"] != new[1]["done"]


def test_cases_are_19_and_the_last_of_the_13th(stop: Stop) -> None:
    """19 cases, none after 02-13, none of unknown origin; one origin was found out a day later."""
    cases = stop(1).rows("cases")

    assert len(cases) == 19
    assert max(r["reported_on"] for r in cases) == "2020-02-13"
    assert {r["origin"] for r in cases} == {"imported", "local"}
    assert [v[0][1]["origin"] for v in stop(1).past["cases"].values() if len(v) > 1] == ["unknown"]
    assert all((r["origin"] == "local") == bool(r["source_case"]) for r in cases)


def test_zero_goals_are_closed_at_18_each_day(stop: Stop) -> None:
    """The health line closes both zero goals of each day from 02-14 at 18:00; no full goal of the 18th is closed yet."""
    past = stop(1).past["closings"]
    zero = {key: values[0][0] for key, values in past.items() if key[1].startswith("zero")}

    assert zero == {
        (f"2020-02-{n}", goal): f"2020-02-{n}T18:00"
        for n in range(14, 19)
        for goal in ("zero_imported", "zero_transmitted")
    }
    assert not {goal for day, goal in past if day == ON and goal.startswith("full")}


def test_the_province_is_known_up_to_the_10th_until_it_publishes(stop: Stop) -> None:
    """25.42 of 02-10 stands beside the county's index at the first two stops, then 51.44, then 53.71; all as published."""
    latest = []
    for number in (1, 2, 3, 4):
        rows = [r for r in stop(number).rows("published") if r["area"] == "330000"]
        last = max(rows, key=lambda r: r["date"])
        latest.append((last["date"][5:], last["firm_share"], last["energy_share"], last["index"]))

    assert latest == [
        ("02-10", "19.37", "31.47", "25.42"),
        ("02-10", "19.37", "31.47", "25.42"),
        ("02-19", "57.60", "45.28", "51.44"),
        ("02-20", "60.15", "47.27", "53.71"),
    ]


def test_a_published_index_is_the_mean_of_its_shares(stop: Stop) -> None:
    """Real or invented, each published row that gives shares gives their mean, to the rounding of the publisher."""
    for r in stop(4).rows("published"):
        if r["firm_share"]:
            mean = (float(r["firm_share"]) + float(r["energy_share"])) / 2
            assert float(r["index"]) == pytest.approx(mean, abs=0.0051)


def test_the_carver_of_liushi_reports_people_and_uses_nothing(stop: Stop) -> None:
    """60 people reported and a ratio of 0.02 on three days; the least power of the 38."""
    known = stop(1)
    code = named(known, "示例木雕一厂")["credit_code"]
    for day in ("2020-02-16", "2020-02-17", ON):
        told = known.now["reports"][day, code]
        kwh, base = power(known, on=day)
        assert (told["opened"], told["on_site"]) == ("是", "60")
        assert (kwh[code] or 0) / base[code] == pytest.approx(0.02, abs=0.002)
    kwh, base = power(known, on=ON)
    told_open, seen = reader.declared(known, INDUSTRY, on=ON), resumed(known, on=ON)
    gap = {f: (kwh[f] or 0) / base[f] for f in kwh if told_open[f] and seen[f] is False}

    assert min(gap, key=lambda f: gap[f]) == code
    assert named(known, "示例木雕一厂")["township"] == "330783007"


def test_the_idle_plant_is_seen_by_power(stop: Stop) -> None:
    """示例包装三厂 in 画水 declares 180 and goes from 0.06 to 0.41 overnight; power alone takes it for open."""
    known = stop(1)
    firm = named(known, "示例包装三厂")
    ratios = []
    for day in ("2020-02-16", "2020-02-17"):
        kwh, base = power(known, on=day)
        ratios.append((kwh[firm["credit_code"]] or 0) / base[firm["credit_code"]])

    assert firm["township"] == "330783122"
    assert known.now["reports"][ON, firm["credit_code"]]["on_site"] == "180"
    assert ratios == pytest.approx([0.06, 0.41], abs=0.01)
    assert resumed(known, on=ON)[firm["credit_code"]] is True
    assert firm["credit_code"] not in reader.confirmed(known, on=ON)


def test_the_idle_curve_is_flat_and_lies_in_the_night(stop: Stop) -> None:
    """The 96 points of the 17th vary by 4 %, have 52 % between 20:00 and 08:00, and add up to the day's reading."""
    known = stop(1)
    code = named(known, "示例包装三厂")["credit_code"]
    meter = next(r["meter"] for r in known.rows("meters", credit_code=code))
    points = [(r["time"], float(r["kwh"])) for r in known.interval if r["meter"] == meter]
    hours = [sum(kwh for _, kwh in points[n : n + 4]) for n in range(0, 96, 4)]
    mean = sum(hours) / 24
    night = sum(kwh for time, kwh in points if time[11:] >= "20:00" or time[11:] < "08:00")
    day = known.now["readings"][meter, "2020-02-17"]["kwh"]

    assert (points[0][0], points[-1][0], len(points)) == ("2020-02-16T18:00", "2020-02-17T17:45", 96)
    assert sum(kwh for _, kwh in points) == pytest.approx(float(day))
    assert (sum((h - mean) ** 2 for h in hours) / 24) ** 0.5 / mean == pytest.approx(0.04, abs=0.002)
    assert night / sum(hours) == pytest.approx(0.52, abs=0.002)


def test_sandan_is_below_the_minimum_cell(stop: Stop) -> None:
    """三单's list has two members, so its kWh figures are not shown."""
    towns = town_of(stop(1))

    assert sum(towns[f] == "330783201" for f in reader.members(stop(1), INDUSTRY, on=ON)) == 2
