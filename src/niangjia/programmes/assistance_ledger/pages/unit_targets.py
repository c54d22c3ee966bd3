"""The yearly assessment as pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.cases.public import state_name
from niangjia.programmes.assistance_ledger import assessment
from niangjia.programmes.assistance_ledger.assessing import Progress
from niangjia.programmes.assistance_ledger.chain import TARGET
from niangjia.programmes.assistance_ledger.forms.unit_targets import CANTEEN_NAMES
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.unit_targets import (
    Sealed,
    TargetLine,
    TargetPart,
    is_exempt,
)
from niangjia.programmes.assistance_ledger.unit_target_models import (
    UnitTargetVersion,
)

TONES = {"filed": "warn", "accepted": "good", "returned": "bad"}
STATES = ("draft", "filed", "accepted", "returned")
VERDICTS = {
    "same": ("good", gettext_lazy("The same version, unchanged")),
    "changed": ("bad", gettext_lazy("The target changed since this sheet was printed")),
    "other": ("bad", gettext_lazy("The code names another sheet, not this target's")),
    "person": ("warn", gettext_lazy("No code found; vouched for by a person")),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Progress with the calendar's mark. percent: in words; width, mark: 0 to 100."""

    percent: str
    width: int
    mark: int
    behind: bool
    note: str


def bar(one: Progress) -> Bar | None:
    """None where there is no target: that is not 0 %."""
    if one.permille is None:
        return None
    ahead = one.permille - one.gone
    points = f"{abs(ahead) / 10:.1f}"
    note = (
        _("Behind the calendar by %(n)s points") % {"n": points}
        if ahead < 0
        else _("Ahead of the calendar by %(n)s points") % {"n": points}
    )
    return Bar(
        percent=f"{one.permille / 10:.1f}%",
        width=max(0, min(100, one.permille // 10)),
        mark=min(99, one.gone // 10),
        behind=one.is_behind,
        note=note,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A unit of the list. key: what a batch sends for it; ref: of the target, empty if none."""

    unit: str
    unit_ref: str
    ref: str
    key: str
    place: str
    state: str
    tone: str
    target: str
    counted: str
    confirmed: str
    gap: str
    bar: Bar | None


def lines(found: Sequence[TargetLine]) -> list[Line]:
    """The list's rows in words."""
    return [_line(one) for one in found]


def _line(one: TargetLine) -> Line:
    version, exempt = one.version, one.is_exempt
    key = f"{one.target.ref}:{one.target.case.version}" if one.target else ""
    return Line(
        unit=one.unit.name,
        unit_ref=one.unit.ref,
        ref=one.target.ref if one.target else "",
        key=key,
        place=str(one.place) if one.place else "—",
        state=_("Exempt") if exempt and one.state == "accepted" else state(one.state),
        tone=TONES.get(one.state, ""),
        target=shown.yuan(version.target_fen) if version else "—",
        counted=shown.yuan(one.progress.counted_fen),
        confirmed=shown.confirmed(one.confirmed_fen),
        gap=shown.yuan(one.progress.gap_fen) if one.progress.permille is not None else "—",
        bar=bar(one.progress),
    )


PART_NAMES = {
    "canteen": gettext_lazy("Canteen"),
    "gifts": gettext_lazy("Gifts of the union"),
    "other": gettext_lazy("Other channels"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the target as shown. bar: None where nothing is owed."""

    name: str
    target: str
    counted: str
    help: str
    gap: str
    bar: Bar | None


def parts(found: Sequence[TargetPart]) -> list[Part]:
    """Canteen and gifts; other channels if anything came by them."""
    return [
        Part(
            name=str(PART_NAMES[one.name]),
            target=shown.yuan(one.progress.target_fen) if one.progress.target_fen else "—",
            counted=shown.yuan(one.progress.counted_fen),
            help=shown.help_of(one.progress.counted_fen, one.confirmed_fen, shown.yuan),
            gap=shown.yuan(one.progress.gap_fen) if one.progress.target_fen else "—",
            bar=bar(one.progress),
        )
        for one in found
        if one.name != "other" or one.progress.counted_fen
    ]


def state(code: str) -> str:
    return state_name(TARGET.name, code)


def said(version: UnitTargetVersion) -> list[tuple[str, str]]:
    """What a version says, in words and in the order of the sheet."""
    rows = [
        (_("Canteen"), str(CANTEEN_NAMES[version.canteen])),
        (_("Food purchases of the year (yuan)"), shown.yuan(version.food_fen)),
        (_("Reserved amount (yuan)"), shown.yuan(version.reserved_fen)),
        (_("Members who get gifts"), f"{version.members:,}"),
        (_("Gifts of the union (yuan)"), shown.yuan(version.gift_fen)),
        (_("Of the gifts from assisted counties (yuan)"), shown.yuan(version.gift_part_fen)),
        (_("Target (yuan)"), shown.yuan(version.target_fen)),
    ]
    if version.filed_with:
        rows.insert(1, (_("Filed with"), version.filed_with.name))
    if version.floor_fen:
        rows.insert(3, (_("Not below last year (yuan)"), shown.yuan(version.floor_fen)))
    if version.exempt:
        ground = next(
            one for one in assessment.exemptions(version.target.year) if one.id == version.exempt
        )
        text = f"{assessment.in_words(ground)} · {version.exempt_reason}"
        rows.append((_("Exempt") if is_exempt(version) else _("Exemption"), text))
    if version.note:
        rows.append((_("Remarks"), version.note))
    return rows


def policy_of(version: UnitTargetVersion) -> str:
    """The rule that the amounts follow, with its id."""
    rule = assessment.assessment_with(version.policy)
    return f"{assessment.in_words(rule)} ({rule.id})"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sealed sheet as shown."""

    name: str
    href: str
    received: str
    tone: str
    verdict: str
    reason: str
    n: int


def sheets(found: Sequence[Sealed]) -> list[Sheet]:
    """Sealed sheets, the newest first."""
    return [
        Sheet(
            name=one.link.document.name if one.link else one.row.document_ref,
            href=one.row.document_ref,
            received=shown.moment(one.row.received_at),
            tone=VERDICTS[one.verdict][0],
            verdict=str(VERDICTS[one.verdict][1]),
            reason=one.row.reason,
            n=one.row.version.n if one.row.version else 0,
        )
        for one in found
    ]
