"""docs/operations.md is run: each command in it, in its order, on a county in a temporary place."""

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_backup import TWOFRONT, root
from tests.cli.test_backup_elsewhere import elsewhere

pytestmark = pytest.mark.slow  # each command is a process of its own; three serve, one drills
__all__ = ["elsewhere", "root"]
PAGE = (Path(__file__).parents[1] / "docs" / "operations.md").read_text("utf-8")
COMMAND = re.compile(
    r"^(?: {4}(?:(?:[\d*]+ +){5})?|.*ExecStart=)(?:/opt/twofront/)?\.venv/bin/twofront (.*?)(?: {2,}#.*)?$",
    re.MULTILINE,
)


def test_each_command_of_the_page_runs(root: Path, elsewhere: dict[str, str], tmp_path: Path) -> None:
    """From `init` to the move to another server: exit 0, or served until it is told to stop."""
    (root / "backups").mkdir()
    program = tmp_path / "twofront"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(TWOFRONT)} "$@"\n', "utf-8")
    program.chmod(0o755)
    lines = [found.group(1) for found in COMMAND.finditer(PAGE)]
    verbs = {" ".join(re.findall(r"^[a-z]+(?: [a-z]+)?", line)) for line in lines}
    assert verbs >= {
        "init",
        "serve",
        "status",
        "backup create",
        "backup verify",
        "restore",
        "audit verify",
        "drill",
    }

    for line in lines:
        here = (
            line.replace("/etc/twofront/backup.key", "/srv/county/backup.key")
            .replace("/srv/", f"{root}/")
            .replace(r"\%", "%")
        )
        words = f"exec {program} {here}" + (" --port 0" if line.startswith("serve") else "")
        environment = os.environ | (elsewhere if "county-moved" in line else {})
        with subprocess.Popen(
            ["/bin/sh", "-c", words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            if line.startswith("serve"):
                with contextlib.suppress(ValueError):
                    assert json.loads(process.stdout.readline())["url"]
                process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=300)
        assert process.returncode == 0, (line, said)
