"""Words of the command line: every verb's help, and days and moments that no county can mean."""

import contextlib
import io
import json
from pathlib import Path

import pytest

from twofront.cli import VERBS, main


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_shows_an_example_of_this_very_verb(verb: tuple[str, ...]) -> None:
    """The example is the verb's own and reads as it is typed."""
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        main([*verb, "--help"])
    text = said.getvalue()

    example = text[text.index("Example") :]
    assert f"twofront {' '.join(verb)}" in example
    assert "%%" not in text and "%(" not in text


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--data", "{}", "--port", "99999"),
        ("demo", "--data", "{}", "--clock", "no moment"),
        ("demo", "--data", "{}", "--port", "-1"),
        ("init", "--data", "{}", "--clock", "9999-12-31"),
        ("init", "--data", "{}", "--clock", "yesterday"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port and a moment that are none: exit 2, one line, no folder."""
    folder = tmp_path / "county"

    assert main([w.format(folder) for w in words]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not folder.exists()


def test_a_county_of_another_server_gets_no_database_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its two addresses the command says so, and makes nothing."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "county.json").write_text("{}")

    assert main(["board", "export", "--data", str(tmp_path), "--on", "2020-02-18"]) == 2
    assert "DATABASE_URL" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["county.json"]


FILES = {
    "rows.csv": "id,village,households,seq\nA,V,1,1\nA,V,1,2\n",
    "posts.csv": "grid,post,needed,x_m,y_m\nG,clerk,1,0,0\nG,clerk,1,0,0\n",
    "table.csv": "#table,t\nin:age,out:days\nnumber,number\nold,7\n",
    "pace.csv": "township,day,done,total\nA,2020-02-18,1,9\n",
    "facts.jsonl": "{",
    "readings.csv": "date,meter,kwh\n2020-01-01,m1,abc\n",
    "backup.key": "nonsense",
    "book/playbook.toml": "[[playbook]]\nkey = 1\n",
}
INDEX = ("power", "index", "readings.csv", "--baseline", "2020-01-01:2020-01-02", "--days")


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        pytest.param(
            (*INDEX, "2020-02-10:2020-02-10", "--layout", "tall"),
            "power index: argument --layout: invalid choice: 'tall' (choose from 'wide', 'long', 'interval');"
            " see 'twofront power index --help'",
            "power index: 参数 --layout：没有“tall”这个选项（可选：“wide”, “long”, “interval”）；"
            "请看“twofront power index --help”",
            id="bad option",
        ),
        pytest.param(
            (*INDEX, "2020-02-30:2020-03-01", "--layout", "long"),
            "--days: '2020-02-30' is a day that does not exist; correct the day",
            "--days: “2020-02-30”是不存在的日期；请更正日期",
            id="wrong day",
        ),
        pytest.param(
            (*INDEX, "2020-02-10:2020-02-10", "--layout", "long"),
            "readings.csv:2: reading 'abc' of column kwh is no number of at most 1e9 kWh;"
            " correct it, or leave it empty if unknown",
            "readings.csv:2: kwh 列读数“abc”不是不超过 1e9 kWh 的数；请更正，未知则留空",
            id="bad file",
        ),
        pytest.param(
            ("grids", "draw", "rows.csv"),
            "grids draw: the following arguments are required: --out; see 'twofront grids draw --help'",
            "grids draw: 缺少参数：--out；请看“twofront grids draw --help”",
            id="missing argument",
        ),
        pytest.param(
            ("grids", "draw", "rows.csv", "--out", "out.csv"),
            "rows.csv:3: the id A stands twice, first in rows.csv:2; leave one of the rows",
            "rows.csv:3: id A 重复出现，首次在 rows.csv:2；请只留一行",
            id="bad dwellings",
        ),
        pytest.param(
            ("load", "reports", "rows.csv", "--data", "none", "--knwn", "1"),
            "load: unrecognized arguments: --knwn 1; see 'twofront load --help'",
            "load: 不认识的参数：--knwn 1；请看“twofront load --help”",
            id="unknown option",
        ),
        pytest.param(
            ("load", "reports", "rows.csv", "--data", "none", "--known", ""),
            "--known: an empty value; write one, or leave it out",
            "--known: 值为空；请填写，或不写此项",
            id="empty value",
        ),
        pytest.param(
            ("init", "--data="),
            "--data: an empty value; write one, or leave it out",
            "--data: 值为空；请填写，或不写此项",
            id="empty value behind its sign",
        ),
        pytest.param(
            ("staff", "readiness", "pace.csv", "--deadline", "2020-02-01"),
            "pace.csv:2: 2020-02-18 is after the deadline; give the days up to the deadline",
            "pace.csv:2: 2020-02-18 晚于期限；请只给出期限以前的日期",
            id="pace beyond the deadline",
        ),
        pytest.param(
            ("staff", "assign", "posts.csv", "absent.csv", "--out", "out.csv"),
            "posts.csv:3: the post clerk of G stands twice; give one row with the number needed",
            "posts.csv:3: G 的岗位 clerk 重复出现；请只写一行，注明所需人数",
            id="post twice",
        ),
        pytest.param(
            ("rules", "check", "table.csv"),
            "table.csv:4: 'old' (in:age) is no number; write a plain number such as 14 or 37.3",
            "table.csv:4: “old” (in:age) 不是数字；请写普通数字，如 14 或 37.3",
            id="bad table",
        ),
        pytest.param(
            ("rules", "ask", "nowhere", "arrival.class", "facts.jsonl", "--at", "2020-02-18"),
            "--playbook: no playbook nowhere; give a folder, or the code of one that came with the product",
            "--playbook: 没有预案 nowhere；请给出文件夹，或随产品附带的预案代码",
            id="no playbook",
        ),
        pytest.param(
            ("playbook", "check", "absent"),
            "absent: cannot be read: No such file or directory; give the folder of a playbook",
            "absent: 无法读取：没有这个文件或文件夹；请给出预案的文件夹",
            id="absent folder",
        ),
        pytest.param(
            ("backup", "verify", "rows.csv", "--key", "backup.key"),
            "backup.key: holds no key that opens a backup; give the county's backup.key",
            "backup.key: 里面没有能打开备份的密钥；请给出本县的 backup.key",
            id="bad backup key",
        ),
        pytest.param(
            ("serve", "--data", "book", "--port", "99999"),
            "serve: argument --port: 99999 is no port; give one up to 65535, or 0 for any free one;"
            " see 'twofront serve --help'",
            "serve: 参数 --port：99999 不是端口；请写不超过 65535 的数，或写 0 自动选择；请看“twofront serve --help”",
            id="no port",
        ),
        pytest.param(
            ("init", "--data", "book"),
            "book: is not empty; give an empty or absent folder",
            "book: 不是空的；请给出空的或尚不存在的文件夹",
            id="folder that is not empty",
        ),
    ],
)
@pytest.mark.parametrize("locale", ["C.UTF-8", "zh_CN.UTF-8"])
def test_a_line_follows_the_readers_locale(
    words: tuple[str, ...],
    english: str,
    chinese: str,
    locale: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """English, or Chinese throughout: only names, options and values stay as they are written."""
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")

    code = main([*words])

    said = capsys.readouterr().err.replace(f"{tmp_path}/", "")
    assert (code, said) == (2, f"twofront: {chinese if locale.startswith('zh') else english}\n")


def test_the_faults_of_a_playbook_and_the_overview_are_chinese_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`what` and `do` in the JSON, and a line for each verb."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    (tmp_path / "playbook.toml").write_text("[[playbook]]\nkey = 1\n", "utf-8")

    assert main(["playbook", "check", str(tmp_path)]) == 1
    faults = json.loads(capsys.readouterr().out)["faults"]
    assert ("1", "不是文字", "请写文字") in [(f["value"], f["what"], f["do"]) for f in faults]

    assert main([]) == 0
    assert "  load              载入本县的一个文件\n" in capsys.readouterr().out
