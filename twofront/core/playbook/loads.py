"""The words that code acts on and a playbook may only use: KINDs of files with their columns, and permissions."""

from collections.abc import Mapping

from twofront.core.sheets.rosters import ROSTERS

LOADS: Mapping[str, tuple[str, ...]] = {
    "accounts": ("login", "role", "unit", "line", "from", "name", "phone", "to"),
    "divisions": ("code", "name", "parent"),
    "enterprises": ROSTERS["enterprises"].names,
    "lists": ("member", "list", "from", "to", "reason"),
    "meters": ("meter", "credit_code", "from", "share", "to"),
    "readings": ("meter", "date", "time", "kwh"),
    "published": ("date", "area", "source", "firm_share", "energy_share", "index", "formula", "published_at"),
    "reports": ("date", "credit_code", "opened", "on_site", "normal_staff", "difficulty"),
    "visits": ("date", "credit_code", "officer", "opened", "on_site"),
    "projects": ROSTERS["projects"].names,
    "project_reports": ("code", "date", "resumed", "on_site", "reason"),
    "cases": ("case_id", "reported_on", "origin", "source_case", "township"),
    "coverage": ("date", "village", "dwellings", "done"),
    "closings": ("date", "goal", "by"),
}
"""Each KIND of `twofront load` with its columns, as the contract names them."""

SHEETS: Mapping[str, tuple[str, ...]] = {**LOADS, **{kind: roster.headed for kind, roster in ROSTERS.items()}}
"""Each kind of list whose headings a playbook may name: what is loaded, and the rosters that are only checked so far."""

PERMISSIONS: tuple[str, ...] = (
    "board.see", "rows.see", "rows.export", "cases.see", "imports.see", "report.declare", "report.correct", "publish",
    "accounts.manage", "audit.see", "settings.see", "settings.change", "exercise.drive", "rules.draft",
    "load:*", *(f"load:{kind}" for kind in LOADS), "close:*",
)  # fmt: skip
"""What a role may be allowed, besides `close:GOAL`; `load:*` and `close:*` mean every KIND and every goal."""
