"""The file of `--map`: which heading is which field, as a person decided."""

import json
from pathlib import Path
from typing import Any

from twofront.core.errors import CannotDo


def mapping_of(path: str | None) -> dict[str, str | None] | None:
    """Return what a person decided of headings: heading to field, or to None; None if there is no file.

    Raises:
        CannotDo: It cannot be read, or is no object of texts and nulls.
    """
    if path is None:
        return None
    try:
        found: Any = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as e:
        why = e.strerror if isinstance(e, OSError) and e.strerror else str(e)
        raise CannotDo(path, why, "give a JSON file: heading to field or null") from e
    if not isinstance(found, dict) or not all(isinstance(f, str | None) for f in found.values()):
        raise CannotDo(path, "is no JSON object", "write {heading: field or null}")
    return found
