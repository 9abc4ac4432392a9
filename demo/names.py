"""Invented identifiers that are formally right and were never given out.

One law: nobody real is in the exercise. Credit codes carry the authority 330799, a county that never existed; mobiles
begin with 154, which no operator holds; people are called 演练-something and firms 示例-something.
"""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS_18 = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
WEIGHTS_9 = (3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
DIGITS = "零一二三四五六七八九"


def credit_code(serial: int) -> str:
    """Make the unified social credit code (统一社会信用代码, GB 32100) of an invented firm, both checks right.

    Example:
        >>> credit_code(15)
        '91330799MA00001540'
    """
    body = f"MA{serial:06d}"
    total = sum(int(c, 36) * w for c, w in zip(body, WEIGHTS_9, strict=True))
    ninth = "0123456789X0"[11 - total % 11]
    head = "91330799" + body + ninth
    total = sum(ALPHABET.index(c) * w for c, w in zip(head, WEIGHTS_18, strict=True))
    return head + ALPHABET[(31 - total % 31) % 31]


def wrong_credit_code(serial: int) -> str:
    """Make a credit code whose last character is wrong, as a typing error leaves it."""
    code = credit_code(serial)
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % 31]


def mobile(serial: int) -> str:
    """Make a mobile number that no operator holds: 154 and eight digits.

    Example:
        >>> mobile(7)
        '15400055433'
    """
    return f"154{serial * 7919 % 10**8:08d}"


def person(serial: int) -> str:
    """Name an invented person.

    Example:
        >>> person(0), person(49)
        ('演练-赵某乙', '演练-钱某丙')
    """
    family = SURNAMES[serial % len(SURNAMES)]
    return f"演练-{family}某{'乙丙丁戊己庚辛壬癸'[serial // len(SURNAMES) % 9]}"


def chinese(number: int) -> str:
    """Write a number from 1 to 99 in Chinese.

    Example:
        >>> chinese(3), chinese(10), chinese(12), chinese(40), chinese(47)
        ('三', '十', '十二', '四十', '四十七')
    """
    tens, ones = divmod(number, 10)
    front = "" if tens == 0 else ("" if tens == 1 else DIGITS[tens]) + "十"
    return front + (DIGITS[ones] if ones or not tens else "")
