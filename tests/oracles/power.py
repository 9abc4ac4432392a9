"""The electricity index from its definition in plain Python, with exact fractions; slow on purpose.

Written from docs/reference/power.md and nothing of the product. Readings are (key, meter, text) as a file has them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

Reading = tuple[str, str, str]


@dataclass
class Share:
    meter: str
    firm: str
    share: Fraction = Fraction(1)
    group: str = ""


@dataclass
class Question:
    baseline: Sequence[str]
    days: Sequence[str]
    zero: Fraction | None = None
    threshold: Fraction = Fraction(30, 100)
    stopped: Fraction = Fraction(20, 100)
    shares: Sequence[Share] | None = None
    is_interval: bool = False
    excluded: dict[str, str] = field(default_factory=dict)


class Conflict(Exception):  # noqa: N818 - the word of the definition
    """One key with two different values."""


def index(readings: Iterable[Reading], ask: Question) -> list[dict]:
    """Answer by day and group; fills `ask.excluded` with the meters left out."""
    by_meter = meter_days(readings, ask)
    shares = ask.shares if ask.shares is not None else [Share(m, m) for m in by_meter]
    rows = defaultdict(list)
    for s in shares:
        rows[s.firm].append(s)

    def kwh_of(firm: str, day: str) -> Fraction | None:
        parts = [(s.share, by_meter.get(s.meter, {}).get(day)) for s in rows[firm]]
        return None if any(k is None for _, k in parts) else sum(share * k for share, k in parts)

    baselines = {}
    ask.excluded = {m: "not_in_firms" for m in by_meter if m not in {s.meter for s in shares}}
    for firm in rows:
        seen = [k for k in (kwh_of(firm, d) for d in ask.baseline) if k is not None]
        mean = sum(seen) / len(seen) if seen else None
        if mean:
            baselines[firm] = mean
        else:
            reason = "baseline_zero" if seen else "no_baseline_reading"
            for s in rows[firm]:
                ask.excluded[s.meter] = min(reason, ask.excluded.get(s.meter, reason))
    groups = defaultdict(list)
    for firm in baselines:
        groups[rows[firm][0].group].append(firm)
    return [
        {"date": day, "group": group, **cell(groups[group], baselines, lambda f, d=day: kwh_of(f, d), ask)}
        for day in ask.days
        for group in sorted(groups)
    ]


def meter_days(readings: Iterable[Reading], ask: Question) -> dict[str, dict[str, Fraction]]:
    once: dict[tuple[str, str], Fraction] = {}
    meters = {}
    for key, meter, text in readings:
        meters[meter] = {}
        if text == "":
            continue
        kwh = Fraction(text)
        kwh = Fraction(0) if kwh == ask.zero else kwh
        if once.setdefault((key, meter), kwh) != kwh:
            raise Conflict(key, meter)
    points = defaultdict(list)
    for (key, meter), kwh in once.items():
        if kwh >= 0:
            points[meter, key[:10]].append(kwh)
    for meter, days in meters.items():
        counts = Counter(len(points[meter, d]) for d in ask.baseline if points.get((meter, d)))
        usual = max(counts, key=lambda n: (counts[n], n)) if counts else None
        for (m, day), values in points.items():
            if m == meter and (
                not ask.is_interval or (usual is not None and len(values) * 100 >= 95 * usual)
            ):
                days[day] = sum(values)
    return meters


def cell(firms: Sequence[str], baselines: dict, kwh_of, ask: Question) -> dict:
    kwh = {f: kwh_of(f) for f in firms}
    known = [f for f in firms if kwh[f] is not None]
    resumed = [f for f in known if kwh[f] > ask.threshold * baselines[f]]
    stopped = [f for f in known if kwh[f] < ask.stopped * baselines[f]]
    top = sorted(firms, key=lambda f: (-baselines[f], f))[:10]
    firm_share, energy_share = (
        part(len(resumed), len(known)),
        part(total(kwh, resumed), total(baselines, known)),
    )
    capped = part(sum(min(kwh[f], Fraction(3, 2) * baselines[f]) for f in resumed), total(baselines, known))
    rest, rest_resumed = [f for f in known if f not in top], [f for f in resumed if f not in top]
    return {
        "firms": len(firms),
        "known": len(known),
        "unknown": len(firms) - len(known),
        "coverage": part(total(baselines, known), total(baselines, firms)) if known else None,
        "resumed": len(resumed),
        "grey": len(known) - len(resumed) - len(stopped),
        "stopped": len(stopped),
        "firm_share": firm_share,
        "energy_share": energy_share,
        "index": mean(firm_share, energy_share),
        "index_capped": mean(firm_share, capped),
        "top10_energy_share": part(total(kwh, [f for f in known if f in top]), total(kwh, known)),
        "index_without_top10": mean(
            part(len(rest_resumed), len(rest)), part(total(kwh, rest_resumed), total(baselines, rest))
        ),
    }


def total(values: dict, firms: Iterable[str]) -> Fraction:
    return sum((values[f] for f in firms), Fraction(0))


def part(value, whole) -> Fraction | None:
    return Fraction(100) * value / whole if whole else None


def mean(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else (a + b) / 2
