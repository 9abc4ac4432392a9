"""Writes on the register. One record for each enterprise and meter; what changes begins on a day, and the past stays."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from twofront.apps.register import queries
from twofront.apps.register.models import Enterprise, EnterpriseRecord, MeterShare
from twofront.apps.territory.actions import pinyin_key
from twofront.ground import rows, stores
from twofront.ground.acts import new_uid
from twofront.ground.stores import Batch, Reject, Verdict

WHOLE = 1.0 + 1e-9


def take_enterprises(batch: Batch) -> Sequence[Verdict]:
    """Take a list of enterprises: each holds its values from the batch's day on."""
    c = batch.columns
    ids = _ids(c["credit_code"])
    sections = [_section(batch, s) for s in c["sector"]]
    values: dict[str, list[Any]] = {
        "credit_code": c["credit_code"],
        "name": c["name"],
        "name_key": [pinyin_key(n) for n in c["name"]],
        "sector": [s or "" for s in c["sector"]],
        "section": sections,
        "contact": [v or "" for v in c["contact"]],
        "mobile": [v or "" for v in c["mobile"]],
        "normal_staff": c["normal_staff"],
        "line_code": [_line(batch, s) for s in sections],
        "block_code": c["township"],
    }
    batch.act.changed("enterprises")
    said = batch.with_made(section="sector", line_code="sector")
    return stores.held(EnterpriseRecord, said, key="enterprise_id", ids=ids, values=values)


def take_meters(batch: Batch) -> Sequence[Verdict]:
    """Take shares of meters; of one meter the shares in force on a day may not be above the whole."""
    c = batch.columns
    known = queries.ids_of(c["credit_code"])
    firms = queries.firms(list(set(known.values())), on=batch.on)
    ids = [known.get(code, 0) for code in c["credit_code"]]
    shares = [1.0 if s is None else s for s in c["share"]]
    own: list[Verdict] = ["new" if code in known else unknown_enterprise(code) for code in c["credit_code"]]
    _refuse_above_whole(batch, own, ids, shares)
    places = [
        (f.line, None if f.township == queries.NOWHERE else f.township)
        if (f := firms.get(i))
        else (None, None)
        for i in ids
    ]
    values: dict[str, list[Any]] = {
        "share": shares, "line_code": [line for line, _ in places], "block_code": [block for _, block in places],
    }  # fmt: skip
    states = stores.spans(
        MeterShare, batch, key={"meter": c["meter"], "enterprise_id": ids}, first=c["from"], last=c["to"], values=values,
        skip=[isinstance(v, Reject) for v in own],
    )  # fmt: skip
    batch.act.changed("meters")
    return [v if isinstance(v, Reject) else s for v, s in zip(own, states, strict=True)]


def _refuse_above_whole(
    batch: Batch, own: list[Verdict], ids: Sequence[int], shares: Sequence[float]
) -> None:
    """Refuse the rows with which a meter's shares would be above the whole on the row's first day."""
    c = batch.columns
    held: dict[str, dict[tuple[int, date], tuple[date | None, float]]] = {}
    for s in queries.shares_of(set(c["meter"])):
        held.setdefault(s.meter, {})[s.enterprise, s.first] = (s.after, s.share)
    for i, (meter, firm, said) in enumerate(zip(c["meter"], ids, shares, strict=True)):
        if isinstance(own[i], Reject):
            continue
        first, last = c["from"][i], c["to"][i]
        after = None if last is None else last + timedelta(days=1)
        after, share = batch.body(("to", "share"), (after, said), held.get(meter, {}).get((firm, first)))
        beside = sum(
            part for (other, since), (after, part) in held.get(meter, {}).items()
            if other != firm and since <= first and (after is None or first < after)
        )  # fmt: skip
        if beside + share > WHOLE:
            own[i] = _above_whole(meter, beside, share)
            continue
        held.setdefault(meter, {})[firm, first] = (after, share)


def _above_whole(meter: str, beside: float, share: float) -> Reject:
    return Reject(
        "share",
        "range",
        f"meter {meter}: {share:g} beside {beside:g} of others is above the whole; correct the shares",
        f"户号 {meter}: 份额 {share:g} 加上其他企业的 {beside:g} 超过 1; 请更正份额",
    )


def unknown_enterprise(code: str) -> Reject:
    """Return why a row is refused whose enterprise is not on record."""
    return Reject(
        "credit_code",
        "unknown_value",
        f"no enterprise {code} is on record for you; load it first, correct the code, or leave the row to its own line",
        f"您的范围内没有信用代码 {code} 的企业; 请先载入该企业, 更正代码, 或把本行留给其主管条线",
    )


def _ids(codes: Sequence[str]) -> list[int]:
    """Return the key of each code; an enterprise that is new gets one."""
    known = queries.ids_of(codes)
    fresh = list(dict.fromkeys(c for c in codes if c not in known))
    uids = [new_uid() for _ in fresh]
    rows.insert(Enterprise, {"uid": uids})
    made = dict(Enterprise.objects.filter(uid__in=uids).values_list("uid", "pk")) if fresh else {}
    known |= {code: made[uid] for code, uid in zip(fresh, uids, strict=True)}
    return [known[c] for c in codes]


def _section(batch: Batch, sector: str | None) -> str:
    section = batch.book.section_of(sector, at=batch.on) if sector else None
    return section.key if section else ""


def _line(batch: Batch, section: str) -> str | None:
    line = batch.book.competent_line(sector=section, at=batch.on) if section else None
    return line.key if line else None
