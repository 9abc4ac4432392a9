"""Signing in, passwords, and the office clerk's list of accounts."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

NOON = datetime(2020, 2, 18, 11, 30, tzinfo=UTC)
OWN = "correct-horse-1"


@pytest.fixture
def first_password(small_county: Any, actor: Callable[[str], Any]) -> str:
    """A first password of the clerk `office`, as the operator gives it."""
    from twofront.apps.units import actions
    from twofront.ground.acts import new_key

    return actions.issue_password("office", by=actor("operator"), under=None, key=new_key(), at=NOON).secret


@pytest.fixture
def stranger(small_county: Any) -> Any:
    """A browser that nobody has signed in with."""
    from django.test import Client

    return Client()


def _secret_in(response: Any) -> str:
    found = re.search(r'<code class="secret">([^<]+)</code>', response.content.decode())
    assert found is not None
    return found.group(1)


def test_a_stranger_is_sent_to_the_login_and_comes_back(stranger: Any, first_password: str) -> None:
    """Who is not signed in gets the login page; a first password leads to choosing one's own, and nothing else."""
    assert stranger.get("/firms").headers["Location"].startswith("/login?next=")

    wrong = stranger.post("/login", {"login": "office", "password": "no", "next": "/firms"})
    right = stranger.post("/login", {"login": "office", "password": first_password, "next": "/firms"})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "账号或口令不对" in wrong.content.decode()
    assert right.headers["Location"] == "/password"


def test_a_login_leads_nowhere_foreign(stranger: Any, first_password: str) -> None:
    """The address after signing in is one of our own, whatever was asked."""
    page = stranger.get("/login", {"next": "https://example.org/"}).content.decode()

    assert "example.org" not in page


@pytest.mark.slow  # argon2 is slow on purpose, and is asked several times
def test_a_first_password_is_changed_once_and_then_opens_the_county(
    stranger: Any, first_password: str
) -> None:
    """The old password is needed, the two new ones must agree, and 10 characters are the least."""
    stranger.post("/login", {"login": "office", "password": first_password})

    differ = stranger.post("/password", {"old": first_password, "new": OWN, "again": "another-one-2"})
    short = stranger.post("/password", {"old": first_password, "new": "short", "again": "short"})
    wrong = stranger.post("/password", {"old": "guess", "new": OWN, "again": OWN})
    right = stranger.post("/password", {"old": first_password, "new": OWN, "again": OWN})

    assert [r.status_code for r in (differ, short, wrong, right)] == [422, 422, 422, 303]
    assert stranger.get("/firms").status_code == 200, "this session goes on"
    stranger.post("/logout")
    assert stranger.get("/firms").status_code == 302
    assert (
        stranger.post("/login", {"login": "office", "password": OWN, "next": "/firms"}).headers["Location"]
        == "/firms"
    )


@pytest.mark.slow  # argon2 is slow on purpose, and is asked several times
def test_changing_a_password_ends_the_other_sessions(
    client_as: Callable[[str], Any], stranger: Any, first_password: str
) -> None:
    """Whoever stole a session loses it when its owner changes the password."""
    thief = client_as("office")
    stranger.post("/login", {"login": "office", "password": first_password})

    stranger.post("/password", {"old": first_password, "new": OWN, "again": OWN})

    assert thief.get("/firms").status_code == 302
    assert stranger.get("/firms").status_code == 200


def test_only_who_manages_accounts_sees_them(client_as: Callable[[str], Any]) -> None:
    """The office clerk has the list and each account; a township has neither."""
    assert client_as("office").get("/accounts").status_code == 200
    assert client_as("office").get("/accounts/hengdian").status_code == 200
    assert client_as("hengdian").get("/accounts").status_code == 403
    assert client_as("hengdian").get("/accounts/hengdian").status_code == 403
    assert client_as("hengdian").post("/accounts/office/password").status_code == 403
    assert client_as("office").get("/accounts/nobody").status_code == 404


