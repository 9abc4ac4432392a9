"""Both times are kept: what held on a day, and what the county knew of it at a moment, beside an oracle in plain Python."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles import history as oracle

MORNING = datetime(2020, 2, 1, tzinfo=UTC)
FIRST = date(2020, 1, 1)
DAYS, MOMENTS = range(10), range(6)
QUIET = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def _day(n: int) -> date:
    return FIRST + timedelta(days=n)


def _moment(n: int) -> datetime:
    return MORNING + timedelta(hours=n)


def _batch(*, known: int, on: int = 0) -> Any:
    from twofront.ground import kinds
    from twofront.ground.models import Act
    from twofront.ground.stores import Batch

    class Open:
        row = Act.objects.order_by("-id").first()

    return Batch("test.csv", [1], {}, _day(on), _moment(known), Open(), kinds.book())  # type: ignore[arg-type]


@pytest.fixture
def writing(small_county: Any) -> Any:
    """The wall open for writing, as inside an import, and taken back for every example."""
    from contextlib import contextmanager

    from django.db import transaction

    from twofront.ground import scope

    @contextmanager
    def example() -> Any:
        with transaction.atomic(), scope.borrowed(write=scope.EVERYTHING):
            scope.open_act(1, is_bulk=True)
            yield
            transaction.set_rollback(True)

    return example


def _hold(statement: oracle.Statement) -> str:
    from twofront.apps.territory.models import Division
    from twofront.ground import stores

    batch = _batch(known=statement.known, on=statement.on)
    (state,) = stores.held(
        Division,
        batch,
        key="code",
        ids=["990000"],
        values={"name": [statement.value], "name_key": [""], "parent": [""]},
    )
    return state


def _held(at: int, known: int) -> str | None:
    from twofront.apps.territory.models import Division
    from twofront.ground import history

    rows = list(
        history.in_force(Division, _day(at), known=_moment(known))
        .filter(code="990000")
        .values_list("name", flat=True)
    )
    assert len(rows) <= 1
    return rows[0] if rows else None


@st.composite
def _told(draw: st.DrawFn) -> list[oracle.Statement]:
    """Statements in the order in which the county learned them; several may share a moment."""
    moments = sorted(draw(st.lists(st.sampled_from(MOMENTS), min_size=1, max_size=6)))
    return [
        oracle.Statement(draw(st.sampled_from(DAYS)), draw(st.sampled_from("abc")), known)
        for known in moments
    ]


@pytest.mark.slow  # twenty-five histories, sixty questions each
@QUIET
@given(told=_told())
def test_what_holds_and_what_was_known_are_as_the_definition_says(
    writing: Any, told: list[oracle.Statement]
) -> None:
    """For every day and every moment the tables answer as a walk over the statements does."""
    with writing():
        for statement in told:
            _hold(statement)

        answers = {(at, known): _held(at, known) for at in DAYS for known in MOMENTS}

    assert answers == {
        (at, known): oracle.value(told, at=at, known=known) for at in DAYS for known in MOMENTS
    }


@QUIET
@given(told=_told())
def test_a_statement_said_twice_changes_nothing(writing: Any, told: list[oracle.Statement]) -> None:
    """The second time its state is `same`, and no row is added."""
    from twofront.apps.territory.models import Division

    with writing():
        for statement in told:
            _hold(statement)
            before = Division.objects.count()
            assert _hold(statement) == "same"
            assert Division.objects.count() == before


@st.composite
def _spans(draw: st.DrawFn) -> list[oracle.Span]:
    moments = sorted(draw(st.lists(st.sampled_from(MOMENTS), min_size=1, max_size=5)))
    spans = []
    for known in moments:
        first = draw(st.sampled_from(DAYS))
        length = draw(st.one_of(st.none(), st.integers(0, 4)))
        spans.append(
            oracle.Span(
                first, None if length is None else first + length, draw(st.sampled_from("abc")), known
            )
        )
    return spans


@pytest.mark.slow  # twenty-five histories, sixty questions each
@QUIET
@given(told=_spans())
def test_spans_are_corrected_by_their_first_day_and_never_overlap(
    writing: Any, told: list[oracle.Span]
) -> None:
    """A span over days of another is refused; one of the same first day replaces it from its moment on."""
    from twofront.apps.register.models import Enterprise, MeterShare
    from twofront.ground import history, stores
    from twofront.ground.stores import Reject

    shares = {"a": 0.1, "b": 0.2, "c": 0.3}
    with writing():
        firm = Enterprise.objects.order_by("pk").values_list("pk", flat=True)[0]
        for i, s in enumerate(told):
            (verdict,) = stores.spans(
                MeterShare,
                _batch(known=s.known),
                key={"meter": ["演练-meter"], "enterprise_id": [firm]},
                first=[_day(s.first)],
                last=[None if s.last is None else _day(s.last)],
                values={"share": [shares[s.value]], "line_code": [None], "block_code": [None]},
            )
            assert isinstance(verdict, Reject) != oracle.is_taken(told[:i], s)
        answers = {
            (at, known): [
                round(r.share, 1)
                for r in history.in_force(MeterShare, _day(at), known=_moment(known)).filter(
                    meter="演练-meter"
                )
            ]
            for at in DAYS
            for known in MOMENTS
        }

    for (at, known), found in answers.items():
        said = oracle.value_of_spans(told, at=at, known=known)
        assert found == ([] if said is None else [shares[said]]), (at, known)


@QUIET
@given(
    told=st.lists(
        st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(MOMENTS)), min_size=1, max_size=6
    ).map(lambda t: sorted(t, key=lambda x: x[1]))
)
def test_of_a_fact_the_newest_known_counts_and_a_withdrawal_withdraws(
    writing: Any, told: list[tuple[str | None, int]]
) -> None:
    """Of one known moment the later import wins; after a withdrawal the same value may be said again."""
    from twofront.apps.figures.models import Closing
    from twofront.ground import history, stores
    from twofront.ground.models import Act

    with writing():
        act = Act.objects.order_by("-id").first()
        for value, known in told:
            if value is None:
                Closing.objects.create(
                    goal="演练", on=FIRST, closed_by="", known_at=_moment(known), act=act, is_void=True
                )
            else:
                stores.facts(
                    Closing,
                    _batch(known=known),
                    key={"goal": ["演练"], "on": [FIRST]},
                    values={"closed_by": [value]},
                    beside={},
                )
        answers = {}
        for known in MOMENTS:
            rows = [r for r in history.newest(Closing, known=_moment(known), goal="演练") if not r.is_void]
            answers[known] = rows[0].closed_by if rows else None

    assert answers == {known: oracle.newest(told, known=known) for known in MOMENTS}


def test_a_correction_keeps_both_times(writing: Any) -> None:
    """Value a from day 0 known at 1; from day 5 b, known at 3. As known at 2 day 7 is a, as known at 3 it is b; day 4 stays a."""
    with writing():
        _hold(oracle.Statement(0, "a", 1))
        _hold(oracle.Statement(5, "b", 3))

        found = [_held(7, 0), _held(7, 2), _held(7, 3), _held(4, 2), _held(4, 3)]

    assert found == [None, "a", "b", "a", "a"]


def test_two_rows_of_one_key_never_hold_on_one_day_and_moment(writing: Any) -> None:
    """Overlaps are refused by a constraint of the database, not by care."""
    from django.db import IntegrityError, transaction

    from twofront.apps.territory.models import Division
    from twofront.ground import history

    with writing():
        words = {"code": "990001", "name": "a", "known": history.moments(_moment(1))}
        Division.objects.create(valid=history.days(_day(0), _day(5)), **words)
        with pytest.raises(IntegrityError, match="one_division_a_time"), transaction.atomic():
            Division.objects.create(valid=history.days(_day(4), None), **words)
        Division.objects.create(valid=history.days(_day(5), None), **words)


def test_nothing_is_seen_beyond_the_countys_now(writing: Any) -> None:
    """The county's clock stands at 02-18 19:30: what becomes known later is not seen, whatever is asked for."""
    from twofront.apps.figures.models import Closing
    from twofront.apps.territory.models import Division
    from twofront.ground import clock, history
    from twofront.ground.models import Act

    later = clock.now() + timedelta(minutes=1)
    with writing():
        Division.objects.create(
            code="990002", name="later", valid=history.days(FIRST, None), known=history.moments(later)
        )
        Closing.objects.create(
            goal="演练", on=FIRST, closed_by="later", known_at=later, act=Act.objects.order_by("-id").first()
        )
        for known in (None, later, later + timedelta(days=365)):
            assert not history.in_force(Division, _day(3), known=known).filter(code="990002").exists()
            assert not history.newest(Closing, known=known, goal="演练").exists()

    assert history.seen(None) == clock.now() == history.seen(later)
    assert history.seen(later - timedelta(hours=1)) == later - timedelta(hours=1)


def test_every_model_is_dated_a_fact_or_current(small_county: Any) -> None:
    """The declaration and the columns agree: both ranges, a known moment, or neither."""
    from django.apps import apps

    from twofront.ground.history import Dated, Fact

    for model in (m for m in apps.get_models() if m.__module__.startswith("twofront.")):
        names = {name for f in model._meta.fields for name in (f.name, f.attname)}
        assert model.history in {"dated", "fact", "current"}, model
        assert issubclass(model, Dated) == ({"valid", "known"} <= names) == (model.history == "dated"), model
        if issubclass(model, Fact):
            assert set(model.key_fields) <= names, model


def test_every_dated_model_has_a_constraint_against_overlaps(small_county: Any) -> None:
    """Its expressions are a key, the days and the moments."""
    from django.apps import apps
    from django.contrib.postgres.constraints import ExclusionConstraint

    for model in (m for m in apps.get_models() if getattr(m, "history", "") == "dated"):
        found = [c for c in model._meta.constraints if isinstance(c, ExclusionConstraint)]
        assert found, model
        for constraint in found:
            assert [e for e, _ in constraint.expressions][-2:] == ["valid", "known"], model
