"""Drafts: what was typed into a form and not sent yet, sealed under the person's key."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.models import Draft
from niangjia.core import clock, seal
from niangjia.core.actor import Actor
from niangjia.core.errors import NotSignedIn, TooLarge
from niangjia.core.service import NOTHING, SIGNED_IN, service
from niangjia.core.work import Work

KEPT = dt.timedelta(days=30)
LONGEST = 20_000


def _mine(actor: Actor, form: str, subject: str) -> dict[str, Any]:
    if actor.login_id is None:
        raise NotSignedIn(_("Please sign in first; nothing was changed."))
    return {
        "login_id": actor.login_id,
        "organisation_id": actor.organisation_id,
        "form": form,
        "subject": subject,
    }


@service(permission=SIGNED_IN, records=NOTHING)
def draft_put(work: Work, /, *, form: str, subject: str, values: Mapping[str, str]) -> None:
    """What was typed so far is kept for this person, under this hat. Raises TooLarge."""
    text = json.dumps(dict(values), ensure_ascii=False).encode("utf-8")
    if len(text) > LONGEST:
        raise TooLarge(_("This draft is too long to be kept."))
    sealed = seal.seal(f"person:{work.actor.person_ref}", text)
    Draft.objects.update_or_create(
        **_mine(work.actor, form, subject),
        defaults={"sealed": sealed, "updated_at": clock.real_now()},
    )


@service(permission=SIGNED_IN, records=NOTHING)
def draft_drop(work: Work, /, *, form: str, subject: str) -> None:
    """Nothing is kept of this form any more."""
    Draft.objects.filter(**_mine(work.actor, form, subject)).delete()


def draft_get(
    actor: Actor, *, form: str, subject: str
) -> tuple[dict[str, str], dt.datetime] | None:
    """(what was typed, when) or None."""
    row = Draft.objects.filter(**_mine(actor, form, subject)).first()
    if row is None:
        return None
    try:
        found: dict[str, str] = json.loads(seal.unseal(bytes(row.sealed)))
    except seal.Erased:
        return None
    return found, row.updated_at


def drafts_sweep() -> int:
    """Drafts older than 30 days are gone; returns how many."""
    n, _by = Draft.objects.filter(updated_at__lt=clock.real_now() - KEPT).delete()
    return n
