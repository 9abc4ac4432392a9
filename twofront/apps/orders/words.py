"""A rule in words: cells and outputs with the playbook's names, and a row of a table as one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from django.utils.translation import gettext as _

from twofront.core.playbook import Playbook
from twofront.core.playbook.kinds import Fact, Output
from twofront.core.playbook.tables import CLAUSE
from twofront.core.rules.cells import Cell, Plain, Value, plain
from twofront.core.rules.table import Table
from twofront.ground.pages import is_english, name_of

Named = Fact | Output


def units() -> dict[str, str]:
    """Return the words of the units that facts and numbers are counted in."""
    return {
        "days": _("天"), "working_days": _("个工作日"), "nights": _("夜"), "hours": _("小时"), "cases": _("例"),
        "people": _("人"), "yuan": _("元"), "celsius": _("℃"),
    }  # fmt: skip


def bases() -> dict[str, str]:
    """Return on what a row may stand, as its source says first."""
    return {
        "real": _("原文"), "reconstructed": _("重构"), "invented": _("演练虚构"), "standard": _("标准"), "product": _("产品自定"),
        "unknown": _("不明"),
    }  # fmt: skip


def values(row: Named | None) -> Mapping[str, str]:
    """Return the values that a fact or an output may have, with their names in the reader's language."""
    found = None if row is None else row.words_en if is_english() else row.words_zh
    return found or {}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one decision's tables.

    Args:
        facts: The playbook's facts by key.
        outputs: The decision's outputs by key.
        zone: The zone in which moments are said.
    """

    facts: Mapping[str, Fact]
    outputs: Mapping[str, Output]
    zone: tzinfo

    @classmethod
    def of(cls, book: Playbook, decision: str) -> "Words":
        """Return the words of a decision."""
        outputs = {row.key: row for row in book.all_of(Output) if row.decision == decision}
        return cls({row.key: row for row in book.all_of(Fact)}, outputs, book.zone)

    def fact(self, key: str) -> str:
        """Return a fact's name."""
        return name_of(self.facts.get(key), key)

    def output(self, key: str) -> str:
        """Return an output's name."""
        return _("条款") if key == CLAUSE else name_of(self.outputs.get(key), key)

    def value(self, value: Plain, row: Named | None) -> str:
        """Return a value as people say it; one that is not there is said."""
        if value is None:
            return _("无")
        if isinstance(value, bool):
            return _("是") if value else _("否")
        unit = units().get(str(getattr(row, "unit", None)), "")
        text = values(row).get(str(value), str(value))
        return _spaced(text, unit) if unit and not isinstance(value, str) else text

    def known(self, key: str, value: Plain) -> str:
        """Return the value of a fact; null is not known."""
        fact = self.facts.get(key)
        if isinstance(value, str) and values(fact) and value not in values(fact):
            return _("列举之外的值")  # a witness of a text may be a word that nobody has named
        return _("不知道") if value is None else self.value(value, fact)

    def answer(self, out: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return what an answer says, output by output: name and value; what it does not say is left out."""
        return [
            (self.output(k), self.value(v, self.outputs.get(k)))
            for k, v in out.items()
            if v is not None and k != CLAUSE
        ]

    def said(self, out: Any) -> str:  # noqa: ANN401 - an answer as JSON has it
        """Return an answer in one line; of several, each."""
        if isinstance(out, list):
            return _("；").join(self.said(each) for each in out) or _("没有答案")
        pairs = [] if out is None else self.answer(out)
        return _("，").join(_("%(name)s：%(value)s") % {"name": n, "value": v} for n, v in pairs) or _(
            "没有答案"
        )

    def cell(self, cell: Cell, key: str) -> str:
        """Return what a cell admits, short, as it stands in a table."""
        match cell.kind:
            case "any":
                return _("任意")
            case "null":
                return _("不知道")
            case "in" | "not":
                said = _("、").join(self._value(v, key) for v in cell.values) or _("没有")
                return said if cell.kind == "in" else _("除了 %(values)s") % {"values": said}
            case _:
                return self._range(cell, key)

    def condition(self, cell: Cell, key: str) -> str:
        """Return what a cell asks for, as part of a sentence."""
        fact = self.fact(key)
        match cell.kind:
            case "null":
                return _("不知道%(fact)s") % {"fact": fact}
            case "in" if cell.values and all(isinstance(v, bool) for v in cell.values):
                said = _("或").join(self._value(v, key) for v in cell.values)
                return _("%(name)s：%(value)s") % {"name": fact, "value": said}
            case "in":
                said = _("或").join(self._value(v, key) for v in cell.values) or _("没有")
                return _("%(fact)s是%(value)s") % {"fact": fact, "value": said}
            case "not":
                said = _("或").join(self._value(v, key) for v in cell.values)
                return _("%(fact)s不是%(value)s") % {"fact": fact, "value": said}
            case _:
                return _("%(fact)s%(range)s") % {"fact": fact, "range": self._range(cell, key)}

    def sentence(self, table: Table, row: int) -> str:
        """Return a row (from 0) as a sentence: if these hold, then this follows."""
        cells = zip(table.facts, table.rows[row].cells, strict=True)
        asked = [self.condition(cell, f.name) for f, cell in cells if cell.kind != "any"]
        out = self.said(table.out(table.rows[row].out))
        is_later = row > 0 and table.hit == "first"
        if not asked:
            return (_("在其他情况下，%(then)s。") if is_later else _("在任何情况下，%(then)s。")) % {
                "then": out
            }
        begin = _("否则，如果%(if)s，那么%(then)s。") if is_later else _("如果%(if)s，那么%(then)s。")
        return begin % {"if": _("，并且").join(asked), "then": out}

    def default(self, table: Table) -> str:
        """Return what follows where no row hits."""
        if table.default is None:
            return _("其他情况没有规定，也就没有答案。")
        return _("其他情况：%(then)s。") % {"then": self.said(table.out(table.default))}

    def _range(self, cell: Cell, key: str) -> str:
        low, high = (None if end is None else self._value(end, key) for end in (cell.low, cell.high))
        lower = (_("不小于 %(end)s") if cell.low_in else _("大于 %(end)s")) % {"end": low}
        upper = (_("不大于 %(end)s") if cell.high_in else _("小于 %(end)s")) % {"end": high}
        return (
            upper if low is None else lower if high is None else _("%(a)s且%(b)s") % {"a": lower, "b": upper}
        )

    def _value(self, value: Value, key: str) -> str:
        return self.value(plain(value, self.zone), self.facts.get(key))


def policy(hit: str) -> str:
    """Return which row wins, as a table's hit policy says."""
    return {
        "unique": _("只能有一行命中"), "first": _("从上往下，先命中的一行算数"), "priority": _("命中的行里，优先级高的算数"),
        "collect": _("命中的行都算数"),
    }[hit]  # fmt: skip


def _spaced(text: str, unit: str) -> str:
    return f"{text} {unit}"
