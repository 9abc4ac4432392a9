"""The pages rendered once for all tests, and a small server that gives them out under the product's policy."""

import hashlib
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "twofront/web/dist"
POLICY = (
    "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; font-src 'self'"
)
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render every sample page in both languages, in a process with templates and catalogues only."""
    out = tmp_path_factory.mktemp("pages")
    subprocess.run([sys.executable, str(ROOT / "tests/web/render.py"), str(out)], check=True, cwd=ROOT)
    return out


class Site(http.server.ThreadingHTTPServer):
    """Gives out rendered pages and built assets; `live` is what the polled address answers."""

    daemon_threads = True
    live = b""
    asked: list[str | None]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Door(http.server.SimpleHTTPRequestHandler):
    """One request."""

    server: Site
    pages: Path

    def translate_path(self, path: str) -> str:
        path = path.partition("?")[0]
        return str(DIST / path[8:]) if path.startswith("/static/") else str(self.pages / path.lstrip("/"))

    def do_GET(self) -> None:
        if not self.path.startswith("/board-live"):
            return super().do_GET()
        tag = f'"{hashlib.sha256(self.server.live).hexdigest()}"'
        given = self.headers.get("If-None-Match")
        self.server.asked.append(given)
        self.send_response(304 if given == tag else 200)
        self.send_header("ETag", tag)
        self.end_headers()
        if given != tag:
            self.wfile.write(self.server.live)
        return None

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site(rendered: Path) -> Iterator[Site]:
    """Serve the rendered pages; skipped while the page assets are not built."""
    if not (DIST / "manifest.json").exists():
        pytest.skip("page assets are not built: npm ci && npm run build")
    server = Site(("127.0.0.1", 0), type("DoorOfPages", (Door,), {"pages": rendered}))
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """Start Debian's Chromium; skipped where there is none."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.skip("no /usr/bin/chromium: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as driver:
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()
