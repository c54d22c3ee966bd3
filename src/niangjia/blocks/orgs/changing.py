"""What a change does to the rows of the trees: names, codes, places, successions; in a Work."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs import facts, rules
from niangjia.blocks.orgs.models import (
    LINE,
    TERRITORY,
    FormerKey,
    Organisation,
    Placement,
    Succession,
)
from niangjia.blocks.orgs.steps import ref_of
from niangjia.blocks.orgs.types import Change
from niangjia.core import clock
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.facts import BUSINESS, Fact, FactKind
from niangjia.core.facts import Value as FactValue
from niangjia.core.work import Work
from niangjia.lib.identifiers import uscc_compact, uscc_problem
from niangjia.lib.text import fold_width, trim

NAME_CHARS = 120
MOST_ALIKE = 50
PATHS = {TERRITORY: "territory_path", LINE: "line_path"}


def refused(field: str, message: object, **params: object) -> Invalid:
    """A refusal that stands beside its field."""
    text = str(message) % params if params else str(message)
    return Invalid(text, code=f"{field}_wrong", fields={field: text})


def reason_of(text: str) -> str:
    """The reason as it stays in the log. Raises Invalid if it says nothing."""
    reason = text.strip()
    if len(reason) < 2:
        raise refused("reason", _("Say why, in a few words: the reason stays in the log for ever."))
    return reason[:500]


def changed(work: Work, kind: FactKind, row: Organisation, **values: FactValue) -> None:
    """The change is recorded, with where the organisation stands after it."""
    said = {
        "category": row.category,
        "district": row.district_code,
        "line": row.line_code,
        "organisation": row.ref,
        **values,
    }
    kept = {name: value for name, value in said.items() if value not in (None, "")}
    owners = {BUSINESS: f"org:{row.ref}"}
    work.record(Fact(kind, f"organisation:{row.ref}", work.at, kept, owners))


def name_of(text: str) -> str:
    """A name as it is kept. Raises Invalid."""
    name = trim(fold_width(text))
    if len(name) < 2 or len(name) > NAME_CHARS:
        raise refused("name", _("Write the full name, at most %(n)s characters."), n=NAME_CHARS)
    return name


def code_of(text: str) -> str:
    """A unified social credit code as it is kept. Raises Invalid if it does not hold."""
    code = uscc_compact(text)
    if uscc_problem(code) is not None:
        raise refused(
            "uscc",
            _(
                "“%(code)s” is not a unified social credit code: it has 18 characters, and the "
                "last one is computed from the others. Please copy it from the certificate."
            ),
            code=text.strip()[:40],
        )
    return code


def since_of(day: dt.date, earliest: dt.date) -> dt.date:
    """The day from which a change holds. Raises Invalid if it lies ahead, or before `earliest`."""
    if day > clock.city_today():
        raise refused("since", _("This day lies ahead. Enter the change once it holds."))
    if day < earliest:
        raise refused(
            "since", _("It stands like this only since %(day)s."), day=earliest.isoformat()
        )
    return day


def refuse_stale(was: str | None, now: str) -> None:
    """Conflict if what the actor saw before changing it (None: not told) is not what stands."""
    if was is not None and was != now:
        raise Conflict(
            _(
                "Somebody changed this meanwhile: it is “%(now)s” now. Nothing was changed; please "
                "look again."
            ),
            code="changed_meanwhile",
            now=now,
        )


def rename(work: Work, row: Organisation, name: str, since: dt.date, reason: str) -> None:
    """The organisation bears the name; the old one still finds it."""
    before = row.name
    if row.key == rules.key_of("", before):
        _take_key(row, rules.key_of("", name), since)
    else:
        _keep_former(row, rules.key_of("", before), since)
    row.name, row.short_name = name, rules.short_name(name)
    row.save(update_fields=["name", "short_name", "key"])
    values: dict[str, FactValue] = {"before": before, "name": name, "since": since.isoformat()}
    changed(work, facts.RENAMED, row, reason=reason, **values)


def recode(work: Work, row: Organisation, uscc: str, reason: str) -> None:
    """The organisation has the code; the one it had before still finds it."""
    before = row.uscc
    _take_key(row, rules.key_of(uscc, row.name), clock.day_of(work.at))
    row.uscc = uscc
    row.save(update_fields=["uscc", "key"])
    changed(work, facts.RECODED, row, before=before, uscc=uscc, reason=reason)


def _take_key(row: Organisation, key: str, since: dt.date) -> None:
    """The row is known by the key, and by its own until now. Raises Conflict.

    A key of what was merged into it leads to it anyway, and stays where it is for a split.
    """
    refuse_taken(row, key)
    borne = Organisation.objects.filter(category=row.category, key=key).exclude(pk=row.pk)
    if not row.code and not borne.exists():
        _keep_former(row, row.key, since)
        row.key = key


def refuse_taken(row: Organisation, key: str) -> None:
    """Conflict if another organisation is registered under the key, or bore the code."""
    own = Q(category=row.category, key=key)
    other = Organisation.objects.filter(own).exclude(pk=row.pk).first()
    if other is None and key.startswith("uscc:"):
        former = FormerKey.objects.filter(own).exclude(organisation_id=row.pk or 0).first()
        other = former.organisation if former else None
    head = other.succeeded_by or other if other else None
    if head is not None and head.pk != row.pk:
        raise Conflict(
            _(
                "“%(name)s” is registered under this already. If both are the same, merge them; "
                "nothing was changed."
            ),
            code="registered_already",
            name=head.name,
        )


def refuse_named(row: Organisation, name: str, uscc: str) -> None:
    """Conflict if another one in use bears the name, unless two codes tell them apart."""
    others = Organisation.objects.filter(category=row.category, name=name, valid_to=None)
    for other in others.exclude(pk=row.pk)[:MOST_ALIKE]:
        if not uscc or not other.uscc or uscc == other.uscc:
            raise Conflict(
                _(
                    "“%(name)s” is registered already, and nothing tells the two apart. If both "
                    "are the same, merge them; else write the code of each first. Nothing was "
                    "changed."
                ),
                code="named_already",
                name=other.name,
            )


def _keep_former(row: Organisation, key: str, until: dt.date) -> None:
    FormerKey.objects.get_or_create(
        organisation=row, category=row.category, key=key, defaults={"until": until}
    )


def place(
    work: Work, row: Organisation, tree: str, parent: Organisation | None, since: dt.date
) -> Placement:
    """The organisation, and all beneath it, stands below `parent`; returns where it stood.

    Raises Invalid (below itself, there already).
    """
    column = PATHS[tree]
    if parent and rules.is_below(getattr(parent, column), getattr(row, column)):
        raise refused("parent", _("An organisation cannot stand beneath itself."))
    stood = Placement.objects.filter(organisation=row, tree=tree, valid_to=None).first()
    stood = stood or Placement(organisation=row, tree=tree, valid_from=row.valid_from)
    if stood.parent_id == (parent.pk if parent else None):
        raise refused("parent", _("It stands there already."))
    stood.valid_to = since_of(since, stood.valid_from) - dt.timedelta(days=1)
    stood.save()
    Placement.objects.create(organisation=row, tree=tree, parent=parent, valid_from=since)
    _stand_below(row, tree, parent)
    return stood


def _stand_below(row: Organisation, tree: str, parent: Organisation | None) -> None:
    """Paths and codes of the row and of all beneath it say that it stands below `parent`."""
    column = PATHS[tree]
    old, new = (
        getattr(row, column),
        rules.path_below(getattr(parent, column) if parent else "", row.pk),
    )
    beneath = Organisation.objects.filter(**{f"{column}__startswith": old}).exclude(pk=row.pk)
    beneath = beneath if old else beneath.none()
    ids = list(beneath.values_list("id", flat=True))
    moved = Organisation.objects.filter(pk__in=[*ids, row.pk])
    rest = Substr(column, len(old) + 1)
    moved.update(**{column: Concat(Value(new), rest) if old else Value(new)})
    code, owners = _code_below(row, tree, parent)
    if code is not None:
        name = "district_code" if tree == TERRITORY else "line_code"
        moved.exclude(kind__in=owners).update(**{name: code})
    row.refresh_from_db()


def _code_below(
    row: Organisation, tree: str, parent: Organisation | None
) -> tuple[str | None, tuple[str, ...]]:
    """(code that all beneath take from the new parent, or None if they have the row's own; kinds of
    node that keep their own)."""
    if tree == TERRITORY:
        kinds = ("district", "virtual_district")
        code = parent.district_code if parent else rules.UNPLACED
    else:
        kinds = ("line", "virtual_line")
        code = parent.line_code if parent else rules.UNASSIGNED
    return (None if row.kind in kinds else code), kinds


def parents_of(row: Organisation) -> dict[str, Organisation | None]:
    """Where the row stands, or stood last, by tree."""
    found: dict[str, Organisation | None] = {TERRITORY: None, LINE: None}
    rows = Placement.objects.filter(organisation=row).select_related("parent").order_by("id")
    for one in rows:
        found[one.tree] = one.parent
    return found


def merge(work: Work, row: Organisation, into: Organisation, reason: str) -> None:
    """The row, and what was merged into it, is found as `into` and stands beneath it."""
    last = clock.day_of(work.at)
    Succession.objects.create(
        organisation=row, successor=into, valid_to=row.valid_to, merged_at=work.at
    )
    Placement.objects.filter(organisation=row, valid_to=None).update(valid_to=last)
    row.valid_to = row.valid_to or last
    row.to_confirm = False
    row.save(update_fields=["valid_to", "to_confirm"])
    _follow_to(into, [row, *row.predecessors.all()])
    row.refresh_from_db()
    changed(work, facts.MERGED, row, into=into.ref, reason=reason)


def _follow_to(head: Organisation, rows: Sequence[Organisation]) -> None:
    for one in rows:
        one.succeeded_by = head
        one.territory_path = rules.path_below(head.territory_path, one.pk)
        one.line_path = rules.path_below(head.line_path, one.pk)
        one.district_code, one.line_code = head.district_code, head.line_code
    columns = ["succeeded_by", "territory_path", "line_path", "district_code", "line_code"]
    Organisation.objects.bulk_update(rows, columns)


def split(work: Work, row: Organisation, reason: str) -> Organisation:
    """The row stands by itself again, with what was merged into it; returns what it left."""
    open_one = Succession.objects.select_related("successor").get(
        organisation=row, split_at__isnull=True
    )
    left = row.succeeded_by or open_one.successor
    open_one.split_at = work.at
    open_one.save(update_fields=["split_at"])
    row.succeeded_by, row.valid_to = None, open_one.valid_to
    row.territory_path = row.line_path = ""
    row.save(update_fields=["succeeded_by", "valid_to", "territory_path", "line_path"])
    today = clock.day_of(work.at)
    for tree, parent in parents_of(row).items():
        Placement.objects.create(organisation=row, tree=tree, parent=parent, valid_from=today)
        _stand_below(row, tree, parent)
    own = list(_merged_into(row))
    if own:
        _follow_to(row, own)
    changed(work, facts.SPLIT, row, out_of=left.ref, reason=reason)
    return left


def ids_of(row: Organisation) -> tuple[int, ...]:
    """Ids of the row and of all that was merged into it, by itself or through another."""
    return (row.pk, *_merged_into(row).order_by("id").values_list("id", flat=True))


def between(kind: str, row: Organisation, into: Organisation, reason: str = "") -> Change:
    """A merge of the row into another, or its split from it, as the rooms are asked and told."""
    return Change(kind, row.category, ref_of(row), reason, ref_of(into), ids_of(row))


def _merged_into(row: Organisation) -> QuerySet[Organisation]:
    """All that was merged into the row, by itself or through another."""
    edges = dict(
        Succession.objects.filter(split_at__isnull=True).values_list(
            "organisation_id", "successor_id"
        )
    )
    found = {one for one in edges if _leads_to(edges, one, row.pk)}
    return Organisation.objects.filter(pk__in=found)


def _leads_to(edges: dict[int, int], start: int, end: int) -> bool:
    at = start
    while at in edges:
        at = edges[at]
        if at == end:
            return True
    return False
