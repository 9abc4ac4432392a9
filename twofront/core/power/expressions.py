"""The index over whole tables, written once with Ibis over unbound tables and compiled for every engine.

Nothing imports this module at run time: `sql/` holds what it compiles to, and a test compiles it again and compares
(`python -m twofront.core.power.expressions NAME DIALECT` prints one). What keeps the answers of two engines equal to the
last bit: sums are made over integers, so that the order of adding cannot show; each division has
`nullif(0)`; there is no approximate function and every width is cast.

Tables:
    points: `meter, date, kwh`; the intervals of a day, each once; kwh null = unknown.
    readings: `meter, date, kwh, points`; each (meter, date) once; kwh null = unknown; points = the number of intervals
        it is the sum of, null where the supplier gave the day as one number.
    shares: `meter, firm, share, group, from, to`; which part of a meter is whose; first and last day, null = open.
    days: `date`; the days that are looked at, each once: those of the baseline first, then those asked for.
    parameters: one row, the fields of `index.Parameters`.
    usual, totals, baselines, firm_days: what the expressions `usual_points`, `firm_totals`, `firm_baselines` and `firm_days` give;
        whoever runs them keeps each as a table of that name.
"""

import sys

import ibis
from ibis import _
from ibis.common.deferred import Deferred
from ibis.config import Config
from ibis.expr.types import BooleanValue, NumericValue, Table

from twofront.core.power.index import GREY, RESUMED, STOPPED, TIE, UNKNOWN

points = ibis.table({"meter": "string", "date": "date", "kwh": "float64"}, name="points")
readings = ibis.table(
    {"meter": "string", "date": "date", "kwh": "float64", "points": "int64"}, name="readings"
)
shares = ibis.table(
    {
        "meter": "string",
        "firm": "string",
        "share": "float64",
        "group": "string",
        "from": "date",
        "to": "date",
    },
    name="shares",
)
days = ibis.table({"date": "date"}, name="days")
usual = ibis.table({"meter": "string", "usual_points": "int64"}, name="usual")
totals = ibis.table({"firm": "string", "date": "date", "kwh": "float64"}, name="totals")
baselines = ibis.table({"firm": "string", "baseline": "float64"}, name="baselines")
parameters = ibis.table(
    {"threshold": "float64", "stopped": "float64", "cap": "float64", "top": "int64", "least_points": "int64"},
    name="parameters",
)
firm_day_rows = ibis.table(
    {
        "firm": "string", "group": "string", "date": "date",
        "kwh": "float64", "baseline": "float64", "state": "string", "is_top": "boolean",
    },
    name="firm_days",
)  # fmt: skip

NANO, PICO = 1e9, 1e12
"""Sums are made over integers, so that the order of adding cannot show: of intervals in billionths of a kWh, which keeps the
widest reading (10^9 kWh) in 64 bits; of firms finer, in 128. (Where DuckDB's cast rounds, Spark's cuts: that is the billionth.)"""


def _exact(value: NumericValue) -> NumericValue:
    """Sum kWh of firms; the same in any order."""
    return (value * PICO).cast("decimal(38, 0)").sum().cast("float64") / PICO


MANY = 1_000_000
"""More points than a day has seconds: parts of one number to rank by."""


def _part(value: NumericValue, whole: NumericValue) -> NumericValue:
    """Percent; null where the whole is nothing."""
    return 100 * value / whole.nullif(0)


def meter_days() -> Table:
    """Sum the intervals of a meter's day: `meter, date, kwh, points`; kwh is null where no interval is known."""
    return points.group_by(["meter", "date"]).agg(**_sum_of_points())


def one_day() -> Table:
    """Sum the intervals of one day, where all `points` are of that day: `meter, kwh, points`; a third faster."""
    return points.group_by("meter").agg(**_sum_of_points())


def _sum_of_points() -> dict[str, Deferred]:
    total = (_.kwh * NANO).cast("int64").sum().cast("float64") / NANO
    return {"kwh": total, "points": _.kwh.count().cast("int64")}


