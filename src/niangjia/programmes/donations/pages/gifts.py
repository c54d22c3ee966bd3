"""Gifts as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.blocks.ledger.public import HistoryLine
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.gifts import GiftLine, GiftView
from niangjia.ui.parts import Column, Table
from niangjia.ui.words import who_name


def donor_name(one: GiftLine) -> str:
    """Who gave, as a list says it."""
    if one.donor:
        return one.donor
    if one.n_people > 1:
        return _("%(n)s people") % {"n": f"{one.n_people:,}"}
    return _("Anonymous")


def amount(one: GiftLine) -> str:
    """What it counts; of a pledge what was promised; of goods without a value the word for it."""
    if one.state in ("pledged", "withdrawn", "fulfilled"):
        return _("unvalued") if one.pledged_fen is None else shown.yuan(one.pledged_fen)
    if one.unvalued and not one.fen + one.changed_fen:
        return _("unvalued")
    return shown.yuan(one.fen + one.changed_fen)


def with_sign(one: GiftLine) -> str:
    """The amount as a headline says it: `¥ 100.00`, or the word for goods without a value."""
    said = amount(one)
    return said if said == _("unvalued") else f"¥ {said}"


def table(found: Sequence[GiftLine]) -> Table:
    """The list of gifts."""
    columns = (
        Column(_("Donor"), '<a href="{0}">{1}</a><small>{2}</small>', lead=True),
        Column(_("Raising"), "{3}"),
        Column(_("Counts as"), "{4}"),
        Column(_("Came by"), "{5}"),
        Column(_("When"), '<span class="num">{6}</span>'),
        Column(_("Amount (yuan)"), "{7}", numeric=True),
        Column(_("State"), '<span class="tag {8}">{9}</span>'),
    )
    rows = [
        (
            reverse("donations:gift", args=[one.ref]),
            donor_name(one),
            one.what or one.number,
            one.title,
            shown.LINES[one.line],
            shown.CHANNELS[one.channel],
            shown.moment(one.at),
            amount(one),
            shown.TONES.get(one.state, "good"),
            shown.STATES[one.state],
        )
        for one in found
    ]
    return Table(_("Gifts"), columns, rows)


def facts(found: GiftView) -> list[tuple[str, str]]:
    """(name, value) of what is known of a gift; what is empty is left out."""
    one = found.row
    where = [part for part in found.direction or () if part]
    rows = [
        (_("Number of the receipt"), one.number),
        (_("Raising"), one.title),
        (_("Donor"), donor_name(one)),
        (_("Brought in by"), found.referrer),
        (_("Counts as"), str(shown.LINES[one.line])),
        (_("Came by"), str(shown.CHANNELS[one.channel])),
        (_("Goods"), one.what if one.kind == "goods" else ""),
        (_("Directed to"), " · ".join(where)),
        (_("Pledged on"), shown.moment(found.pledged_at) if found.pledged_at else ""),
        (_("Received"), shown.moment(found.received_at) if found.received_at else ""),
        (_("Received, before changes (yuan)"), shown.yuan(one.fen) if one.changed_fen else ""),
        (_("People and person-times"), _people(found)),
        (_("Voucher or statement line"), _source(found.source)),
        (_("The donor's words"), found.said),
        (_("May be named"), _agreed(found.show_name)),
        (_("Amount may be shown"), _agreed(found.show_amount)),
    ]
    return [(name, value) for name, value in rows if value]


def _source(text: str) -> str:
    """A voucher as it was typed; what the site itself made of it in words."""
    if text.startswith("bank:"):
        return _("a line of a bank statement")
    return _("a roster") if text.startswith("roster:") else text


def _agreed(agreed: bool) -> str:
    return _("agreed") if agreed else _("not agreed")


def _people(found: GiftView) -> str:
    if found.row.n_people == 1 and found.n_times == 1:
        return ""
    return f"{found.row.n_people:,} / {found.n_times:,}"


def changes(found: GiftView) -> list[tuple[str, str, str, str]]:
    """(what, yuan, when, why) of what changed since it was received."""
    return [
        (str(shown.WHY[why]), shown.yuan(fen), shown.moment(at), reason)
        for why, fen, at, reason in found.adjustments
    ]


@dataclass(frozen=True, slots=True)
class AskLine:
    """A change that was asked for, as shown."""

    ref: str
    title: str
    yuan: str
    reason: str
    state: str
    is_open: bool
    version: int
    when: str
    mine: bool


def asks(found: GiftView) -> list[AskLine]:
    return [
        AskLine(
            ref=one.ref,
            title=str(shown.WHY[one.why]),
            yuan=shown.yuan(one.fen),
            reason=one.reason,
            state=str(shown.ASKS[one.state]),
            is_open=one.state == "asked",
            version=one.version,
            when=shown.moment(one.asked_at),
            mine=one.mine,
        )
        for one in found.asks
    ]


def items(found: GiftView) -> list[tuple[str, str, str, str, str]]:
    """(ref, name, how many, worth, how that is known) of goods."""
    return [
        (
            one.ref,
            " ".join(filter(None, (one.name, one.spec))),
            f"{one.n:,} {one.measure}",
            _("unvalued") if one.value_fen is None else shown.yuan(one.value_fen),
            " ".join(filter(None, (str(shown.BASES.get(one.basis, "")), one.basis_no))),
        )
        for one in found.items
    ]


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the history as shown."""

    title: str
    when: str
    who: str
    reason: str
    proof: str
    index: int | None
    leaf_hash: str


def steps(lines: Sequence[HistoryLine]) -> list[Step]:
    """The history, the newest first."""
    return [
        Step(
            title=line.title,
            when=shown.moment(line.recorded_at),
            who=who_name(line.who, line.role),
            reason=line.reason,
            proof=line.proof,
            index=line.index,
            leaf_hash=line.leaf_hash,
        )
        for line in reversed(lines)
    ]
