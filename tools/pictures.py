"""Take the pictures of the documents from a running exercise: `twofront demo --no-browser | python tools/pictures.py OUT`.

Reads the demonstration's JSON line from standard input; an empty county can be given with `--empty URL LOGIN PASSWORD`.
Needs Playwright and a Chromium.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = (390, 1440, 1920)
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def main() -> None:
    """Take them all."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("out", type=Path)
    p.add_argument("--empty", nargs=3, metavar=("URL", "LOGIN", "PASSWORD"))
    args = p.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    program = next(c for c in ("chromium", "chromium-browser", "google-chrome") if shutil.which(c))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which(program), args=FLAGS)
        if args.empty:
            url, login, password = args.empty
            take(browser, {"url": url}, {"login": login, "password": password}, args.out, {"empty": "/"})
        else:
            demo = json.loads(sys.stdin.readline())
            clerk = next(a for a in demo["accounts"] if a["role"] == "office_clerk")
            pages = {"board": "/", "error": "/rows?figure=chart:nothing&part=numerator"}
            take(browser, demo, clerk, args.out, pages)
        browser.close()


def take(browser: Browser, at: dict[str, Any], who: dict[str, Any], out: Path, pages: dict[str, str]) -> None:
    """Take each page in both languages at each width."""
    for short, language in LANGUAGES.items():
        context = browser.new_context(locale="zh-CN" if short == "zh" else "en-US")
        context.add_cookies([{"name": "django_language", "value": language, "url": at["url"]}])
        page = context.new_page()
        page.goto(f"{at['url']}/login")
        page.fill("input[name=login]", who["login"])
        page.fill("input[name=password]", who["password"])
        page.click("main form button")
        page.wait_for_load_state()
        for name, path in pages.items():
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 844 if width < 500 else 1000})
                page.goto(at["url"] + path)
                page.wait_for_timeout(1200)
                page.screenshot(
                    path=out / f"{name}-{short}-{width}.png", full_page=name != "board" or width < 1920
                )
        context.close()


if __name__ == "__main__":
    main()
