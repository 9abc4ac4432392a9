"""The data folder: who may read in it, and that one server at a time works in it."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twofront.core.errors import CannotDo
from twofront.ground.folder import LOG_BYTES, Folder, make_closed, write_private


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "county")
    made.make()
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_but_the_owner_can_list_or_read_the_folder(folder: Folder) -> None:
    """The folder cannot be listed by others, and what holds people's data cannot be entered by them."""
    private = [
        folder.lake,
        folder.inbox,
        folder.logs,
        folder.secrets,
        folder.heads,
        folder.exercise,
        folder.requests,
    ]

    assert mode(folder.root) & 0o066 == 0
    assert {mode(part) for part in private} == {0o700}


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(folder: Folder) -> None:
    """The same name gives the same secret, another name another one; 32 random bytes need 43 characters."""
    first = folder.secret("key")

    assert folder.secret("key") == Folder(folder.root).secret("key") == first
    assert folder.secret("other") != first
    assert len(first) == 43
    assert mode(folder.secrets / "key") == 0o600


def test_a_private_file_is_replaced_whole(folder: Folder) -> None:
    """A second writing replaces the first and leaves no temporary file beside it."""
    write_private(folder.root / "run.json", "1")
    write_private(folder.root / "run.json", "2")

    assert (folder.root / "run.json").read_text() == "2"
    assert not list(folder.root.glob(".run.json*"))
    assert mode(folder.root / "run.json") == 0o600


def test_a_folder_in_use_is_refused_with_the_pid_of_its_holder(folder: Folder) -> None:
    """While one holds the folder, a second is told who does; afterwards the second may."""
    with folder.held():
        with pytest.raises(CannotDo, match=f"in use by process {os.getpid()}"), Folder(folder.root).held():
            pass
        assert folder.holder() == os.getpid()

    assert folder.holder() is None
    with Folder(folder.root).held():
        pass


def test_a_killed_holder_leaves_the_folder_free(folder: Folder) -> None:
    """A kill -9 lets go of the folder: no file has to be removed by hand."""
    code = f"import time; from twofront.ground.folder import Folder\nwith Folder({str(folder.root)!r}).held(): print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert folder.holder() == child.pid
        child.kill()

    with folder.held():
        assert folder.holder() == os.getpid()


def test_an_unfinished_folder_is_no_county(folder: Folder) -> None:
    """Only county.json, which is written last, makes a county of a folder; the error names the command."""
    with pytest.raises(CannotDo, match="no county's data folder; make one with 'twofront init"):
        folder.require_county()

    folder.county_json.write_text("{}")
    folder.require_county()


def test_an_absent_and_an_empty_folder_are_empty_and_others_are_not(tmp_path: Path) -> None:
    """A county may begin in a folder that is absent or empty, and nowhere else."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")

    assert Folder(tmp_path / "absent").is_empty()
    assert Folder(tmp_path / "empty").is_empty()
    assert not Folder(tmp_path / "file").is_empty()
    assert not Folder(tmp_path).is_empty()


def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """A file in the way is named, and nothing is written."""
    (tmp_path / "file").write_text("")

    with pytest.raises(CannotDo, match=r"file.*give a folder that you may write in"):
        Folder(tmp_path / "file" / "county").make()


@given(st.integers(min_value=1, max_value=250))
def test_the_socket_never_has_a_path_that_is_too_long(length: int) -> None:
    """A Unix socket takes 107 bytes on Linux and 103 on macOS, however deep the data folder lies."""
    deep = Folder(Path("/srv") / ("东" * (length // 3) + "x" * (length % 3)) / "county")

    assert len(os.fsencode(deep.socket / ".s.PGSQL.5432.lock")) <= 103


def test_two_folders_never_share_a_socket() -> None:
    """Also where the path is too long to lie in the folder itself."""
    long = "x" * 120

    assert Folder(f"/srv/{long}/a").socket != Folder(f"/srv/{long}/b").socket


def test_a_link_in_place_of_the_socket_folder_is_refused(tmp_path: Path) -> None:
    """In a folder that everybody writes in, somebody may have laid a link where ours should be."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "socket").symlink_to(tmp_path / "theirs")

    with pytest.raises(CannotDo, match="remove it"):
        make_closed(tmp_path / "socket", owner=os.geteuid())


def test_what_is_asked_is_taken_once_and_answered(folder: Folder) -> None:
    """A request reaches the server in the order of asking, once; who asked reads the answer under the name he was given."""
    first, second = folder.ask("reset", to="start"), folder.ask("reset")
    assert folder.answer_to(first) is None

    taken = list(folder.asked())
    folder.answer(first, {"done": 1})

    assert taken == [(first, "reset", {"to": "start"}), (second, "reset", {})]
    assert list(folder.asked()) == []
    assert folder.answer_to(first) == {"done": 1}
    assert folder.answer_to(second) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "null"], ids=["empty", "cut off", "a list", "nothing asked", "null"]
)
def test_a_request_that_cannot_be_read_is_taken_as_an_unknown_task(folder: Folder, text: str) -> None:
    """A broken request is answered like an unknown one and does not stop the server."""
    (folder.requests / "1.json").write_text(text)

    assert list(folder.asked()) == [("1", "", {})]


def test_a_long_log_is_set_aside(folder: Folder) -> None:
    """A log above eight megabytes becomes NAME.log.1 when it is opened again."""
    (folder.logs / "web.log").write_text("x" * (LOG_BYTES + 1))

    with folder.log("web") as log:
        log.write("new\n")

    assert (folder.logs / "web.log").read_text() == "new\n"
    assert (folder.logs / "web.log.1").stat().st_size == LOG_BYTES + 1


def test_the_last_words_of_a_program_are_the_line_that_names_the_error(folder: Folder) -> None:
    """Of the end of a log the line with the error is shown, not what was said after it."""
    (folder.logs / "web.log").write_text(
        "starting\nModuleNotFoundError: no such application\nshutting down\n"
    )

    assert folder.last_words("web") == "ModuleNotFoundError: no such application"
    assert folder.last_words("absent") == "it said nothing"


def test_only_one_of_many_that_try_at_once_holds_the_folder(folder: Folder) -> None:
    """Eight threads try at the same moment; one gets the folder."""
    barrier, done = threading.Barrier(8), threading.Barrier(8)
    won: list[bool] = []

    def attempt() -> None:
        barrier.wait()
        try:
            with Folder(folder.root).held():
                won.append(True)
                done.wait()
        except CannotDo:
            done.wait()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()

    assert won == [True]
