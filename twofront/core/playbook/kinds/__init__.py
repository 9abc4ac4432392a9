"""The kinds (类目) that a playbook may declare: each class is one kind, each of its fields one line of a row.

A new kind is a class in one of these modules and its name in `KINDS`; reading, checking and JSON follow from the
annotations. What code must be able to act on is a closed list of words; everything that a county may choose is a row.
"""

from collections.abc import Mapping

from twofront.core.playbook.kinds.county import (
    AreaClass,
    County,
    Edition,
    Front,
    Level,
    Parameter,
    Phase,
    PlaceClass,
    Tile,
    TileMap,
)
from twofront.core.playbook.kinds.figures import Break, CaseOrigin, Chart, Formula, Goal, GoalSet
from twofront.core.playbook.kinds.files import Expectation, Sheet
from twofront.core.playbook.kinds.orders import (
    Clause,
    Consent,
    Decision,
    DecisionTable,
    Fact,
    Held,
    Order,
    Output,
    RuleParameter,
    ValueList,
)
from twofront.core.playbook.kinds.people import Grant, Line, Role
from twofront.core.playbook.kinds.row import EVERY, Named, Row
from twofront.core.playbook.kinds.work import Competence, Difficulty, ListKind, ProjectKind, Section

KINDS: Mapping[str, type[Row]] = {
    kind.name: kind
    for kind in (
        Edition, County, Level, Parameter, Front, Phase, AreaClass, PlaceClass, Line, Role, Grant, Section, Competence,
        ListKind, ProjectKind, CaseOrigin, Difficulty, Goal, GoalSet, Formula, Chart, Break, Expectation, Sheet, Tile, TileMap,
        Order, Clause, Decision, Output, DecisionTable, Consent, RuleParameter, ValueList, Fact,
    )
}  # fmt: skip

__all__ = [
    "EVERY", "KINDS", "AreaClass", "Break", "CaseOrigin", "Chart", "Clause", "Competence", "Consent", "County", "Decision",
    "DecisionTable", "Difficulty", "Edition", "Expectation", "Fact", "Formula", "Front", "Goal", "GoalSet", "Grant", "Held",
    "Level", "Line", "ListKind", "Named", "Order", "Output", "Parameter", "Phase", "PlaceClass", "ProjectKind", "Role", "Row",
    "RuleParameter", "Section", "Sheet", "Tile", "TileMap", "ValueList",
]  # fmt: skip
