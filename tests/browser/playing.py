"""Plays the exercise once, as its visitor does, and notes all that was seen: what programs read, what the browser shows.

The county is served by `twofront demo` in a process of its own; a browser signs in by the login page and presses the
buttons of the board. What is noted is JSON, so that the workers of one test run share one play.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
TWOFRONT = [sys.executable, "-c", "import sys; from twofront.cli import main; sys.exit(main())"]
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 180_000
PARTS = ("numerator", "denominator", "unknown")
BLOCKS = ("330783123", "330783201", "-")
"""Followed by the address of each figure: 横店, 三单, and what has no township."""


def once(name: str, folders: pytest.TempPathFactory, play: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what one play noted, whichever worker of the run comes first; a failed one fails every test, without a second try.

    It plays in a thread of its own: Playwright refuses a second session in a thread, and other tests keep one open.
    """
    own = folders.getbasetemp()
    shared = own.parent if own.name.startswith("popen-gw") else own
    notes = shared / f"{name}.json"
    with (shared / f"{name}.lock").open("w") as lock, ThreadPoolExecutor(1) as thread:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not notes.exists():
            try:
                noted = thread.submit(play).result()
            except Exception as e:  # noqa: BLE001 - said by the tests, each with its name
                noted = {"failed": f"{type(e).__name__}: {e}"}
            notes.write_text(json.dumps(noted), "utf-8")
    found: dict[str, Any] = json.loads(notes.read_text("utf-8"))
    assert "failed" not in found, found["failed"]
    return found


