"""How to see cheaply that the points of a meter's day are all different moments."""

QUARTER_US = 900_000_000

_QUARTER = f"((epoch_us(stamp) // {QUARTER_US}) % 96)::UBIGINT"
QUARTERS = (
    f"coalesce(bool_and(epoch_us(stamp) % {QUARTER_US} = 0) AND count(stamp) = "
    f"bit_count(bit_or(CASE WHEN {_QUARTER} < 64 THEN 1::UBIGINT << {_QUARTER} ELSE 0 END)) "
    f"+ bit_count(bit_or(CASE WHEN {_QUARTER} >= 64 THEN 1::UBIGINT << ({_QUARTER} - 64) ELSE 0 END)), true)"
)
"""SQL over the points of one meter and day, at `stamp` (null = no point): each stands in a quarter of an hour of its own, so
none is said twice. Where it is false nothing is known yet; only those days have to be grouped by moment, which costs four
times as much."""
