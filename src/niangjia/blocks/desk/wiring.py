"""What waits at the desks when organisations change: what an import brought is to be confirmed.

And the menu's pages, which are found by their titles.
"""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.inbox import inbox_kind
from niangjia.blocks.desk.sources import find_shelf
from niangjia.blocks.desk.steps import inbox_done, inbox_put
from niangjia.blocks.desk.tokens import fits, text_tokens
from niangjia.blocks.desk.types import Hit, Shelf, Waiting, Wanted
from niangjia.blocks.orgs.public import (
    Change,
    Follower,
    offices_above,
    organisation_follower,
)
from niangjia.core.actor import Actor
from niangjia.core.programme import menu_for
from niangjia.core.work import Work

CONFIRM = inbox_kind(
    "organisation.confirm",
    name=_("New units and suppliers to confirm"),
    title=_("%(name)s: brought by an import, to be confirmed"),
)
OVER = frozenset({"confirmed", "merged", "closed"})


def _follow(work: Work, changes: Sequence[Change]) -> None:
    brought = [one for one in changes if one.kind == "brought"]
    if brought:
        inbox_put(work, _waiting(brought))
    if over := [one for one in changes if one.kind in OVER]:
        inbox_done(work, [_subject(one) for one in over])


def _waiting(brought: Sequence[Change]) -> list[Waiting]:
    """Units wait at their district's office; those without one, and suppliers, at the city's."""
    offices = offices_above(one.organisation.id for one in brought)
    waiting = []
    for one in brought:
        office = offices[one.organisation.id]
        at, role = (office.district, "district") if office.district else (office.city, "city")
        href = reverse("desk:organisation", args=[one.organisation.ref])
        params = {"name": one.organisation.name}
        waiting.append(Waiting(CONFIRM, _subject(one), at, role, href, params))
    return waiting


def _subject(change: Change) -> str:
    return f"organisation.confirm:{change.organisation.ref}"


def _pages(actor: Actor, query: str, wanted: Wanted) -> list[Hit]:
    return [
        Hit(number, reverse(entry.url_name), str(entry.title))
        for number, entry in enumerate(menu_for(actor.may))
        if fits(wanted, text_tokens(str(entry.title)))
    ]


organisation_follower(Follower("desk", follow=_follow))
find_shelf(Shelf("pages", _("Pages"), "", _pages, lambda query: ""))