def usual_points() -> Table:
    """Give each meter that has points its usual number of them: `meter, usual_points`.

    Usual = the most frequent number of points on the `days`, the larger of two equally frequent. The days of the baseline
    come first; a meter without a point on them (it came later) is judged by the days asked for.
    """
    seen = readings.filter(_.points > 0).semi_join(days, "date")
    seen = seen.group_by(["meter", "points"]).agg(seen=_.count())
    rank = _.seen * MANY + _.points
    return seen.mutate(rank=rank).group_by("meter").agg(usual_points=_.points.argmax(_["rank"]))


def firm_totals() -> Table:
    """Give every firm a row for each of the `days`: `firm, date, kwh`, null unless each of its meters in force has a complete reading.

    Complete = one number for the day, or at least 95 % of the meter's usual points.
    """
    points_of = usual.rename(usual_meter="meter")
    wanted = shares.left_join(points_of, shares.meter == points_of.usual_meter).drop("usual_meter")
    wanted = wanted.cross_join(days)
    in_force: BooleanValue = (wanted["from"].isnull() | (wanted["from"] <= wanted.date)) & (
        wanted["to"].isnull() | (wanted["to"] >= wanted.date)
    )
    wanted = wanted.select("meter", "firm", "share", "usual_points", "date", in_force=in_force)
    read = readings.select(read_meter=_.meter, read_date=_.date, kwh=_.kwh, points=_.points)
    rows = wanted.left_join(read, [wanted.meter == read.read_meter, wanted.date == read.read_date])
    is_complete = _.points.isnull() | (_.points * 100 >= _.usual_points * parameters.least_points.as_scalar())
    kwh = ibis.ifelse(_.in_force & is_complete, _.share * _.kwh, ibis.null("float64"))
    sums = (
        rows.mutate(part=kwh)
        .group_by(["firm", "date"])
        .agg(
            meters=_.count(where=_.in_force),
            have=_.part.count(),
            total=_exact(_.part),
        )
    )
    is_known = (_.meters > 0) & (_.meters == _.have)
    return sums.select("firm", "date", kwh=ibis.ifelse(is_known, _.total, ibis.null("float64")))


def firm_baselines() -> Table:
    """Give each firm its baseline: `firm, baseline`, the mean of its `totals` on the days with a reading; null without one."""
    return totals.group_by("firm").agg(
        baseline=_exact(_.kwh) / _.kwh.count().cast("float64").nullif(0),
    )


def firm_days() -> Table:
    """Give each firm with a baseline above 0 a row for each of its `totals`: `firm, group, date, kwh, baseline, state, is_top`.

    is_top = one of the largest baselines of its group (ties by name).
    """
    groups = shares.group_by("firm").agg(group=_.group.max())
    firms = baselines.filter(_.baseline > 0).inner_join(groups, "firm")
    place = ibis.row_number().over(group_by="group", order_by=[_.baseline.desc(), _.firm])
    firms = firms.mutate(is_top=place < parameters.top.as_scalar())
    rows = totals.inner_join(firms, "firm")
    state = ibis.cases(
        (_.kwh.isnull(), UNKNOWN),
        (_.kwh > _.baseline * parameters.threshold.as_scalar() * (1 + TIE), RESUMED),
        (_.kwh < _.baseline * parameters.stopped.as_scalar() * (1 - TIE), STOPPED),
        else_=GREY,
    )
    return rows.select("firm", "group", "date", "kwh", "baseline", state=state, is_top=_.is_top)


def left_out() -> Table:
    """Name the firms that have no baseline above 0, each of their meters, and why: `meter, firm, reason`."""
    reason = ibis.ifelse(_.baseline.isnull(), "no_baseline_reading", "baseline_zero")
    rows = (
        shares.select("meter", "firm")
        .inner_join(baselines, "firm")
        .filter(_.baseline.isnull() | (_.baseline <= 0))
    )
    return rows.select("meter", "firm", reason=reason).distinct()


