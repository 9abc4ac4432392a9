"""What a roster says of a person beside his ID number: whether sex and birth date agree with it, and where he stayed.

Nothing here rejects a row: a person must ask which of the two is right. A stay is never taken from the registered place
or the first digits of an ID number, whose place is where somebody was first registered.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date

import pyarrow as pa
import pyarrow.compute as pc

from twofront.core import ids
from twofront.core.sheets import notes
from twofront.core.sheets.cells import TEXT, cell_name
from twofront.core.sheets.find import Found
from twofront.core.sheets.grid import Grid
from twofront.core.sheets.notes import Note
from twofront.core.sheets.rosters import WATCHED
from twofront.core.sheets.values import Context, Wrong, clean, read

_MEN, _WOMEN = frozenset(("男", "m", "male", "man")), frozenset(("女", "f", "female", "woman"))


def beside_id(grid: Grid, found: Found, *, today: date | None, places: Mapping[str, str]) -> Iterator[Note]:
    """Yield what must be asked about the persons of a table.

    Args:
        grid: The sheet.
        found: The table, found with `WATCHED` among its fields.
        today: The county's day.
        places: The codes of prefectures and their names.
    """
    if "id_number" not in found.at:
        return
    texts = {name: _column(grid, found, name) for name in found.at}
    numbers = [ids.id_number(clean(t)) for t in texts["id_number"]]
    right = [(i, n.value) for i, n in enumerate(numbers) if n.ok]
    if "sex" in texts:
        wrong = [i for i, n in right if _sex(texts["sex"][i]) not in {None, _sex_of(n)}]
        yield from _said(grid, found, "sex", wrong, notes.sex_against_id)
    if "born" in texts:
        context = Context(UTC, today)
        wrong = [
            i for i, n in right if _born(grid, found, i, texts["born"][i], context) not in {None, _born_of(n)}
        ]
        yield from _said(grid, found, "born", wrong, notes.born_against_id)
    if "origin" in texts:
        same = [i for i, n in right if _is_place(texts["origin"][i], _place_of(n, places))]
        yield from _said(grid, found, "origin", same, notes.origin_from_id)
    if "origin" in texts and "registered_place" in texts:
        left = [
            i for i, t in enumerate(texts["origin"]) if not clean(t) and clean(texts["registered_place"][i])
        ]
        yield from _said(grid, found, "origin", left, notes.origin_not_filled)


def _said(grid: Grid, found: Found, name: str, rows: Sequence[int], say: notes.Say) -> Iterator[Note]:
    if rows:
        yield say([cell_name(grid.number(int(found.rows[i])), found.at[name]) for i in rows])


def _column(grid: Grid, found: Found, name: str) -> list[str]:
    places = found.merged.get(name, found.rows)
    texts: list[str] = pc.take(grid.columns[found.at[name]].text, pa.array(places)).to_pylist()
    return texts


def _sex(text: str) -> str | None:
    word = clean(text).lower()
    return "m" if word in _MEN else "f" if word in _WOMEN else None


def _sex_of(number: str) -> str:
    return "m" if int(number[16] if len(number) == 18 else number[14]) % 2 else "f"


def _born_of(number: str) -> date:
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _born(grid: Grid, found: Found, row: int, text: str, context: Context) -> date | None:
    """Return a day of birth as it stands, None where none or no full one does."""
    tag = int(grid.columns[found.at["born"]].tags[found.rows[row]])
    try:
        day = read(text, tag, WATCHED[1], context)
    except Wrong:
        return None
    return None if day is None or clean(text) in context.assumed or tag > TEXT + 2 else day


def _place_of(number: str, places: Mapping[str, str]) -> str:
    return places.get(f"{number[:4]}00") or places.get(f"{number[:2]}0000", "")


def _is_place(text: str, place: str) -> bool:
    """Tell whether an origin is a place's name, as people shorten it."""
    said, short = clean(text), place.removesuffix("市")
    return len(short) > 1 and (said in {place, short} or said.endswith(place))
