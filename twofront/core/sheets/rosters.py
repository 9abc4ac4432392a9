"""The four rosters (名册) that every county keeps: their columns, and what makes two rows the same.

The columns are the contract's; the headings by which clerks call them stand in the playbook.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twofront.core.sheets.fields import Field

WATCHED = (Field("sex", "性别"), Field("born", "出生日期", "date"), Field("registered_place", "户籍地"))
"""Columns of a roster of persons that are compared, and never kept."""
CREDIT_CODE = Field("credit_code", "统一社会信用代码", "credit_code", required=True)
_ID_NUMBER = Field("id_number", "身份证号", "id_number", required=True)
_MOBILE = Field("mobile", "手机", "mobile")
_TOWNSHIP = Field("township", "镇街", "township", required=True)


@dataclass(frozen=True, slots=True)
class Roster:
    """A kind of roster (名册).

    Args:
        fields: Its columns.
        key: The columns that together name a row; a second row of the same is a duplicate.
        watched: Columns that are compared with others, and never kept.
    """

    fields: tuple[Field, ...]
    key: tuple[str, ...]
    watched: tuple[Field, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its columns."""
        return tuple(f.name for f in self.fields)

    @property
    def headed(self) -> tuple[str, ...]:
        """Return the names of all columns for which headings are known."""
        return (*self.names, *(f.name for f in self.watched))


ROSTERS: Mapping[str, Roster] = {
    "enterprises": Roster(
        (
            Field("name", "企业名称", required=True),
            CREDIT_CODE,
            _TOWNSHIP,
            Field("sector", "行业", "sector"),
            Field("contact", "联系人"),
            _MOBILE,
            Field("lists", "名单"),
            Field("normal_staff", "正常用工", "int", low=0),
        ),
        ("credit_code",),
    ),
    "residents": Roster(
        (
            Field("name", "姓名", required=True),
            _ID_NUMBER,
            _MOBILE,
            Field("village", "村社区", "village", required=True),
            Field("address", "住址", required=True),
            Field("household_no", "户号"),
        ),
        ("id_number",),
        WATCHED,
    ),
    "workers": Roster(
        (
            Field("name", "姓名", required=True),
            _ID_NUMBER,
            _MOBILE,
            CREDIT_CODE,
            Field("origin", "来源地"),
            Field("returned_on", "返回日期", "date"),
        ),
        ("id_number",),
        WATCHED,
    ),
    "projects": Roster(
        (
            Field("code", "项目编号", "code", required=True),
            Field("name", "项目名称", required=True),
            Field("level", "级别"),
            Field("kind", "类别", "choice", required=True),
            _TOWNSHIP,
            Field("workers_normal", "正常用工", "int", low=0),
        ),
        ("code",),
    ),
}
"""The kinds of `twofront roster check`, as the contract names them."""
