"""What linters cannot say of the code's shape, held on its syntax trees: where writes stand, what files there are, how long."""

import ast
import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CODE = ROOT / "twofront"
CORE = {
    "time",
    "ids",
    "playbook",
    "sheets",
    "power",
    "figures",
    "rules",
    "gridding",
    "staffing",
    "passes",
    "minutes",
    "transport",
    "planning",
    "errors",
}
APP_FILES = {"__init__", "models", "actions", "queries", "forms", "views", "urls", "api", "jobs", "imports"}
MORE_FILES = {  # what pages show is made beside the views, so that these stay short
    "showing": "turns an app's rows into the parts of its pages",
    "words": "the words that an app's pages say of what is counted",
    "enterprises/tables": "the lists of firms, projects and members as tables",
    "orders/drafting": "the pages on which a table is written",
    "orders/drafted": "drafts, their versions and what they change, as parts of those pages",
    "orders/marks": "what stands against a table, beside its cells",
    "orders/faults": "what core says of a table, in Chinese",
    "figures/readings": "the readings' own way into the lake, which is a store and no table",
    "centre/page": "the board's page put together",
    "centre/behind": "the rows behind each number of the board",
    "centre/townships": "one township's part of the board",
    "centre/publication": "the page on which a day is frozen",
}
WRITES = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "atomic", "raw"}
QUERYSET_WRITES = {"create", "update", "delete", "insert", "close"}
OUTSIDE_ACTS = {  # each with the reason why no act is open there
    ("server/middleware.py", "_within"): "the request's transaction, in which acts open their own",
    (
        "server/beginning.py",
        "_keep_sessions",
    ): "sessions belong to no act, and outlive the reset of an exercise",
    ("server/tables.py", "make"): "the owner's grants on libraries' tables, at a migration",
    ("server/tables.py", "upgrade"): "the migrations that are missing, together or none",
}
MANY_ARGUMENTS = {  # longer than six today; each may shrink, none may grow, and no other may join
    "ground/intake.py:load": 8,
    "core/gridding/edits.py:cut": 9,
    "apps/centre/api.py:rows": 8,
    "apps/figures/readings.py:_grid": 8,
    "core/gridding/engine.py:_search": 8,
    "core/gridding/redraw.py:redraw": 8,
    "apps/enterprises/forms.py:report": 7,
    "core/gridding/edits.py:merge": 7,
    "core/gridding/edits.py:move": 7,
    "core/gridding/engine.py:divided": 7,
    "core/gridding/micro.py:micro": 7,
    "core/gridding/redraw.py:_changed": 7,
    "core/sheets/checking.py:check": 7,
    "lake/county.py:firm_days": 7,
    "lake/county.py:index": 7,
    "server/jobs.py:ask_load": 7,
    "server/supervisor.py:__init__": 7,
}
CLOCK = {
    "ground/clock.py",
}
BESIDE = {"self", "cls", "by", "under", "key", "at"}


@functools.cache
def _trees() -> dict[str, ast.Module]:
    return {
        str(p.relative_to(CODE)): ast.parse(p.read_text("utf-8"))
        for p in sorted(CODE.rglob("*.py"))
        if "migrations" not in p.parts and "node_modules" not in p.parts
    }


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def _opens_act(function: ast.AST) -> bool:
    return any(
        isinstance(item.context_expr, ast.Call)
        and isinstance(item.context_expr.func, ast.Name)
        and item.context_expr.func.id == "act"
        for n in ast.walk(function)
        if isinstance(n, ast.With)
        for item in n.items
    )


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    a = function.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs]


def _writes(function: ast.AST) -> list[str]:
    """Return the calls that write: of a model, a query set, the ground's rows, or SQL whose text does."""
    found = []
    for call in (
        n for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
    ):
        name, receiver = call.func.attr, ast.unparse(call.func.value)  # type: ignore[attr-defined]
        if name in WRITES or (name in QUERYSET_WRITES and (".objects" in receiver or receiver == "rows")):
            found.append(f"{receiver}.{name}")
        if name in {"execute", "executemany"} and re.search(
            r"\b(insert into|update \w+ set|delete from|grant|create table|truncate)\b",
            ast.unparse(call),
            re.IGNORECASE,
        ):
            found.append(f"{receiver}.{name}")
    return found


