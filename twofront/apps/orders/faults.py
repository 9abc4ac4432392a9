"""What is wrong with a table, in Chinese: core says it in English, as the command line does, and a page in the reader's words.

Each sentence of core stands here once, as a pattern; the parts in brackets are values and stay as they are.
"""

import re

from twofront.core.errors import Fault
from twofront.ground.pages import is_english

_WHAT = {
    r"tests a registered place.*": "问的是户籍、籍贯、出生地：规则只能问在哪里停留过，不能问从哪里来",
    r"tests an identity number.*": "问的是证件号码：号码会暴露籍贯，规则不能问",
    r"tests a telephone number.*": "问的是电话号码：号码归属地不是停留过的地方，规则不能问",
    r"tests nationality.*": "问的是国籍、民族：规则不能问",
    r"tests religion": "问的是宗教信仰：规则不能问",
    r"is a function over a part of a text.*": "是截取文字的一段：规则不能拆开号码",
    r"is no line of a table": "不是表里能有的 # 行",
    r"stands twice(?: \(line (.+)\))?": "写了两遍",
    r"there is no #table": "没有写判定什么",
    r"is no hit policy": "不是命中规则",
    r"needs a column out:priority of type number": "要有一列 out:priority，类型 number",
    r"does not lie after #from": "不在开始之后",
    r"there are no headings with types below": "没有表头，或表头下面没有类型",
    r"is no heading": "不是表头",
    r"is no type of (.+)": "不是 {0} 能用的类型",
    r"there is no column out:NAME": "没有一列答案（out:）",
    r"stands under no heading": "上面没有表头",
    r"stands after #default": "在“其他”一行之后",
    r"the row has (.+) cells under (.+) headings": "这一行有 {0} 格，表头有 {1} 列",
    r"stands where the first output should": "占了第一个答案的位置",
    r"is a condition of the default": "是“其他”一行里的条件",
    r"begins like a set but is none": "开头像一组值，却不是",
    r"names null in a set": "一组值里写了 null",
    r"has an empty member": "一组值里有空的一个",
    r"has more than two ends": "范围多于两端",
    r"compares a bool": "给是否型比了大小",
    r"has an end without a value": "范围有一端没有值",
    r"is no bool": "不是“是否”",
    r"is no number": "不是数",
    r"has more digits than a number keeps": "位数太多，数存不下",
    r"is no day": "不是日期",
    r"is a day that does not exist": "没有这一天",
    r"lies outside the years 1900 to 2100": "年份不在 1900 到 2100 之间",
    r"is no moment": "不是时刻",
    r"is a moment that does not exist": "没有这个时刻",
    r"has an offset outside a day": "时差超过一天",
    r"is no CSV \((.+)\)": "不是 CSV（{0}）",
    r"is a number without a value at (.+), when the table holds": "这个数在 {0} 没有值，而那时表已生效",
    r"is not the decision (.+) that it is named for": "不是 {0} 这张表",
    r"stands in the playbook's row as well": "在预案的行里也写了",
    r"is no fact of this playbook": "不是预案里声明过的事实",
    r"is declared as (\w+) and asked as (\w+)": "声明为 {0}，这里当作 {1}",
    r"is no value of (\S+)": "不是 {0} 能有的值",
    r"is no clause of the order (.+)": "不是 {0} 号令的条款",
    r"is no output of (.+)": "不是 {0} 声明过的答案",
    r"is stricter than the county's (.+) \((.+)\) for (.+)": "比全市的 {0}（{1}）更严，例如 {2}",
    r"has no table of the county at that time": "那时全市还没有这张表",
    r"is no (\w+)": "不是 {0} 型的值",
    r"is neither UTF-8 nor GB18030": "既不是 UTF-8 也不是 GB18030",
}  # fmt: skip
_DO = {
    r"test where somebody stayed, and when": "请改问在哪里停留过、什么时候",
    r"write one of (.+), or ORDER/CLAUSE of another, or add a \[\[clause\]\]": "请写其中之一：{0}，或写 令号/条款，或在预案里加 [[clause]]",
    r"write one of (.+); or add an \[\[output\]\]": "请写其中之一：{0}，或在预案里加 [[output]]",
    r"write one of (.+)": "请写其中之一：{0}",
    r"keep one": "请留一个",
    r"begin with a line #table,ID": "请在开头写一行 #table,判定",
    r"add it, or choose another policy": "请加上，或另选命中规则",
    r"the table holds from #from until before #to": "表从开始生效，到结束之前",
    r"write in:FACT and out:NAME, and below.*": "请写 in:事实、out:答案，下一行写 text、number、bool、date 或 moment",
    r"write in:FACT or out:NAME above it, or remove it": "请在上面写 in:事实 或 out:答案，或把它删掉",
    r"write in:FACT or out:NAME": "请写 in:事实 或 out:答案",
    r"did you mean (.+)\?": "是不是 {0}？",
    r"a rule answers something: add an output": "规则总要有答案：请加一列 out:",
    r"make #default the last row": "请把“其他”放到最后一行",
    r"give each column one cell, - for any": "每列一格，任意写 -",
    r"let the table begin with a column in:FACT": "请让第一列是 in:事实",
    r"leave the in: columns of #default empty": "“其他”一行的条件请空着",
    r"write \{a,b\} or !\{a,b\}; a text that begins so stands in .*": "请写 {{a,b}} 或 !{{a,b}}；文字本身这样开头的，加双引号",
    r'give null a row of its own, or write "null" for the text': "不知道（null）请单写一行；文字 null 请加双引号",
    r'take a comma out, or write "" for the empty text': "请去掉一个逗号；空文字写 \"\"",
    r"write a range as .*": "范围请写成 [a..b]、(a..b]、[a..b) 或 (a..b)",
    r"write true or false": "请写 是 或 否（true、false）",
    r"give the value; an open end is written <b or >a": "请写上值；只有一端的写成 <b 或 >a",
    r"write a plain number such as 14 or 37\.3": "请写普通的数，如 14 或 37.3",
    r"make the column text": "请把这一列改成文字（text）",
    r"correct the (?:year|day)": "请改正",
    r"write .*YYYY-MM-DDTHH:MM.*": "请写成 2020-02-18T19:30 这样",
    r"write .*YYYY-MM-DD.*": "请写成 2020-02-18 这样",
    r"check the quotation marks": "请检查引号",
    r"add a \[\[rule_parameter\]\] that holds then, and is known then": "请在预案里加那时生效、那时已知的 [[rule_parameter]]，或直接写数",
    r"write the same name": "请写同一个名字",
    r"leave it out here: since and until say it": "请从这里去掉，生效和结束另有一格",
    r"declare it as a \[\[fact\]\]": "请先在预案里声明为 [[fact]]",
    r"let both say the same": "请让两处一致",
    r"ask no more than tables/(.+), or add the centre's dated \[\[consent\]\]": "要求不要超过 {0}，或在预案里加中心的同意 [[consent]]",
    r"the county (.+) decides first: give it a table, or take this one out": "请先有全市（{0}）的表，或撤掉这一张",
    r"give a (\w+)": "请给 {0} 型的值",
    r"give it as text, in quotes": "请写成文字，加引号",
    r"save the file as UTF-8": "请存成 UTF-8",
}  # fmt: skip
_PLACED = re.compile(r"\((?:in|out):(.+?)\) ")


def said(fault: Fault) -> str:
    """Return what is wrong and what to do, as one sentence in the reader's language."""
    what = _PLACED.sub("", fault.what, count=1)
    value = "" if fault.value is None else f"{fault.value} "
    if is_english():
        return f"{value}{what}; {fault.do}"
    return f"{value}{_chinese(what, _WHAT)}；{_chinese(fault.do, _DO)}"


def column_of(fault: Fault) -> str:
    """Return the fact or answer whose cell a fault is about, where it names one; else empty."""
    for pattern in (_PLACED, re.compile(r"is no value of (\S+)$")):
        if found := pattern.match(fault.what):
            return found[1]
    return "clause" if fault.what.startswith("is no clause") else ""


def _chinese(text: str, words: dict[str, str]) -> str:
    for pattern, chinese in words.items():
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return chinese.format(*found.groups())
    return text
