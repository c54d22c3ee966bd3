"""Bulletins as pages show them: printed figures, what changed, what is proved."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.indicators.public import (
    ROUNDING_NOTE,
    Change,
    PrintedLine,
    PublishedBulletin,
    hour_of,
    indicator_at,
)
from niangjia.blocks.ledger.public import history
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.bulletins import Against, BulletinView, ProposalView
from niangjia.ui.page import language_of

STATES = {
    "asked": gettext_lazy("Waits to be signed"),
    "published": gettext_lazy("Signed and published"),
    "returned": gettext_lazy("Not signed"),
}
TONES = {"asked": "warn", "published": "good", "returned": "bad"}
Row = dict[str, str]


def rows_of(lines: Sequence[PrintedLine]) -> list[Row]:
    """Lines as they are printed: 万 cut, exact yuan, the count beside them."""
    language = language_of()
    return [
        _row(
            one.title.of(language),
            one.fen,
            one.wan,
            one.count,
            one.unit.of(language) if one.unit else "",
        )
        for one in lines
    ]


def document_rows(lines: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The same from a bulletin's document."""
    key = _key()
    return [
        _row(
            one["title"][key],
            one["fen"],
            one["wan"],
            one.get("count"),
            one["unit"][key] if "unit" in one else "",
        )
        for one in lines
    ]


def _key() -> str:
    return "zh" if language_of().startswith("zh") else "en"


def _row(title: str, fen: int, wan: int, count: int | None, unit: str) -> Row:
    return {
        "title": title,
        "yuan": shown.yuan(fen),
        "wan": f"{wan:,}",
        "more": "余" if fen % 1_000_000 and _key() == "zh" else "",
        "count": "" if count is None else f"{count:,}",
        "unit": unit,
    }


