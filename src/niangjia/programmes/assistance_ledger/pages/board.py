"""The public board's parts, from a release."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from niangjia.programmes.assistance_ledger.disclosure import OTHER
from niangjia.programmes.assistance_ledger.figures import is_both
from niangjia.programmes.assistance_ledger.pages import kept, shown
from niangjia.programmes.assistance_ledger.selectors import Board, board_get, heads_get
from niangjia.programmes.assistance_ledger.tracing import back
from niangjia.programmes.assistance_ledger.tracing.released import Cell
from niangjia.ui.page import language_of
from niangjia.ui.parts import Bars, Column, DistrictMap, Figure, Table
from niangjia.ui.templatetags.ui import asset

Row = dict[str, Any]
NOT_SHOWN = "—"


def board_content(period: str, traced: str = "") -> tuple[tuple[str, SafeString], int]:
    """(heading, content) of the page in the language in force, and how many seconds it may be kept.
    traced: which figures lead to their records, for who may see some: `all`, those of `some`.

    None before the release has its entry in the log, nor while nothing is released: then the
    heading is empty. Few before it is witnessed, so that the mark follows.
    """
    board = board_get(period)
    if board is None:
        return ("", render_to_string("assistance_ledger/board_content.html")), 0
    parts = board_parts(board, traced) | {"page_language": language_of()}
    content = render_to_string("assistance_ledger/board_content.html", parts)
    return (parts["period"], content), kept.KEEP_S[board.fact.proof]


def board_parts(board: Board, traced: str = "") -> dict[str, Any]:
    """Figures, map, charts and tables of the page, by their names in the template."""
    found = board.document
    led = Led(board.release.ref, traced)
    return {
        "board": board,
        "period": shown.period(found["period"]),
        "figures": _figures(board, led),
        "traced": traced,
        "map": _map(board, led),
        "by_month": _bars(board, led, "month", _("By month"), shown.month),
        "by_category": _bars(board, led, "category", _("By kind"), str),
        "county": _county(board, led),
        "line": _line(board, led),
        "merged": _merged(board),
        "not_counted": _not_counted(found),
        "states": states(found),
        "has_heads": heads_get(found["period"]) is not None,
        "released_at": shown.moment(board.released_at),
        "cut_off": _date(found["cut_off"]),
        "choices": _choices(board),
    }


def _date(text: str) -> str:
    return shown.day(dt.date.fromisoformat(text))


def _choices(board: Board) -> list[tuple[str, str, bool]]:
    return [
        (
            reverse("assistance_ledger:board", args=[code]),
            shown.period(code),
            code == board.release.period,
        )
        for code in board.periods
    ]


def _figures(board: Board, led: "Led") -> list[Figure]:
    found = board.document
    rule = board.rule.rule_zh if language_of().startswith("zh") else board.rule.rule_en

    def one(title: str, number: str, unit: str, note: str = "", mode: str = "") -> Figure:
        return Figure(
            title=title,
            number=number,
            unit=unit,
            as_of=_date(found["cut_off"]),
            rule=rule,
            policy=found["policy"],
            cut_off=_date(found["cut_off"]),
            log_size=found["log_size"],
            proof=board.fact.proof,
            href=led.address("", "", mode) or "#release",
            note=note,
        )

    wan = _("× 10,000 yuan")
    return [
        one(_("Purchased in all"), shown.wan(found["counted_fen"]), wan),
        one(_("Direct purchase"), shown.wan(found["direct_fen"]), wan, mode="direct"),
        one(_("Helped sale"), shown.wan(found["helped_fen"]), wan, mode="helped"),
        one(
            _("Purchases"),
            f"{found['n']:,}",
            _("purchases"),
            _("by %(n)s units") % {"n": f"{found['n_units']:,}"},
        ),
        *([one(*_confirmed(found))] if "states" in found else []),
    ]


@dataclass(frozen=True, slots=True)
class Led:
    """Whether numbers of a release lead to their records. traced: as board_content has it; of those
    who see some records only, nobody learns what stands among the small ones together."""

    release: str
    traced: str

    def address(self, table: str, label: str, mode: str) -> str:
        """Of a figure's records; empty where it leads nowhere."""
        if not self.traced or (label == OTHER and self.traced != "all"):
            return ""
        return back.address(self.release, Cell(table, label, mode))

    def to(self, text: str, table: str, label: str, mode: str = "") -> SafeString | str:
        """A number, as a link if it leads somewhere."""
        href = self.address(table, label, mode)
        return format_html('<a href="{}">{}</a>', href, text) if href else text


NOWHERE = Led("", "")


def _confirmed(found: Row) -> tuple[str, str, str, str]:
    """(title, number, unit, note) of what the counties have confirmed of the whole."""
    title, fen = _("Confirmed by the assisted counties"), found["confirmed_fen"]
    if fen is None:
        return title, NOT_SHOWN, "", _("not stated in this release")
    rest = _("not confirmed: %(fen)s") % {"fen": shown.wan(found["counted_fen"] - fen)}
    return title, shown.wan(fen), _("× 10,000 yuan"), rest


def _label(row: Row, name: Callable[[str], str]) -> str:
    if row["label"] == OTHER:
        return _("%(n)s others together") % {"n": row["merged"]}
    return name(row["label"]) or _("Not given")