class Demo:
    """A running `twofront demo` and what its one line said."""

    def __init__(self, data: Path, *words: str) -> None:
        """Start it, and wait for its line."""
        self.log = data.parent / f"{data.name}.log"
        began = time.monotonic()
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*TWOFRONT, "demo", "--no-browser", "--data", str(data), *words],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        self.seconds = time.monotonic() - began
        if not first:
            raise AssertionError(self.log.read_text()[-2_000:])
        self.line: dict[str, Any] = json.loads(first)

    def stop(self) -> dict[str, Any]:
        """End it by SIGTERM; return its exit code, the seconds it took, what else it printed, and what it left."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        more = self.process.stdout.read()
        self.process.stdout.close()
        code = self.process.wait(30)
        return {
            "code": code,
            "seconds": time.monotonic() - began,
            "more": more,
            "left": left_behind(self.line["data"]),
        }

    def kill(self) -> None:
        """End it without a chance to clean up."""
        assert self.process.stdout is not None
        self.process.kill()
        self.process.stdout.close()
        self.process.wait(30)

    def account(self, role: str) -> dict[str, str]:
        """Return the exercise's account of a role."""
        found: dict[str, str] = next(a for a in self.line["accounts"] if a["role"] == role)
        return found

    def get(self, address: str, *, role: str = "office_clerk") -> dict[str, Any]:
        """Return what an address answers to an account's token."""
        asked = urllib.request.Request(
            self.line["url"] + address, headers={"Authorization": f"Bearer {self.account(role)['token']}"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def status(self, address: str, *, role: str) -> int:
        """Return the status with which an address answers."""
        try:
            self.get(address, role=role)
        except urllib.error.HTTPError as e:
            with e:
                return e.code
        return 200


def left_behind(data: str) -> list[int]:
    """Return the processes that still work in a data folder or name it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
            here = str((entry / "cwd").readlink())
        except OSError:
            continue
        if data in words or here.startswith(data):
            found.append(int(entry.name))
    return found


def play(data: Path) -> dict[str, Any]:
    """Make the exercise county, go through its stops, begin anew, end it in every way; return what was seen."""
    demo = Demo(data)
    seen: dict[str, Any] = {"line": demo.line, "first_start": demo.seconds}
    try:
        seen["busy"] = _refused_beside(data)
        seen["followed"] = _follow(demo)
        seen["by_role"] = _roles(demo)
        seen["commands"] = _commands(demo, data)
        seen |= _in_the_browser(demo)
    finally:
        seen["stopped"] = demo.stop()
    again = Demo(data)
    seen["second_start"] = again.seconds
    seen["after_restart"] = again.get("/api/v1/board")
    again.kill()
    revived = Demo(data)
    seen["after_kill"] = revived.get("/api/v1/board")
    seen["stopped_after_kill"] = revived.stop()
    return seen


def _refused_beside(data: Path) -> dict[str, Any]:
    done = subprocess.run(
        [*TWOFRONT, "demo", "--no-browser", "--data", str(data)], capture_output=True, text=True, check=False
    )
    return {"code": done.returncode, "out": done.stdout, "words": done.stderr}


def _follow(demo: Demo) -> list[dict[str, Any]]:
    """Follow the address of every figure of the county and of three places; note figure, total and the rows' own sum."""
    noted = []
    for place in ("", *BLOCKS):
        board = demo.get(f"/api/v1/board?township={place}")
        for figure in (*board["charts"], *board["goals"]):
            for part in PARTS:
                address = figure["rows"][part]
                if address is None:
                    continue
                answer = demo.get(address)
                added, following = sum(i["n"] for i in answer["items"]), answer["next"]
                while following:
                    page = demo.get(following)
                    added, following = added + sum(i["n"] for i in page["items"]), page["next"]
                noted.append(
                    {
                        "place": place,
                        "key": figure["key"],
                        "part": part,
                        "figure": figure[part],
                        "total": answer["total"],
                        "added": added,
                    }
                )
    return noted


def _roles(demo: Demo) -> dict[str, Any]:
    """Note what the accounts of other roles get: the board, the county's rows, those of a place of their own and of another."""
    rows = "/api/v1/rows?figure=chart:above_scale_industry&part=unknown&on=2020-02-18"
    return {
        role: {
            "board": demo.status("/api/v1/board", role=role),
            "county": demo.status(rows, role=role),
            "wuning": demo.status(f"{rows}&township=330783001", role=role),
            "hengdian": demo.status(f"{rows}&township=330783123", role=role),
        }
        for role in ("commander", "township", "observer", "auditor")
    }


def _commands(demo: Demo, data: Path) -> dict[str, Any]:
    """Note what commands beside the running server print."""

    def run(*words: str) -> Any:
        done = subprocess.run(
            [*TWOFRONT, *words, "--data", str(data)], capture_output=True, text=True, check=False
        )
        return {"code": done.returncode, "out": done.stdout, "words": done.stderr}

    with urllib.request.urlopen(f"{demo.line['url']}/healthz", timeout=60) as answer:
        health = json.load(answer)
    return {
        "export": run("board", "export", "--on", "2020-02-18"),
        "asked": demo.get("/api/v1/board?on=2020-02-18"),
        "verify": run("audit", "verify"),
        "status": run("status"),
        "url": run("db", "url"),
        "health": health,
    }


def _in_the_browser(demo: Demo) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    seen: dict[str, Any] = {"stops": []}
    if not CHROMIUM.exists():
        return seen
    with sync_playwright() as driver:
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        page = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(PATIENCE_MS)
        url, account = demo.line["url"], demo.account("office_clerk")
        page.goto(f"{url}/login")
        page.fill("input[name=login]", account["login"])
        page.fill("input[name=password]", account["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/")
        other = page.context.new_page()
        other.goto(f"{url}/")
        seen["other"] = []
        for number in range(4):
            if number:
                _press_on(page, url)
                seen["other"].append(_of_itself(other, demo.get("/healthz")["clock"]))
            seen["stops"].append(_look(demo, page, url, number))
        page.locator("form[action$='/exercise/reset'] button").click()
        page.locator("dialog[open]").get_by_role("button", name="确定").click()
        page.get_by_text("已回到第一个时点").first.wait_for()
        seen["other"].append(_of_itself(other, demo.line["clock"]))
        page.goto(f"{url}/")
        seen["reset"] = {"zh": _text(page), "board": demo.get("/api/v1/board")}
        browser.close()
    return seen


def _of_itself(page: Any, clock: str) -> dict[str, str]:
    """Note a window that nobody touches, as soon as its clock has followed."""
    page.locator(f".top-clock time[datetime='{clock[:16]}']").wait_for()
    return {
        "title": page.title(),
        "picker": page.inner_text(".days summary"),
        "sentences": " ".join(page.inner_text(".sentences").split()),
    }


def _press_on(page: Any, url: str) -> None:
    page.goto(f"{url}/")
    page.locator("form[action$='/exercise/next'] button").click()
    page.get_by_text("已到", exact=True).first.wait_for()


def _look(demo: Demo, page: Any, url: str, number: int) -> dict[str, Any]:
    """Note a stop: the board as programs and both languages have it, and the pages that belong to the story there."""
    page.goto(f"{url}/")
    noted = {"zh": _text(page), "board": demo.get("/api/v1/board"), "health": demo.get("/healthz")}
    page.get_by_text("家待走访").first.click()
    page.wait_for_load_state()
    noted["contradictions"] = _text(page)
    page.goto(f"{url}/charts/power_index")
    noted["power"] = _text(page)
    page.goto(f"{url}/survey")
    noted["survey"] = _text(page)
    if number == 0:
        noted["before_closing"] = demo.get("/api/v1/board?on=2020-02-18&known=2020-02-18T17:59")
        noted["changed"] = _at(page, f"{url}/changed")
        industry = "/api/v1/rows?figure=chart:above_scale_industry&on=2020-02-18&part="
        noted["rows"] = demo.get(f"{industry}disagreements")
        noted["against"] = {part: demo.get(industry + part)["total"] for part in ("seen", "unseen", "silent")}
        page.goto(f"{url}/")
        page.get_by_text("无新增病例 5 天").first.click()
        page.wait_for_load_state()
        noted["cases"] = _text(page)
        page.goto(f"{url}/")
        page.get_by_role("button", name="English").click()
        page.goto(f"{url}/")
        noted["en"] = _text(page)
        page.get_by_role("button", name="中文").click()
    if number:
        noted["published"] = demo.get("/api/v1/board?on=2020-02-18&known=2020-02-18T20:00")
    if number >= 2:
        noted["the_19th"] = demo.get("/api/v1/board?on=2020-02-19")
    if number == 3:
        noted["open_villages"] = demo.get("/api/v1/rows?figure=goal:full_coverage&part=missing&on=2020-02-21")
    return noted


def _at(page: Any, address: str) -> str:
    page.goto(address)
    return _text(page)


def _text(page: Any) -> str:
    """Return what the page shows, words apart by one space."""
    return " ".join(page.inner_text("body").split())