def _may_write(tree: ast.Module) -> set[str]:
    """Return the functions of a module that write inside an act: they open one, are handed a batch, or serve only such."""
    functions = {f.name: f for f in _functions(tree)}
    may = {
        name
        for name, f in functions.items()
        if _opens_act(f)
        or any(
            a.annotation is not None and ast.unparse(a.annotation) in {"Batch", "OpenAct"}
            for a in _arguments(f)
        )
    }
    callers = {
        name: {
            g
            for g, f in functions.items()
            if g != name and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(f))
        }
        for name in functions
    }
    while True:
        served = {
            n for n in functions if n.startswith("_") and n not in may and callers[n] and callers[n] <= may
        }
        if not served:
            return may
        may |= served


def _is_writer(path: str) -> bool:
    return bool(re.fullmatch(r"apps/\w+/actions(\.py|/\w+\.py)", path)) or path in {
        "figures/readings.py",
        "apps/figures/readings.py",
    }


def test_core_is_a_closed_list_of_modules() -> None:
    """A module that is not in the design has no place in the core."""
    found = {
        p.stem for p in (CODE / "core").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    } - {"__init__"}

    assert found <= CORE


def test_an_app_has_the_same_few_files() -> None:
    """Beside the ten of the design only those named with a reason stand, and every app says in one sentence what it owns."""
    for app in (p for p in (CODE / "apps").iterdir() if (p / "__init__.py").exists()):
        names = {
            p.stem
            for p in app.iterdir()
            if (p.suffix == ".py" or (p / "__init__.py").exists()) and p.name != "migrations"
        }
        strange = {
            n for n in names - APP_FILES if n not in MORE_FILES and f"{app.name}/{n}" not in MORE_FILES
        }
        assert not strange, f"{app.name}: {strange}"
        tree = _trees()[f"apps/{app.name}/__init__.py"]
        assert ast.get_docstring(tree), app.name
        assert len(tree.body) == 1, f"{app.name}/__init__.py holds a docstring and nothing else"


def test_between_apps_only_actions_queries_and_urls_are_imported() -> None:
    """No app knows another's models, views or forms."""
    for path, tree in _trees().items():
        if not (own := re.match(r"apps/(\w+)/", path)):
            continue
        for node in (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module):
            parts = str(node.module).split(".")
            if parts[:2] != ["twofront", "apps"] or len(parts) < 3 or parts[2] == own[1]:
                continue
            doors = {parts[3]} if len(parts) > 3 else {a.name for a in node.names}
            assert doors <= {"actions", "queries", "urls"}, f"{path}:{node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("part", ["apps", "server", "web"])
def test_nothing_is_written_outside_an_act(part: str) -> None:
    """Outside the ground rows are written only by actions, in functions that open an act or are handed its batch."""
    for path, tree in _trees().items():
        if not path.startswith(f"{part}/"):
            continue
        may = _may_write(tree) if _is_writer(path) else set()
        for function in _functions(tree):
            if function.name in may or (path, function.name) in OUTSIDE_ACTS:
                continue
            assert not _writes(function), f"{path}:{function.lineno} {function.name}: {_writes(function)}"


def test_each_exception_still_stands_in_the_code() -> None:
    """A reason for what is no longer there is taken off the list."""
    for path, name in OUTSIDE_ACTS:
        assert any(f.name == name and _writes(f) for f in _functions(_trees()[path])), (path, name)
    for name in MORE_FILES:
        assert list((CODE / "apps").glob(f"{name}.py")) or list((CODE / "apps").glob(f"*/{name}.py")), name


def test_every_function_that_opens_an_act_is_an_action() -> None:
    """Only so does a repeated key get the first answer; it takes by, under, key and at by these names."""
    for path, tree in _trees().items():
        for function in (f for f in _functions(tree) if _opens_act(f) and f.name != "act"):
            assert "action" in {ast.unparse(d) for d in function.decorator_list}, f"{path}: {function.name}"
            assert [a.arg for a in function.args.kwonlyargs][-4:] == ["by", "under", "key", "at"], (
                f"{path}: {function.name}"
            )


