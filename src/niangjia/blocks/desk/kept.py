"""Reads of what one keeps: saved views and exports."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.models import Export, SavedView
from niangjia.blocks.desk.types import KeptView
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.core.service import authorise

LISTED = 100


def views_of(actor: Actor, *, page: str = "") -> list[KeptView]:
    """Views that the actor may open, one's own first, by name. page: of this list alone."""
    if not actor.may("desk.views") or actor.login_id is None:
        return []
    wanted = Q(login_id=actor.login_id)
    if actor.organisation_id:
        wanted |= Q(organisation_id=actor.organisation_id)
    rows = SavedView.objects.filter(wanted)
    if page:
        rows = rows.filter(page=page)
    columns = ("ref", "title", "page", "query", "login_id", "organisation_id")
    found = [
        KeptView(ref, title, of, query, owner == actor.login_id, office is not None)
        for ref, title, of, query, owner, office in rows.order_by("title", "id").values_list(
            *columns
        )[:LISTED]
    ]
    return sorted(found, key=lambda one: not one.mine)


def exports_of(actor: Actor) -> list[Export]:
    """The actor's exports, newest first. Raises NotSignedIn, Denied."""
    authorise(actor, "desk.export")
    return list(Export.objects.filter(login_id=actor.login_id or 0).order_by("-id")[:LISTED])


def export_get(actor: Actor, *, ref: str) -> Any:
    """One of the actor's exports that is done. Raises NotSignedIn, Denied, NotFound."""
    authorise(actor, "desk.export")
    found = Export.objects.filter(ref=ref, login_id=actor.login_id or 0, state="done").first()
    if found is None:
        raise NotFound(_("There is no such export, or it is not yours."))
    return found