def index() -> Table:
    """Sum the firms of each day and group to the figures of `index.DayIndex`."""
    known, resumed = _.state != UNKNOWN, _.state == RESUMED
    capped = ibis.least(_.kwh, _.baseline * parameters.cap.as_scalar())
    rest = ~_.is_top
    sums = firm_day_rows.group_by(["date", "group"]).agg(
        firms=_.count(),
        known=_.count(where=known),
        resumed=_.count(where=resumed),
        grey=_.count(where=_.state == GREY),
        stopped=_.count(where=_.state == STOPPED),
        baseline_all=_exact(_.baseline),
        baseline_known=_exact(_where(known, _.baseline)),
        kwh_known=_exact(_where(known, _.kwh)),
        kwh_resumed=_exact(_where(resumed, _.kwh)),
        kwh_capped=_exact(_where(resumed, capped)),
        kwh_top=_exact(_where(known & _.is_top, _.kwh)),
        rest_known=_.count(where=known & rest),
        rest_resumed=_.count(where=resumed & rest),
        rest_baseline=_exact(_where(known & rest, _.baseline)),
        rest_kwh=_exact(_where(resumed & rest, _.kwh)),
    )
    shares_ = sums.mutate(
        firm_share=_part(_.resumed, _.known),
        energy_share=_part(_.kwh_resumed, _.baseline_known),
        energy_capped=_part(_.kwh_capped, _.baseline_known),
        rest_firm_share=_part(_.rest_resumed, _.rest_known),
        rest_energy_share=_part(_.rest_kwh, _.rest_baseline),
    )
    return shares_.select(
        "date", "group",
        firms=_.firms.cast("int64"), known=_.known, unknown=(_.firms - _.known).cast("int64"),
        coverage=_part(_.baseline_known, _.baseline_all).nullif(0),
        resumed=_.resumed, grey=_.grey, stopped=_.stopped,
        firm_share=_.firm_share, energy_share=_.energy_share,
        index=(_.firm_share + _.energy_share) / 2,
        index_capped=(_.firm_share + _.energy_capped) / 2,
        top10_energy_share=_part(_.kwh_top, _.kwh_known),
        index_without_top10=(_.rest_firm_share + _.rest_energy_share) / 2,
    ).order_by(["date", "group"])  # fmt: skip


def _where(condition: BooleanValue, value: NumericValue) -> NumericValue:
    """Count a value only where the condition holds, else 0."""
    return ibis.ifelse(condition, value, 0.0)


EXPRESSIONS = {
    "meter_days": meter_days,
    "one_day": one_day,
    "usual_points": usual_points,
    "firm_totals": firm_totals,
    "firm_baselines": firm_baselines,
    "firm_days": firm_days,
    "left_out": left_out,
    "index": index,
}


class _SparkOptions(Config):  # type: ignore[misc]
    """What Ibis asks of Spark's options when it writes a float column; it sets them only where PySpark is installed."""

    treat_nan_as_null: bool = False


def compiled(name: str, *, dialect: str = "duckdb") -> str:
    """Return one expression as SQL for an engine (`duckdb`, `pyspark`), ended by a line feed.

    Example:
        >>> compiled("meter_days").splitlines()[0]
        'SELECT'
    """
    return written(EXPRESSIONS[name](), dialect=dialect) + "\n"


def written(expression: Table, *, dialect: str) -> str:
    """Return any expression as SQL for an engine."""
    if dialect == "pyspark" and ibis.options.pyspark is None:
        ibis.options.pyspark = _SparkOptions()
    return str(ibis.to_sql(expression, dialect=dialect))


if __name__ == "__main__":
    sys.stdout.write(compiled(sys.argv[1], dialect=sys.argv[2] if len(sys.argv) > 2 else "duckdb"))
