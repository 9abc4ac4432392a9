"""Whether everybody can use the exercise's own pages: names, roles and contrast, size of text and of what is touched, keyboard."""

from typing import Any

from tests.web.test_browser import AXE, SMALL, TIGHT

WIDTHS = (390, 1440, 1920)
LANGUAGES = ("zh-hans", "en")
PAGES = {
    "board": "/",
    "rows": "/rows?figure=chart:above_scale_industry&part=disagreements&on=2020-02-18",
    "cases": "/rows?figure=goal:zero_imported&part=cases&on=2020-02-18",
    "survey": "/survey",
    "firms": "/firms",
    "projects": "/projects",
    "closings": "/closings",
    "publication": "/publication",
    "imports": "/imports",
    "load": "/load?kind=reports",
    "accounts": "/accounts",
    "error": "/nothing",
}
RULES = "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const tile = e.classList.contains('tile') ? parseFloat(getComputedStyle(e.querySelector('rect')).strokeWidth) : 0;
  return {name: e.dataset.print !== undefined ? 'print' : e.dataset.copy !== undefined ? 'copy' : e.dataset.picture ? 'picture'
            : e.closest('form')?.getAttribute('action') ?? e.getAttribute('href') ?? e.tagName.toLowerCase(),
          marked_px: style.outlineStyle === 'none' ? tile : parseFloat(style.outlineWidth), shown: box.width > 0 && e.checkVisibility()};
}"""
"""Where the keyboard is, and how thick the mark around it is: an outline, or the frame of a tile."""


def look(page: Any, url: str) -> dict[str, Any]:
    """Note what is wrong on each page at each width in each language; signed in already, and once more without."""
    page.goto(f"{url}/firms")
    firm = page.locator("tbody a").first.get_attribute("href")
    wrong: dict[str, list[str]] = {}
    stranger = page.context.browser.new_context(has_touch=True).new_page()
    for language in LANGUAGES:
        for context in (page.context, stranger.context):
            context.add_cookies([{"name": "django_language", "value": language, "url": url}])
        for width in WIDTHS:
            asked = [(page, name, address) for name, address in {**PAGES, "firm": firm}.items()]
            for shown, name, address in [*asked, (stranger, "login", "/login")]:
                shown.set_viewport_size({"width": width, "height": 900})
                shown.goto(url + address)
                shown.wait_for_function(
                    "[...document.querySelectorAll('.plot')].every(p => p.querySelector('svg'))"
                )
                if found := _faults(shown, width):
                    wrong[f"{name} {language} {width}"] = found
    stranger.context.close()
    return {"wrong": wrong, "pages": len(asked) + 1, "tabbed": _tabbed(page, url)}


def _faults(page: Any, width: int) -> list[str]:
    page.evaluate(AXE.read_text("utf-8") + ";0")
    found = page.evaluate(f"axe.run(document, {RULES})")
    return [
        *(
            f"{v['id']}: {n['target']} {n.get('failureSummary', '')[:200]}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
            for n in v["nodes"][:3]
        ),
        *(f"small: {words[:60]}" for words in page.evaluate(SMALL)[:5]),
        *(f"tight: {words}" for words in (page.evaluate(TIGHT)[:5] if width < 700 else [])),
    ]


def _tabbed(page: Any, url: str) -> list[dict[str, Any]]:
    """Go through the board by the Tab key; note where the focus was, in order."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{url}/")
    seen = []
    for _ in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here["name"] == "body":
            break
        seen.append(here)
    return seen