def counts_of(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(title, number and unit): people and person-times are different figures."""
    key = _key()
    return [
        (one["title"][key], f"{one['n']:,} {one['unit'][key]}".strip())
        for one in document["counts"]
    ]


def changed(late: Change, adjusted: Change) -> list[str]:
    """What came late and what was adjusted since the bulletin before, in sentences."""
    rows = []
    if late.n:
        rows.append(
            _(
                "Late: %(n)s gifts that were received by the last cut-off were recorded after it, "
                "together %(yuan)s yuan. They count here; the last bulletin stays as it was."
            )
            % {"n": f"{late.n:,}", "yuan": shown.yuan(sum(late.sums))}
        )
    if adjusted.n:
        rows.append(
            _(
                "Adjusted: of %(n)s gifts in the last bulletin the amount is another now (refunds, "
                "other values, mistakes), together %(yuan)s yuan."
            )
            % {"n": f"{adjusted.n:,}", "yuan": shown.yuan(sum(adjusted.sums))}
        )
    return rows


def note_of(sums: Sequence[PrintedLine]) -> str:
    """The note where printed parts do not add up to the printed sum."""
    return ROUNDING_NOTE.of(language_of()) if any(one.note for one in sums) else ""


def against(found: Against, cash_fen: int) -> list[tuple[str, str]]:
    """What the money is held against, as (name, value)."""
    rows = [
        (
            _("By the statements of the bank (yuan)"),
            _("%(whole)s came in; gifts it accounts for %(settled)s; %(n)s lines, %(open)s, open")
            % {
                "whole": shown.yuan(found.bank_fen),
                "settled": shown.yuan(found.settled_fen),
                "n": f"{found.n_open:,}",
                "open": shown.yuan(found.open_fen),
            },
        ),
        (
            _("Money that no statement has yet (yuan)"),
            _missing(cash_fen - found.settled_fen),
        ),
        (
            _("Official receipts that are filed"),
            _("%(n)s receipts, %(yuan)s yuan")
            % {"n": f"{found.n_receipts:,}", "yuan": shown.yuan(found.receipts_fen)},
        ),
        (
            _("Money without an official receipt yet (yuan)"),
            shown.yuan(max(cash_fen - found.receipts_fen, 0)),
        ),
        (_("Pledged, outside the total"), pledged_words(found)),
    ]
    return rows


def _missing(fen: int) -> str:
    """Gifts less what statements account for, signed."""
    text = shown.yuan(fen)
    return text if fen >= 0 else _("%(yuan)s: more on statements than gifts") % {"yuan": text}


def pledged_words(found: Against) -> str:
    """How much is pledged and not yet here, with what has no value."""
    told = _("%(n)s pledges, %(yuan)s yuan") % {
        "n": f"{found.n_pledged:,}",
        "yuan": shown.yuan(found.pledged_fen),
    }
    if found.n_pledged_unvalued:
        told += " · " + _("%(n)s of them without a value") % {"n": found.n_pledged_unvalued}
    return told


def proposal(found: ProposalView) -> dict[str, Any]:
    """A draft as the desk shows it."""
    return {
        "lines": rows_of(found.lines),
        "sums": rows_of(found.sums),
        "note": note_of(found.sums),
        "changes": changed(found.late, found.adjusted),
        "counts": _counts(found.as_of, found.counts),
        "as_of": shown.moment(found.as_of),
        "prepared": shown.moment(found.prepared_at),
        "state": STATES[found.state],
        "tone": TONES[found.state],
    }


def _counts(as_of: dt.datetime, counts: Mapping[str, int]) -> list[tuple[str, str]]:
    language = language_of()
    return [
        (one.title.of(language), f"{counts[one.id]:,} {one.unit.of(language)}")
        for one in indicator_at(INDICATOR, as_of).counts
    ]


def line(one: PublishedBulletin, listed: Sequence[PublishedBulletin]) -> dict[str, Any]:
    """A bulletin in a list."""
    by_ref = {other.ref: other.number for other in listed}
    after = next((other.number for other in listed if other.corrects == one.ref), None)
    return {
        "number": one.number,
        "ref": one.ref,
        "as_of": shown.moment(one.as_of),
        "published": shown.moment(one.published_at),
        "wan": shown.wan(sum(one.root.sums)),
        "corrects": by_ref.get(one.corrects),
        "corrected_by": after,
        "explanation": one.explanation,
    }


def page(found: BulletinView) -> dict[str, Any]:
    """A bulletin as everybody reads it; all figures are those of its document."""
    one, document, key = found.bulletin, found.document, _key()
    said = [line for line in history(f"bulletin:{one.ref}") if line.ref == one.fact_ref]
    return {
        "one": one,
        "found": found,
        "lines": document_rows(document["lines"]),
        "sums": document_rows(document["sums"]),
        "note": document["rounding_note"][key] if "rounding_note" in document else "",
        "counts": counts_of(document),
        "rule": document["rule"][key],
        "changes": changed(one.late, one.adjusted),
        "as_of": shown.moment(one.as_of),
        "cut_off": hour_of(one.as_of),
        "published": shown.moment(one.published_at),
        "fact": said[0],
        "facts": _facts(one),
        "n": f"{one.root.n:,}",
        "notices": _notices(found),
    }


def _facts(one: PublishedBulletin) -> list[tuple[str, str, bool]]:
    """(name, value, set as a hash) of what else the bulletin commits to."""
    return [
        (_("Policy"), one.policy, False),
        (_("Entries of the log that it saw"), f"{one.log_size:,}", False),
        (_("Root of the log then"), one.log_root.hex(), True),
        (_("Root of the sum tree"), one.root.hash.hex(), True),
        (_("Gifts in the tree"), f"{one.root.n:,}", False),
        (_("Hash of the document"), one.document_sha256, True),
    ]


def _notices(found: BulletinView) -> list[tuple[str, str, int]]:
    """(what is said, explanation, number of the other bulletin) of corrections."""
    rows = []
    if found.after is not None:
        told = _("Corrected by bulletin %(n)s. The figures below are those that were published.")
        rows.append((told % {"n": found.after.number}, found.after.explanation, found.after.number))
    if found.before is not None:
        told = _("Correction notice: this bulletin takes the place of bulletin %(n)s.")
        rows.append(
            (told % {"n": found.before.number}, found.bulletin.explanation, found.before.number)
        )
    return rows
