"""Every KIND of file and the app that takes it; what one app must ask of a higher one is tied together here."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from twofront.apps.campaigns import imports as campaigns
from twofront.apps.campaigns.queries import villages_in_use
from twofront.apps.enterprises import imports as enterprises
from twofront.apps.enterprises import queries as enterprise_queries
from twofront.apps.figures import imports as figures
from twofront.apps.figures.queries import guard_publication, guard_publications_from
from twofront.apps.register.queries import townships_in_use
from twofront.apps.residents import imports as residents
from twofront.apps.territory import imports as territory
from twofront.apps.territory import queries as divisions
from twofront.apps.units import imports as units
from twofront.core.errors import CannotDo
from twofront.core.playbook import Playbook
from twofront.ground.intake import Loader
from twofront.ground.stores import Batch, Verdict

UNDATED = {"accounts"}
"""Kinds whose values are current, and stand on no published board's figures."""


def loader(kind: str) -> Loader:
    """Return how files of a KIND are taken in.

    Raises:
        CannotDo: There is no such KIND.
    """
    found = LOADERS.get(kind)
    if found is None:
        raise CannotDo(kind, "is no KIND", f"write one of {', '.join(LOADERS)}")
    return found


def _in_use(codes: set[str]) -> set[str]:
    return townships_in_use(codes) | villages_in_use(codes) | enterprise_queries.townships_in_use(codes)


def _with_places(plain: Loader) -> Loader:
    """Let a loader know the county's townships and villages by every way to write them."""

    def lookups(book: Playbook, on: date) -> Mapping[str, Mapping[str, str]]:
        places = divisions.tree(on)
        townships = divisions.spellings(divisions.at_level(places, "township", book=book, on=on))
        villages = divisions.spellings(divisions.at_level(places, "village", book=book, on=on))
        county = (book.place, places[book.place].name) if book.place in places else (book.place,)
        every = {code: code for code in places} | townships | dict.fromkeys(("*", *county), "*")
        return {
            "township": every if plain.kind == "accounts" else townships,
            "village": villages,
            **({"sector": trades} if (trades := book.trades()) else {}),
            **plain.lookups(book, on),
        }

    store = plain.store if plain.day or plain.kind in UNDATED else _after_publications(plain)
    return dataclasses.replace(
        plain, lookups=lookups, store=store, in_use=_in_use, guards=(guard_publication,)
    )


def _after_publications(plain: Loader) -> Callable[[Batch], Sequence[Verdict]]:
    """Let what holds from a day on be learned no earlier than that day, or any later one, was last published."""

    def store(batch: Batch) -> Sequence[Verdict]:
        firsts = batch.columns.get("from") or [batch.on]
        known = guard_publications_from(batch.file, min(firsts), batch.known)
        return plain.store(dataclasses.replace(batch, known=known))

    return store


_ALL = (
    *units.LOADERS, *territory.LOADERS, *enterprises.LOADERS, *residents.LOADERS, *campaigns.LOADERS, *figures.LOADERS,
)  # fmt: skip
LOADERS: Mapping[str, Loader] = {one.kind: _with_places(one) for one in _ALL}
