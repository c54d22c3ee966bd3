"""Money in integer fen: read exactly, shown without rounding up."""

import re
from decimal import Decimal, InvalidOperation

from niangjia.lib.text import fold_width

WAN_FEN = 1_000_000
_SIGNS = str.maketrans("，", ",", "¥￥ \u3000")
_CURRENCY = re.compile(r"^(人民币|RMB|CNY)[:：]?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_SMALL = ("", "拾", "佰", "仟")
_LARGE = ("", "万", "亿", "万亿")


class NotMoney(ValueError):
    """The text or number is no amount of money."""


class PartOfFen(NotMoney):
    """The amount has parts of a fen."""


def fen_of(value: Decimal | int, scale: int = 1) -> int:
    """Yuan times `scale` in fen, exactly. Raises PartOfFen."""
    fen = value * 100 * scale
    if isinstance(fen, int):
        return fen
    if fen != fen.to_integral_value():
        raise PartOfFen(str(value))
    return int(fen)


def parse_text(text: str) -> Decimal:
    """Yuan from `¥1,234.50`, `人民币1234.5元`, full-width too. Raises NotMoney (`1.25万元` too)."""
    plain = fold_width(text).translate(_SIGNS).replace("．", ".").removesuffix("元")
    plain = _CURRENCY.sub("", plain)
    if "," in plain:
        if not _GROUPED.fullmatch(plain):
            raise NotMoney(text)
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        raise NotMoney(text)
    try:
        return Decimal(plain)
    except InvalidOperation as error:  # pragma: no cover - the pattern admits numbers only
        raise NotMoney(text) from error


def format_yuan(fen: int) -> str:
    """`1,234.56`, with a minus sign in front if negative."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def floor_wan(fen: int) -> int:
    """Whole 万元, cut, not rounded (余)."""
    return fen // WAN_FEN if fen >= 0 else -(-fen // WAN_FEN)


def format_wan(fen: int) -> str:
    """万元 with two places, cut: `3,214.04`."""
    hundredths = abs(fen) // (WAN_FEN // 100)
    return f"{'-' if fen < 0 else ''}{hundredths // 100:,}.{hundredths % 100:02d}"


def capitals(fen: int) -> str:
    """Amount in capitals (大写) as printed forms need it: 壹仟贰佰叁拾肆元伍角陆分."""
    if fen < 0:
        return "负" + capitals(-fen)
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = (_whole(yuan) + "元") if yuan else ""
    if not rest:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif yuan:
        text += "零"
    return text + (_DIGITS[cents] + "分" if cents else "整")


def _whole(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + _LARGE[index]
        gap = False
    return text


def _group(number: int) -> str:
    text, gap = "", False
    for power in range(3, -1, -1):
        digit = number // 10**power % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _SMALL[power]
        gap = not digit
    return text
