"""Raisings: set up, changed, opened, closed; each is a fact that anybody may read."""

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.bookkeeping.public import Order, orders_take
from niangjia.core import clock
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations import books, policy, rules
from niangjia.programmes.donations.facts import SET
from niangjia.programmes.donations.models import Raising
from niangjia.programmes.donations.types import RaisingIn

FIELDS = (
    "title",
    "purpose",
    "first_on",
    "last_on",
    "restrictions",
    "area",
    "goal_fen",
    "capped",
    "qualification_no",
    "qualification_until",
    "plan_no",
    "platform",
)


def raising_of(work: Work, slug: str, *, alone: bool = False) -> Raising:
    """The raising, if the actor's organisation runs it or sees all. Raises NotFound, Denied.

    alone: nobody else changes it until the commit.
    """
    rows = Raising.objects.select_related("organisation").filter(slug=slug)
    found = (rows.select_for_update(of=("self",)) if alone else rows).first()
    if found is None:
        raise NotFound(_("There is no such raising."))
    own = found.organisation_id == work.actor.organisation_id
    if not own and not work.actor.system:
        raise Denied(_("This raising is another foundation's."))
    return found


@service(permission="raisings.manage", records=FACT)
def raising_make(work: Work, /, *, raising: RaisingIn) -> str:
    """A raising stands as a draft; returns its slug. Raises Invalid, Conflict (name taken)."""
    given = checked(raising)
    if work.actor.organisation_id is None:
        raise Denied(_("A raising is set up by a foundation's clerk."))
    row = Raising(
        ref=work.new_id(),
        slug=given.slug,
        organisation_id=work.actor.organisation_id,
        pooled=policy.giving_on(clock.day_of(work.at)).pooled,
        made_at=work.at,
        **{name: getattr(given, name) for name in FIELDS},
    )
    if Raising.objects.filter(slug=row.slug).exists():
        raise _taken(row.slug)
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(row.slug) from error
    _record(work, row, "")
    return row.slug


def _taken(slug: str) -> Conflict:
    return Conflict(
        _("Another raising has the short name “%(slug)s”. Choose another."),
        code="slug_taken",
        slug=slug,
    )


@service(permission="raisings.manage", records=FACT)
def raising_change(
    work: Work, /, *, slug: str, raising: RaisingIn, version: int, reason: str
) -> None:
    """The raising says something else, and why. What is capped and its goal stay once it is open.

    Raises NotFound, Denied, Conflict (changed meanwhile, closed), Invalid.
    """
    given = checked(raising)
    row = raising_of(work, slug, alone=True)
    _check_version(row, version)
    if row.state == "closed":
        raise Conflict(_("This raising is closed; it stays as it was."), code="raising_closed")
    if row.state == "open":
        _check_open_change(row, given, reason)
    for name in FIELDS:
        setattr(row, name, getattr(given, name))
    row.version += 1
    row.save()
    _record(work, row, reason)


def _check_version(row: Raising, version: int) -> None:
    if row.version != version:
        raise Conflict(
            _("Meanwhile somebody else changed this raising. Look at it again, then save."),
            code="changed_meanwhile",
        )


def _check_open_change(row: Raising, given: RaisingIn, reason: str) -> None:
    if len(reason.strip()) < 2:
        text = _("The raising is open: say in a few words why it changes; donors read it.")
        raise Invalid(text, code="reason_missing", fields={"reason": str(text)})
    if (given.capped, given.goal_fen if given.capped else 0) != (
        row.capped,
        row.goal_fen if row.capped else 0,
    ):
        raise Invalid(
            _("A goal that stops giving cannot be changed once the raising is open."),
            code="cap_fixed",
        )


@service(permission="raisings.manage", records=FACT)
def raising_open(work: Work, /, *, slug: str, version: int) -> None:
    """Gifts can be taken; its accounts are open. Raises NotFound, Denied, Conflict."""
    row = raising_of(work, slug, alone=True)
    _check_version(row, version)
    if row.state != "draft":
        raise Conflict(_("This raising was opened before."), code="raising_open")
    row.state, row.opened_at, row.version = "open", work.at, row.version + 1
    row.save()
    books.raising_accounts(work, row)
    fact_ref = work.new_id()
    legs = books.cap_out(row)
    order = Order(f"cap:{row.ref}", legs, work.at, fact_ref) if legs else None
    if order:
        orders_take(work, books.BOOK, [order])
    _record(work, row, "", fact_ref, order)


@service(permission="raisings.manage", records=FACT)
def raising_close(work: Work, /, *, slug: str, version: int, reason: str) -> None:
    """No more gifts are begun; what is under way may still arrive. Raises NotFound, Conflict."""
    row = raising_of(work, slug, alone=True)
    _check_version(row, version)
    if row.state != "open":
        raise Conflict(_("Only an open raising can be closed."), code="raising_not_open")
    row.state, row.closed_at, row.version = "closed", work.at, row.version + 1
    if row.last_on is None or row.last_on > clock.day_of(work.at):
        row.last_on = max(clock.day_of(work.at), row.first_on)
    row.save()
    _record(work, row, reason)


def checked(raising: RaisingIn) -> RaisingIn:
    """The same, if it can stand. Raises Invalid with the fields."""
    faults = {
        "slug": not rules.SLUG.fullmatch(raising.slug) or len(raising.slug) > 40,
        "title": not raising.title.strip(),
        "purpose": len(raising.purpose.strip()) < 4,
        "last_on": raising.last_on is not None and raising.last_on < raising.first_on,
        "goal_fen": raising.goal_fen is not None and not 0 < raising.goal_fen <= rules.MOST_FEN,
        "capped": raising.capped and raising.goal_fen is None,
    }
    fields = {name: str(WORDS[name]) for name, wrong in faults.items() if wrong}
    if fields:
        raise Invalid(next(iter(fields.values())), code="raising_invalid", fields=fields)
    return raising


WORDS = {
    "slug": _("Small letters, digits and dashes, such as wennuan-wuhan."),
    "title": _("The raising needs a title."),
    "purpose": _("Say what the money is for."),
    "last_on": _("The last day cannot lie before the first."),
    "goal_fen": _("A goal is more than 0."),
    "capped": _("Giving can stop at the goal only if there is one."),
}


def _record(
    work: Work, row: Raising, reason: str, fact_ref: str = "", order: Order | None = None
) -> None:
    until = row.qualification_until
    values: dict[str, Value] = {
        "raising": row.slug,
        "title": row.title,
        "state": row.state,
        "first_on": row.first_on.isoformat(),
        "last_on": row.last_on.isoformat() if row.last_on else None,
        "goal_fen": row.goal_fen,
        "capped": row.capped,
        "pooled": row.pooled,
        "qualification_no": row.qualification_no or None,
        "plan_no": row.plan_no or None,
        "platform": row.platform or None,
        "purpose": row.purpose,
        "restrictions": row.restrictions or None,
        "area": row.area or None,
        "qualification_until": until.isoformat() if until else None,
        "organisation": row.organisation.ref,
        "reason": reason.strip() or None,
        "postings": books.said(order) if order else None,
    }
    owner = {BUSINESS: f"org:{row.organisation.ref}"}
    work.record(Fact(SET, f"raising:{row.slug}", work.at, values, owner, ref=fact_ref))
