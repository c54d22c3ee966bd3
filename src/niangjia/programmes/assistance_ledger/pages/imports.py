"""What the import wizard's pages show: steps, progress, sheets and columns, alike problems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from niangjia.blocks.intake.public import (
    UploadView,
)
from niangjia.blocks.orgs.public import actor_under
from niangjia.core.clock import real_now
from niangjia.core.errors import DomainError
from niangjia.programmes.assistance_ledger.matching import ORDER, PAYMENT
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.roster_sheet import ROSTER
from niangjia.programmes.assistance_ledger.sources_sheet import NOT_KEPT
from niangjia.ui.words import role_name

STATES = {
    "received": gettext_lazy("Being looked at"),
    "mapping": gettext_lazy("Columns to be confirmed"),
    "checking": gettext_lazy("Being checked"),
    "checked": gettext_lazy("Checked, to be mended or taken"),
    "taking": gettext_lazy("Being taken"),
    "done": gettext_lazy("Taken"),
    "refused": gettext_lazy("Could not be read"),
    "abandoned": gettext_lazy("Given up"),
}
SLOW = ("received", "checking", "taking")
NORMALISED = {
    "text_date": gettext_lazy("dates written as text"),
    "currency_text": gettext_lazy("amounts written as text"),
    "spaces": gettext_lazy("blanks taken out"),
    "full_width": gettext_lazy("full width made half width"),
    "ditto": gettext_lazy("“as above” filled in"),
    "merged": gettext_lazy("merged cells filled in"),
    "measure_split": gettext_lazy("quantity parted from its measure"),
    "leading_zero": gettext_lazy("noughts in front put back"),
    "own_unit": gettext_lazy("empty unit filled in with your own"),
    "origin_text": gettext_lazy("county read out of a whole address"),
}
WAITING_S, STUCK_S = 20, 60


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the wizard. href: where it can be gone back to, empty if it cannot."""

    title: str
    state: str
    href: str


def steps(view: UploadView | None, current: int, links: Sequence[str]) -> list[Step]:
    """The five steps; links: addresses of those that may be visited now, empty else."""
    take = _("Take the roster") if view is not None and view.kind == ROSTER else _("Take")
    titles = (_("Upload"), _("Columns"), _("Check and mend"), take, _("Done"))
    made = []
    for place, title in enumerate(titles):
        state = "current" if place == current else "past" if place < current else ""
        made.append(Step(title, state, links[place] if place < len(links) else ""))
    return made


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a slow step is. share: 0 to 100, None while it cannot be told; waiting, stuck: it
    has shown no life for a while."""

    title: str
    share: int | None
    rows: str
    left: str
    waiting: bool
    stuck: bool


def progress(view: UploadView) -> Progress:
    """The step under way, its rows and the time that is left."""
    titles = {
        "received": _("The file is being read"),
        "checking": _("The rows are being checked"),
        "taking": _("The rows are being taken"),
    }
    n, expected = view.n_done, view.n_expected
    seconds = (real_now() - view.started_at).total_seconds() if view.started_at else 0.0
    share = min(100, n * 100 // expected) if expected else None
    rows = ""
    if expected:
        rows = _("%(n)s of about %(all)s rows") % {"n": f"{n:,}", "all": f"{expected:,}"}
    left = remaining(seconds * (expected - n) / n) if n and expected > n else ""
    alive = view.finished_at or view.started_at
    still = (real_now() - alive).total_seconds() if alive else 0.0
    title = str(titles.get(view.state, ""))
    return Progress(title, share, rows, left, still > WAITING_S, still > STUCK_S)


def remaining(seconds: float) -> str:
    """`about 20 seconds left`, `about 3 minutes left`."""
    if seconds < 60:
        n = max(1, round(seconds))
        return ngettext("about %(n)s second left", "about %(n)s seconds left", n) % {"n": n}
    n = round(seconds / 60)
    return ngettext("about %(n)s minute left", "about %(n)s minutes left", n) % {"n": n}


class People:
    """Names of who brought an upload, looked up once each."""

    def __init__(self) -> None:
        self._names: dict[tuple[int | None, int | None, str], str] = {}

    def of(self, view: UploadView) -> str:
        """Name and role; the role alone once the appointment has ended."""
        key = (view.login_id, view.organisation_id, view.role)
        if key not in self._names:
            self._names[key] = self._name(*key)
        return self._names[key]

    def _name(self, login_id: int | None, organisation_id: int | None, role: str) -> str:
        try:
            name = actor_under(login_id or 0, organisation_id, role).name
        except DomainError:
            name = ""
        return " · ".join(filter(None, (name, role_name(role))))


def told(view: UploadView) -> str:
    """What an upload's line in the list says beside its state."""
    result = view.result
    if view.state == "done" and view.kind == ROSTER:
        return _("%(n)s people taken; %(bad)s to be mended") % {
            "n": f"{result['accepted_rows']:,}",
            "bad": f"{result['more']['refused_rows']:,}",
        }
    if view.state == "done":
        return _("%(n)s rows, %(yuan)s yuan taken; %(bad)s to be mended") % {
            "n": f"{result['accepted_rows']:,}",
            "yuan": shown.yuan(result["accepted_fen"]),
            "bad": f"{result['more']['refused_rows']:,}",
        }
    if view.state == "checked":
        return _("%(n)s rows ready, %(bad)s to be mended") % {
            "n": f"{result['ready_rows']:,}",
            "bad": f"{result['more']['refused_rows']:,}",
        }
    return str(view.error.get("text", "")) if view.state in ("refused", "mapping") else ""


