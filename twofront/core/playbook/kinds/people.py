"""Who acts: lines and roles, and what each may do."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from twofront.core.playbook.fields import Key, Ref
from twofront.core.playbook.kinds.row import Named, Row
from twofront.core.playbook.loads import PERMISSIONS

Permission = Annotated[str, Ref("goal", also=PERMISSIONS, prefix="close:")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Named):
    """A line (条): a department of the county.

    Args:
        front: Which front it serves; left out where it serves both.
    """

    name: ClassVar[str] = "line"

    front: Annotated[Key | None, Ref("front")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Named):
    """What the holder of an account may see and do.

    Args:
        scope: Whose rows: `county` all; `line` and `block` those of the pair of line and division that its post says,
            for a clerk of a line or of a place; `own` its own enterprise's; `none` only published aggregates.
        permissions: What its holder may do within that scope.
    """

    name: ClassVar[str] = "role"

    scope: Literal["county", "line", "block", "own", "none"]
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Row):
    """What a role may do besides, where its account stands on this line."""

    name: ClassVar[str] = "grant"
    key_fields: ClassVar[tuple[str, ...]] = ("role", "line")

    role: Annotated[Key, Ref("role")]
    line: Annotated[Key, Ref("line")]
    permissions: tuple[Permission, ...]
