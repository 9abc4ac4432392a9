"""The demonstration's process: one line when ready, ends in time, leaves nothing behind, and starts again after any end."""

import json
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # the exercise county is made once, about a minute


def test_one_line_says_address_clock_and_accounts(played: dict[str, Any]) -> None:
    """The contract's keys, one account a role, each with login, password and token."""
    line = played["line"]

    assert line.keys() == {"url", "data", "clock", "accounts"}
    assert line["clock"] == "2020-02-18T19:30:00+08:00"
    assert all(a.keys() == {"role", "login", "password", "token"} for a in line["accounts"])
    assert {a["role"] for a in line["accounts"]} == {
        "commander", "office_clerk", "leader", "line_clerk", "township", "grid_worker", "gate_keeper",
        "service_officer", "enterprise", "inspector", "auditor", "observer",
    }  # fmt: skip
    assert played["stopped"]["more"] == ""


def test_it_ends_on_sigterm_within_ten_seconds_and_leaves_no_process(played: dict[str, Any]) -> None:
    """Exit 0, the database stopped; after a killed start as well."""
    for end in (played["stopped"], played["stopped_after_kill"]):
        assert end["code"] == 0
        assert end["seconds"] < 10
        assert end["left"] == []


def test_the_second_start_is_fast_and_the_county_is_as_it_was(played: dict[str, Any]) -> None:
    """Under 10 s, whatever was before it: an orderly end, or kill -9."""
    assert played["second_start"] < 10
    assert played["after_restart"] == played["after_kill"]
    assert played["after_kill"]["on"] == "2020-02-18"


def test_a_folder_in_use_is_refused(played: dict[str, Any]) -> None:
    """Exit 2, one line, nothing on stdout."""
    busy = played["busy"]

    assert (busy["code"], busy["out"]) == (2, "")
    assert busy["words"].startswith("twofront: ") and len(busy["words"].splitlines()) == 1


def test_commands_work_beside_the_server(played: dict[str, Any]) -> None:
    """The chain verifies, status names the address, `db url` prints a libpq URL, healthz has the contract's keys."""
    seen = played["commands"]

    assert json.loads(seen["verify"]["out"])["first_broken"] is None
    assert json.loads(seen["status"]["out"])["url"] == played["line"]["url"]
    assert seen["url"]["out"].startswith("postgresql://")
    assert seen["health"].keys() == {"status", "version", "database", "clock", "jobs", "audit", "last_drill"}
    assert seen["health"]["jobs"].keys() == {"queued", "oldest_s"}
    assert seen["health"]["audit"].keys() == {"unsealed_s"}
    assert seen["health"]["status"] in {"ok", "degraded"}
