"""What somebody sees is set for a transaction, given back at the end of a block, and gone with the transaction."""

from typing import Any

import pytest

HERE, ELSEWHERE = "330783001", "330783123"


def _blocks() -> set[str | None]:
    from twofront.apps.register.models import EnterpriseRecord

    return set(EnterpriseRecord.objects.values_list("block_code", flat=True))


def test_nothing_is_seen_outside_of_a_reading(county_folder: Any) -> None:
    """Before it, and after its transaction has ended, there are no rows."""
    from twofront.ground import scope

    assert _blocks() == set()
    with scope.reading(scope.READ_COUNTY):
        assert _blocks() == {HERE, ELSEWHERE}
    assert _blocks() == set()


def test_a_reading_in_a_reading_gives_the_outer_one_back(county_folder: Any) -> None:
    """Also where the inner one fails."""
    from twofront.ground import scope

    clerk = scope.Scope(read=frozenset({("*", HERE)}))
    with scope.reading(clerk):
        with scope.reading(scope.READ_COUNTY):
            assert _blocks() == {HERE, ELSEWHERE}
        assert _blocks() == {HERE}
        with pytest.raises(RuntimeError), scope.reading(scope.READ_COUNTY):
            raise RuntimeError
        assert _blocks() == {HERE}


def test_a_failure_of_the_database_is_told_as_it_is(county_folder: Any) -> None:
    """A refused statement inside a borrowed scope comes out as itself, and the scope before it holds again."""
    from django.db import ProgrammingError, connection

    from twofront.ground import scope

    with scope.reading(scope.Scope(read=frozenset({("*", HERE)}))):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            scope.borrowed(read=scope.EVERYTHING),
            connection.cursor() as cursor,
        ):
            cursor.execute("delete from ground_event")
        assert _blocks() == {HERE}


def test_a_published_sum_is_read_wide_and_rows_are_not(county_folder: Any) -> None:
    """Within `widened` the county is read; after it the asker sees his own."""
    from twofront.ground import scope

    clerk = scope.Scope(read=frozenset({("*", HERE)}))
    with scope.reading(clerk):
        with scope.widened(clerk):
            assert _blocks() == {HERE, ELSEWHERE}
        assert _blocks() == {HERE}


@pytest.mark.parametrize(
    ("pair", "row", "is_seen"),
    [
        (("*", "*"), (None, None), True),
        (("*", HERE), (None, HERE), True),
        (("*", HERE), ("economy", f"{HERE}001"), True),
        (("*", HERE), ("economy", ELSEWHERE), False),
        (("*", HERE), ("economy", None), False),
        (("economy", "*"), ("economy", None), True),
        (("economy", "*"), (None, HERE), False),
        (("economy", HERE), ("health", HERE), False),
        (("economy", f"{HERE}001"), ("economy", HERE), False),
        (("economy", f"{HERE}001"), ("economy", f"{HERE}001007"), True),
    ],
    ids=str,
)
def test_one_pair_must_cover_both_line_and_block(
    pair: tuple[str, str], row: tuple[str | None, str | None], is_seen: bool
) -> None:
    """A null is covered by * only; a township covers its villages, never the other way."""
    from twofront.ground.scope import Scope

    assert Scope(read=frozenset({pair})).covers(line=row[0], block=row[1]) is is_seen


def test_two_pairs_do_not_cover_what_neither_covers() -> None:
    """The line of one and the block of the other are no pair."""
    from twofront.ground.scope import Scope

    both = Scope(read=frozenset({("economy", HERE), ("health", ELSEWHERE)}))

    assert not both.covers(line="economy", block=ELSEWHERE)
    assert not both.is_whole


@pytest.mark.parametrize(
    ("may", "asked", "can"),
    [
        ({"load:coverage"}, "load:coverage", True),
        ({"load:*"}, "load:coverage", True),
        ({"*"}, "publish", True),
        ({"load:coverage"}, "load:cases", False),
        ({"load"}, "load:cases", False),
        (set(), "publish", False),
    ],
    ids=["itself", "every KIND", "everything", "another KIND", "no KIND named", "nothing"],
)
def test_a_permission_is_held_by_name_by_family_or_wholly(may: set[str], asked: str, can: bool) -> None:
    """load:* permits every load:KIND; load alone permits nothing."""
    from twofront.ground.scope import Actor, Scope

    assert Actor(login="演练", scope=Scope(), may=frozenset(may)).can(asked) is can
