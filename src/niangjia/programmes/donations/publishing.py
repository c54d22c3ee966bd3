"""Preparing and signing bulletins: their figures are worked out before the transaction begins."""

import datetime as dt

from niangjia.blocks.indicators.public import Draft, bulletin_draft
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.selectors.bulletins import proposal_get
from niangjia.programmes.donations.selectors.raisings import raising_get
from niangjia.programmes.donations.services.publishing import bulletin_prepare, bulletin_sign


def draft_of(actor: Actor, slug: str, as_of: dt.datetime, corrects: str = "") -> Draft:
    """What a bulletin of a raising that the actor works on would say now. Raises NotFound, Denied,
    Invalid, Conflict as `bulletin_draft` does."""
    authorise(actor, "bulletins.prepare")
    raising_get(actor, slug=slug)
    return bulletin_draft(indicator=INDICATOR, scope=slug, as_of=as_of, corrects=corrects)


def prepare(
    actor: Actor, slug: str, as_of: dt.datetime, *, explanation: str = "", corrects: str = ""
) -> str:
    """A bulletin waits to be signed; the draft's ref. corrects: ref of the bulletin to correct."""
    draft = draft_of(actor, slug, as_of, corrects)
    return bulletin_prepare(actor, draft=draft, explanation=explanation)


def sign(actor: Actor, ref: str, version: int) -> str:
    """It is published; the bulletin's ref."""
    authorise(actor, "bulletins.sign")
    found = proposal_get(actor, ref=ref)
    draft = bulletin_draft(
        indicator=INDICATOR,
        scope=found.slug,
        as_of=found.as_of,
        log_size=found.log_size,
        corrects=found.corrects,
    )
    return bulletin_sign(actor, ref=ref, version=version, draft=draft)
