"""What a city's office does with its organisations: nothing is ever deleted, everything is a fact.

Whoever changes organisations holds the trees alone; whoever only names them shares them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs import changing, facts, rules
from niangjia.blocks.orgs.changing import code_of, name_of, reason_of, refused, since_of
from niangjia.blocks.orgs.followers import follow, obstacles_to
from niangjia.blocks.orgs.models import LINE, TERRITORY, Organisation
from niangjia.blocks.orgs.register import beyond, manageable, may_hold, trees_of
from niangjia.blocks.orgs.steps import TREES, ref_of, registered, stand
from niangjia.blocks.orgs.types import Change
from niangjia.core import clock
from niangjia.core.db.held import hold
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.service import FACT, service
from niangjia.core.work import Work

MANAGE = "orgs.manage"
MOST = 200
KINDS = {"buyer", "supplier"}


def _held(work: Work) -> QuerySet[Organisation]:
    """Organisations that the actor may change, held until this transaction ends."""
    hold(TREES, alone=True)
    return manageable(work.actor)


def _one(work: Work, ref: str) -> Organisation:
    """An organisation that the actor may change and that was not merged."""
    row = _held(work).filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such organisation, or it is not yours to change."))
    if row.succeeded_by is not None:
        raise Conflict(
            _("“%(name)s” was merged into “%(into)s” meanwhile. Nothing was changed."),
            code="merged_meanwhile",
            name=row.name,
            into=row.succeeded_by.name,
        )
    return row


def _node(work: Work, ref: str, tree: str) -> Organisation | None:
    """Where an organisation shall stand; None for an empty ref. Raises Invalid."""
    if not ref:
        return None
    row = Organisation.objects.filter(ref=ref, category="node").first()
    if row is None or (row.kind in rules.LINES) != (tree == LINE):
        raise refused("parent", _("Choose where it stands from the list."))
    if tree == TERRITORY and not may_hold(work.actor, row):
        raise refused(
            "parent", _("This lies outside your district. The city office can move it there.")
        )
    return row


def _change(kind: str, row: Organisation, reason: str = "") -> Change:
    return Change(kind, row.category, ref_of(row), reason)


@service(permission=MANAGE, records=FACT)
def organisation_register(
    work: Work,
    /,
    *,
    category: str,
    name: str,
    uscc: str = "",
    kind: str = "",
    region_code: str = "",
    territory_ref: str = "",
    line_ref: str = "",
) -> str:
    """A buying unit or supplier stands in the register, confirmed; returns its ref.

    category: `buyer` or `supplier`; territory_ref, line_ref: of the nodes it stands below.
    Raises Invalid, Conflict (registered already).
    """
    hold(TREES, alone=True)
    if category not in KINDS:
        raise refused("category", _("Choose buying unit or supplier."))
    named, code = name_of(name), code_of(uscc) if uscc.strip() else ""
    above, beside = _node(work, territory_ref, TERRITORY), _node(work, line_ref, LINE)
    row = Organisation(
        ref=work.new_id(),
        category=category,
        kind=kind.strip()[:20] or category,
        key=rules.key_of(code, named),
        name=named,
        short_name=rules.short_name(named),
        uscc=code,
        region_code=region_code,
        valid_from=clock.day_of(work.at),
        district_code=above.district_code if above else rules.UNPLACED,
        line_code=beside.line_code if beside else rules.UNASSIGNED,
    )
    if not may_hold(work.actor, above):
        raise refused("parent", _("Choose where in your district it stands."))
    changing.refuse_taken(row, row.key)
    changing.refuse_named(row, named, code)
    row.save()
    stand([row], [(above, beside)], row.valid_from)
    work.record(registered(row))
    follow(work, [_change("registered", row)])
    return row.ref


@service(permission=MANAGE, records=FACT)
def organisations_confirm(work: Work, /, *, refs: Sequence[str]) -> int:
    """These were checked and are as they should be; returns how many were not confirmed before.

    Raises Invalid (more than 200), NotFound (one is not the actor's to change).
    """
    if len(refs) > MOST:
        raise Invalid(_("At most %(n)s at a time."), code="too_many", n=MOST)
    wanted = set(refs)
    rows = list(_held(work).filter(ref__in=wanted).order_by("id"))
    if len(rows) != len(wanted):
        raise NotFound(_("There is no such organisation, or it is not yours to change."))
    fresh = [row for row in rows if row.to_confirm]
    for row in fresh:
        _confirm(work, row)
    if not fresh:
        work.repeated()
    follow(work, [_change("confirmed", row) for row in fresh])
    return len(fresh)


def _confirm(work: Work, row: Organisation) -> None:
    row.to_confirm = False
    row.save(update_fields=["to_confirm"])
    changing.changed(work, facts.CONFIRMED, row)


@service(permission=MANAGE, records=FACT)
def organisation_correct(
    work: Work,
    /,
    *,
    organisation_ref: str,
    name: str,
    uscc: str,
    territory_ref: str,
    line_ref: str,
) -> None:
    """What an import brought is corrected where it differs, and confirmed.

    Raises NotFound, Invalid, Conflict (confirmed meanwhile, another is registered so).
    """
    row = _one(work, organisation_ref)
    if not row.to_confirm:
        raise Conflict(_("It was confirmed meanwhile."), code="confirmed_meanwhile")
    today, changes = clock.city_today(), []
    why = str(_("Corrected when it was confirmed"))
    if row.uscc and not uscc.strip():
        raise refused("uscc", _("A code cannot be emptied. Write the right one."))
    if (code := code_of(uscc) if uscc.strip() else "") != row.uscc and code:
        changing.recode(work, row, code, why)
        changes.append("recoded")
    if (named := name_of(name)) != row.name:
        changing.refuse_named(row, named, row.uscc)
        changing.rename(work, row, named, today, why)
        changes.append("renamed")
    stands = changing.parents_of(row)
    for tree, ref in ((TERRITORY, territory_ref), (LINE, line_ref)):
        parent, now = _node(work, ref, tree), stands[tree]
        if parent is None and now is not None and not now.kind.startswith("virtual"):
            raise refused(f"{tree}_ref", _("It stands somewhere already. Choose where it belongs."))
        if parent is not None and (now is None or parent.pk != now.pk):
            _move(work, row, tree, parent, today, why)
            changes.append("moved")
    _confirm(work, row)
    follow(work, [_change(kind, row, why) for kind in (*changes, "confirmed")])


@service(permission=MANAGE, records=FACT)
def organisation_rename(
    work: Work,
    /,
    *,
    organisation_ref: str,
    name: str,
    since: dt.date,
    reason: str,
    was: str | None = None,
) -> None:
    """It bears the name from that day; the old one still finds it, here and in imports.

    was: the name that the actor saw. Raises NotFound, Invalid (name, day, reason), Conflict
    (another is registered so, renamed meanwhile).
    """
    row = _one(work, organisation_ref)
    why, named = reason_of(reason), name_of(name)
    changing.refuse_stale(was, row.name)
    if named == row.name:
        raise refused("name", _("It bears this name already."))
    changing.refuse_named(row, named, row.uscc)
    changing.rename(work, row, named, since_of(since, row.valid_from), why)
    follow(work, [_change("renamed", row, why)])


@service(permission=MANAGE, records=FACT)
def organisation_recode(
    work: Work, /, *, organisation_ref: str, uscc: str, reason: str, was: str | None = None
) -> None:
    """Its unified social credit code is that one; an import naming the old one still finds it.

    was: the code that the actor saw. Raises NotFound, Invalid (code, reason), Conflict (another is
    registered so, corrected meanwhile).
    """
    row = _one(work, organisation_ref)
    why, code = reason_of(reason), code_of(uscc)
    changing.refuse_stale(was, row.uscc)
    if code == row.uscc:
        raise refused("uscc", _("It has this code already."))
    changing.recode(work, row, code, why)
    follow(work, [_change("recoded", row, why)])


@service(permission=MANAGE, records=FACT)
def organisation_move(
    work: Work,
    /,
    *,
    organisation_ref: str,
    tree: str,
    parent_ref: str,
    since: dt.date,
    reason: str,
    was: str | None = None,
) -> None:
    """It stands there from that day, with all beneath it. What was recorded keeps its codes.

    tree: `territory` or `line`; parent_ref: of a node, empty for nowhere yet; was: name of the node
    below which the actor saw it. Raises NotFound, Invalid (not in this tree, beneath itself, day,
    reason), Conflict (moved meanwhile).
    """
    row = _one(work, organisation_ref)
    if tree not in (TERRITORY, LINE):
        raise refused("tree", _("Choose one of the two trees."))
    if row.kind in rules.TOP:
        raise refused("parent", _("This one stands where it is."))
    if tree not in trees_of(row):
        raise refused("parent", _("Choose where it stands from the list."))
    why, parent = reason_of(reason), _node(work, parent_ref, tree)
    stands = changing.parents_of(row)[tree]
    changing.refuse_stale(was, stands.name if stands else "")
    if tree == TERRITORY and not may_hold(work.actor, parent):
        raise refused("parent", _("Choose where in your district it stands."))
    _move(work, row, tree, parent, since, why)
    follow(work, [_change("moved", row, why)])


def _move(
    work: Work,
    row: Organisation,
    tree: str,
    parent: Organisation | None,
    since: dt.date,
    reason: str,
) -> None:
    stood = changing.place(work, row, tree, parent, since)
    changing.changed(
        work,
        facts.MOVED,
        row,
        tree=tree,
        before=stood.parent.ref if stood.parent else None,
        parent=parent.ref if parent else None,
        since=since.isoformat(),
        reason=reason,
    )


@service(permission=MANAGE, records=FACT)
def organisation_close(
    work: Work, /, *, organisation_ref: str, last_day: dt.date, reason: str
) -> None:
    """That was its last day. Its records stay; it reports no period that begins later.

    Raises NotFound, Invalid (day, reason; a node), Conflict (closed already).
    """
    row = _one(work, organisation_ref)
    why = reason_of(reason)
    if row.category == "node":
        raise Invalid(_("An office of the trees cannot be closed here."), code="node")
    if row.valid_to is not None:
        raise Conflict(_("It was closed already."), code="closed_already")
    if last_day > clock.city_today() or last_day < row.valid_from:
        raise refused("last_day", _("The last day lies between its first day and today."))
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
    changing.changed(work, facts.CLOSED, row, last_day=last_day.isoformat(), reason=why)
    follow(work, [replace(_change("closed", row, why), last_day=last_day)])


@service(permission=MANAGE, records=FACT)
def organisation_reopen(work: Work, /, *, organisation_ref: str, reason: str) -> None:
    """It is not closed any more. Raises NotFound, Invalid (reason), Conflict (not closed)."""
    row = _one(work, organisation_ref)
    why = reason_of(reason)
    if row.valid_to is None:
        raise Conflict(_("It is not closed."), code="not_closed")
    row.valid_to = None
    row.save(update_fields=["valid_to"])
    changing.changed(work, facts.REOPENED, row, reason=why)
    follow(work, [_change("reopened", row, why)])


@service(permission=MANAGE, records=FACT)
def organisations_merge(
    work: Work, /, *, organisation_ref: str, into_ref: str, reason: str
) -> None:
    """The first is found and counted as the second; its records stay as they were recorded.

    Raises NotFound, Invalid (reason, itself, another category), Conflict (merged meanwhile, or a
    room says why not now).
    """
    row, into = _one(work, organisation_ref), _one(work, into_ref)
    why = reason_of(reason)
    if row.pk == into.pk:
        raise refused("into", _("Choose another one: these two are the same."))
    if row.category != into.category or row.category not in KINDS:
        raise refused("into", _("Units merge with units, suppliers with suppliers."))
    if into.valid_to is not None:
        raise refused("into", _("“%(name)s” is closed. Let the other one stay."), name=into.name)
    change = changing.between("merged", row, into, why)
    _refuse(change)
    changing.merge(work, row, into, why)
    follow(work, [change])


@service(permission=MANAGE, records=FACT)
def organisation_split(work: Work, /, *, organisation_ref: str, reason: str) -> None:
    """What was merged by mistake stands by itself again, with what is recorded under it.

    What was recorded meanwhile stays with the one that it was merged into.
    Raises NotFound, Invalid (reason), Conflict (not merged, it would stand where the actor may put
    nothing, or a room says why not now).
    """
    row = _held(work).filter(ref=organisation_ref).first()
    why = reason_of(reason)
    if row is None:
        raise NotFound(_("There is no such organisation, or it is not yours to change."))
    if row.succeeded_by is None:
        raise Conflict(_("It is not merged into another."), code="not_merged")
    change = changing.between("split", row, row.succeeded_by, why)
    _refuse(change, beyond(work.actor, row))
    changing.split(work, row, why)
    row.refresh_from_db()
    follow(work, [replace(change, organisation=ref_of(row))])


def _refuse(change: Change, more: Sequence[str] = ()) -> None:
    """Conflict, in the words of the room that finds an obstacle. more: what stands in the way."""
    if obstacles := [*more, *obstacles_to(change)]:
        raise Conflict(" ".join(obstacles), code="obstacle")
