"""A file from the page through the queue to the county and back, on a county that is really served."""

import html
import http.cookiejar
import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hostile import files
from twofront.ground.reader_words import SENTENCES

DIVISIONS = "代码,名称,上级\n330783,东阳市,\n330783001,吴宁街道,330783\n330783002,,330783\n"
OWN = "correct-horse-1"


@dataclass
class Browser:
    """Somebody's browser, as far as forms need one."""

    url: str

    def __post_init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[str, bytes]:
        """Return the address at which one arrives, and what stands there."""
        with self.opener.open(self.url + path, timeout=30) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read()

    def post(
        self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None = None
    ) -> tuple[str, bytes]:
        """Send a form with the secret that the site gave."""
        token = next(c.value for c in self.jar if c.name == "csrftoken")
        edge = "----form"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode()
            for n, v in {**fields, "csrfmiddlewaretoken": token or ""}.items()
        ]
        if file is not None:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n\r\n'
            parts.append(head.encode() + file[1] + b"\r\n")
        body = b"".join(parts) + f"--{edge}--\r\n".encode()
        request = urllib.request.Request(
            self.url + path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"}
        )
        with self.opener.open(request, timeout=30) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty county that is served, whose operator has chosen a password: its address."""
    data = tmp_path_factory.mktemp("served") / "county"
    command = [str(Path(sys.executable).with_name("twofront"))]
    made = subprocess.run(
        [*command, "init", "--data", str(data), "--clock", "2020-02-18T19:30"],
        capture_output=True,
        check=True,
        text=True,
    )
    password = json.loads(made.stdout)["accounts"][0]["password"]
    server = subprocess.Popen(
        [*command, "serve", "--data", str(data), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        browser = Browser(url)
        browser.get("/login")
        assert browser.post("/login", {"login": "operator", "password": password})[0] == "/password"
        browser.post("/password", {"old": password, "new": OWN, "again": OWN})
        yield url
    finally:
        server.terminate()
        assert server.wait(20) == 0
        if server.stdout:
            server.stdout.close()


def _until_done(browser: Browser, address: str) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        page = browser.get(address)[1].decode()
        if "hx-get" not in page:
            return page
        time.sleep(0.5)
    raise AssertionError("the load did not end")


@pytest.mark.slow  # a county is made and served: some twenty seconds
def test_a_file_goes_through_the_queue_and_comes_back_marked(served: str) -> None:
    """A file is sent, its progress ends, two rows are taken, one comes back in red; twice is once."""
    browser = Browser(served)
    browser.get("/login")
    browser.post("/login", {"login": "operator", "password": OWN})

    form = {"kind": "divisions", "on": "2020-01-01"}
    address, _page = browser.post("/load", form, ("区划.csv", DIVISIONS.encode("gb18030")))
    done = _until_done(browser, address)
    again = _until_done(browser, browser.post("/load", form, ("区划.csv", DIVISIONS.encode("gb18030")))[0])

    assert "装入 区划.csv" in done
    assert "收下 2 行，重复 0 行，退回 1 行" in done
    assert "什么也没有改动" in again
    shown = re.search(r'href="(/imports/[0-9a-f-]{36})"', done)
    assert shown is not None
    assert "B4" in browser.get(shown.group(1))[1].decode()
    assert browser.get(f"{shown.group(1)}/marked")[1].startswith(b"PK")


@pytest.mark.slow  # waits for the county of the test above
def test_a_file_that_is_no_sheet_is_refused_in_a_sentence(served: str) -> None:
    """The job ends, the page says why in the reader's language, and the next file goes in as before."""
    browser = Browser(served)
    browser.get("/login")
    browser.post("/login", {"login": "operator", "password": OWN})

    address, _page = browser.post(
        "/load", {"kind": "divisions"}, ("区划.xlsx", b"PK\x03\x04 this is no workbook")
    )
    page = _until_done(browser, address)

    assert "tone-bad" in page
    assert "Traceback" not in page
    assert "再装一个" in page


@pytest.mark.slow  # thirty hostile files, each through the queue and a child of its own
def test_every_hostile_file_is_answered_in_a_sentence_over_http(served: str, tmp_path: Path) -> None:
    """Whatever is sent, the page says what is wrong and what to do, and a second client's board is there meanwhile."""
    browser, second = Browser(served), Browser(served)
    for one in (browser, second):
        one.get("/login")
        one.post("/login", {"login": "operator", "password": OWN})
    slow = {}
    for name, (make, code) in files.REFUSED.items():
        path = make(tmp_path)
        begin = time.monotonic()
        address, page = browser.post("/load", {"kind": "enterprises"}, (path.name, path.read_bytes()))
        assert b"indicator" in second.get("/")[1] or second.get("/")[0] == "/"
        said = (
            page.decode() if b"hx-get" not in page and address == "/load" else _until_done(browser, address)
        )
        slow[name] = time.monotonic() - begin

        assert "Traceback" not in said, name
        assert "tone-bad" in said, name
        if code:
            assert SENTENCES[code].zh.split("{at}")[-1] in html.unescape(said), name
        path.unlink()
    assert max(slow.values()) < 20, slow  # the ten seconds of the reader, and the queue's way to it
