"""What may stand in a field, in a sentence: for the notes of a template."""

from collections.abc import Mapping

from twofront.core.sheets.fields import Field, FieldType

_WORDS: Mapping[FieldType, tuple[str, str]] = {
    "text": ("text, at most {max} characters", "文字, 最多{max}字"),
    "code": ("code, as text", "编号, 按文本填写"),
    "credit_code": ("unified social credit code, 18 characters, as text", "统一社会信用代码18位, 按文本填写"),
    "id_number": ("ID number, 18 characters, as text", "身份证号18位, 按文本填写"),
    "mobile": ("mobile number, 11 digits", "手机号11位"),
    "date": ("day, as 2020-02-18", "日期, 如 2020-02-18"),
    "moment": ("moment, as 2020-02-18T19:30", "时间, 如 2020-02-18T19:30"),
    "int": ("whole number", "整数"),
    "number": ("number", "数字"),
    "share": ("share, from 0 to 1", "比例, 0到1之间"),
    "bool": ("1 or 0", "是 或 否"),
    "choice": ("one of: {choices}", "以下之一: {choices}"),
    "township": ("township, code or name", "镇街, 代码或名称"),
    "village": ("village or community, code or name", "村(社区), 代码或名称"),
    "sector": ("industry, code of GB/T 4754", "国民经济行业代码(GB/T 4754)"),
}


def describe(field: Field) -> tuple[str, str]:
    """Return what may stand in a field, in English and in Chinese.

    Example:
        >>> describe(Field("staff", "人数", "int", required=True))
        ('must be filled in; whole number', '必填; 整数')
    """
    en, zh = _WORDS[field.type]
    choices = ", ".join(dict.fromkeys(field.choices or {}))
    if field.type == "choice" and not choices:
        en, zh = _WORDS["text"]
    en, zh = (t.format(max=field.max_len, choices=choices) for t in (en, zh))
    return (f"must be filled in; {en}", f"必填; {zh}") if field.required else (en, zh)
