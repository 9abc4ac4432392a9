"""The tables of the grids: what is read, and what is refused with its line."""

import pyarrow as pa
import pytest

from twofront.core.errors import CannotDo
from twofront.core.gridding import tables

D = "id,village,households,x_m,y_m\n"
COLUMNS = {"need": ["id", "village", "households"], "may": ["x_m", "y_m", "seq", "special"]}


def read(text, *, known=None):
    data = text if isinstance(text, bytes) else text.encode()
    return tables.dwellings(tables.sheet(data, name="d.csv", **COLUMNS), known=known)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        pytest.param(
            D + "A,V,1,0,0\nB,V,-2,0,0\n", "d.csv:3", "households -2 is negative", id="negative households"
        ),
        pytest.param(D + "A,V,1.5,0,0\n", "d.csv:2", "no whole number", id="half a household"),
        pytest.param(D + "A,V,many,0,0\n", "d.csv:2", "no number", id="households in words"),
        pytest.param(D + "A,V,,0,0\n", "d.csv:2", "no number", id="households left empty"),
        pytest.param(
            D + "A,V,1,0,0\n\nB,V,1,0,0\nA,V,1,0,0\n",
            "d.csv:5",
            "stands twice, first in d.csv:2",
            id="duplicate id, a blank line before",
        ),
        pytest.param(D + "A,V,1,0,0\nB, ,1,0,0\n", "d.csv:3", "the village is empty", id="no village"),
        pytest.param(D + ",V,1,0,0\n", "d.csv:2", "the id is empty", id="no id"),
        pytest.param(D + "A,V,1,0,north\n", "d.csv:2", "y_m 'north' is no number", id="no coordinate"),
        pytest.param(D + "A,V,1,0,nan\n", "d.csv:2", "is no number", id="not a number"),
        pytest.param(D + "A,V,1,0\n", "d.csv:2", "has 4 cells, the heading 5", id="short row"),
        pytest.param(
            'id,village,households,note,x_m,y_m\nA,V,1,"two\nlines",0,0\nB,V,-1,,0,0\n',
            "d.csv:4",
            "negative",
            id="a cell of two lines",
        ),
        pytest.param(
            "id,village,x_m,y_m\nA,V,0,0\n", "d.csv:1", "the column households is missing", id="no column"
        ),
        pytest.param("id,id,village,households\n", "d.csv:1", "id stands twice", id="column twice"),
        pytest.param(
            "id,village,households\nA,V,1\n", "d.csv:1", "neither x_m and y_m nor seq", id="no place"
        ),
        pytest.param("", "d.csv:1", "is missing", id="empty file"),
        pytest.param(b"\xff\xff\xff", "d.csv:1", "neither UTF-8 nor GB18030", id="not text"),
    ],
)
def test_a_faulty_list_of_dwellings_is_refused_with_its_line(text, where, what):
    """What is wrong is said with the file and the line."""
    with pytest.raises(CannotDo) as refused:
        read(text)

    assert (refused.value.where, what in refused.value.what) == (where, True), str(refused.value)


def test_an_unknown_village_is_refused():
    """With a list of villages none other is taken."""
    with pytest.raises(CannotDo, match=r"d.csv:3: unknown village W"):
        read(D + "A,V,1,0,0\nB,W,1,0,0\n", known=frozenset({"V"}))


@pytest.mark.parametrize(
    ("row", "what"),
    [
        pytest.param("A,Z,1", "leads to Z, which is no dwelling", id="an edge to nowhere"),
        pytest.param("A,B,-1", "is negative", id="a negative length"),
        pytest.param("A,A,1", "joins A to itself", id="a loop"),
        pytest.param("B,A,9", "the pair stands twice, with 5 and 9 metres", id="two lengths"),
    ],
)
def test_a_faulty_border_is_refused_with_its_line(row, what):
    """What is wrong with a border is said with its line."""
    of = read(D + "A,V,1,0,0\nB,V,1,1,1\n")

    with pytest.raises(CannotDo) as refused:
        tables.edges(
            tables.sheet(f"a,b,border_m\nA,B,5\n{row}\n".encode(), name="e.csv", need=["a", "b", "border_m"]),
            of,
        )

    assert (refused.value.where, what in refused.value.what) == ("e.csv:3", True), str(refused.value)


def test_a_border_told_from_both_sides_counts_once():
    """A,B and B,A with one length are one border."""
    of = read(D + "A,V,1,0,0\nB,V,1,1,1\n")

    found = tables.edges(
        tables.sheet(b"a,b,border_m\nB,A,5\nA,B,5.0\n", name="e.csv", need=["a", "b", "border_m"]), of
    )

    assert (found.a.tolist(), found.b.tolist(), found.border_m.tolist()) == ([0], [1], [5.0])


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        pytest.param("id,grid\nA,1\n", "g.csv", "1 dwellings have no grid, the first is B", id="missing"),
        pytest.param("id,grid\nA,1\nB,1\nC,1\n", "g.csv:4", "C is no dwelling", id="unknown"),
        pytest.param("id,grid\nA,1\nB,1\nA,1\n", "g.csv:4", "A stands twice", id="twice"),
        pytest.param("id,grid\nA,1\nB,\n", "g.csv:3", "the grid is empty", id="no grid"),
    ],
)
def test_a_faulty_drawing_is_refused(text, where, what):
    """Each dwelling once, none unknown, none without a grid."""
    of = read(D + "A,V,1,0,0\nB,V,1,1,1\n")

    with pytest.raises(CannotDo) as refused:
        tables.drawing(tables.sheet(text.encode(), name="g.csv", need=["id", "grid"]), of)

    assert (refused.value.where, what in refused.value.what) == (where, True), str(refused.value)


def test_files_of_a_county_office_are_read():
    """A mark in front, GB18030, Windows line ends, other columns, another order: the same dwellings."""
    text = "备注,households,y_m,x_m,village,id\r\n东街,3,2,1,V,A\r\n"

    for data in (text.encode("utf-8-sig"), text.encode("gb18030")):
        of = read(data)
        assert (of.ids.to_pylist(), of.households.tolist(), of.x.tolist(), of.y.tolist()) == (
            ["A"],
            [3],
            [1.0],
            [2.0],
        )


def test_a_table_of_parquet_is_read_as_a_csv_is():
    """Numbers and empty cells of a Parquet file mean what they mean in a CSV."""
    table = pa.table({"id": ["A", "B"], "village": ["V", "V"], "households": [1, None], "seq": [1.0, 2.0]})

    with pytest.raises(CannotDo, match=r"d.parquet:2: households '' is no number"):
        tables.dwellings(tables.sheet_of(table, name="d.parquet", **COLUMNS))


def test_arrow_reads_from_memory_of_its_own():
    """Nothing of Arrow holds the bytes it was given: a thread that ended later than the interpreter would abort the process."""
    data = bytearray(b"id\nA\n")
    held = tables.reader(data)

    data.append(0)  # Python refuses to lengthen bytes that somebody holds

    assert held.read() == b"id\nA\n"