def test_the_list_of_accounts_is_searched_and_filtered(client_as: Callable[[str], Any]) -> None:
    """Of the ten accounts and the operator four are line clerks, and one has the phone 15400000007."""
    office = client_as("office")

    clerks = office.get("/accounts", {"role": "line_clerk"}).content.decode()
    one = office.get("/accounts", {"q": "15400000007"}).content.decode()

    assert clerks.count('href="/accounts/') == 4
    assert one.count('href="/accounts/') == 1
    assert "/accounts/hengdian" in one
    assert office.get("/accounts", {"role": "king"}).status_code == 400


@pytest.mark.slow  # argon2 is slow on purpose, and is asked several times
def test_a_new_password_is_shown_once_and_works(client_as: Callable[[str], Any], stranger: Any) -> None:
    """It stands in the answer to the act; the same form sent again makes no second one, and shows none."""
    office = client_as("office")
    key = {"key": "01a20cc1-859e-7c5b-9cea-2fb14e4da819"}

    made = office.post("/accounts/hengdian/password", key)
    again = office.post("/accounts/hengdian/password", key)
    after = office.get("/accounts/hengdian")

    secret = _secret_in(made)
    assert again.status_code == 303
    assert secret not in after.content.decode()
    assert (
        stranger.post("/login", {"login": "hengdian", "password": secret}).headers["Location"] == "/password"
    )


def test_a_new_token_opens_the_door_for_programs(client_as: Callable[[str], Any], stranger: Any) -> None:
    """The token shown is the one that the API takes; without it there is 401."""
    token = _secret_in(client_as("office").post("/accounts/hengdian/token"))

    board = "/api/v1/board?on=2020-02-18"
    assert stranger.get(board).status_code == 401
    assert stranger.get(board, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(client_as: Callable[[str], Any]) -> None:
    """Closing ends sessions with the next request; the page offers to take it back."""
    office, hengdian = client_as("office"), client_as("hengdian")
    assert hengdian.get("/firms").status_code == 200

    closed = office.post("/accounts/hengdian/close")
    page = office.get(closed.headers["Location"]).content.decode()

    assert hengdian.get("/firms").status_code == 302
    assert 'action="/accounts/hengdian/open"' in page
    office.post("/accounts/hengdian/open")
    assert client_as("hengdian").get("/firms").status_code == 200


def test_nobody_is_offered_to_close_his_own_account(client_as: Callable[[str], Any]) -> None:
    """The clerk who manages accounts cannot lock everybody out, neither by his own nor by the operator's."""
    office = client_as("office")

    assert 'action="/accounts/office/close"' not in office.get("/accounts/office").content.decode()
    assert 'action="/accounts/operator/close"' not in office.get("/accounts/operator").content.decode()


@pytest.mark.slow  # argon2 is slow on purpose, and is asked several times
def test_who_forgets_his_password_shuts_out_nobody_else_at_his_address(
    stranger: Any, first_password: str, actor: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten failed tries close one login for ten minutes; an address is closed by many more, whatever the logins."""
    from twofront.apps.units import actions
    from twofront.ground.acts import new_key

    other = actions.issue_password("wuning", by=actor("operator"), under=None, key=new_key(), at=NOON).secret

    def tries(login: str, password: str) -> tuple[int, bool]:
        answer = stranger.post("/login", {"login": login, "password": password})
        return answer.status_code, "失败次数过多" in answer.content.decode()

    assert [tries("office", f"wrong-{n}") for n in range(10)] == [(422, False)] * 10
    assert tries("office", first_password) == (422, True)
    assert tries("wuning", other) == (303, False)

    monkeypatch.setattr(actions, "TRIES_OF_AN_ADDRESS", 12)
    assert [tries(login, "wrong") for login in ("nobody", "anybody")] == [(422, False)] * 2
    stranger.post("/logout")
    assert tries("wuning", other) == (422, True)
    assert (
        stranger.post("/login", {"login": "wuning", "password": other}, REMOTE_ADDR="10.0.0.9").status_code
        == 303
    )
