"""The board for programs: the same object as `board export`, and the rows behind its figures."""

from typing import Any

from ninja import Router

from twofront.apps.centre import queries
from twofront.ground.pages import Request, asked_day, asked_known

router = Router(tags=["board"])


@router.get("/board", summary="The board of a day, as known at a moment")
def board(
    request: Request, on: str | None = None, known: str | None = None, township: str | None = None
) -> dict[str, Any]:
    """Where do we stand? Aggregates are open to every account."""
    del on, known
    return queries.board(
        asked_day(request), known=asked_known(request), township=township or None, by=request.actor
    )


@router.get("/rows", summary="The rows behind a figure, within the asker's scope")
def rows(
    request: Request, figure: str, part: str, on: str | None = None, known: str | None = None, township: str | None = None,
    offset: int = 0, limit: int = queries.PAGE,
) -> dict[str, Any]:  # fmt: skip
    """Which rows make this number? `total` is the sum of their `n`, and equals the figure."""
    del on, known
    asked = township or None
    answer = queries.rows(
        figure, part, asked_day(request), known=asked_known(request), township=asked, by=request.actor
    )
    return queries.page(answer, offset=max(0, offset), limit=limit, figure=figure, township=asked)
