"""What a newcomer gets: locks that name no address, a command that no path breaks, a run that counts right, a wheel."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock", "requirements-node.lock")
BUILT = ROOT / "twofront" / "web" / "dist" / "manifest.json"


def entries(lock: str) -> dict[str, str]:
    """Return the entries of a lock: `name==version ; marker` to the hashes after it."""
    found = re.split(r"^(?=\S+==)", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {(parts := e.split(" \\\n", 1))[0]: parts[1] for e in found}


def download_mb(lock: str) -> int:
    """Return what the first line of a lock says a first installation downloads."""
    said = re.match(r"# download: \d+ packages, (\d+) MB\n", (ROOT / lock).read_text("utf-8"))
    assert said
    return int(said.group(1))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_every_package_and_no_address(lock: str) -> None:
    """Whoever installs does so from an index of his own choice, and gets the same bytes."""
    text = (ROOT / lock).read_text("utf-8")

    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash=sha256:", ""), re.MULTILINE)
    assert all(
        re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", hashes)
        for hashes in entries(lock).values()
    )


def test_the_lock_of_the_pages_names_no_address() -> None:
    """As above, for npm."""
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert all("integrity" in package and "resolved" not in package for package in packages.values())


def test_what_the_demonstration_installs_is_a_part_of_what_the_tests_install() -> None:
    """So `make demo` after `make setup` takes nothing away, and the tests try the versions that serve."""
    assert entries("requirements.lock").items() <= entries("requirements-dev.lock").items()


def test_a_first_demonstration_downloads_at_most_320_mb() -> None:
    """Also on a machine without Node; the page assets are 70 MB by the size of npm's cache after a first run."""
    assets = int(
        re.search(r"(\d+) MB to download", (ROOT / "tools" / "assets.sh").read_text("utf-8")).group(1)
    )  # type: ignore[union-attr]

    assert sum(download_mb(lock) for lock in LOCKS if lock != "requirements-dev.lock") + assets <= 320


def test_the_command_works_under_a_path_with_spaces_and_through_a_link(tmp_path: Path) -> None:
    """A first line with a path in it would break at the space, and at 127 characters."""
    home = tmp_path / ("two words " + "x" * 120) / "bin"
    home.mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "twofront.in", home / "twofront")
    (home / "twofront").chmod(0o755)
    (home / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (home / "python").chmod(0o755)
    (tmp_path / "link").symlink_to(home / "twofront")

    answer = subprocess.run(
        [tmp_path / "link", "--version"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )

    assert re.fullmatch(r"twofront \d+\.\d+\.\d+\n", answer.stdout)


FAKE_MAKE = """#!/bin/sh
test "$1" = test || exit 0
report=$(printf '%s' "$2" | sed 's/.*--junitxml=//')
cp "$REPORT" "$report"
exit "$MAKE_TEST"
"""
REPORT = '<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" errors="{e}" failures="{f}" skipped="{s}" tests="{n}">'


@pytest.mark.parametrize(
    ("failing", "report", "code", "last"),
    [
        ((), {"e": 0, "f": 0, "s": 3, "n": 20}, 0, "24 passed, 0 failed, 3 skipped"),
        ((), {"e": 1, "f": 2, "s": 0, "n": 20}, 1, "24 passed, 3 failed, 0 skipped"),
        (("ruff", "mypy"), {"e": 0, "f": 0, "s": 0, "n": 20}, 0, "24 passed, 3 failed, 0 skipped"),
        ((), None, 1, "7 passed, 1 failed, 0 skipped"),
        ((), {"e": 0, "f": 0, "s": 0, "n": 20}, 1, "27 passed, 1 failed, 0 skipped"),
    ],
    ids=[
        "all pass",
        "tests fail",
        "linters fail",
        "the tests end without a report",
        "the tests end badly with a good report",
    ],
)
def test_the_run_on_a_clean_machine_counts_each_test_and_each_linter(
    failing: tuple[str, ...], report: dict[str, int] | None, code: int, last: str, tmp_path: Path
) -> None:
    """By hand: 7 steps (set-up, format, lint, types, layers, dependencies, pages) and the tests of the report.

    20 tests of which 3 were left out: 7 + 17 = 24 passed. With 1 error and 2 failures: 7 + 17 = 24, 3 failed. With ruff
    failing twice (format and lint) and mypy once: 4 + 20 = 24, 3 failed.
    """
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "node.sh").write_text("exit 0\n")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("make", "ruff", "mypy", "lint-imports", "deptry"):
        (programs / name).write_text(
            FAKE_MAKE if name == "make" else f"#!/bin/sh\nexit {int(name in failing)}\n"
        )
        (programs / name).chmod(0o755)
    (tmp_path / "report.xml").write_text(REPORT.format(**report) if report else "")
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "REPORT": str(tmp_path / "report.xml"),
        "MAKE_TEST": str(code),
    }

    answer = subprocess.run(
        [tmp_path / ".ci" / "run"], capture_output=True, text=True, check=False, env=environment
    )

    assert answer.stdout.splitlines()[-1] == last
    assert (answer.returncode == 0) == (" 0 failed" in last)


@pytest.mark.slow  # builds a wheel, makes an environment and a county, serves it: 10 s
@pytest.mark.skipif(not BUILT.exists(), reason="the page assets are not built: make setup")
def test_a_county_is_made_and_served_from_the_wheel_without_node(tmp_path: Path) -> None:
    """The wheel carries pages, playbooks and the exercise county; what it depends on is lent from this environment."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    assert {"twofront/web/dist/manifest.json", "twofront/demo/make.py"} <= set(names)
    assert any(re.fullmatch(r"twofront/playbooks/dongyang-2020/\w+\.toml", name) for name in names)
    home = tmp_path / "fresh"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    packages = next(home.glob("lib/*/site-packages"))
    zipfile.ZipFile(wheel).extractall(packages)
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    command = [
        str(home / "bin" / "python"),
        "-I",
        "-c",
        "import sys; from twofront.cli import main; sys.exit(main())",
    ]
    environment = {"PATH": "/nowhere", "HOME": str(tmp_path)}

    def run(*words: str) -> str:
        return subprocess.run(
            [*command, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        ).stdout

    assert run("--version").startswith("twofront ")
    run("init", "--data", "county")
    serve = subprocess.Popen(
        [*command, "serve", "--data", "county", "--port", "0"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert serve.stdout is not None
        line = serve.stdout.readline()
        assert line, serve.communicate()[1]
        asset = next(iter(json.loads(BUILT.read_text("utf-8")).values()))["file"]
        for address in ("/healthz", f"/static/{asset}"):
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                json.loads(line)["url"] + address, timeout=10
            ) as answer:
                assert answer.status == 200
    finally:
        serve.send_signal(signal.SIGTERM)
        serve.communicate(timeout=20)
        link = tmp_path / "county" / "pg"
        if (
            link.is_symlink()
        ):  # as root the database lies in a system folder: pytest's own is closed to others
            shutil.rmtree(link.resolve().parent)
    assert serve.returncode == 0