def _counted(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [a.arg for a in _arguments(function) if a.arg not in BESIDE]


def test_no_function_takes_more_than_six_words() -> None:
    """Beside by, under, key and at; what needs more is a dataclass."""
    long = {
        f"{path}:{f.name}": len(_counted(f))
        for path, tree in _trees().items()
        for f in _functions(tree)
        if len(_counted(f)) > 6
    }

    assert {place: n for place, n in long.items() if n > MANY_ARGUMENTS.get(place, 6)} == {}


def test_no_file_is_longer_than_it_can_be_read() -> None:
    """Code at most 500 lines, a template at most 120."""
    for folder, pattern, most in (
        (CODE, "*.py", 500),
        (ROOT / "demo", "*.py", 400),
        (CODE, "*.html", 120),
        (CODE / "web" / "assets", "*.ts", 500),
    ):
        for path in folder.rglob(pattern):
            if "node_modules" not in path.parts:
                assert len(path.read_text("utf-8").splitlines()) <= most, path.relative_to(ROOT)


DATE = re.compile(r"(19|20)\d\d-\d\d(-\d\d)?(T[\d:]+)?")
SECTOR = re.compile(r"[A-T]\d{2,4}")


def test_no_day_and_no_sector_stands_in_code() -> None:
    """Values of the world are in the playbook. 1970 is no day of the world: it is the beginning of time."""
    for path, tree in _trees().items():
        spoken = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken:
                assert not DATE.fullmatch(node.value), f"{path}:{node.lineno}: {node.value}"
                assert not SECTOR.fullmatch(node.value), f"{path}:{node.lineno}: {node.value}"
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).split(".")[-1] in {"date", "datetime"}
                and node.args
            ):
                first = node.args[0]
                is_day = (
                    isinstance(first, ast.Constant)
                    and isinstance(first.value, int)
                    and 1990 < first.value < 2100
                )
                assert not is_day, f"{path}:{node.lineno}: {ast.unparse(node)}"


PLACE = re.compile(r"(?<![\w#.])(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{4}(\d{3}|\d{6})?(?!\w)")
DEFAULT_PLAYBOOK = "dongyang-2020"  # the contract's own word for what a county begins with


def _named_places() -> set[str]:
    """Return the names of the county, its townships and the places of its lists, as its playbook has them."""
    folder = ROOT / "playbooks" / DEFAULT_PLAYBOOK
    rows = [
        r
        for p in folder.glob("*.toml")
        for rows in tomllib.loads(p.read_text("utf-8")).values()
        for r in rows
    ]
    own = [r for r in rows if {"zone", "column"} & set(r)]
    names = {r["zh"].removesuffix("市") for r in own} | {r["en"] for r in own}
    with (folder / "tables" / "prefectures.csv").open(encoding="utf-8") as lines:
        return names | {line.split(",")[1] for line in lines}


def test_no_place_stands_in_code() -> None:
    """No division's code and no place's name: of which county it is, and where its people come from, the playbook says."""
    names = _named_places() - {"value"}
    assert len(names) > 380
    for path, tree in _trees().items():
        spoken = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in spoken):
            text = str(node.value).replace(DEFAULT_PLAYBOOK, "")
            assert not PLACE.search(text), f"{path}:{node.lineno}: {text}"
            assert not [n for n in names if n in text], f"{path}:{node.lineno}: {text}"
    for pattern in ("*.html", "*.ts"):
        for file in (p for p in CODE.rglob(pattern) if not {"node_modules", "dist"} & set(p.parts)):
            text = file.read_text("utf-8")
            assert not PLACE.search(text), file
            assert not [n for n in names if n in text], file


def test_the_machines_clock_has_one_reader() -> None:
    """Nothing but ground/clock asks the machine what time it is; differences may be taken by a clock that never goes back."""
    asked = re.compile(
        r"(datetime\.now|datetime\.utcnow|datetime\.today|date\.today|timezone\.now|time\.time)"
    )
    found = {
        path
        for path, tree in _trees().items()
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and asked.fullmatch(ast.unparse(n.func))
    }

    assert found <= CLOCK


def test_the_ground_knows_no_word_of_the_county() -> None:
    """It imports no app, and names none of their tables."""
    for path, tree in _trees().items():
        if path.startswith("ground/"):
            for node in (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom | ast.Import)):
                assert "twofront.apps" not in ast.unparse(node), f"{path}:{node.lineno}"
                assert "twofront.server" not in ast.unparse(node), f"{path}:{node.lineno}"


def test_no_migration_is_missing(county_folder: Any) -> None:
    """The models are what the migrations made."""
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_are_one_chain_in_each_app(county_folder: Any) -> None:
    """Each has one leaf."""
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connections["owner"])

    assert loader.detect_conflicts() == {}
