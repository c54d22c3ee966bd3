"""JSON: who I am."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from niangjia.core.errors import NotSignedIn
from niangjia.ui.page import actor_of
from niangjia.ui.rest import SIGNED_IN

router = Router(tags=["orgs"])


class Me(Schema):
    """The person under the hat worn now."""

    name: str
    role: str
    organisation: str


@router.get("/me", response={200: Me, **SIGNED_IN}, operation_id="me")
def me(request: HttpRequest) -> Me:
    """Who is signed in, and under which appointment."""
    actor = actor_of(request)
    if not actor.signed_in:
        raise NotSignedIn(_("Please sign in first; nothing was changed."))
    return Me(name=actor.name, role=actor.role, organisation=actor.organisation_name)
