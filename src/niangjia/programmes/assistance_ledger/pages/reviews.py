"""The county's review as pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.cases.public import state_name
from niangjia.core import clock
from niangjia.programmes.assistance_ledger import periods, requirements
from niangjia.programmes.assistance_ledger.chain import REVIEW
from niangjia.programmes.assistance_ledger.forms.reviews import LEVEL_NAMES, MECHANISM_NAMES
from niangjia.programmes.assistance_ledger.models import HelpReview
from niangjia.programmes.assistance_ledger.pages import evidence as evidence_parts
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.reviews import (
    ReviewDetail,
    ReviewRow,
    Unreviewed,
)

TONES = {
    "submitted": "warn",
    "confirmed": "good",
    "partly": "warn",
    "refused": "bad",
    "returned": "bad",
}
HELP = {
    "": gettext_lazy("Not confirmed yet"),
    "confirmed": gettext_lazy("Confirmed"),
    "partly": gettext_lazy("Partly confirmed"),
    "refused": gettext_lazy("Not confirmed by the county"),
}
ODDITIES = {
    "paid_more_than_sold": gettext_lazy("More was paid out than was sold."),
    "large_households": gettext_lazy("More than eight people a household."),
    "no_publicity": gettext_lazy("No days of publicity are given."),
    "round_per_household": gettext_lazy("The amount is a round sum for each household."),
}
TABS = {
    "new": gettext_lazy("To be handed in"),
    "submitted": gettext_lazy("Waits for the county's review"),
    "returned": gettext_lazy("Returned, to be mended"),
    "decided": gettext_lazy("Decided"),
}
STATES = {
    "new": ("draft",),
    "submitted": ("submitted",),
    "returned": ("returned",),
    "decided": ("confirmed", "partly", "refused"),
}


def tone(state: str) -> str:
    """The colour of a state's tag: it always stands beside its words."""
    return TONES.get(state, "")


def help_name(code: str) -> str:
    """What models.Purchase.help says, in words."""
    return str(HELP.get(code, code))


@dataclass(frozen=True, slots=True)
class Open:
    """A group without material."""

    title: str
    detail: str
    yuan: str
    href: str


def open_groups(found: Sequence[Unreviewed]) -> list[Open]:
    """Groups to be handed in, with the address of their form."""
    new = reverse("assistance_ledger:review_new")
    return [
        Open(
            title=f"{one.supplier} · {one.product}",
            detail=" · ".join(
                (
                    periods.name(one.period),
                    one.county,
                    _("%(n)s records") % {"n": f"{one.n:,}"},
                    _("%(households)s households as entered")
                    % {"households": f"{one.households:,}"},
                )
            ),
            yuan=shown.yuan(one.fen),
            href=f"{new}?"
            + urlencode(
                {
                    "supplier": one.supplier_ref,
                    "product": one.product,
                    "period": one.period,
                    "county": one.county_code,
                }
            ),
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A review in a list. key: what a batch sends for it."""

    ref: str
    title: str
    detail: str
    yuan: str
    people: str
    state: str
    tone: str
    due: str
    late: bool
    key: str


def lines(found: Sequence[ReviewRow]) -> list[Line]:
    """Reviews as a list shows them."""
    today = clock.city_today()
    made = []
    for one in found:
        row, case = one.row, one.row.case
        waits = case.due_on if case.state == "submitted" else None
        made.append(
            Line(
                ref=row.ref,
                title=f"{one.supplier} · {row.product}",
                detail=" · ".join((periods.name(row.period), one.county)),
                yuan=shown.yuan(row.fen),
                people=_people(row),
                state=state_name(REVIEW.name, case.state),
                tone=tone(case.state),
                due=shown.day(waits) if waits else "",
                late=bool(waits and waits < today),
                key=f"{row.ref}:{case.version}:{row.content_sha256}",
            )
        )
    return made


def _people(row: HelpReview) -> str:
    said = {"households": f"{row.households:,}", "people": f"{row.people:,}"}
    return _("%(households)s households, %(people)s people") % said


def facts(detail: ReviewDetail) -> list[tuple[str, str]]:
    """(name, value) of the material; what is empty is left out."""
    row = detail.row
    opinions = [(str(LEVEL_NAMES[level]), text) for level, text in row.opinions.items()]
    publicity = ""
    if row.public_first and row.public_last:
        publicity = f"{shown.day(row.public_first)} – {shown.day(row.public_last)}"
    rows = [
        (_("Supplier"), detail.supplier.name),
        (_("Product"), row.product),
        (_("Period"), periods.name(row.period)),
        (_("Origin"), detail.county),
        (_("How it helps"), "、".join(str(MECHANISM_NAMES[m]) for m in row.mechanisms)),
        (_("Households helped"), f"{row.households:,}"),
        (_("People helped"), f"{row.people:,}"),
        (_("Paid out to households (yuan)"), shown.yuan(row.paid_fen)),
        (_("Publicity"), publicity),
        *opinions,
        (_("Remarks"), row.note),
    ]
    return [(name, value) for name, value in rows if value]


def confirmed(row: HelpReview) -> list[tuple[str, str, str]]:
    """(name, handed in, confirmed) once it is decided; empty before."""
    if row.confirmed_fen is None:
        return []
    return [
        (_("Sales (yuan)"), shown.yuan(row.fen), shown.yuan(row.confirmed_fen)),
        (_("Households helped"), f"{row.households:,}", f"{row.confirmed_households or 0:,}"),
        (_("People helped"), f"{row.people:,}", f"{row.confirmed_people or 0:,}"),
    ]


def files(detail: ReviewDetail) -> list[evidence_parts.File]:
    """The files of the material, each with its kind."""
    kinds = requirements.kinds()
    return [
        evidence_parts.file_of(
            one.document, personal=kinds[one.kind].personal, kind=evidence_parts.kind_name(one.kind)
        )
        for one in detail.files
        if one.kind in kinds
    ]
