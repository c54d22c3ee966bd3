"""One report's page: its figures beside those before, the chain, who decided what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.blocks.cases.public import CaseStep, Past, case_type, state_name
from niangjia.core import clock
from niangjia.programmes.assistance_ledger import chain, periods
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors import ReportDetail
from niangjia.programmes.assistance_ledger.selectors.confirmed import Confirmed
from niangjia.ui.parts import Column, Table
from niangjia.ui.words import role_name

STAGES = ("draft", "entered", "checked", "signed", "reported", "accepted")
TONES = {
    "draft": "",
    "returned": "bad",
    "accepted": "good",
    "published": "good",
    "withdrawn": "",
    "exempt": "",
    "carried": "",
}
BELOW = '<small class="muted block">{{{}}}</small>'
MONEY = ("fen", "direct_fen", "helped_fen", "assisted_fen")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the chain. mark: `done`, `here` or empty."""

    title: str
    mark: str


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as shown. fields: (name of what was returned, reason)."""

    title: str
    who: str
    when: str
    reason: str
    fields: Sequence[tuple[str, str]]


def tone(state: str) -> str:
    """The colour of a state's tag: it always stands beside its words."""
    return TONES.get(state, "warn")


def stages(state: str) -> list[Stage]:
    """The chain with what is done; empty for a state outside of it."""
    names = {
        "draft": _("Fill in"),
        "entered": _("Unit's check"),
        "checked": _("Head signs"),
        "signed": _("Report"),
        "reported": _("District's check"),
        "accepted": _("City sum"),
    }
    at = {"returned": "draft"}.get(state, state)
    if at not in STAGES:
        return []
    place = STAGES.index(at)
    done = place + (1 if at == "accepted" else 0)
    return [
        Stage(names[one], "done" if n < done else "here" if n == place else "")
        for n, one in enumerate(STAGES)
    ]


def names_of_sums() -> dict[str, str]:
    return {
        "n": _("Purchases"),
        "fen": _("Amount in all (yuan)"),
        "direct_fen": _("of it direct purchase"),
        "helped_fen": _("of it helped sale"),
        "assisted_fen": _("of it from assisted counties"),
        "households": _("Households helped"),
        "people": _("People helped"),
    }


def number(name: str, value: int) -> str:
    """A sum as shown: money in yuan to the fen, counts with separators."""
    return shown.yuan(value) if name in MONEY else f"{value:,}"


def figures_table(detail: ReportDetail) -> Table:
    """The report's figures and below each what the counties have confirmed of it, beside those of
    the unit's report before."""
    columns = [
        Column(_("Figure"), "{0}", lead=True),
        Column(_("This period"), f"<strong>{{1}}</strong>{BELOW.format(2)}", numeric=True),
    ]
    if detail.before:
        name = periods.name(detail.before.period_id)
        columns.append(Column(name, f"{{3}}{BELOW.format(4)}", numeric=True))
    return Table(_("Figures of the report"), columns, _figures(detail, confirmed), cards=False)


def paper_table(detail: ReportDetail) -> Table:
    """The same for paper: what is confirmed has columns of its own."""
    columns = [
        Column(_("Figure"), "{0}", lead=True),
        Column(_("This period"), "<strong>{1}</strong>", numeric=True),
        Column(_("Of it confirmed"), "{2}", numeric=True),
    ]
    if detail.before:
        columns.append(Column(periods.name(detail.before.period_id), "{3}", numeric=True))
        columns.append(Column(_("Of it confirmed"), "{4}", numeric=True))
    return Table(_("Figures of the report"), columns, _figures(detail, bare), cards=False)


Told = Callable[[str, Confirmed | None], str]


def _figures(detail: ReportDetail, told: Told) -> list[tuple[str, ...]]:
    """(title, this period, confirmed, period before, confirmed) of every figure."""
    before, sums = detail.before, asdict(detail.content.sums)
    rows: list[tuple[str, ...]] = []
    for name, title in names_of_sums().items():
        own = (number(name, sums[name]), told(name, detail.confirmed))
        was = number(name, getattr(before, name, 0))
        rows.append((title, *own, was, told(name, detail.before_confirmed)))
    return rows


