"""The cast: the firms and projects of the exercise, and what each of them does.

One law: which firm is open, seen by power, silent or dark is drawn here once, block by block, so that the counts of
the story come out exactly; reports, visits and readings then only tell it.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import names
from county import MEETING, Block, County, spread, table

INDUSTRY = "above_scale_industry"
SERVICES = "above_limit_services"
PROJECTS = "key_projects"
SMALL = 24


class Part(NamedTuple):
    """A part that the story names: whose firm it is, what it is called, how many work there, and its group."""

    block: str
    word: str
    number: int
    staff: int
    group: str
    key: str


PARTS = (
    Part("330783007", "木雕", 1, 110, "unseen", "carver"),
    Part("330783122", "包装", 3, 230, "seen", "idle"),
    Part("330783003", "工艺品", 1, 300, "seen", "crafts"),
    Part("330783106", "食品", 1, 64, "seen", "cold_store"),
    Part("330783006", "铸造", 1, 140, "seen", "furnace"),
    Part("330783006", "机械", 1, 210, "shut", "supply_chain"),
    Part("330783112", "服装", 1, 160, "seen", "plain"),
    Part("330783004", "五金", 1, 90, "shut", "stuck_meter"),
)
STARTS = {"carver": dt.date(2020, 2, 16), "idle": dt.date(2020, 2, 17)}


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm (企业) and its part in the exercise.

    group on 2020-02-18: `seen` declared open and on by power; `unseen` declared open, not on by power; `shut` declared
    closed; `silent` no report, on by power; `dark` no report and no reading. A firm on no list is `small`.
    """

    serial: int
    code: str
    name: str
    township: str
    sector: str
    staff: int
    group: str
    list: str = INDUSTRY
    part: str = ""
    opens: dt.date | None = None
    powers: dt.date | None = None

    @property
    def contact(self) -> str:
        """Name the person to call."""
        return names.person(self.serial)

    @property
    def mobile(self) -> str:
        """Give the number to call."""
        return names.mobile(self.serial)


@dataclass(frozen=True, slots=True)
class Project:
    """A building project (项目): a continued one is a member of the list, a new one is not."""

    code: str
    name: str
    level: str
    kind: str
    township: str
    workers: int
    opens: dt.date | None
    part: str = ""


@dataclass(slots=True)
class _Trades:
    """Hands out trades by weight and a number to each name, so that no two firms are called the same."""

    chance: random.Random
    used: Counter[str] = field(default_factory=Counter)

    def draw(self, kind: str) -> dict[str, str]:
        rows = [row for row in table("trades") if row["kind"] == kind]
        return self.chance.choices(rows, weights=[int(row["weight"]) for row in rows])[0]

    def name(self, trade: dict[str, str]) -> str:
        word = trade["word"]
        taken = {part.number for part in PARTS if part.word == word}
        self.used[word] += 1
        while self.used[word] in taken:
            self.used[word] += 1
        return _called(trade, number=self.used[word])


def _called(trade: dict[str, str], *, number: int) -> str:
    return f"示例{trade['word']}{names.chinese(number)}{trade['suffix']}"


def _groups(block: Block) -> Iterator[str]:
    """List the groups of a block's industrial firms, one a firm."""
    n = block.numbers
    yield from ["seen"] * (n["open_18"] - n["unseen"])
    yield from ["unseen"] * n["unseen"]
    yield from ["silent"] * (n["silent"] - n["dark"])
    yield from ["dark"] * n["dark"]
    yield from ["shut"] * (n["list"] - n["open_18"] - n["silent"])


def _staff(chance: random.Random) -> int:
    return max(12, min(1800, round(chance.lognormvariate(4.3, 0.8))))


def industry(county: County) -> list[Firm]:
    """Make the members of the list of industry above scale, with their groups and the days on which they open."""
    chance = county.chance("industry")
    trades = _Trades(chance)
    by_word = {row["word"]: row for row in table("trades")}
    firms: list[Firm] = []
    for block in county.blocks:
        parts = [part for part in PARTS if part.block == block.code]
        left = Counter(_groups(block))
        left.subtract(part.group for part in parts)
        roles: list[Part | str] = [*parts, *left.elements()]
        chance.shuffle(roles)
        for role in roles:
            named = role if isinstance(role, Part) else None
            trade = by_word[named.word] if named else trades.draw("industry")
            serial = len(firms) + 1
            firms.append(
                Firm(
                    serial=serial,
                    code=names.credit_code(serial),
                    name=_called(trade, number=named.number) if named else trades.name(trade),
                    township=block.code,
                    sector=trade["sector"],
                    staff=named.staff if named else _staff(chance),
                    group=role.group if isinstance(role, Part) else role,
                    part=named.key if named else "",
                )
            )
    return _on(_opened(firms, county=county), chance=county.chance("power starts"))


def _opened(firms: list[Firm], *, county: County) -> list[Firm]:
    """Give each firm the day from which it declares itself open; by the tables' counts of each day."""
    chance = county.chance("openings")
    counts = [(dt.date.fromisoformat(row["date"]), int(row["industry"])) for row in table("days")]
    starts = spread(counts)
    first = [firm for firm in firms if firm.group in {"seen", "unseen"}]
    opens = dict(zip(_serials(first, chance=chance), starts[: len(first)], strict=True))
    for firm in first:
        if wanted := STARTS.get(firm.part):
            other = next(serial for serial, day in opens.items() if day == wanted)
            opens[other], opens[firm.serial] = opens[firm.serial], wanted
    second = _next_day(firms, county=county, chance=chance)
    opens |= dict(zip([firm.serial for firm in second], starts[len(first) :], strict=False))
    rest = [firm for firm in firms if firm.serial not in opens and firm.group == "shut" and not firm.part]
    opens |= dict(zip(_serials(rest, chance=chance), starts[len(opens) :], strict=False))
    return [replace(firm, opens=opens.get(firm.serial)) for firm in firms]


