"""Reads the pivot's address; what cannot be read is left out."""

from collections.abc import Mapping

from niangjia.core import clock
from niangjia.programmes.assistance_ledger.forms.records import MONTH
from niangjia.programmes.assistance_ledger.projections import DIMENSIONS
from niangjia.programmes.assistance_ledger.selectors.pivot import MEASURES, Asked

MONEY = ("wan", "yuan")
SORTS = ("-total", "total", "-label", "label")
NARROWING = tuple(name for name in DIMENSIONS if name != "month")


def _text(data: Mapping[str, str], name: str) -> str:
    return data.get(name, "").replace("\0", "").strip()[:100]


def _one_of(data: Mapping[str, str], name: str, known: tuple[str, ...], usual: str) -> str:
    given = _text(data, name)
    return given if given in known else usual


def _month(data: Mapping[str, str], name: str, usual: str = "") -> str:
    given = _text(data, name)
    return given if MONTH.fullmatch(given) else usual


def asked_of(data: Mapping[str, str]) -> Asked:
    """What an address asks for; without a first month from January of this year on.

    Rows and columns of the same dimension: the columns give way.
    """
    usual = Asked()
    rows = _one_of(data, "rows", DIMENSIONS, usual.rows)
    columns = usual.columns if "columns" not in data else ""
    columns = _one_of(data, "columns", DIMENSIONS, columns)
    first = _month(data, "first", "" if "first" in data else f"{clock.city_today().year}-01")
    last = _month(data, "last")
    if first and last and first > last:  # meant the other way round
        first, last = last, first
    return Asked(
        rows=rows,
        columns="" if columns == rows else columns,
        measure=_one_of(data, "measure", tuple(MEASURES), usual.measure),
        money=_one_of(data, "money", MONEY, usual.money),
        sort=_one_of(data, "sort", SORTS, "label" if rows == "month" else usual.sort),
        first=first,
        last=last,
        **{name: _text(data, name) for name in NARROWING},
    )


def page_of(data: Mapping[str, str]) -> int:
    """The page asked for, from 1."""
    text = data.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
