"""The pages in Chromium: policy, accessibility, no sideways scroll, letters large enough, and what scripts do."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import ROOT, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # Chromium starts in half a second and draws each page

NAMES = [
    "board", "board-empty", "rows", "rows-none", "login-wrong", "password", "accounts", "account", "upload-wrong", "progress-done",
    "imports", "import", "survey", "firms", "report", "projects", "closings", "publication", "sheets", "chart", "disagreements", "late",
    "error", "living", "e404",
]  # fmt: skip
AXE = ROOT / "node_modules/axe-core/axe.min.js"
SMALL = """[...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
  && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
  && parseFloat(getComputedStyle(e).fontSize) * (e.ownerSVGElement ? e.getScreenCTM().a : 1) < 13.95).map(e => e.textContent.trim())"""
TIGHT = """[...document.querySelectorAll('button, select, summary, input:not([type=radio]):not([type=checkbox]):not([type=hidden]), a.button, a.phone, .nav a, .tabs a')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 90))"""


def opened(chromium: Any, site: Site, name: str, *, width: int, height: int = 900) -> tuple[Any, list[str]]:
    """Open a page; return it with what the browser complained of."""
    page = chromium.new_page(viewport={"width": width, "height": height}, has_touch=width < 700)
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    page.on(
        "request",
        lambda r: (
            None if r.url.startswith((site.address, "data:", "blob:")) else said.append(f"foreign: {r.url}")
        ),
    )
    go(page, site, name)
    return page, said


def go(page: Any, site: Site, name: str) -> None:
    """Go to a page and wait until its charts are drawn."""
    page.goto(f"{site.address}/{name}.html", wait_until="load")
    page.wait_for_function("[...document.querySelectorAll('.plot')].every(p => p.querySelector('svg'))")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [320, 390, 1440, 1920])
def test_no_page_scrolls_sideways_or_breaks_the_policy(
    chromium: Any, site: Site, width: int, language: str
) -> None:
    """At every width and in both languages: nothing is cut off, nothing foreign is asked, nothing inline is refused."""
    wrong = {}
    page, said = opened(chromium, site, f"{NAMES[0]}.{language}", width=width)
    for name in NAMES:
        said.clear()
        go(page, site, f"{name}.{language}")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        small = page.evaluate(SMALL)
        tight = page.evaluate(TIGHT) if width < 700 else []
        if over > 0 or said or small or tight:
            wrong[name] = (over, list(said), small[:5], tight[:5])
    page.close()

    assert wrong == {}


@pytest.mark.parametrize(
    ("width", "names"),
    [(360, NAMES), (1366, ["board", "rows", "report", "upload-wrong", "living"])],
    ids=["phone", "desk"],
)
def test_axe_finds_nothing_serious(chromium: Any, site: Site, width: int, names: list[str]) -> None:
    """Names, roles, contrast and order hold on every page; at a desk where the layout differs."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci")
    wrong = {}
    page, _ = opened(chromium, site, f"{names[0]}.zh", width=width)
    for name in names:
        go(page, site, f"{name}.zh")
        page.evaluate(AXE.read_text("utf-8") + ";0")
        found = page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        serious = [
            f"{v['id']}: {n['target']} {n.get('failureSummary', '')[:160]}"
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
            for n in v["nodes"][:3]
        ]
        if serious:
            wrong[name] = serious
    page.close()

    assert wrong == {}


def fragment(rendered: Path) -> bytes:
    """The part of the board that is asked for again."""
    text = (rendered / "board.zh.html").read_text("utf-8")
    inner = re.search(r'<div id="board"[^>]*>(.*)</div>\s*</main>', text, flags=re.DOTALL)
    assert inner
    return inner[1].encode()


def poll(page: Any) -> None:
    """Ask now instead of after 15 seconds, and wait for the answer."""
    with page.expect_response(lambda r: "board-live" in r.url):
        page.evaluate("document.getElementById('board').dispatchEvent(new Event('ask'))")
    page.wait_for_timeout(100)


def polled(chromium: Any, site: Site, rendered: Path) -> tuple[Any, list[str]]:
    """A board that asks on an event of ours."""
    text = (rendered / "board.zh.html").read_text("utf-8").replace("every 15s", "ask")
    (rendered / "board-ask.zh.html").write_text(text, "utf-8")
    site.live = fragment(rendered)
    return opened(chromium, site, "board-ask.zh", width=1440)


