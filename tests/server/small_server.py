"""A small county under the real supervisor, started by test_supervisor.py in a process of its own.

Words: the data folder, the port, and then any of `stubborn` (a worker that ignores SIGTERM), `broken` (a web application
that cannot be imported), `slow` (a preparation that takes a minute).
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.ground.folder import Folder
from twofront.server.progress import Progress
from twofront.server.supervisor import Ready, Supervisor

SLEEP = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"


def application(
    environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """Answer with what the web process sees."""
    del environ
    start_response("200 OK", [("Content-Type", "application/json")])
    seen = {
        name: os.environ.get(name) for name in ("TWOFRONT_DATA", "TWOFRONT_LAN", "PYTHONDONTWRITEBYTECODE")
    }
    return [json.dumps({"status": "ok", "pid": os.getpid()} | seen).encode()]


def echo(supervisor: Supervisor, words: dict[str, object]) -> object:
    """Stop the workers, and answer with what was asked."""
    supervisor.stop_workers()
    return words


def fail(supervisor: Supervisor, words: dict[str, object]) -> object:
    """Stop the workers, and fail."""
    supervisor.stop_workers()
    raise ValueError(f"asked to fail with {words}")


def main(words: list[str]) -> int:
    """Run the supervisor; exit 2 with one line, like the command line."""
    sys.path.insert(0, str(Path(__file__).parent))
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    worker = STUBBORN if "stubborn" in words else SLEEP
    supervisor = Supervisor(
        Folder(words[0]),
        port=int(words[1]),
        said=Progress(),
        wsgi="nowhere:application" if "broken" in words else "small_server:application",
        workers=dict.fromkeys(("watch", "work"), (sys.executable, "-c", worker)),
        tasks={"echo": echo, "fail": fail},
    )

    def prepare(urls: object) -> None:
        print(json.dumps({"preparing": list(urls)}), flush=True)  # type: ignore[call-overload]
        time.sleep(60 if "slow" in words else 0)

    def on_ready(ready: Ready) -> None:
        print(json.dumps({"url": ready.url, "port": ready.port, "health": ready.health}), flush=True)

    try:
        return supervisor.run(prepare=prepare, on_ready=on_ready)
    except CannotDo as e:
        print(f"twofront: {e}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