def _table(
    found: Row, key: str, title: str, name: Callable[[str], str], led: Led = NOWHERE
) -> Table:
    """A table's rows, largest first (months in order), with the total below."""
    rows = _ordered(found["tables"][key], key)
    columns = [
        Column(title, "{0}", lead=True),
        Column(_("Direct purchase"), "{1}", numeric=True),
        Column(_("Helped sale"), "{2}", numeric=True),
        Column(_("Together"), "{3}", numeric=True),
        Column(_("Purchases"), "{4}", numeric=True),
    ]
    if is_both(found):
        columns.insert(4, Column(_("Confirmed"), "{5}", numeric=True))
    values = [_values(_label(row, name), row, led, key, row["label"]) for row in rows]
    total = _values(_("Total"), found, led)
    return Table(title, columns, values, cards=False, foot=total)


def _values(name: str, row: Row, led: Led, table: str = "", label: str = "") -> tuple[str, ...]:
    direct, helped, confirmed = row["direct_fen"], row["helped_fen"], row.get("confirmed_fen")
    told = NOT_SHOWN if confirmed is None else shown.wan(confirmed)
    return (
        name,
        led.to(shown.wan(direct), table, label, "direct"),
        led.to(shown.wan(helped), table, label, "helped"),
        led.to(shown.wan(direct + helped), table, label),
        led.to(f"{row['n']:,}", table, label),
        told,
    )


def _ordered(rows: list[Row], key: str) -> list[Row]:
    if key == "month":
        return sorted(rows, key=lambda row: (row["label"] == OTHER, row["label"]))
    return sorted(
        rows, key=lambda row: (row["label"] == OTHER, -row["direct_fen"] - row["helped_fen"])
    )


def _bars(board: Board, led: Led, key: str, title: str, name: Callable[[str], str]) -> Bars:
    rows = _ordered(board.document["tables"][key], key)
    labels = [_label(row, name) for row in rows]
    return Bars(
        key=f"by-{key}",
        title=title,
        text=_said(labels, rows),
        unit=_("10,000 yuan"),
        categories=labels,
        series=[
            (_("Direct purchase"), [shown.wan_number(row["direct_fen"]) for row in rows]),
            (_("Helped sale"), [shown.wan_number(row["helped_fen"]) for row in rows]),
        ],
        table=_table(board.document, key, title, name, led),
        flat=key != "month",
    )


def _said(labels: list[str], rows: list[Row]) -> str:
    """The chart in a sentence: the largest and the smallest."""
    sums = [row["direct_fen"] + row["helped_fen"] for row in rows]
    if not sums:
        return _("Nothing to show.")
    top, low = sums.index(max(sums)), sums.index(min(sums))
    return _("Largest: %(top)s, %(most)s; smallest: %(low)s, %(least)s (in 10,000 yuan).") % {
        "top": labels[top],
        "most": shown.wan(sums[top]),
        "low": labels[low],
        "least": shown.wan(sums[low]),
    }


def _map(board: Board, led: Led) -> DistrictMap:
    rows = _ordered(board.document["tables"]["district"], "district")
    names = board.names["district"]

    def name(code: str) -> str:
        return names.get(code, code).removesuffix("总工会")

    labels = [_label(row, name) for row in rows]
    sums = [shown.wan_number(row["direct_fen"] + row["helped_fen"]) for row in rows]
    return DistrictMap(
        key="by-district",
        title=_("By district"),
        text=_said(labels, rows),
        unit=_("10,000 yuan"),
        values=[
            (row["label"], label, value)
            for row, label, value in zip(rows, labels, sums, strict=True)
            if row["label"] != OTHER
        ],
        outlines=asset("districts.json"),
        less=_("less"),
        more=_("more"),
        table=_table(board.document, "district", _("District"), name, led),
    )


def _county(board: Board, led: Led) -> Table:
    names, provinces = board.names["county"], board.provinces

    def name(code: str) -> str:
        return f"{provinces.get(code, '')} {names.get(code, code)}".strip()

    return _table(board.document, "county", _("County of origin"), name, led)


def _line(board: Board, led: Led) -> Table:
    names = board.names["line"]
    return _table(board.document, "line", _("System"), partial(_named, names), led)


def release_tables(found: Row, names: dict[str, dict[str, str]]) -> list[Table]:
    """Every table of a release's document, as the public would see it."""
    titles: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("district", _("District"), names["district"]),
        ("line", _("System"), names["line"]),
        ("county", _("County of origin"), names["county"]),
        ("category", _("Kind"), {}),
        ("channel", _("Channel"), {}),
    )
    tables = [_table(found, key, title, partial(_named, listed)) for key, title, listed in titles]
    return [_table(found, "month", _("Month"), shown.month), *tables]


def _named(names: dict[str, str], code: str) -> str:
    return names.get(code, code)


def _merged(board: Board) -> bool:
    tables = board.document["tables"].values()
    return any(row["label"] == OTHER for rows in tables for row in rows)


def states(found: Row) -> str:
    """Which of both sums a release states, in words."""
    if is_both(found):
        return _(
            "Registered by the buying units, and of it confirmed by the assisted counties. A dash: "
            "left out, for too few units stand behind what is confirmed or what is not."
        )
    if "states" in found:
        return _(
            "Registered by the buying units. What the counties have confirmed is left out: too few "
            "units stand behind it, or behind what changed since an earlier release."
        )
    return _(
        "Registered by the buying units. This release was made before what the counties confirm "
        "was counted."
    )


def _not_counted(found: Row) -> str:
    if not found["not_counted_n"]:
        return ""
    return _(
        "Not counted: %(n)s purchases of %(amount)s (10,000 yuan) whose origin is not on the list."
    ) % {"n": f"{found['not_counted_n']:,}", "amount": shown.wan(found["not_counted_fen"])}