def _serials(firms: Sequence[Firm], *, chance: random.Random) -> list[int]:
    serials = [firm.serial for firm in firms]
    chance.shuffle(serials)
    return serials


def _next_day(firms: list[Firm], *, county: County, chance: random.Random) -> list[Firm]:
    """Choose who opens on the 19th: block by block as the table says, first a silent firm that power already sees."""
    out: list[Firm] = []
    for block in county.blocks:
        wanted = block.numbers["open_19"] - block.numbers["open_18"]
        here = [firm for firm in firms if firm.township == block.code and not firm.part]
        silent = [firm for firm in here if firm.group == "silent"][: wanted // 2]
        shut = [firm for firm in here if firm.group == "shut"]
        out += silent + chance.sample(shut, wanted - len(silent))
    return out


def _on(firms: list[Firm], *, chance: random.Random) -> list[Firm]:
    """Give each firm the day from which its meter shows it; the unseen and the dark have none, or a later one."""
    out = []
    for firm in firms:
        powers = None
        if firm.group == "seen" and firm.opens:
            powers = min(firm.opens + dt.timedelta(chance.choice((0, 0, 0, 1))), MEETING)
        elif firm.group == "silent":
            powers = MEETING - dt.timedelta(chance.randint(0, 3))
        elif firm.group == "shut" and firm.opens:
            powers = firm.opens + dt.timedelta(chance.choice((0, 0, 0, 1)))
        elif firm.group == "unseen" and not firm.part and chance.random() < 0.4:
            powers = MEETING + dt.timedelta(chance.randint(1, 3))
        if firm.part == "idle":
            powers = STARTS["idle"]
        out.append(replace(firm, powers=powers))
    return out


def services(county: County, *, after: int) -> list[Firm]:
    """Make the members of the list of services above the limit; they have no meters in the exercise."""
    chance = county.chance("services")
    trades = _Trades(chance)
    firms: list[Firm] = []
    for block in county.blocks:
        n = block.numbers
        groups = ["open"] * n["services_open"] + ["shut"] * (n["services"] - n["services_open"])
        chance.shuffle(groups)
        for group in groups:
            trade = trades.draw("services")
            serial = after + len(firms) + 1
            firms.append(
                Firm(
                    serial=serial,
                    code=names.credit_code(serial),
                    name=trades.name(trade),
                    township=block.code,
                    sector=trade["sector"],
                    staff=max(6, round(chance.lognormvariate(3.2, 0.7))),
                    group=group,
                    list=SERVICES,
                )
            )
    counts = [(dt.date.fromisoformat(row["date"]), int(row["services"])) for row in table("days")]
    order = _serials([f for f in firms if f.group == "open"], chance=chance)
    order += _serials([f for f in firms if f.group == "shut"], chance=chance)
    opens = dict(zip(order, spread(counts), strict=False))
    return [replace(firm, opens=opens.get(firm.serial)) for firm in firms]


def small(county: County, *, after: int) -> list[Firm]:
    """Make some small firms that are on no list: they have meters and report, and count nowhere."""
    chance = county.chance("small")
    out = []
    for n in range(SMALL):
        serial = after + n + 1
        opens = dt.date(2020, 2, 14) + dt.timedelta(n % 7) if n % 3 else None
        out.append(
            Firm(
                serial=serial,
                code=names.credit_code(serial),
                name=f"示例小微{names.chinese(n + 1)}厂",
                township=county.blocks[n % len(county.blocks)].code,
                sector="C24",
                staff=chance.randint(4, 18),
                group="small",
                list="",
                opens=opens,
                powers=opens,
            )
        )
    return out


def projects(county: County) -> list[Project]:
    """Make the continued projects (续建) of the list, then a dozen new ones (新建) that are on none."""
    chance = county.chance("projects")
    words = ("安置房", "道路改造", "标准厂房", "污水处理", "学校迁建", "水库加固", "医院扩建", "产业园")
    drafts: list[Project] = []
    for block in county.blocks:
        n = block.numbers
        for k in range(n["projects"]):
            serial = len(drafts) + 1
            part = "people" if block.code == "330783122" and k == 0 else ""
            drafts.append(
                Project(
                    code=f"DY2019-{serial:03d}",
                    name=f"示例{words[serial % len(words)]}项目{names.chinese(serial)}",
                    level="省重点"
                    if part or serial % 9 == 0
                    else ("市重点" if serial % 3 == 0 else "县重点"),
                    kind="续建",
                    township=block.code,
                    workers=120 if part else chance.randrange(30, 260, 10),
                    opens=MEETING if k < n["projects_open"] else None,
                    part=part,
                )
            )
    counts = [(dt.date.fromisoformat(row["date"]), int(row["projects"])) for row in table("days")]
    order = [p.code for p in drafts if p.opens]
    chance.shuffle(order)
    order += [p.code for p in drafts if not p.opens]
    opens = dict(zip(order, spread(counts), strict=False))
    continued = [replace(p, opens=opens.get(p.code)) for p in drafts]
    return continued + [
        Project(
            code=f"DY2020-{n:03d}",
            name=f"示例{words[n % len(words)]}新建项目{names.chinese(n)}",
            level="县重点" if n % 4 else "市重点",
            kind="新建",
            township=county.blocks[n % len(county.blocks)].code,
            workers=40 + 10 * n,
            opens=None,
        )
        for n in range(1, 13)
    ]
