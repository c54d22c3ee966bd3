"""Findings as pages show them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.cases.public import FindingView
from niangjia.programmes.assistance_ledger.pages import shown

KINDS = {
    "capacity": gettext_lazy("Sold beyond capacity"),
    "gain": gettext_lazy("Gain above sales"),
    "roster": gettext_lazy("One roster under two suppliers"),
    "person": gettext_lazy("One person in two households"),
    "invoices": gettext_lazy("Consecutive invoice numbers"),
    "round": gettext_lazy("Round amounts"),
    "photo": gettext_lazy("One photo under several records"),
}
STATES = {
    "open": gettext_lazy("To be looked at"),
    "explained": gettext_lazy("Explained"),
    "faulty": gettext_lazy("Found faulty"),
    "gone": gettext_lazy("Fits again"),
}
TONES = {"open": "warn", "explained": "good", "faulty": "bad", "gone": ""}
TEXTS = {
    "capacity": gettext_lazy(
        "%(supplier)s, %(product)s: %(sold)s yuan sold in %(year)s, %(declared)s declared"
    ),
    "gain": gettext_lazy(
        "%(supplier)s, %(product)s: households got %(gain)s yuan, the goods were sold for %(sales)s"
    ),
    "roster": gettext_lazy("%(suppliers)s: %(n)s households in both, %(percent)s percent"),
    "person": gettext_lazy("%(suppliers)s: one person stands in %(n)s households"),
    "invoices": gettext_lazy("%(supplier)s to %(unit)s: invoices %(first)s to %(last)s, %(n)s"),
    "round": gettext_lazy("%(supplier)s to %(unit)s: %(n)s amounts in whole %(round)s yuan"),
    "photo": gettext_lazy("%(n)s records have the same photo"),
}
MONEY = frozenset({"sold", "declared", "gain", "sales"})


def text_of(one: FindingView) -> str:
    """What does not fit, in one line."""
    params: Mapping[str, object] = {
        name: shown.yuan(value) if name in MONEY and isinstance(value, int) else value
        for name, value in one.params.items()
    }
    return str(TEXTS[one.kind]) % params


def state_of(one: FindingView) -> str:
    return "gone" if one.gone_at is not None else one.state


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in a list."""

    ref: str
    kind: str
    text: str
    state: str
    tone: str
    found: str
    version: int
    reason: str
    who: str


def line(one: FindingView) -> Line:
    state = state_of(one)
    parts = (one.person, shown.moment(one.decided_at) if one.decided_at else "")
    return Line(
        ref=one.ref,
        kind=str(KINDS[one.kind]),
        text=text_of(one),
        state=str(STATES[state]),
        tone=TONES[state],
        found=shown.moment(one.found_at),
        version=one.version,
        reason=one.reason,
        who=" · ".join(filter(None, parts)),
    )


def link(subject: str) -> str:
    """Where a subject is shown."""
    kind, _colon, ref = subject.partition(":")
    name = {"purchase": "record", "review": "review"}[kind]
    return reverse(f"assistance_ledger:{name}", args=[ref])


def subjects(named: Sequence[str], seen: Collection[str]) -> list[tuple[str, str]]:
    """(name, where it is shown; empty for what the reader may not see)."""
    return [(subject_name(one), link(one) if one in seen else "") for one in named]


def subject_name(subject: str) -> str:
    kind, _colon, ref = subject.partition(":")
    names = {"purchase": _("Record"), "review": _("Help material")}
    return f"{names[kind]} {ref[:8]}"
