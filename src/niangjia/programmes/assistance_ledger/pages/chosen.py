"""Pages about several records: their sum, what became of each."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from niangjia.core.actor import Actor
from niangjia.lib.money import capitals
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors import purchases_chosen
from niangjia.programmes.assistance_ledger.services.bulk import Outcome
from niangjia.ui.parts import Column, Table

_COLUMNS = ("ref", "product", "occurred_on", "amount_fen", "unit__name", "reversed_at")


def summed(n: int, fen: int) -> str:
    """`3 purchases, total ¥ 933.00, in capitals ...`."""
    return _("%(n)s, total ¥ %(total)s, in capitals: %(capitals)s") % {
        "n": shown.n_records(n),
        "total": shown.yuan(fen),
        "capitals": capitals(fen),
    }


def to_reverse(
    actor: Actor,
    refs: Sequence[str],
    query: str,
    outcomes: Sequence[Outcome] = (),
    reason: str = "",
    wrong: str = "",
) -> dict[str, Any]:
    """What the page of a reversal needs, before and after it."""
    rows = purchases_chosen(actor, refs=refs, columns=_COLUMNS)
    refused = {one.ref: one.refused for one in outcomes}
    open_rows = [row for row in rows if row["reversed_at"] is None]
    n_refused = sum(bool(text) for text in refused.values())
    return {
        "table": _table(rows, refused),
        "counted": shown.n_records(len(rows)),
        "total": shown.yuan(sum(row["amount_fen"] for row in rows)),
        "gone": _gone(len(refs) - len(rows)),
        "outcomes": outcomes,
        "n_refused": n_refused,
        "summary": _summary(len(outcomes) - n_refused, n_refused),
        "may_go_on": bool(open_rows) and not outcomes,
        "button": ngettext("Reverse %(n)s record", "Reverse %(n)s records", len(open_rows))
        % {"n": f"{len(open_rows):,}"},
        "refs": " ".join(refs),
        "query": query,
        "reason": reason,
        "wrong": wrong,
    }


def _gone(n: int) -> str:
    text = _("%(n)s of the chosen records are not there any more, or not yours to see.")
    return text % {"n": f"{n:,}"} if n > 0 else ""


def _summary(n_done: int, n_refused: int) -> str:
    text = _("Reversed: %(done)s. Left as they were: %(refused)s.")
    return text % {"done": f"{n_done:,}", "refused": f"{n_refused:,}"}


def _table(rows: Sequence[dict[str, Any]], refused: dict[str, str]) -> Table:
    record = reverse("assistance_ledger:record", args=["REF"]).replace("REF", "{0}")
    columns = (
        Column(_("Product"), f'<a href="{record}">{{1}}</a>', lead=True),
        Column(_("Buying unit"), "{2}"),
        Column(_("Date"), '<span class="num">{3}</span>'),
        Column(_("Amount (yuan)"), "{4}", numeric=True),
        Column(_("State"), "{5}"),
    )
    lines = [
        (
            row["ref"],
            row["product"],
            row["unit__name"],
            row["occurred_on"].isoformat(),
            shown.yuan(row["amount_fen"]),
            refused.get(row["ref"]) or (_("Reversed") if row["reversed_at"] else _("In force")),
        )
        for row in rows
    ]
    return Table(_("Records"), columns, lines)
