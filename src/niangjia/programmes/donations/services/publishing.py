"""Bulletins: prepared by one person, signed by another, which publishes them."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import Matter, Opening, case_decide, cases_open
from niangjia.blocks.desk.public import inbox_done
from niangjia.blocks.indicators.public import Draft, draft_publish
from niangjia.blocks.orgs.public import organisation
from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import chain, steps
from niangjia.programmes.donations.bulletin_models import Proposal
from niangjia.programmes.donations.facts import PREPARED
from niangjia.programmes.donations.models import Raising
from niangjia.programmes.donations.services.raisings import raising_of

DAYS = 3
LONGEST = 1000


@service(permission="bulletins.prepare", records=FACT)
def bulletin_prepare(work: Work, /, *, draft: Draft, explanation: str = "") -> str:
    """The draft waits for the second person; its ref. See publishing.prepare.

    Raises NotFound, Denied, Conflict (another one waits, the raising is no more than a draft),
    Invalid (a correction without an explanation).
    """
    raising = raising_of(work, draft.scope, alone=True)
    if raising.state == "draft":
        raise Conflict(_("Open the raising first."), code="raising_not_open")
    text = explanation.strip()[:LONGEST]
    if draft.corrects and len(text) < 4:
        message = str(_("A correction says what was wrong and why: its explanation is published."))
        raise Invalid(message, code="explanation_missing", fields={"explanation": message})
    ref, subject = work.new_id(), ""
    subject = f"proposal:{ref}"
    opening = Opening(
        subject,
        organisation(raising.organisation_id),
        due_on=clock.day_of(work.at) + dt.timedelta(days=DAYS),
        href=reverse("donations:proposal", args=[ref]),
        params=_params(raising, draft.as_of),
    )
    row = _row(work, raising, draft, ref, text)
    row.case_id = cases_open(work, chain.BULLETIN.name, [opening])[subject]
    _store(row)
    work.record(_fact(row, subject, work.at))
    return ref


def _params(raising: Raising, as_of: dt.datetime) -> dict[str, str | int]:
    return {"title": raising.title, "as_of": as_of.astimezone(dt.UTC).isoformat()}


def _row(work: Work, raising: Raising, draft: Draft, ref: str, explanation: str) -> Proposal:
    root = draft.figures.root
    return Proposal(
        ref=ref,
        raising=raising,
        as_of=draft.as_of,
        log_size=draft.log_size,
        corrects=draft.corrects.ref if draft.corrects else "",
        explanation=explanation,
        tree_root=root.hash.hex(),
        n=root.n,
        sums=list(root.sums),
        counts=dict(draft.figures.counts),
        late={"n": draft.late.n, "sums": list(draft.late.sums)},
        adjusted={"n": draft.adjusted.n, "sums": list(draft.adjusted.sums)},
        prepared_at=work.at,
        prepared_by=work.actor.person_ref,
    )


def _store(row: Proposal) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            _("Another bulletin of this raising waits to be signed. Have that one decided first."),
            code="proposal_waits",
        ) from error


def _fact(row: Proposal, subject: str, at: dt.datetime) -> Fact:
    values: dict[str, Value] = {
        "raising": row.raising.slug,
        "proposal": row.ref,
        "as_of": row.as_of.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "log_size": row.log_size,
        "tree_root": row.tree_root,
        "corrects": row.corrects or None,
        "explanation": row.explanation or None,
    }
    return Fact(PREPARED, subject, at, values, {BUSINESS: f"org:{row.raising.organisation.ref}"})


def _alone(work: Work, ref: str) -> Proposal:
    slug = Proposal.objects.filter(ref=ref).values_list("raising__slug", flat=True).first()
    if slug is None:
        raise NotFound(_("There is no such draft of a bulletin."))
    raising_of(work, slug, alone=True)
    return Proposal.objects.select_related("case", "raising__organisation").get(ref=ref)


def _matter(row: Proposal) -> Matter:
    return Matter(
        organisation=organisation(row.raising.organisation_id),
        href=reverse("donations:proposal", args=[row.ref]),
        content={"proposal": row.ref, "tree_root": row.tree_root},
        params=_params(row.raising, row.as_of),
    )


@service(permission="bulletins.sign", records=FACT)
def bulletin_sign(work: Work, /, *, ref: str, version: int, draft: Draft) -> str:
    """The bulletin is published as it was prepared; its ref. draft: worked out afresh over the same
    log, which must give the same tree. See publishing.sign.

    Raises NotFound, Denied (four eyes), Conflict (decided meanwhile, figures differ, another was
    published meanwhile).
    """
    row = _alone(work, ref)
    steps.refuse_own(work, row.prepared_by)
    if not _same(row, draft):
        raise Conflict(
            _("The figures are no longer those that were prepared. Send it back; prepare anew."),
            code="proposal_differs",
        )
    case_decide(work, row.case, "sign", _matter(row), version=version)
    made = draft_publish(work, draft, explanation=row.explanation)
    Proposal.objects.filter(pk=row.pk).update(waits=False, bulletin_ref=made.ref)
    inbox_done(work, [f"disclosure:{row.raising.slug}"])
    return made.ref


def _same(row: Proposal, draft: Draft) -> bool:
    corrects = draft.corrects.ref if draft.corrects else ""
    return (
        row.raising.slug,
        row.as_of,
        row.log_size,
        row.corrects,
        row.tree_root,
        row.counts,
    ) == (
        draft.scope,
        draft.as_of,
        draft.log_size,
        corrects,
        draft.figures.root.hash.hex(),
        dict(draft.figures.counts),
    )


@service(permission="bulletins.sign", records=FACT)
def bulletin_return(work: Work, /, *, ref: str, version: int, reason: str) -> str:
    """The draft is not signed, and says why; the new state. Raises NotFound, Denied, Conflict,
    Invalid (no reason)."""
    row = _alone(work, ref)
    steps.refuse_own(work, row.prepared_by)
    state = case_decide(work, row.case, "return", _matter(row), version=version, reason=reason)
    Proposal.objects.filter(pk=row.pk).update(waits=False)
    return state
