"""What no rule may ever test, as code and not as data that a playbook could shorten.

A rule may test where somebody stayed and when. It never tests registered place (户籍, 籍贯), a part of an identity or
telephone number, nationality or ethnicity, or religion: not by its name, by an alias, by a column derived from it, nor
by a function over the number. The law reads the words of a name; who hides such a fact behind a name without a word
for it is stopped by the closed vocabulary, where each fact says which field it is from.
"""

import re
import unicodedata
from collections.abc import Iterable

_PLACE = (
    "tests a registered place: a rule may test where somebody stayed, never where he is registered or born"
)
_NUMBER = "tests an identity number: its digits tell where somebody is from, and a rule may not ask that"
_PHONE = "tests a telephone number: its region is not where somebody stayed"
_NATION = "tests nationality or ethnicity"
_FAITH = "tests religion"
_PART = "is a function over a part of a text: no rule cuts a number open"

_WORDS: tuple[tuple[str, str], ...] = (
    (_PLACE, r"户籍|户口|籍贯|原籍|祖籍|本籍|出生地|出生省|老家|生源地|hukou|huji\b|hu ji\b|jiguan|ji guan|laojia|lao jia"),
    (_PLACE, r"\bnative (place|land|county|province|city|home)|\b(birth ?place|place of birth|born (in|at)|birth (county|province|city|region))"),
    (_PLACE, r"\b(place|county|province|city|region|address|residen\w+|permanent\w*|household|domicile\w*) (of )?regist\w+|\bregist\w+ (\w+ )?(residen\w+|place|county|province|city|region|address|household)"),
    (_PLACE, r"\b(domicile|ancestral|home ?town|home (province|county)|household regist\w+|origin (of )?(birth|household))"),
    (_NATION, r"国籍|民族|族别|族裔|nationalit|citizenship|\bnation\b|ethnic|\brace\b|minzu|min zu|guoji\b|guo ji\b|passport country"),
    (_FAITH, r"宗教|信仰|教派|religio|\bfaith\b|\bcreed\b|zongjiao|zong jiao|xinyang|xin yang"),
    (_PART, r"前缀|号段|开头|前(\d+|[一二两三四五六七八九十]+)(位|码)|(首|头)(\d+|[两三四六])位|截取|\bprefix|\bfirst ?(\d+|two|three|four|six)( digits?| chars?)?\b|\b(starts?|begins?) with\b|\bleading\b|\bsubstr\w*|\bslice\b|\bleft\b.*\d"),
    (_PART, r"\b(left|right|mid|substr\w*|slice|text|concat|split|str|regex\w*|match|like|取左|取前)\s*\(|\[\s*\d*\s*:|\|\||~="),
    (_PHONE, r"归属地|区号|手机号|电话|(?<!举)手机|联系方式|\b(phone|mobile|tel|telephone|msisdn|cell ?phone|sim|shouji|shou ji)\b|\barea code"),
    (_NUMBER, r"身份证|证件号|证号|公民身份|护照|\b(identity|idcard|idno|identification|passport|sfz|shenfenzheng|shen fen zheng|id (card|no|num|number|code|digits?|region|area|county|province|address)s?|id ?\d+)\b|^((person|persons|resident|worker|citizen|national) )?id$"),
)  # fmt: skip
_LAWS = tuple((why, re.compile(pattern)) for why, pattern in _WORDS)
_SHOWN = re.compile(
    r"^(has |is |was )?(身份证|证件|手机|phone|mobile|id|identity|id card|identity card|passport|护照)( card)? ?"
    r"(已)?(is |was |been )?(shown|presented|checked|seen|verified|carried|at hand|出示|查验|核验|在手)$"
)


def reason_against(name: str, type_: str = "text") -> str | None:
    """Return why a fact of this name may not be tested, or None.

    That a card or a telephone was *shown* may be asked, as a bool; what stands on it may not.

    Example:
        >>> reason_against("户籍地") is None, reason_against("stay_place") is None, reason_against("id_card_shown", "bool")
        (False, True, None)
    """
    words = plain_words(name)
    for why, law in _LAWS:
        if (law.search(words) or law.search(words.replace(" ", ""))) and not (
            type_ == "bool" and why in (_NUMBER, _PHONE) and _SHOWN.match(words)
        ):
            return why
    return None


def plain_words(name: str) -> str:
    """Return a name as its words: one width of letters, small, parted where writing parts them.

    Example:
        >>> plain_words("ＩＤCardPrefix"), plain_words("native-place")
        ('id card prefix', 'native place')
    """
    text = unicodedata.normalize("NFKC", name)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.split(r"[\s_.\-/·、]+", text.lower())).strip()


def reasons_against(names: Iterable[str], type_: str) -> str | None:
    """Return why one of the names of a fact (its key, its labels, its field) may not be tested, or None."""
    return next((why for n in names if (why := reason_against(n, type_))), None)
