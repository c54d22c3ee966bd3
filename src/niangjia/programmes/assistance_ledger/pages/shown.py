"""Numbers, dates and codes as these pages show them."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext, gettext_lazy, ngettext

from niangjia.blocks.places.public import region_names
from niangjia.programmes.assistance_ledger import periods
from niangjia.programmes.assistance_ledger.sheet import schema
from niangjia.ui import dates
from niangjia.ui.page import language_of

day, moment = dates.day, dates.moment
FLAGS = {
    "invoice_claimed_twice": gettext_lazy("Invoice also claimed by another unit"),
    "maybe_an_order_s_record": gettext_lazy("May be the same as a record made from an order"),
    "origin_not_assisted": gettext_lazy("Origin not on the list"),
}
MODES = {"direct": gettext_lazy("Direct purchase"), "helped": gettext_lazy("Helped sale")}
FEN_PER_CUT = 10_000  # a hundredth of 10,000 yuan


def yuan(fen: int) -> str:
    """`1,234.56`, exact."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def wan(fen: int) -> str:
    """In units of 10,000 yuan with two decimals, cut and not rounded: 1,234.56."""
    return yuan(fen // FEN_PER_CUT)


def wan_number(fen: int) -> float:
    """The same for charts."""
    return (fen // FEN_PER_CUT) / 100


def help_of(fen: int, confirmed_fen: int, told: Callable[[int], str] = wan) -> str:
    """What of a registered amount the counties have confirmed, and what they have not yet."""
    return gettext("confirmed %(done)s · not confirmed %(rest)s") % {
        "done": told(confirmed_fen),
        "rest": told(fen - confirmed_fen),
    }


def confirmed(value: int, told: Callable[[int], str] = yuan) -> str:
    """What of a registered number the counties have confirmed, to stand below it."""
    return gettext("confirmed %(done)s") % {"done": told(value)}


def milli(value: int | None) -> str:
    """Thousandths as a decimal without trailing noughts; empty if unknown."""
    if value is None:
        return ""
    text = f"{abs(value) // 1000:,}.{abs(value) % 1000:03d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def month(code: str) -> str:
    """`2020-03` as a month's name."""
    year, _dash, number = code.partition("-")
    if not number.isdigit():
        return code
    if language_of().startswith("zh"):
        return f"{year}年{int(number)}月"
    return f"{dt.date(int(year), int(number), 1):%b %Y}"


period = periods.name


def flags(codes: str) -> list[str]:
    """Flags of a record in words."""
    return [str(FLAGS.get(code, code)) for code in codes.split(",") if code]


def mode(code: str) -> str:
    return str(MODES.get(code, code))


def field_name(key: str) -> str:
    """What the sheet calls a purchase's field."""
    names = {column.key: str(column.header) for column in schema().columns}
    like = {"supplier": "supplier_name", "contact": "contact_name", "county_code": "county"}
    return names.get(like.get(key, key), key)


def field(key: str, text: str) -> str:
    """A purchase's field, as rules.differences writes it, for a reader: fen as yuan, codes in
    words."""
    if not text:
        return ""
    if key in ("amount_fen", "income_gain_fen"):
        return yuan(int(text))
    if key in ("quantity_milli", "price_milli"):
        return milli(int(text))
    if key == "county_code":
        return region_names({text}).get(text, text)
    return mode(text) if key == "mode" else text


def n_records(n: int) -> str:
    return ngettext("%(n)s purchase", "%(n)s purchases", n) % {"n": f"{n:,}"}
