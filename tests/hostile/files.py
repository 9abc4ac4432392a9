"""Files that bite: each function writes one into a folder and returns its path. Nothing here comes from our reader."""

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.oracles import oldbooks
from tests.oracles.layouts import Page

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c><c r="B1" t="inlineStr"><is><t>名称</t></is></c></row>'


def sheet(rows: str = ROWS, *, doctype: str = "", before: str = "") -> str:
    """Return the XML of a worksheet."""
    return f'{HEAD}{doctype}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData></worksheet>'


def book(
    path: Path, sheets: list[str], *, parts: Mapping[str, str | bytes] | None = None, doctype: str = ""
) -> Path:
    """Write a workbook of some sheets' XML, with more parts or other ones."""
    names = "".join(f'<sheet name="表{i}" sheetId="{i}" r:id="rId{i}"/>' for i in range(1, len(sheets) + 1))
    targets = "".join(
        f'<Relationship Id="rId{i}" Type="{RELS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'{HEAD}{doctype}<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}">{targets}</Relationships>',
        **{f"xl/worksheets/sheet{i}.xml": xml for i, xml in enumerate(sheets, 1)},
        **(parts or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in content.items():
            out.writestr(name, data)
    return path


def zip_bomb(folder: Path) -> Path:
    """300 MB of blanks in a sheet of 300 kB."""
    return book(folder / "bomb.xlsx", [sheet(before=" " * 300_000_000)])


def lying_bomb(folder: Path) -> Path:
    """The same, whose directory says that it is small."""
    path = book(folder / "liar.xlsx", [sheet(before=" " * 100_000_000)])
    data = bytearray(path.read_bytes())
    size = struct.pack("<I", len(sheet(before=" " * 100_000_000).encode()))
    path.write_bytes(bytes(data).replace(size, struct.pack("<I", 2000)))
    return path


def overlapping(folder: Path) -> Path:
    """Two hundred names for the same packed bytes: the parts together are larger than the file."""
    path = book(
        folder / "overlap.xlsx", [sheet(before="".join(random.Random(0).choices("abcdef", k=200_000)))]
    )
    data = path.read_bytes()
    end = data.rfind(b"PK\x05\x06")
    start = struct.unpack("<I", data[end + 16 : end + 20])[0]
    last = data.rfind(b"PK\x01\x02", 0, end)
    entry, others = data[last:end], data[start:last]
    many = b"".join(entry.replace(b"sheet1", f"s{i:05d}".encode()) for i in range(200))
    directory = others + entry + many
    count = 4 + 200
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), start, 0)
    path.write_bytes(data[:start] + directory + tail)
    return path


def far_cell(folder: Path) -> Path:
    """One cell in the last corner of a sheet."""
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return book(folder / "far.xlsx", [sheet(ROWS + corner)])


def far_cell_prefixed(folder: Path) -> Path:
    """The same with prefixed names, which only the general reader takes."""
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
        '<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    return book(folder / "far-prefixed.xlsx", [xml])


def many_sheets(folder: Path) -> Path:
    """Ten thousand sheets."""
    return book(folder / "sheets.xlsx", [sheet("")] * 10_000)


def xxe_in_sheet(folder: Path) -> Path:
    """An entity that would read a file of the machine, in the sheet."""
    doctype = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
    return book(folder / "xxe.xlsx", [sheet(rows, doctype=doctype)])


def xxe_in_workbook(folder: Path) -> Path:
    """The same in the workbook's own part."""
    return book(
        folder / "xxe2.xlsx", [sheet()], doctype='<!DOCTYPE w [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>'
    )


def billion_laughs(folder: Path) -> Path:
    """Entities that unfold to billions, in the shared strings."""
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    shared = (
        f'{HEAD}<!DOCTYPE sst [<!ENTITY l0 "ha">{entities}]><sst xmlns="{MAIN}"><si><t>&l9;</t></si></sst>'
    )
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    return book(folder / "laughs.xlsx", [sheet(rows)], parts={"xl/sharedStrings.xml": shared})


