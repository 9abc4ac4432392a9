"""The engine inside the process: bounded, silent, offline."""

from twofront.lake import engine


def test_the_engine_is_bounded_silent_and_offline() -> None:
    """Two threads, a limit on memory, no progress bar between the figures on stdout, nothing fetched or loaded by itself."""
    with engine.connection() as con:
        said = dict(con.execute("SELECT name, value FROM duckdb_settings()").fetchall())

    assert said["threads"] == "2"
    assert said["memory_limit"] == "3.7 GiB"
    for setting in (
        "enable_progress_bar",
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "python_enable_replacements",
    ):
        assert said[setting] == "false", setting


def test_texts_and_names_cannot_leave_their_quotes() -> None:
    """Whatever a heading or a file is called, it stays one literal or one identifier."""
    odd = "a'; DROP TABLE t; --\"b"
    with engine.connection() as con:
        assert con.execute(f"SELECT {engine.literal(odd)}").fetchall() == [(odd,)]
        assert con.execute(f"SELECT 1 AS {engine.name(odd)}").description[0][0] == odd
        assert con.execute(f"SELECT len({engine.literals([odd, 'x'])})").fetchall() == [(2,)]
