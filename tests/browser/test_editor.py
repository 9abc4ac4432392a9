"""The grid on which a table is written, as a hand at the keyboard meets it: moves, undo, marks, leaving, two people, no network."""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.browser import playing

pytestmark = [
    pytest.mark.slow,  # the exercise county is made once, about a minute
    pytest.mark.browser,
]
EDITOR = "/orders/rules/arrival.class/edit"
LINES = "() => document.querySelector('textarea[name=text]').value.trimEnd().split('\\n')"
HERE = "() => [document.activeElement.dataset.row, document.activeElement.dataset.column].map(Number)"
WIDER = "() => document.documentElement.scrollWidth - innerWidth"
PASTE = """text => { const data = new DataTransfer(); data.setData('text/plain', text);
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"""


@pytest.fixture(scope="module")
def hand(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give what was seen while one hand, then two, wrote a table."""
    if not playing.CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium: apt-get install chromium fonts-noto-cjk")
    return playing.once("table-written", tmp_path_factory, _written)


def _written() -> dict[str, Any]:
    from twofront.ground.folder import Folder

    root = Path(tempfile.mkdtemp(prefix="twofront-editor-"))
    root.chmod(0o711)
    demo = playing.Demo(root / "county", "--port", "0")
    try:
        return _write(demo)
    finally:
        demo.stop()
        for pid in playing.left_behind(str(root / "county")):  # nothing, unless the play failed
            os.kill(pid, signal.SIGKILL)
        Folder(root / "county").remove()
        shutil.rmtree(root, ignore_errors=True)


class Desk:
    """Somebody's browser, signed in, with what it complained of and asked for elsewhere."""

    def __init__(self, browser: Any, demo: playing.Demo, role: str) -> None:
        """Sign in."""
        self.url, account = demo.line["url"], demo.account(role)
        self.context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "request",
            lambda r: (
                None if r.url.startswith((self.url, "data:", "blob:")) else self.complaints.append(r.url)
            ),
        )
        self.page.goto(f"{self.url}/login")
        self.page.fill("input[name=login]", account["login"])
        self.page.fill("input[name=password]", account["password"])
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.url}/")

    def open(self, address: str) -> None:
        """Open an editor and wait for its first check."""
        self.page.goto(self.url + address)
        self.settled()

    def settled(self) -> str:
        """Wait until the check has answered what was typed; return what it says of the whole."""
        self.page.wait_for_timeout(350)  # it waits a moment for the next letter
        self.page.wait_for_function(
            "() => !['', '正在检查…'].includes(document.querySelector('[data-said]').textContent)"
        )
        said: str = self.page.inner_text("[data-said]")
        return said

    def at(self, row: int, column: int) -> Any:
        """Return a cell: headings are row 0, types row 1, rules from 2."""
        return self.page.locator(f"[data-row='{row}'][data-column='{column}']")

    def keys(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def heads(self) -> None:
        """Fill in what the head of a table needs."""
        self.page.fill("input[name=since]", "2020-02-20T00:00")
        self.page.select_option("select[name=basis]", "invented")

    def save(self) -> None:
        """Save the draft."""
        self.page.locator(".editor .button-primary").click()
        self.page.wait_for_load_state()


def _write(demo: playing.Demo) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    seen: dict[str, Any] = {}
    with sync_playwright() as driver:
        flags = [*playing.FLAGS, "--no-sandbox"] if os.geteuid() == 0 else playing.FLAGS
        browser = driver.chromium.launch(executable_path=str(playing.CHROMIUM), args=flags)
        desk = Desk(browser, demo, "office_clerk")
        desk.page.set_default_timeout(playing.PATIENCE_MS)
        desk.open(EDITOR)
        seen["first"] = desk.page.evaluate(LINES)
        seen["moves"] = _moves(desk)
        seen["rows"] = _rows(desk)
        seen["marks"] = _marks(desk)
        seen["leaving"] = _leaving(desk)
        seen["complaints"] = list(desk.complaints)
        seen["lost"] = _no_network(desk)
        seen["two"] = _two(desk, Desk(browser, demo, "commander"))
        seen["wide"] = _widths(desk)
        seen["print"] = _printed(desk)
        browser.close()
    return seen


def _moves(desk: Desk) -> dict[str, Any]:
    desk.at(2, 0).click()
    places = {}
    for name, keys in {
        "down": ["ArrowDown"], "enter": ["Enter"], "up": ["Shift+Enter"], "right": ["ArrowRight"], "tab": ["Tab"],
        "left": ["ArrowLeft"], "inside": ["End", "ArrowLeft"],
    }.items():  # fmt: skip
        desk.keys(*keys)
        places[name] = desk.page.evaluate(HERE)
    return places


def _rows(desk: Desk) -> dict[str, Any]:
    found = {}
    desk.at(2, 0).click()
    for name, key in {
        "moved": "Alt+ArrowDown",
        "inserted": "Control+Enter",
        "copied": "Control+Shift+Enter",
        "deleted": "Control+Delete",
    }.items():
        desk.keys(key)
        found[name] = [desk.page.evaluate(LINES), desk.page.evaluate(HERE)]
    desk.keys("Control+z", "Control+z", "Control+z", "Control+z")
    found["undone"] = desk.page.evaluate(LINES)
    desk.keys("Control+y")
    found["redone"] = desk.page.evaluate(LINES)
    desk.keys("Control+z")
    desk.at(2, 0).click()
    desk.page.evaluate(PASTE, "p\ttrue\nq\tfalse\n")
    found["pasted"] = desk.page.evaluate(LINES)
    desk.keys("Control+z")
    return found


def _marks(desk: Desk) -> dict[str, Any]:
    desk.heads()
    before = desk.settled()
    desk.at(3, 2).click()
    desk.page.keyboard.type("many")
    wrong = {
        "said": desk.settled(), "beside": desk.page.inner_text("#editor-marks-3"), "is_invalid": desk.at(3, 2).get_attribute("aria-invalid"),
        "described": desk.at(3, 2).get_attribute("aria-describedby"), "label": desk.at(3, 2).get_attribute("aria-label"),
    }  # fmt: skip
    desk.page.locator("[data-edit=next]").click()
    wrong["next"] = desk.page.evaluate(HERE)
    desk.keys("Control+z")
    return {
        "before": before,
        "wrong": wrong,
        "after": desk.settled(),
        "invalid": desk.page.locator("[aria-invalid]").count(),
    }


def _leaving(desk: Desk) -> dict[str, Any]:
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.page.once("dialog", stay)
    desk.at(2, 0).fill("key")
    desk.page.locator(".brand").click()
    desk.page.wait_for_timeout(500)
    return {
        "asked": asked,
        "address": desk.page.url.removeprefix(desk.url),
        "typed": desk.at(2, 0).input_value(),
    }


def _no_network(desk: Desk) -> dict[str, str]:
    """Save while the server cannot be reached, then after signing out elsewhere; each time what was typed stays."""
    desk.at(2, 5).fill("monitor")
    desk.page.route("**/orders/drafts/check", lambda route: route.abort())
    desk.save()
    away = desk.settled()
    desk.page.unroute("**/orders/drafts/check")
    cookies = desk.context.cookies()
    desk.context.clear_cookies(name="sessionid")
    desk.save()
    out = desk.settled()
    desk.context.add_cookies(cookies)
    return {
        "away": away,
        "out": out,
        "typed": desk.at(2, 5).input_value(),
        "address": desk.page.url.removeprefix(desk.url),
    }


def _two(first: Desk, second: Desk) -> dict[str, Any]:
    first.save()
    first.page.wait_for_url("**/orders/drafts/*")
    address = first.page.url.removeprefix(first.url)
    first.settled()
    second.open(address)
    second.at(2, 5).fill("wait")
    second.save()
    second.settled()
    first.at(2, 5).fill("ask")
    warned = first.settled()
    first.save()
    first.page.wait_for_selector("[role=alert]")
    refused = {"text": " ".join(first.page.inner_text("main").split()), "mine": first.at(2, 5).input_value()}
    first.save()
    first.page.get_by_text("草稿已存为第 3 版").wait_for()
    return {
        "warned": warned,
        "refused": refused,
        "kept": first.at(2, 5).input_value(),
        "complaints": second.complaints,
    }


def _widths(desk: Desk) -> dict[str, int]:
    found = {}
    for width in (390, 1440, 1920):
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.open(EDITOR)
        found[str(width)] = desk.page.evaluate(WIDER)
    return found


def _printed(desk: Desk) -> dict[str, list[str]]:
    """Return the sentences of a rule on the screen, and what stands on each sheet of its print, blanks left out."""
    import subprocess

    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.page.goto(f"{desk.url}/orders/rules/gate.entry")
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(desk.page.pdf(prefer_css_page_size=True))
        file.flush()
        words = ["pdftotext", "-raw", file.name, "-"]
        text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    sentences = desk.page.locator(".tablebox").first.locator("tbody th").all_inner_texts()
    pages = ["".join(page.split()) for page in text.split("\f")[:-1]]
    return {"pages": pages, "sentences": ["".join(s.split()) for s in sentences]}


def test_the_grid_is_walked_by_keys(hand: dict[str, Any]) -> None:
    """Arrows, Enter and Tab go to the next cell; inside a word an arrow moves in the word."""
    assert hand["moves"] == {
        "down": [3, 0], "enter": [4, 0], "up": [3, 0], "right": [3, 1], "tab": [3, 2], "left": [3, 1], "inside": [3, 1],
    }  # fmt: skip


def test_rows_are_moved_added_copied_deleted_and_all_of_it_undone(hand: dict[str, Any]) -> None:
    """By keys: what the sheet holds is what a person would have on paper, and the hand stays on its row."""
    head, types, one, two, *rest = hand["first"]
    empty = "-,-,-,-,-,,,,,,"
    rows = hand["rows"]

    assert rows["moved"] == [[head, types, two, one, *rest], [3, 0]]
    assert rows["inserted"] == [[head, types, two, one, empty, *rest], [4, 0]]
    assert rows["copied"] == [[head, types, two, one, empty, empty, *rest], [5, 0]]
    assert rows["deleted"][0] == rows["inserted"][0]
    assert rows["undone"] == hand["first"]
    assert rows["redone"] == rows["moved"][0]
    assert [line[:7] for line in rows["pasted"][2:4]] == ["p,true,", "q,false"]


def test_what_is_wrong_stands_under_its_row_while_one_types(hand: dict[str, Any]) -> None:
    """The cell says that it is wrong and by what; undone, nothing stands against the table."""
    wrong = hand["marks"]["wrong"]

    assert (hand["marks"]["before"], hand["marks"]["after"]) == ("没有要改的", "没有要改的")
    assert wrong["said"] == "1 处要改"
    assert "many 不是数" in wrong["beside"]
    assert (wrong["is_invalid"], wrong["described"]) == ("", "editor-marks-3")
    assert wrong["label"] == "第 2 行 到达后天数"
    assert wrong["next"] == [3, 2]
    assert hand["marks"]["invalid"] == 0


def test_leaving_asks_first(hand: dict[str, Any]) -> None:
    """Who is asked and stays finds what he typed."""
    assert hand["leaving"] == {"asked": ["beforeunload"], "address": EDITOR, "typed": "key"}


def test_nothing_typed_is_lost_without_network_or_after_signing_out(hand: dict[str, Any]) -> None:
    """Saving says why it was not saved, and stays on the page with all that was typed."""
    assert hand["lost"]["away"].startswith("连不上服务器")
    assert hand["lost"]["out"].startswith("登录已经过期")
    assert (hand["lost"]["typed"], hand["lost"]["address"]) == ("monitor", EDITOR)


def test_the_second_of_two_sees_both_and_chooses(hand: dict[str, Any]) -> None:
    """He is warned while he types, sees both cells when he saves, and saves his own knowingly."""
    two = hand["two"]

    assert "commander 已经存了第 2 版" in two["warned"]
    assert "第 1 行，第 6 列 wait ask" in two["refused"]["text"]
    assert two["refused"]["mine"] == "ask"
    assert two["kept"] == "ask"
    assert two["complaints"] == []


def test_the_editor_asks_nobody_else_and_is_as_wide_as_its_page(hand: dict[str, Any]) -> None:
    """No complaint of the browser, no address elsewhere, no sideways scroll of the page on phone and desk."""
    assert hand["complaints"] == []
    assert hand["wide"] == {"390": 0, "1440": 0, "1920": 0}


def test_a_rule_is_printed_with_its_clause_and_a_head_on_every_page(hand: dict[str, Any]) -> None:
    """Every sheet says that it is an exercise; a table that goes on has its head again; no row is cut by the end of a sheet."""
    pages, sentences = hand["print"]["pages"], hand["print"]["sentences"]

    assert len(pages) > 1
    assert "14/1" in pages[0]
    assert len(sentences) == 20
    for n, page in enumerate(pages, 1):
        assert f"演练数据EXERCISE{n}/{len(pages)}" in page
        assert "读作" in page or "否则，如果" not in page
    for sentence in sentences:
        assert any(sentence in page for page in pages), sentence