def renamed_xls(folder: Path) -> Path:
    """A workbook of the old form under the new name."""
    path = folder / "renamed.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + "Workbook".encode("utf-16-le") + b"\0" * 3000
    )
    return path


def encrypted(folder: Path) -> Path:
    """A workbook behind a password, as Excel writes it: a compound file with an encrypted package."""
    path = folder / "secret.xlsx"
    names = "EncryptionInfo".encode("utf-16-le") + b"\0" * 40 + "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + names + b"\0" * 3000)
    return path


def truncated(folder: Path) -> Path:
    """A workbook of which the second half is missing."""
    whole = book(folder / "whole.xlsx", [sheet(ROWS * 1)]).read_bytes()
    path = folder / "half.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def macros(folder: Path) -> Path:
    """A workbook with macros."""
    return book(folder / "macros.xlsm", [sheet()], parts={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def no_end(folder: Path) -> Path:
    """A sheet that breaks off in the middle of a row, inside a whole zip."""
    xml = sheet().removesuffix("</row></sheetData></worksheet>")
    return book(folder / "no-end.xlsx", [xml])


def endless_row(folder: Path) -> Path:
    """A row number beyond every sheet."""
    return book(folder / "row.xlsx", [sheet('<row r="99999999"><c r="A99999999"><v>1</v></c></row>')])


def repeated_giant(folder: Path) -> Path:
    """A text of 1 MB that 100,000 cells point to."""
    shared = f'{HEAD}<sst xmlns="{MAIN}"><si><t>{"x" * 1_000_000}</t></si></sst>'
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 100_001))
    return book(folder / "giant.xlsx", [sheet(rows)], parts={"xl/sharedStrings.xml": shared})


def broken_bytes(folder: Path) -> Path:
    """A CSV in GB18030 with bytes on line 3 that no encoding of ours knows."""
    path = folder / "broken.csv"
    path.write_bytes("编号,名称\na,东阳\n".encode("gb18030") + b"b,\xff\xff\n")
    return path


def open_quote(folder: Path) -> Path:
    """A quotation mark on line 2 that would swallow the rest of the file."""
    path = folder / "quote.csv"
    path.write_text('编号,名称\na,"东阳\nb,横店\n', encoding="utf-8")
    return path


def gz_bomb(folder: Path) -> Path:
    """Half a gigabyte of commas in half a megabyte."""
    path = folder / "bomb.csv.gz"
    with gzip.open(path, "wb", 6) as out:
        for _ in range(500):
            out.write(b"a,b\n" * 250_000)
    return path


