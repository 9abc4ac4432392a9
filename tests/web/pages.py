"""Every page with every state that is looked at: name to (template, context)."""

from collections.abc import Callable

import samples
from samples import Words

from twofront.web.parts import Page

Make = Callable[[Words], tuple[str, Page | None]]


def of(make: Callable[[Words], Page]) -> Make:
    """Return a maker that also names the page's own template."""

    def both(words: Words) -> tuple[str, Page]:
        page = make(words)
        return page.template, page

    return both


PAGES: dict[str, Make] = {
    "board": of(samples.board),
    "board-empty": of(samples.empty_board),
    "rows": of(samples.rows),
    "rows-none": of(lambda w: samples.rows(w, 0)),
}