def test_an_unchanged_board_is_answered_304_and_not_touched(
    chromium: Any, site: Site, rendered: Path
) -> None:
    """The second question carries the tag of the first answer; the page stays the very same elements."""
    page, said = polled(chromium, site, rendered)
    poll(page)
    page.evaluate("document.querySelector('.goal').dataset.seen = 'yes'")

    poll(page)

    assert site.asked[-1] is not None
    assert page.evaluate("document.querySelector('.goal').dataset.seen") == "yes"
    assert said == []
    page.close()


def test_a_changed_board_keeps_focus_scroll_and_the_chosen_measure(
    chromium: Any, site: Site, rendered: Path
) -> None:
    """What the reader was doing is not undone by news."""
    page, said = polled(chromium, site, rendered)
    page.check("#measure-2", force=True)
    page.focus("#goal-full_coverage .goal-figure a")
    page.evaluate("window.scrollTo(0, 400)")
    site.live = fragment(rendered).replace(b"95,400", b"96,001")

    poll(page)

    assert page.inner_text("#goal-full_coverage .goal-figure a >> nth=0") == "96,001"
    assert page.evaluate("document.activeElement.closest('article')?.id") == "goal-full_coverage"
    assert page.evaluate("window.scrollY") == 400
    assert page.is_checked("#measure-2")
    assert page.locator(".plot svg").count() == 4
    assert said == []
    page.close()


def test_the_sentences_are_copied_with_county_moment_and_mark(chromium: Any, site: Site) -> None:
    """What is pasted into a chat says where it is from and that it is an exercise."""
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    go(page, site, "board.zh")
    page.click("[data-copy]")
    page.wait_for_selector("#said:visible")

    lines = page.evaluate("navigator.clipboard.readText()").splitlines()

    assert lines == [
        "【演练数据 EXERCISE】东阳市 · 2月18日 周二 19:30",
        "1. 无新增病例 5 天（卫健 18:00 封账）",
        "2. 21 日前 3 个镇街完不成调查",
        "3. 自报复工 329 家，其中用电只见 291 家",
    ]
    context.close()


def test_the_board_is_saved_as_a_picture(chromium: Any, site: Site, tmp_path: Path) -> None:
    """The button gives a PNG of 1,080 pixels' width, named for county and day."""
    page, said = opened(chromium, site, "board.zh", width=390)
    with page.expect_download() as download:
        page.click("[data-picture]")
    download.value.save_as(tmp_path / "board.png")
    data = (tmp_path / "board.png").read_bytes()

    assert download.value.suggested_filename == "东阳市-2020-02-18.png"
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 1080
    assert said == []
    page.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_board_prints_on_one_a4_page(chromium: Any, site: Site, language: str) -> None:
    """Paper for the wall: one page, with the exercise's mark in its foot."""
    page, _ = opened(chromium, site, f"board.{language}", width=1440)

    pdf = page.pdf(prefer_css_page_size=True, print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1
    page.close()


def test_a_form_that_asks_first_is_sent_only_after_yes(chromium: Any, site: Site) -> None:
    """No leaves everything as it is; yes sends it."""
    page, _ = opened(chromium, site, "publication.zh", width=1440)
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    page.click("form[data-confirm^='按现在'] button")
    page.click("#confirm button[value=no]")
    page.wait_for_timeout(100)
    before = list(sent)
    page.click("form[data-confirm^='按现在'] button")
    page.click("#confirm button[value=yes]")
    page.wait_for_timeout(200)

    assert (before, [u.rsplit("/", 1)[1] for u in sent]) == ([], ["p"])
    page.close()


def test_pages_work_by_keyboard(chromium: Any, site: Site) -> None:
    """The first stop of the keyboard leads past the head; Escape closes a menu and gives the focus back."""
    page, _ = opened(chromium, site, "board.zh", width=1440)
    page.keyboard.press("Tab")
    skip = page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")
    page.focus(".top details.menu:first-of-type > summary")
    page.keyboard.press("Enter")
    was_open = page.locator(".top details.menu[open]").count()
    page.keyboard.press("Escape")

    assert (skip, was_open, page.locator(".top details.menu[open]").count()) == ("skip", 1, 0)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.close()
