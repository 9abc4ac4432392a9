"""Hostile files: an answer in a sentence within ten seconds, and nothing on the machine is touched."""

import ctypes
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile import files
from tests.oracles import oldbooks
from tests.oracles.layouts import Cell
from twofront.core.sheets import FORMULA, Field, find_table
from twofront.ground import confined
from twofront.ground.reader import Unreadable, read


@pytest.mark.slow  # a child process and up to 300 MB a file
@pytest.mark.parametrize(("make", "code"), files.REFUSED.values(), ids=files.REFUSED)
def test_a_hostile_file_is_refused_in_one_sentence(
    make: Callable[[Path], Path], code: str, tmp_path: Path
) -> None:
    """A hostile or unreadable file is refused within ten seconds, with one line that says what to do."""
    path = make(tmp_path)
    begin = time.monotonic()

    with pytest.raises(Unreadable) as refused:
        read(path)

    assert time.monotonic() - begin < 10
    assert refused.value.code == code or not code
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(path.name)
    assert refused.value.zh


@pytest.mark.slow  # a child process
def test_a_million_styles_do_not_keep_a_sheet_from_being_read(tmp_path: Path) -> None:
    """A workbook with a million styles is only slow, not dangerous: its cells are read."""
    many = '<xf numFmtId="14"/>' * 1_000_000
    styles = f'<styleSheet xmlns="{files.MAIN}"><cellXfs>{many}</cellXfs></styleSheet>'
    path = files.book(tmp_path / "styles.xlsx", [files.sheet()], parts={"xl/styles.xml": styles})

    assert read(path).row(1) == ["编号", "名称"]


@pytest.mark.slow  # a child process
def test_formula_cells_are_seen_and_external_links_are_not_followed(tmp_path: Path) -> None:
    """A formula cell is told as one, with and without a kept value; a link to another file is just another formula."""
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>[1]Sheet1!$A$1</f><v>x</v></c>'
        '<c r="C1"><f>NOW()</f></c><c r="D1"><v>2</v></c></row>'
    )
    link = f'<externalLink xmlns="{files.MAIN}"><externalBook/></externalLink>'
    path = files.book(
        tmp_path / "links.xlsx", [files.sheet(rows)], parts={"xl/externalLinks/externalLink1.xml": link}
    )

    grid = read(path)

    assert [bool(grid.columns[c].tags[0] & FORMULA) for c in range(4)] == [True, True, True, False]


@pytest.mark.slow  # a child process and up to 65,536 rows a file
@pytest.mark.parametrize("rows", [65_535, 65_536, 65_537])
def test_an_old_workbook_that_is_full_is_read_and_said_to_be(rows: int, tmp_path: Path) -> None:
    """An .xls holds 65,536 rows; one more does not fit into a row's number, and a full one may have lost rows."""
    path = tmp_path / "full.xls"
    lines: list[list[Cell]] = [["编号", "名称"], *([f"a{i}", "甲"] for i in range(1, min(rows, 65_536)))]
    path.write_bytes(oldbooks.xls_bytes(lines))
    fields = [Field("code", "编号", "code", required=True), Field("name", "名称")]

    grid = read(path)
    found = find_table(grid, fields)

    assert (grid.rows, found.rows.size) == (min(rows, 65_536), min(rows, 65_536) - 1)
    assert [n.code for n in found.notes] == (["full_sheet"] if rows >= 65_536 else [])


@pytest.mark.slow  # a child process
@pytest.mark.parametrize("files_left", [0, 16], ids=["no file left", "some files left"])
def test_a_child_reaches_nothing(files_left: int, tmp_path: Path) -> None:
    """The child cannot read or change other files, reach the network, or take more memory than it was given."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        task = {
            "files": files_left,
            "folder": str(inside) if files_left else None,
            "read": str(secret),
            "outside": str(tmp_path / "outside"),
            "port": server.getsockname()[1],
        }

        said = confined.ask(
            "tests.hostile.intruder", task, handles=(), limits=confined.Limits(512, 9), folder=str(inside)
        )

    assert said["connect"] != "done"
    assert said["memory"] == "MemoryError"
    assert said.get("fork", "OSError") != "done"
    if files_left == 0:
        assert said["read"] == "OSError"
        assert said["write outside"] == "OSError"
    else:
        assert said["write inside"] == "done"
    if has_landlock():
        assert said["write outside"] != "done"
        assert said["remove outside"] == "PermissionError"
        assert secret.exists()


def has_landlock() -> bool:
    """Return whether the kernel can refuse changes outside of a folder."""
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0  # asks for the version


@pytest.mark.slow  # a child process that is to run into its limit
def test_a_child_that_does_not_end_is_ended() -> None:
    """A child that goes on beyond its seconds is ended, and the caller told so."""
    begin = time.monotonic()

    with pytest.raises(confined.OutOfTime):
        confined.ask("tests.hostile.sleeper", {}, handles=(), limits=confined.Limits(512, 1))

    assert time.monotonic() - begin < 5