def counts(result: Mapping[str, Any]) -> dict[str, str]:
    """Rows of a result as shown: `1,882`."""
    more, skipped = result["more"], result.get("skipped", {})
    found = {
        "all": result["data_rows"],
        "ready": result.get("ready_rows", 0),
        "taken": result["accepted_rows"],
        "refused": more["refused_rows"],
        "left_out": more["left_out_rows"],
        "changed": more["changed_rows"],
        "repeated": skipped.get("row_repeated", 0),
        "flagged": sum(result.get("flagged", {}).values()),
    }
    return {name: f"{n:,}" for name, n in found.items()}


def outcome(result: Mapping[str, Any], kind: str = "") -> str:
    """What became of all rows: `18 rows: 14 taken, 3 to be mended, 1 left out.`

    kind: of the file; lines of another source make no record, nor do people of a roster.
    """
    n = counts(result)
    texts = {ROSTER: _("%(n)s people kept"), ORDER: _("%(n)s lines kept")}
    texts[PAYMENT] = texts[ORDER]
    parts = [texts.get(kind, _("%(n)s taken")) % {"n": n["taken"]}]
    if n["flagged"] != "0":
        parts[0] += _(" (%(n)s marked for review)") % {"n": n["flagged"]}
    named = (
        ("refused", _("%(n)s to be mended")),
        ("left_out", _("%(n)s left out")),
        ("changed", _("%(n)s differ from records")),
        ("repeated", _("%(n)s repeated and skipped")),
    )
    parts += [text % {"n": n[name]} for name, text in named if n[name] != "0"]
    return _("%(all)s rows: %(parts)s.") % {"all": n["all"], "parts": _(", ").join(parts)}


def changed(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows that differ from records, each with (column, on record, in the sheet)."""
    return [
        {
            **one,
            "lines": [
                (shown.field_name(key), shown.field(key, was), shown.field(key, now))
                for key, was, now in one.get("lines", ())
            ],
        }
        for one in result["changed"]
    ]


def normalised(result: Mapping[str, Any]) -> list[tuple[str, int]]:
    """(what was changed by itself, in how many rows), most first."""
    found = result.get("normalised", {})
    listed = [(str(NORMALISED.get(code, code)), n) for code, n in found.items()]
    return sorted(listed, key=lambda one: -one[1])


def _foreseen(result: Mapping[str, Any]) -> list[str]:
    """What a take will find on record."""
    texts = {
        "foreseen_same": _(
            "%(n)s rows are on record already, or stand twice in the file: they are skipped."
        ),
        "foreseen_changed": _(
            "%(n)s rows differ from what is on record: you decide on them after the take."
        ),
        "foreseen_late": _(
            "%(n)s rows are of periods that were reported or closed: they are taken only with an "
            "explanation, and then count in the next period."
        ),
        "foreseen_held": _(
            "%(n)s rows are of a report that is being signed: they stay out until it is reported "
            "or withdrawn."
        ),
    }
    return [text % {"n": result[name]} for name, text in texts.items() if result.get(name)]


def seen(result: Mapping[str, Any]) -> list[str]:
    """What else the file holds that a clerk should know."""
    more, skipped = result["more"], result.get("skipped", {})
    lines = _foreseen(result)
    if more.get("negative_rows"):
        text = _("%(n)s returns with negative amounts, together %(yuan)s yuan.")
        fen = shown.yuan(more["negative_fen"])
        lines.append(text % {"n": more["negative_rows"], "yuan": fen})
    if more.get("hidden_rows"):
        lines.append(_("%(n)s rows are hidden in the sheet.") % {"n": more["hidden_rows"]})
    if more["hidden_sheets"]:
        names = "、".join(more["hidden_sheets"])
        lines.append(_("Hidden sheets were read: %(names)s.") % {"names": names})
    if skipped.get("total") or skipped.get("subtotal") or more["footer_rows"]:
        text = _(
            "%(total)s totals, %(sub)s subtotals and %(foot)s footer lines were not read as rows."
        )
        found = {"total": skipped.get("total", 0), "sub": skipped.get("subtotal", 0)}
        lines.append(text % {**found, "foot": more["footer_rows"]})
    lines += _of_sources(more)
    if not more["printed_total_agrees"]:
        text = _("The sheet's own total line says %(printed)s; its rows add up to %(sum)s.")
        printed, rows = more["printed_total_fen"], result["bridge"]["sheet_total_fen"]
        lines.append(text % {"printed": shown.yuan(printed), "sum": shown.yuan(rows)})
    if more["amounts_in_wan"]:
        lines.append(_("Amounts were converted from 万元 to yuan, as you confirmed."))
    return lines


def _of_sources(more: Mapping[str, Any]) -> list[str]:
    """What concerns orders and payments."""
    lines = [f"{NOT_KEPT[code]}：{n:,}" for code, n in more.get("not_kept", {}).items()]
    if more.get("completed_rows"):
        text = _("%(n)s rows completed records that had been made from a platform's orders.")
        lines.append(text % {"n": more["completed_rows"]})
    return lines


def bridge(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(sign, name, yuan) of the lines of the bridge, to the fen."""
    found = result["bridge"]
    lines = [
        ("", _("sheet total"), found["sheet_total_fen"]),
        ("−", _("repeated"), found["repeated_fen"]),
        ("−", _("refused"), found["refused_fen"]),
        ("−", _("left out"), found.get("left_out_fen", 0)),
        ("+", _("amounts written as text"), found["text_amounts_fen"]),
        ("+", _("mended on the page"), found.get("mended_fen", 0)),
        ("+", _("money that came back"), found.get("received_fen", 0)),
        ("=", _("taken"), found["accepted_fen"]),
    ]
    return [
        (sign, name, shown.yuan(fen))
        for sign, name, fen in lines
        if fen or sign in ("", "=") or name in (_("repeated"), _("refused"))
    ]
