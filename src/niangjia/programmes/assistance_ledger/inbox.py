"""What waits at the desks: kinds of inbox items of the assistance ledger."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.public import inbox_kind
from niangjia.programmes.assistance_ledger import periods


def _shown(params: Mapping[str, object]) -> dict[str, object]:
    return {**params, "period": periods.name(str(params["period"]))}


def _kind(kind: str, *, name: object, title: object) -> str:
    return inbox_kind(kind, name=name, title=title, shown=_shown)


ENTER = _kind(
    "report.enter", name=_("Reports to fill in"), title=_("%(period)s: fill in the report")
)
MEND = _kind(
    "report.mend", name=_("Reports returned to you"), title=_("%(period)s: returned, to be mended")
)
CHECK = _kind(
    "report.check", name=_("Reports to check"), title=_("%(period)s: check the unit's report")
)
SIGN = _kind(
    "report.sign", name=_("Reports to sign"), title=_("%(period)s: sign the unit's report")
)
SEND = _kind(
    "report.send", name=_("Reports to send up"), title=_("%(period)s: signed, to be reported")
)
ACCEPT = _kind(
    "report.accept",
    name=_("Reports of units to check"),
    title=_("%(period)s: %(unit)s has reported"),
)
DROPPED = _kind(
    "report.dropped",
    name=_("Reports taken out of the city sum"),
    title=_("%(period)s: %(unit)s was returned after it had been summed"),
)
CLEAR = _kind(
    "release.clear",
    name=_("Releases for the secrecy check"),
    title=_("%(period)s, release %(version)s: check before it is published"),
)
PUBLISH = _kind(
    "release.sign",
    name=_("Releases for signature"),
    title=_("%(period)s, release %(version)s: sign off or return"),
)
REPROPOSE = _kind(
    "release.returned",
    name=_("Releases returned"),
    title=_("%(period)s, release %(version)s: returned, see why"),
)


REVIEW = inbox_kind(
    "review.decide",
    name=_("Help material to review"),
    title=_("%(period)s: %(supplier)s, %(product)s"),
    shown=_shown,
)
REVIEW_BACK = inbox_kind(
    "review.returned",
    name=_("Help material returned to you"),
    title=_("%(period)s: %(supplier)s, %(product)s, returned"),
    shown=_shown,
)

REVIEW_QUARTER = _kind(
    "review.quarter",
    name=_("Help of a quarter to be confirmed"),
    title=_("%(period)s: %(n)s products of suppliers are not confirmed yet"),
)
REVIEW_QUARTER_LATE = _kind(
    "review.quarter_late",
    name=_("Help of a quarter not confirmed in time"),
    title=_("%(period)s, %(county)s: %(n)s products are not confirmed, the deadline is over"),
)
REVIEW_LATE = _kind(
    "review.late",
    name=_("Help reviews overdue at the county"),
    title=_("%(period)s: %(supplier)s, %(product)s, review overdue"),
)

TARGET_FILE = inbox_kind(
    "unit_target.file",
    name=_("Yearly targets to file"),
    title=_("%(year)s: file the target of the year"),
)
TARGET_MEND = inbox_kind(
    "unit_target.mend",
    name=_("Yearly targets returned to you"),
    title=_("%(year)s: the target was returned, to be mended"),
)
TARGET_ACCEPT = inbox_kind(
    "unit_target.accept",
    name=_("Yearly targets to check"),
    title=_("%(year)s: %(unit)s has filed its target"),
)
