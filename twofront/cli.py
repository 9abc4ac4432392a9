"""The one command. A verb's module is imported only when the verb is called, so that every call starts fast."""

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from itertools import pairwise

from twofront import __version__
from twofront.core.errors import CannotDo
from twofront.ground import spoken
from twofront.ground.processes import is_chinese

VERBS: dict[tuple[str, ...], tuple[str, str]] = {
    ("power", "index"): ("power_index", "compute the resumption index from meter readings"),
    ("roster", "check"): ("roster_check", "check a roster as people keep it"),
    ("playbook", "check"): ("playbook_check", "check the files of a playbook"),
    ("playbook", "load"): ("playbook_load", "put a version of a playbook in force"),
    ("grids", "draw"): ("grids_draw", "draw grids from dwellings"),
    ("grids", "score"): ("grids_score", "score a drawing of grids"),
    ("grids", "redraw"): ("grids_redraw", "redraw grids from an old drawing"),
    ("grids", "micro"): ("grids_micro", "draw micro-grids inside grids"),
    ("staff", "assign"): ("staff_assign", "assign staff to grids"),
    ("staff", "readiness"): ("staff_readiness", "say who will have finished by a deadline"),
    ("rules", "check"): ("rules_check", "examine a decision table"),
    ("rules", "evaluate"): ("rules_evaluate", "ask a decision table about records"),
    ("rules", "ask"): ("rules_ask", "ask the rules of a playbook, at a moment"),
    ("init",): ("init", "make a county's data folder"),
    ("account", "password"): ("account", "print a new password for an account, once"),
    ("account", "token"): ("account", "print a new token for an account, once"),
    ("load",): ("load", "load a file of the county"),
    ("serve",): ("serve", "serve the county's pages"),
    ("status",): ("status", "say what runs and where the log is"),
    ("db", "url"): ("db_url", "print the database's address"),
    ("audit", "verify"): ("audit_verify", "verify the chain of the audit"),
    ("backup", "create"): ("backup", "make a sealed backup of a county, also while it works"),
    ("backup", "verify"): ("backup", "read a backup to its end and prove it"),
    ("restore",): ("restore", "bring a county back from its backup into an empty folder"),
    ("drill",): ("drill", "prove that the county could be brought back"),
    ("board", "export"): ("board", "print the board as JSON"),
    ("board", "publish"): ("board", "freeze a day of the board as it is known"),
    ("demo",): ("demo", "serve the exercise county"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 done with findings, 2 could not."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["version"]):
        print(f"twofront {__version__}")
        return 0
    verb = _verb(words)
    if verb is None:
        print(_overview(), file=sys.stdout if words in ([], ["--help"], ["-h"]) else sys.stderr)
        return 0 if words in ([], ["--help"], ["-h"]) else 2
    module = importlib.import_module(f"twofront.server.verbs.{VERBS[verb][0]}")
    parser = _Parser(
        prog=f"twofront {' '.join(verb)}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.configure(parser)
    parser.set_defaults(verb=" ".join(verb))
    try:
        _refuse_empty(words)
        code: int = module.run(parser.parse_args(words[len(verb) :]))
        sys.stdout.flush()
    except CannotDo as e:
        print(f"twofront: {spoken.line_of(e) if is_chinese() else e.en}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return code


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, as the contract has it."""

    def error(self, message: str) -> "None":  # type: ignore[override]
        """Raise instead of printing a usage block."""
        raise CannotDo(self.prog.removeprefix("twofront "), message, f"see '{self.prog} --help'")


def _verb(words: list[str]) -> tuple[str, ...] | None:
    return next((v for v in (tuple(words[:2]), tuple(words[:1])) if v in VERBS), None)


def _refuse_empty(words: list[str]) -> None:
    """Refuse a value without a letter: a script's empty variable is a slip, and no way to leave an option out."""
    for before, word in pairwise(words):
        if not word or re.fullmatch(r"--[\w-]+=", word):
            raise CannotDo(word.rstrip("=") or before, "an empty value", "write one, or leave it out")


def _overview() -> str:
    lines = [f"  {' '.join(verb):<18}{spoken.said(what)}" for verb, (_, what) in VERBS.items()]
    title = spoken.said("twofront: one county, two fronts")
    hint = spoken.said("'twofront VERB --help' shows an example that runs.")
    return "\n\n".join([title, "\n".join(lines), hint])
