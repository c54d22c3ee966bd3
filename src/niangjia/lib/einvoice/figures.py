"""Figures and texts of an invoice, each read or noted as a warning; nothing here raises."""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

from niangjia.lib import dates, money
from niangjia.lib.text import trim

MAX_TEXT = 300
MAX_NOTE = 2_000
MAX_FEN = 2**53 - 1
_MAX_CHARS = 40
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_RATE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*(%|％)?")
_NO_RATE = ("免税", "不征税", "***", "*")
_ORIGINALS = (
    # digital: 被红冲蓝字数电票号码：20 digits, then the number of the confirmation (信息确认单)
    re.compile(r"被红冲蓝字(?:数电)?(?:发)?票号码\s*[:：]\s*()([0-9]{20})(?![0-9])"),
    # older electronic ones
    re.compile(r"对应正数发票代码\s*[:：]\s*([0-9]{10,12})\s*号码\s*[:：]\s*([0-9]{8})(?![0-9])"),
)


class Reading:
    """Collects warnings while the parts of one invoice are read."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._found)

    def warn(self, code: str) -> None:
        self._found[code] = None

    def fen(self, text: str) -> int | None:
        """`¥1,234.50` in fen; None, with a warning unless nothing stands there."""
        value = self._number(text, "amount_unreadable")
        if value is None:
            return None
        try:
            fen = money.fen_of(value)
        except money.PartOfFen:
            self.warn("amount_unreadable")
            return None
        return self._bounded(fen, "amount_unreadable")

    def scaled(self, text: str, scale: int) -> int | None:
        """A quantity or unit price times `scale`, rounded half up."""
        value = self._number(text, "quantity_unreadable")
        if value is None:
            return None
        rounded = int((value * scale).to_integral_value(ROUND_HALF_UP))
        return self._bounded(rounded, "quantity_unreadable")

    def rate_permille(self, text: str) -> int | None:
        """`0.06`, `6%` and `6` are 60; 免税, 不征税, *** are None."""
        text = text.strip()
        if not text or text.startswith(_NO_RATE):
            return None
        match = _RATE.fullmatch(text)
        if match is None:
            self.warn("rate_unreadable")
            return None
        value = Decimal(match[1])
        permille = value * 10 if match[2] or value >= 1 else value * 1000
        if permille != permille.to_integral_value() or permille > 1000:
            self.warn("rate_unreadable")
            return None
        return int(permille)

    def date(self, text: str) -> dt.date | None:
        """The day of `2026-02-28`, `2026-02-28 10:11:12`, `2020年04月07日`, `20200407`."""
        text = text.strip()[:_MAX_CHARS]
        if not text:
            self.warn("date_missing")
            return None
        day = text.partition("日")[0] + "日" if "年" in text else re.split(r"[ T]", text)[0]
        try:
            return dates.parse(day)
        except ValueError:
            self.warn("date_unreadable")
            return None

    def note(self, text: str) -> str:
        if len(text) > MAX_NOTE:
            self.warn("note_cut")
        return plain(text, MAX_NOTE)

    def _number(self, text: str, code: str) -> Decimal | None:
        text = text.strip()
        if not text or text in ("-", "—"):
            return None
        try:
            if len(text) > _MAX_CHARS:
                raise money.NotMoney(text)
            return money.parse_text(text)
        except money.NotMoney:
            self.warn(code)
            return None

    def _bounded(self, value: int, code: str) -> int | None:
        if abs(value) > MAX_FEN:
            self.warn(code)
            return None
        return value


def plain(text: str, at_most: int = MAX_TEXT) -> str:
    """Without control and direction characters, no blanks at the ends, at most so long."""
    return trim(_CONTROL.sub("", text[: at_most * 2]))[:at_most]


def original(note: str) -> tuple[str, str]:
    """Code and number of the invoice that a red-letter one takes back; empty if not named."""
    for pattern in _ORIGINALS:
        if match := pattern.search(note):
            return match[1], match[2]
    return "", ""