def bare(name: str, found: Confirmed | None) -> str:
    """What is confirmed of a sum; empty for a number of records."""
    return number(name, getattr(found, name)) if found and name != "n" else ""


def confirmed(name: str, found: Confirmed | None) -> str:
    """The same in words, to stand below the sum."""
    if found is None or name == "n":
        return ""
    return shown.confirmed(getattr(found, name), partial(number, name))


def decisions(
    kind: str,
    past: Sequence[Past],
    who: Mapping[str, str],
    names: Mapping[str, object] = chain.REPORT_FIELDS,
) -> list[Said]:
    """What was decided, newest first. names: of the fields that a return points at."""
    titles = {step.name: step.title for step in case_type(kind).steps}
    return [
        Said(
            title=str(titles.get(one.step, one.step)),
            who=" · ".join(filter(None, (who.get(one.person_ref, ""), role_name(one.role)))),
            when=shown.moment(one.at),
            reason=one.reason,
            fields=[(str(names.get(name, name)), text) for name, text in one.fields.items()],
        )
        for one in reversed(past)
    ]


def split(steps: Sequence[CaseStep]) -> tuple[list[CaseStep], list[CaseStep]]:
    """(steps that go on with one press, steps that need a reason first)."""
    asking = [step for step in steps if step.returns or step.needs_reason]
    return [step for step in steps if step not in asking], asking


def own_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The unit's own reports, one row a period."""
    address = reverse("assistance_ledger:report", args=["REF"]).replace("REF", "{0}")
    columns = [
        Column(_("Period"), f'<a href="{address}">{{1}}</a> <small>{{7}}</small>', lead=True),
        Column(_("State"), '<span class="tag {2}">{3}</span>'),
        Column(_("Due"), '<span class="num">{4}</span>'),
        Column(_("Purchases"), "{5}", numeric=True),
        Column(_("Amount (yuan)"), f"{{6}}{BELOW.format(8)}", numeric=True),
    ]
    lines = [
        (
            row["ref"],
            periods.name(row["period_id"]),
            tone(row["case__state"]),
            state_name("report", row["case__state"]),
            row["period__due_on"].isoformat(),
            *_entered(row),
            row["before"],
            shown.confirmed(row["confirmed"].fen) if _entered(row)[1] else "",
        )
        for row in rows
    ]
    return Table(_("Reports"), columns, lines)


def _entered(row: Mapping[str, Any]) -> tuple[str, str]:
    """(purchases, yuan) as entered; empty before that: a nought would be a figure."""
    if row["case__state"] in chain.UNSTARTED and not row["n"]:
        return "", ""
    return f"{row['n']:,}", shown.yuan(row["fen"])


def waits_for(detail: ReportDetail) -> str:
    """For whom the report waits, in words; empty if for nobody."""
    waits = chain.REPORT.waits.get(detail.report.case.state)
    if waits is None or detail.report.period.closed_at is not None:
        return ""
    where = detail.unit_name if waits.level == "own" else detail.district_name
    text = _("Waits for: %(role)s, %(where)s") % {"role": role_name(waits.role), "where": where}
    due_on = detail.report.case.due_on
    if due_on is None:
        return text
    late = _("overdue") if due_on < clock.city_today() else ""
    day = _("until %(day)s") % {"day": shown.day(due_on)}
    return " · ".join(filter(None, (text, day, late)))


def signers(detail: ReportDetail) -> dict[str, tuple[str, str]]:
    """Who entered, checked and signed in the last round: step -> (name, day)."""
    found: dict[str, tuple[str, str]] = {}
    for one in detail.past:
        if one.step == "enter":
            found = {}
        if one.step in ("enter", "check", "sign"):
            found[one.step] = (detail.who.get(one.person_ref, ""), shown.moment(one.at))
    return found
