"""The playbook (预案): a county's policy as data, in dated rows of declared kinds.

Roles, lines, lists, goals, charts, deadlines, headings: whatever a county decides is a row with a validity and a source,
and code asks for the row in force. Another county changes the files, not the code. Bytes in, values out.
"""

from twofront.core.errors import Fault
from twofront.core.playbook.book import NotInForce, Playbook
from twofront.core.playbook.faults import PlaybookFaults
from twofront.core.playbook.kinds import (
    KINDS,
    AreaClass,
    Break,
    CaseOrigin,
    Chart,
    Clause,
    Competence,
    Consent,
    County,
    Decision,
    DecisionTable,
    Difficulty,
    Edition,
    Expectation,
    Fact,
    Formula,
    Front,
    Goal,
    GoalSet,
    Grant,
    Level,
    Line,
    ListKind,
    Order,
    Output,
    Parameter,
    Phase,
    PlaceClass,
    ProjectKind,
    Role,
    Row,
    RuleParameter,
    Section,
    Sheet,
    Tile,
    TileMap,
    ValueList,
)  # fmt: skip
from twofront.core.playbook.loads import LOADS, PERMISSIONS
from twofront.core.playbook.reading import check, parts_of, read, sha256_of

__all__ = [
    "KINDS", "LOADS", "PERMISSIONS", "AreaClass", "Break", "CaseOrigin", "Chart", "Clause", "Competence", "Consent",
    "County", "Decision", "DecisionTable", "Difficulty", "Edition", "Expectation", "Fact", "Fault", "Formula",
    "Front", "Goal", "GoalSet", "Grant", "Level", "Line", "ListKind", "NotInForce", "Order", "Output", "Parameter",
    "Phase", "PlaceClass", "Playbook", "PlaybookFaults", "ProjectKind", "Role", "Row", "RuleParameter", "Section",
    "Sheet", "Tile", "TileMap", "ValueList", "check", "parts_of", "read", "sha256_of",
]  # fmt: skip
