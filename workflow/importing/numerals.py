"""Chinese numerals as they number headings, years and ranks; only what official documents use (1 to 9999)."""

import re

_DIGITS = {
    "〇": 0,
    "○": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NAMES = "〇一二三四五六七八九"
_CHINESE_YEAR = re.compile(r"[二][〇○零Oo][〇○零一二三四五六七八九]{2}(?=年)")


def chinese_to_int(text: str) -> int | None:
    """Returns the value of a numeral such as 二十四 or 24, or None when it is not one."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    total = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            return None
    return total + digit


def int_to_chinese(number: int) -> str:
    """Writes 1 to 99 the way Word counts headings (十, 十一, 二十); larger numbers stay in digits."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _NAMES[tens] + "十"
    return head + (_NAMES[ones] if ones else "")


def digits_for_years(text: str) -> str:
    """Rewrites 二〇二五年 as 2025年; the length stays the same, so offsets stay valid."""
    return _CHINESE_YEAR.sub(lambda found: "".join(str(_DIGITS.get(c, 0)) for c in found.group()), text)
