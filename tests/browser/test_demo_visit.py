"""What only the browser itself notices: a visit by the installed command, with every request, error and width noted."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import access, playing

pytestmark = [
    pytest.mark.slow,  # the exercise county is made once, about a minute
    pytest.mark.browser,
]
TWOFRONT = Path(sys.executable).with_name("twofront")
WIDTHS = (390, 1440, 1920)
WIDE_PAGES = ("/", "/survey", "/rows?figure=chart:above_scale_industry&part=disagreements&on=2020-02-18")
PAPERS: dict[str, dict[str, Any]] = {
    "A4": {"format": "A4"},
    "A4 landscape": {"format": "A4", "landscape": True},
    "Letter": {"format": "Letter"},
}
PAPER_PX = (725, 1054)  # what 9 mm of margin leave of A4
HOME = ("data", "blob", "about")  # addresses that leave no machine
WORDS = "() => { document.querySelectorAll('svg').forEach(e => e.remove()); return document.body.innerText; }"
"""The page without what a chart has drawn by then, which differs by width and moment."""

SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 1 && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .map(e => parseFloat(getComputedStyle(e).fontSize) * (e instanceof SVGGraphicsElement ? e.getScreenCTM().a : 1)))"""
"""The smallest text in px, as large as it comes out where a drawing is shrunk."""


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give what one visit noted."""
    if not playing.CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: apt-get install chromium fonts-noto-cjk")
    return playing.once("exercise-visited", tmp_path_factory, _visit)


def _visit() -> dict[str, Any]:
    seen: dict[str, Any] = {}
    with _served(seen) as line:
        _browse(line, seen)
    return seen


@contextlib.contextmanager
def _served(seen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Serve the exercise by the installed command, on whatever port is free; note how it ended and what it left."""
    root = Path(tempfile.mkdtemp(prefix="twofront-visit-"))
    root.chmod(0o711)  # the database of a root's demo runs as another user, who has to pass here
    data = root / "demo"
    try:
        with (root / "log").open("w") as log:
            process = subprocess.Popen(
                [str(TWOFRONT), "demo", "--data", str(data), "--no-browser", "--port", "0"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            )
        with process:
            try:
                assert process.stdout is not None
                first = process.stdout.readline()
                assert first, (root / "log").read_text("utf-8")[-2_000:]
                yield json.loads(first)
            finally:
                began = time.monotonic()
                process.send_signal(signal.SIGTERM)
                try:
                    code = process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    code = process.wait(30)
                seen["end"] = {
                    "code": code,
                    "seconds": time.monotonic() - began,
                    "left": playing.left_behind(str(data)),
                }
    finally:
        for pid in playing.left_behind(str(data)):  # nothing, unless the visit failed
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(root, ignore_errors=True)


def _browse(line: dict[str, Any], seen: dict[str, Any]) -> None:
    from playwright.sync_api import sync_playwright

    url = line["url"]
    account = next(a for a in line["accounts"] if a["role"] == "office_clerk")
    asked: list[str] = []
    errors: dict[str, list[str]] = {"story": [], "access": [], "reset": []}
    part = "story"
    with sync_playwright() as driver:
        flags = [*playing.FLAGS, "--no-sandbox"] if os.geteuid() == 0 else playing.FLAGS
        browser = driver.chromium.launch(executable_path=str(playing.CHROMIUM), args=flags)
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(playing.PATIENCE_MS)
        page.on("console", lambda m: errors[part].append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors[part].append(str(error)))

        def text(address: str = "/") -> str:
            page.goto(url + address)
            return " ".join(page.evaluate(WORDS).split())

        def plot() -> dict[str, Any]:
            found: dict[str, Any] = json.loads(page.locator("script#plot-power_index").text_content())
            return found

        page.goto(f"{url}/login")
        page.fill("[name=login]", account["login"])
        page.fill("[name=password]", account["password"])
        page.locator("main form button").first.click()
        page.wait_for_url(f"{url}/")
        seen["first"] = text()
        seen["plot_first"] = plot()
        seen["phones"] = page.locator("a[href^='tel:']").evaluate_all("all => all.map(a => a.href)")
        seen["before_six"] = text("/?known=2020-02-18T17:59")
        seen["rows"] = text(WIDE_PAGES[2])
        seen["widths"], seen["printed"], seen["on_paper"] = {}, {}, {}
        for language in ("en", "zh-hans"):
            context.add_cookies([{"name": "django_language", "value": language, "url": url}])
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                for address in WIDE_PAGES:
                    page.goto(url + address)
                    seen["widths"][f"{language} {width} {address}"] = page.evaluate(
                        "[document.documentElement.scrollWidth, window.innerWidth]"
                    )
                page.goto(f"{url}/")
                for paper, size in PAPERS.items():
                    seen["printed"][f"{language} {width} {paper}"] = _pages(page.pdf(**size))
            seen["on_paper"][language] = _on_paper(page)
            page.set_viewport_size({"width": 1440, "height": 900})
            seen[language] = text()
        part = "access"  # a page that is not there is an error on the console
        seen["access"] = access.look(page, url)
        part = "story"
        context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": url}])
        seen["stops"] = []
        for _ in range(3):
            page.goto(f"{url}/")
            page.locator("form[action='/exercise/next'] button").click()
            page.get_by_text("回到看板").first.wait_for()
            seen["stops"].append(text())
            page.goto(f"{url}/")
            seen["printed"][f"stop {len(seen['stops'])}"] = _pages(page.pdf(format="A4"))
        seen["plot_last"] = plot()
        part = "reset"
        page.locator("form[action='/exercise/reset'] button").click()
        page.locator("dialog[open] .button-primary").click()
        seen["meanwhile"] = _ask_until(page, f"{url}/", page.get_by_text("回到看板").first.is_visible)
        page.get_by_text("回到看板").first.wait_for()
        part = "story"
        seen["reset"] = text()
        seen["reset_at"] = page.url.removeprefix(url)
        browser.close()
    seen |= {"asked": len(asked), "errors": errors}
    seen["foreign"] = [a for a in asked if not a.startswith(f"{url}/") and a.split(":")[0] not in HOME]


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def _on_paper(page: Any) -> dict[str, Any]:
    """Lay the board out as for A4; note the smallest text in points and whether anything is wider than the paper."""
    page.set_viewport_size({"width": PAPER_PX[0], "height": PAPER_PX[1]})
    page.reload()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    noted = {
        "smallest_pt": 0.75 * page.evaluate(SMALLEST),
        "width_px": page.evaluate("document.documentElement.scrollWidth"),
    }
    page.emulate_media(media="null")  # a print asked for later is a print again
    return noted


def _ask_until(page: Any, address: str, is_over: Callable[[], bool]) -> list[int]:
    """Ask for a page again and again, as another window does; return the answers' codes."""
    codes = set()
    while not is_over():
        codes.add(page.request.get(address, max_redirects=0, fail_on_status_code=False).status)
    return sorted(codes)


def test_the_installed_command_ends_on_sigterm_and_leaves_no_process(visit: dict[str, Any]) -> None:
    """Exit 0 within ten seconds, after a whole exercise was played in a browser that has only just gone."""
    assert visit["end"]["code"] == 0
    assert visit["end"]["seconds"] < 10
    assert visit["end"]["left"] == []


def test_no_request_leaves_the_machine(visit: dict[str, Any]) -> None:
    """Fonts, charts, icons: all from our own server, on every page of the visit."""
    assert visit["asked"] > 50
    assert visit["foreign"] == []


def test_the_browser_reports_no_error(visit: dict[str, Any]) -> None:
    """No error on the console and no exception on any page, in both languages, at every stop."""
    assert visit["errors"]["story"] == []


def test_the_browser_reports_no_error_while_the_exercise_begins_anew(visit: dict[str, Any]) -> None:
    """The page that waits for the reset asks each second, also in the moment in which there is no database."""
    assert visit["errors"]["reset"] == []


def test_nobody_is_signed_out_while_the_exercise_begins_anew(visit: dict[str, Any]) -> None:
    """Another window gets its page, or is told to come again; it is never sent to the login."""
    assert set(visit["meanwhile"]) <= {200, 503}


def test_no_page_is_wider_than_its_screen(visit: dict[str, Any]) -> None:
    """Phone, desk and wall; board, survey and rows; both languages."""
    assert len(visit["widths"]) == 2 * len(WIDTHS) * len(WIDE_PAGES)
    assert {k: w for k, w in visit["widths"].items() if w[0] > w[1]} == {}
    assert {w[1] for w in visit["widths"].values()} == set(WIDTHS)


def test_a_print_of_the_board_is_one_page(visit: dict[str, Any]) -> None:
    """From phone, desk and wall, on A4 upright and on its side, on Letter, in both languages; at every stop."""
    assert len(visit["printed"]) == 2 * len(WIDTHS) * len(PAPERS) + 3
    assert {k: n for k, n in visit["printed"].items() if n != 1} == {}


def test_a_print_can_be_read_and_loses_nothing(visit: dict[str, Any]) -> None:
    """Nothing is smaller than 7 points, the labels of the charts among it, and nothing reaches beyond the paper."""
    for seen in visit["on_paper"].values():
        assert seen["smallest_pt"] >= 7
        assert seen["width_px"] <= PAPER_PX[0]


def test_everybody_can_use_the_pages(visit: dict[str, Any]) -> None:
    """Axe finds nothing serious, no text is under 14 px, and on a phone nothing to touch is under 44 px: fourteen pages."""
    assert visit["access"]["pages"] == 14
    assert visit["access"]["wrong"] == {}


def test_the_acts_of_the_board_are_reached_by_the_keyboard(visit: dict[str, Any]) -> None:
    """In the order in which they stand, each with a mark that is seen; then the three sentences."""
    tabbed = visit["access"]["tabbed"]
    names = [here["name"] for here in tabbed]
    acts = [
        "#main",
        "/exercise/next",
        "/exercise/reset",
        "/?on=2020-02-17",
        "copy",
        "picture",
        "print",
        "/publication?on=2020-02-18",
    ]
    rows = ["part=cases", "/survey?on=2020-02-18", "part=unseen"]

    assert [n for n in names if n in acts] == acts
    after = names[names.index(acts[-1]) + 1 :]
    assert all(wanted in name for wanted, name in zip(rows, after, strict=False))
    assert [here for here in tabbed if here["marked_px"] < 2 or not here["shown"]] == []


def test_the_board_reads_as_the_story_says(visit: dict[str, Any]) -> None:
    """The words on the page itself, state by state, with what is unknown beside each count."""
    page = visit["first"]

    assert re.search(r"2月18日 周二 19:30 兼顾阶段", page)
    for goal_name in ("零输入", "零传染"):
        assert f"{goal_name} 达成 0例 累计 19 例, 最后一例 02-13" in page
    assert "全覆盖 未完成 95,400 / 270,000户 35.3% 还缺 174,600户 期限 2月21日 24:00" in page
    assert "329 / 640家 未知 22家" in page and "305 / 632家 未知 8家" in page
    assert "全复工 未完成 248 / 900家" in page
    assert len(re.findall(r"更正 巍山 \S+ 全覆盖 · 已完成户数 \d+ → \d+ 2月18日 18:25 得知", page)) == 3
    assert re.search(r"互相矛盾 38家", visit["rows"])


def test_a_minute_before_the_closing_the_page_says_unknown(visit: dict[str, Any]) -> None:
    """As known at 17:59 neither zero goal is met, and the sentence on top says why."""
    page = visit["before_six"]

    assert "零输入 未知 0例" in page and "零传染 未知 0例" in page
    assert "今日病例尚未封账, 两零未知" in page
    assert "达成" not in page
    assert "18:25 得知" not in page


def test_each_owner_is_one_touch_away(visit: dict[str, Any]) -> None:
    """Every phone that the board shows is a link that dials it; the eight figures and those who are late."""
    shown = set(re.findall(r"(?<!\d)154\d{8}(?!\d)", visit["first"]))

    assert {p.removeprefix("tel:") for p in visit["phones"]} == shown
    assert len(visit["phones"]) >= 8 and len(shown) >= 5


def test_english_says_five_days(visit: dict[str, Any]) -> None:
    """By the cookie of the language, and back."""
    assert "5 days without a new case" in visit["en"]
    assert visit["zh-hans"] == visit["first"]


def test_the_stops_read_as_the_story_says(visit: dict[str, Any]) -> None:
    """The clock, and what each evening shows."""
    morning, evening, end = visit["stops"]

    assert "2月19日 周三 06:00" in morning
    assert "2月20日 周四 20:00" in evening and "210,130 / 270,000户 77.8%" in evening and "51.44" in evening
    assert "期限已到, 还差 798 户" in end and "全覆盖 已破 269,202 / 270,000户" in end
    assert "还缺 798户" in end and "53.71" in end


def test_the_chart_itself_breaks_on_the_19th(visit: dict[str, Any]) -> None:
    """One broken point, of the province's line, with a note why; none before it was published."""

    def breaks(plot: dict[str, Any]) -> list[tuple[bool, str, bool]]:
        return [
            (line["own"], p["on"], bool(p["note"]))
            for line in plot["lines"]
            for p in line["points"]
            if p["break"] and "国网浙江" in line["name"]
        ]

    assert breaks(visit["plot_first"]) == []
    assert breaks(visit["plot_last"]) == [(False, "2020-02-19", True)]
    assert visit["plot_last"]["break"] == "断点"


def test_after_the_reset_one_is_still_signed_in_at_1930(visit: dict[str, Any]) -> None:
    """The board, not the login page, word for word as it was."""
    assert visit["reset_at"] == "/"
    assert visit["reset"] == visit["first"]