def gz_cut(folder: Path) -> Path:
    """A packed CSV whose end is missing."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as out:
        out.write(random.Random(0).randbytes(3000).hex().encode())
    path = folder / "cut.csv.gz"
    path.write_bytes(packed.getvalue()[:-500])
    return path


def picture(folder: Path) -> Path:
    """A picture under the name of a table."""
    path = folder / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    return path


def noise(folder: Path) -> Path:
    """Bytes without sense."""
    path = folder / "noise.xlsx"
    path.write_bytes(b"\x01\x02\0" + random.Random(1).randbytes(5000))
    return path


def broken_parquet(folder: Path) -> Path:
    """A Parquet file of which only the first and last four bytes are right."""
    path = folder / "broken.parquet"
    path.write_bytes(b"PAR1" + random.Random(2).randbytes(5000) + struct.pack("<I", 4000) + b"PAR1")
    return path


def empty(folder: Path) -> Path:
    """Nothing."""
    path = folder / "empty.csv"
    path.write_bytes(b"")
    return path


def secret_xls(folder: Path) -> Path:
    """An old workbook behind a password: its stream begins with FILEPASS."""
    path = folder / "secret.xls"
    begin = oldbooks.record(0x809, struct.pack("<HHHHII", 0x0600, 5, 0, 0x07CC, 0, 6))
    path.write_bytes(oldbooks.compound("Workbook", begin + oldbooks.record(0x2F, b"\0" * 54)))
    return path


def macros_xls(folder: Path) -> Path:
    """An old workbook with macros: its compound file holds a project."""
    path = folder / "macros.xls"
    begin = oldbooks.record(0x809, struct.pack("<HHHHII", 0x0600, 5, 0, 0x07CC, 0, 6))
    path.write_bytes(oldbooks.compound("Workbook", begin + oldbooks.record(0x0A), "_VBA_PROJECT_CUR"))
    return path


def looped_xls(folder: Path) -> Path:
    """A compound file whose chain of sectors bites its own tail."""
    path = folder / "loop.xls"
    data = bytearray(oldbooks.xls_bytes([["编号", "名称"]] * 2000))
    fat = data.rindex(struct.pack("<III", 1, 2, 3))
    data[fat + 40 : fat + 44] = struct.pack("<I", 0)
    path.write_bytes(bytes(data))
    return path


def noise_xls(folder: Path) -> Path:
    """An old workbook whose records are noise."""
    path = folder / "noise.xls"
    path.write_bytes(oldbooks.compound("Workbook", random.Random(3).randbytes(60_000)))
    return path


def ods_bomb(folder: Path) -> Path:
    """An OpenDocument sheet whose one cell stands for a million rows of sixteen thousand columns."""
    path = folder / "bomb.ods"
    oldbooks.to_ods(Page(rows=[["编号"]]), path)
    with zipfile.ZipFile(path) as book:
        content = book.read("content.xml").decode()
    content = content.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="1048576">')
    content = content.replace(
        "<table:table-cell", '<table:table-cell table:number-columns-repeated="16384"', 1
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("content.xml", content)
    return path


def ods_entity(folder: Path) -> Path:
    """An OpenDocument sheet with an outside entity."""
    path = folder / "xxe.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("content.xml", '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>')
    return path


REFUSED: Mapping[str, tuple[Callable[[Path], Path], str]] = {
    "a zip bomb": (zip_bomb, "bomb"),
    "a zip bomb that says it is small": (lying_bomb, ""),
    "parts that lie over each other": (overlapping, "bomb"),
    "a cell in the last corner": (far_cell, "far_cell"),
    "a cell in the last corner, prefixed": (far_cell_prefixed, "far_cell"),
    "ten thousand sheets": (many_sheets, "too_many_parts"),
    "an outside entity in a sheet": (xxe_in_sheet, "dtd"),
    "an outside entity in the workbook": (xxe_in_workbook, "dtd"),
    "billion laughs": (billion_laughs, "dtd"),
    "a renamed xls": (renamed_xls, "broken"),
    "an encrypted workbook": (encrypted, "encrypted"),
    "a truncated zip": (truncated, "cut_off"),
    "macros": (macros, "macros"),
    "a sheet that breaks off": (no_end, "cut_off"),
    "a row beyond every sheet": (endless_row, "far_cell"),
    "a giant text repeated": (repeated_giant, "memory"),
    "broken bytes": (broken_bytes, "bad_bytes"),
    "a quote not closed": (open_quote, "quote"),
    "a packed bomb": (gz_bomb, "bomb"),
    "a packed file cut off": (gz_cut, "cut_off"),
    "a picture": (picture, "not_a_table"),
    "noise": (noise, ""),
    "a broken Parquet": (broken_parquet, "broken"),
    "an empty file": (empty, "empty"),
    "an old workbook behind a password": (secret_xls, "encrypted"),
    "an old workbook with macros": (macros_xls, "macros"),
    "a compound file that bites its tail": (looped_xls, ""),
    "an old workbook of noise": (noise_xls, ""),
    "a cell that stands for a whole sheet": (ods_bomb, ""),
    "an outside entity in an OpenDocument sheet": (ods_entity, "dtd"),
}
