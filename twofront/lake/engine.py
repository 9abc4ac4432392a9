"""The one way to an engine: DuckDB inside this process, two threads, no network, nothing installed or loaded by itself."""

import os
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import gettempdir

import duckdb

SETTINGS = {
    "threads": 2,
    "memory_limit": "4GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "TimeZone": "UTC",
    "enable_progress_bar": False,  # it would stand in stdout, between the figures
}


def connection() -> duckdb.DuckDBPyConnection:
    """Return a new connection to an empty database in memory; close it with `with`.

    Two threads and 4 GB, so that a sum over a county leaves the pages their share; what needs more spills to a folder
    of this process below the machine's temporary folder, which DuckDB makes and removes itself.
    """
    con = duckdb.connect(":memory:")
    con.execute(f"SET temp_directory = {literal(str(Path(gettempdir(), f'twofront-spill-{os.getpid()}')))}")
    for name, value in SETTINGS.items():
        con.execute(f"SET {name} = {literal(value) if isinstance(value, str) else value}")
    con.execute("ATTACH ':memory:' AS finely (ROW_GROUP_SIZE 8192)")
    con.execute("SET search_path = 'memory,finely'")
    return con


@cache
def golden(name: str) -> str:
    """Return the compiled SQL of an expression of `core.power.expressions`."""
    return files("twofront.core.power").joinpath(f"sql/{name}.sql").read_text(encoding="utf-8")


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Return texts as an SQL list of literals."""
    return "[" + ", ".join(literal(t) for t in texts) + "]"


def name(column: str) -> str:
    """Return a column's name as an SQL identifier."""
    return '"' + column.replace('"', '""') + '"'
