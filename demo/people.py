"""The accounts of the exercise: one for every role, a head for each township, an officer for each township's firms.

One law: nobody in it is real; whoever signs in here is called 演练-something.
"""

import names
from county import County, table
from files import Row, Sheet
from plan import Load

HEADS = ("登录名", "角色", "单位", "条线", "起", "姓名", "电话", "止")
FROM = "2020-02-01"


def accounts(county: County) -> Load:
    """Write the list of accounts; the same person may hold several rows."""
    rows: list[Row] = []
    phones: dict[str, str] = {}
    for row in table("accounts"):
        phones.setdefault(row["login"], names.mobile(90_000 + len(phones)))
        rows.append(
            (row["login"], row["role"], row["unit"], row["line"], FROM, row["name"], phones[row["login"]], "")
        )
    for n, block in enumerate(county.blocks):
        village = county.villages_of(block.code)[0]
        rows.append((block.login, "township", block.code, "*", FROM, _name(n), names.mobile(91_000 + n), ""))
        rows.append(
            (
                f"officer-{block.login}",
                "service_officer",
                block.code,
                "economy",
                FROM,
                _name(100 + n),
                names.mobile(92_000 + n),
                "",
            )
        )
        if block.login in {"hengdian", "baiyun", "huashui"}:
            rows.append(
                (
                    f"grid-{block.login}",
                    "grid_worker",
                    village,
                    "*",
                    FROM,
                    _name(200 + n),
                    names.mobile(93_000 + n),
                    "",
                )
            )
            rows.append(
                (
                    f"gate-{block.login}",
                    "gate_keeper",
                    village,
                    "*",
                    FROM,
                    _name(300 + n),
                    names.mobile(94_000 + n),
                    "",
                )
            )
    sheet = Sheet(
        "2020-02-10/账号登记表.xlsx",
        HEADS,
        rows,
        title=("指挥部平台账号登记表(演练)",),
        notes=("单位填行政区划代码, 全市填 *; 条线填条线代码, 全部填 *。",),
    )
    return Load("accounts", sheet, "2020-02-10T08:20", by=None)


def _name(serial: int) -> str:
    return names.person(serial * 7 + 3)
