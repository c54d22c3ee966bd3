"""Steps that other rooms take inside their own Work: organisations that an import brought."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce

from niangjia.blocks.orgs import rules
from niangjia.blocks.orgs.facts import REGISTERED
from niangjia.blocks.orgs.followers import follow
from niangjia.blocks.orgs.models import (
    LINE,
    TERRITORY,
    Contact,
    FormerKey,
    Organisation,
    Placement,
)
from niangjia.blocks.orgs.selectors import OF_REF, organisations_of
from niangjia.blocks.orgs.types import BuyerIn, Change, ContactRef, OrgRef, SupplierIn
from niangjia.core import clock, seal
from niangjia.core.actor import Actor
from niangjia.core.db.held import hold
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.work import Work
from niangjia.lib import canonical

TREES = "orgs.trees"  # held by who changes organisations, shared by who only names them


def known(category: str, keys: Iterable[str]) -> dict[str, OrgRef]:
    """Organisations of a category by key, also by one that was merged or borne before.

    What was merged is found as what it was merged into; what was closed is found as it is.
    """
    wanted = set(keys)
    rows = Organisation.objects.filter(category=category, key__in=wanted)
    columns = ("key", "succeeded_by_id", *OF_REF)
    listed = [(key, head, OrgRef(*of)) for key, head, *of in rows.values_list(*columns)]
    found = {key: one for key, head, one in listed if head is None}
    merged = {key: head for key, head, _one in listed if head}
    if missing := wanted - found.keys() - merged.keys():
        merged |= _borne_before(category, missing)
    heads = {one.id: one for one in organisations_of(merged.values())} if merged else {}
    return found | {key: heads[head] for key, head in merged.items()}


def _borne_before(category: str, keys: Iterable[str]) -> dict[str, int]:
    """Key -> id of the only one, or of its successor, that bore it before."""
    rows = FormerKey.objects.filter(category=category, key__in=list(keys))
    heads: dict[str, set[int]] = {}
    for key, head in rows.values_list("key", FOUND_AS):
        heads.setdefault(key, set()).add(head)
    return {key: ids.pop() for key, ids in heads.items() if len(ids) == 1}


FOUND_AS = Coalesce("organisation__succeeded_by_id", "organisation_id")


def buyers_take(work: Work, buyers: Iterable[BuyerIn]) -> dict[str, OrgRef]:
    """Every buyer is registered; new ones are marked to be confirmed. By rules.key_of."""
    hold(TREES, alone=False)
    wanted = {rules.key_of(one.uscc, one.name): one for one in buyers}
    found = known("buyer", wanted)
    if wanted.keys() <= found.keys():
        return found
    nodes = _nodes()
    fresh = {
        key: _new_buyer(work, key, one, nodes) for key, one in wanted.items() if key not in found
    }
    return found | _registered_or_meant(work, "buyer", fresh, nodes)


def suppliers_take(work: Work, suppliers: Iterable[SupplierIn]) -> dict[str, OrgRef]:
    """Every supplier is registered; new ones are marked to be confirmed. By rules.key_of."""
    hold(TREES, alone=False)
    wanted = {rules.key_of(one.uscc, one.name): one for one in suppliers}
    found = known("supplier", wanted)
    fresh = {key: _new_supplier(work, key, one) for key, one in wanted.items() if key not in found}
    return found | _registered_or_meant(work, "supplier", fresh, {})


def _registered_or_meant(
    work: Work,
    category: str,
    fresh: Mapping[str, Organisation],
    nodes: Mapping[str, Organisation],
) -> dict[str, OrgRef]:
    """Organisations by key: the one that a name, or a name and a new code, can only mean; else new.

    Those with a code first: a name beside them may mean one of these.
    """
    coded = {key: one for key, one in fresh.items() if one.uscc}
    found = _codes_adopted(work, category, coded)
    found |= _add(work, category, [one for key, one in coded.items() if key not in found], nodes)
    named = {key: one for key, one in fresh.items() if not one.uscc}
    own = work.actor.organisation_id
    found |= _named(own, category, [one.name for one in named.values()])
    return found | _add(
        work, category, [one for key, one in named.items() if key not in found], nodes
    )


def _codes_adopted(
    work: Work, category: str, coded: Mapping[str, Organisation]
) -> dict[str, OrgRef]:
    """A code arrived for an organisation that an import brought without one: it is that one's, if
    no other code came for the name and it stands at the same place."""
    names = Counter(one.name for one in coded.values())
    keys = {rules.key_of("", one.name): key for key, one in coded.items() if names[one.name] == 1}
    if not keys:
        return {}
    rows = Organisation.objects.filter(category=category, key__in=list(keys), to_confirm=True)
    adopted = []
    for row in rows.filter(valid_to=None):
        one = coded[keys[row.key]]
        if _place_of(row) != _place_of(one):
            continue
        row.key, row.uscc = one.key, one.uscc
        try:
            with transaction.atomic():
                row.save(update_fields=["key", "uscc"])
        except IntegrityError:  # Another import registered the code meanwhile: its row stands.
            continue
        adopted.append(row)
    if adopted:
        work.record_many([registered(row) for row in adopted])
    return known(category, [row.key for row in adopted])


def _place_of(row: Organisation) -> tuple[str, str, str]:
    return row.district_code, row.line_code, row.region_code


def known_or_meant(
    actor: Actor, category: str, named: Sequence[tuple[str, str]]
) -> dict[str, OrgRef]:
    """Organisations by the key of each (code, name), as an import of the actor would find them; who
    would be new is left out, and nothing is written."""
    keys = {rules.key_of(*one): one for one in named}
    found = known(category, keys)
    plain = [name for key, (uscc, name) in keys.items() if not uscc and key not in found]
    return found | _named(actor.organisation_id, category, plain)


def _named(own: int | None, category: str, names: Sequence[str]) -> dict[str, OrgRef]:
    """Organisations that a name without a code can only mean: one's own, or the one of it; else the
    one that bore the name, by itself or before it was merged."""
    if not names:
        return {}
    now = Organisation.objects.filter(category=category, name__in=list(names))
    in_force = now.filter(valid_to=None).values_list("name", "id")
    meant = _only_ones(in_force, own)
    if missing := set(names) - {name for name, _id in in_force}:
        over = now.filter(valid_to__isnull=False, name__in=missing)
        listed = set(over.values_list("name", Coalesce("succeeded_by_id", "id")))
        keys = [rules.key_of("", name) for name in missing]
        before = FormerKey.objects.filter(category=category, key__in=keys)
        listed |= {(k.removeprefix("name:"), i) for k, i in before.values_list("key", FOUND_AS)}
        meant |= _only_ones(listed, own)
    found = {one.id: one for one in organisations_of(meant.values())} if meant else {}
    return {rules.key_of("", name): found[pk] for name, pk in meant.items()}


def _only_ones(listed: Iterable[tuple[str, int]], own: int | None) -> dict[str, int]:
    """Name -> the actor's own among those of the name, else the only one."""
    by_name: dict[str, set[int]] = {}
    for name, pk in listed:
        by_name.setdefault(name, set()).add(pk)
    return {
        name: own if own in ids else min(ids)
        for name, ids in by_name.items()
        if own in ids or len(ids) == 1
    }


def _nodes() -> dict[str, Organisation]:
    """Nodes of both trees by code, and districts also by name."""
    nodes: dict[str, Organisation] = {}
    for node in Organisation.objects.filter(category="node"):
        nodes[node.code] = node
        if node.kind in ("district", "line"):
            nodes[node.name] = node
            nodes.setdefault(node.name.removesuffix("总工会"), node)
    return nodes


def _new_buyer(
    work: Work, key: str, one: BuyerIn, nodes: Mapping[str, Organisation]
) -> Organisation:
    district = nodes.get(one.district)
    line = nodes.get(one.line)
    return Organisation(
        ref=work.new_id(),
        category="buyer",
        kind=one.kind,
        key=key,
        name=one.name,
        short_name=rules.short_name(one.name),
        uscc=one.uscc,
        to_confirm=True,
        valid_from=clock.day_of(work.at),
        district_code=district.code if district else rules.UNPLACED,
        line_code=line.code if line else rules.UNASSIGNED,
    )


def _new_supplier(work: Work, key: str, one: SupplierIn) -> Organisation:
    return Organisation(
        ref=work.new_id(),
        category="supplier",
        kind="supplier",
        key=key,
        name=one.name,
        short_name=rules.short_name(one.name),
        uscc=one.uscc,
        region_code=one.region_code,
        to_confirm=True,
        valid_from=clock.day_of(work.at),
    )


def _add(
    work: Work, category: str, fresh: list[Organisation], nodes: Mapping[str, Organisation]
) -> dict[str, OrgRef]:
    """Insert; where another import was first, its row stands."""
    if not fresh:
        return {}
    fresh = sorted(fresh, key=lambda row: row.key)  # so that no two imports can deadlock
    Organisation.objects.bulk_create(fresh, ignore_conflicts=True)
    ours = [row.ref for row in fresh]
    mine = list(Organisation.objects.filter(ref__in=ours))
    if category == "buyer":
        _place(work, mine, nodes)
    if mine:
        work.record_many([registered(row) for row in mine])
        follow(work, [Change("brought", category, ref_of(row)) for row in mine])
    return known(category, [row.key for row in fresh])


def ref_of(row: Organisation) -> OrgRef:
    """A row as other rooms see it."""
    return OrgRef(
        row.pk, row.ref, row.name, row.uscc, row.district_code, row.line_code, row.to_confirm
    )


def _place(work: Work, rows: list[Organisation], nodes: Mapping[str, Organisation]) -> None:
    parents = [(nodes.get(row.district_code), nodes.get(row.line_code)) for row in rows]
    stand(rows, parents, clock.day_of(work.at))


def stand(
    rows: Sequence[Organisation],
    parents: Sequence[tuple[Organisation | None, Organisation | None]],
    since: dt.date,
) -> None:
    """The rows stand in both trees from a day on. parents: of each, by territory and by line."""
    placements = []
    for row, (above, beside) in zip(rows, parents, strict=True):
        row.territory_path = rules.path_below(above.territory_path if above else "", row.pk)
        row.line_path = rules.path_below(beside.line_path if beside else "", row.pk)
        for tree, parent in ((TERRITORY, above), (LINE, beside)):
            placements.append(
                Placement(organisation=row, tree=tree, parent=parent, valid_from=since)
            )
    Organisation.objects.bulk_update(rows, ["territory_path", "line_path"])
    Placement.objects.bulk_create(placements)


def registered(row: Organisation) -> Fact:
    """The fact that an organisation stands in the register."""
    return Fact(
        kind=REGISTERED,
        subject=f"organisation:{row.ref}",
        occurred_at=dt.datetime.combine(row.valid_from, dt.time(), dt.UTC),
        values={
            "category": row.category,
            "district": row.district_code,
            "line": row.line_code,
            "code": row.code or None,
            "kind": row.kind,
            "name": row.name,
            "organisation": row.ref,
            "to_confirm": row.to_confirm,
            "uscc": row.uscc or None,
        },
        owners={BUSINESS: f"org:{row.ref}"},
    )


def contacts_take(
    work: Work, contacts: Iterable[tuple[int, str, str]]
) -> dict[tuple[int, str, str], ContactRef]:
    """(supplier id, name, phone) -> its contact row, made if new; name and phone are sealed."""
    wanted = _digests(contacts)
    rows = _contacts(wanted.values())
    if _let_go(rows.values()):
        rows = _contacts(wanted.values())
    fresh = {
        (one[0], digest): (work.new_id(), one)
        for one, digest in wanted.items()
        if (one[0], digest) not in rows
    }
    if fresh:
        _add_contacts(fresh)
        rows = _contacts(wanted.values())
    return {one: rows[one[0], digest] for one, digest in wanted.items()}


def _digests(contacts: Iterable[tuple[int, str, str]]) -> dict[tuple[int, str, str], str]:
    """What each (supplier id, name, phone) is searched by."""
    listed = list(set(contacts))
    digests = seal.lookup_digests((f"contact:{one[0]}", f"{one[1]}\0{one[2]}") for one in listed)
    return dict(zip(listed, digests, strict=True))


def contacts_known(
    contacts: Iterable[tuple[int, str, str]],
) -> dict[tuple[int, str, str], ContactRef]:
    """(supplier id, name, phone) -> its contact row, of those that are there."""
    wanted = _digests(contacts)
    rows = _contacts(wanted.values()) if wanted else {}
    return {one: rows[one[0], sha] for one, sha in wanted.items() if (one[0], sha) in rows}


def contacts_named(name: str, phone: str) -> list[str]:
    """Refs of the contacts of that name and phone at any supplier."""
    suppliers = Contact.objects.values_list("supplier_id", flat=True).distinct()
    found = contacts_known((one, name, phone) for one in suppliers)
    return [one.owner.removeprefix("contact:") for one in found.values()]


def _contacts(digests: Iterable[str]) -> dict[tuple[int, str], ContactRef]:
    """Contacts by supplier and digest."""
    rows = Contact.objects.filter(digest__in=set(digests))
    return {
        (supplier, digest): ContactRef(pk, f"contact:{ref}")
        for supplier, digest, pk, ref in rows.values_list("supplier_id", "digest", "id", "ref")
    }


def _let_go(contacts: Iterable[ContactRef]) -> bool:
    """Contacts whose key was erased are found no more: who is named again is a new contact."""
    erased = seal.erased(one.owner for one in contacts)
    for owner in erased:
        ref = owner.removeprefix("contact:")
        Contact.objects.filter(ref=ref).update(digest=f"erased:{ref}")
    return bool(erased)


def _add_contacts(fresh: Mapping[tuple[int, str], tuple[str, tuple[int, str, str]]]) -> None:
    seal.ensure(f"contact:{ref}" for ref, _one in fresh.values())
    rows = [
        Contact(
            ref=ref,
            supplier_id=supplier,
            digest=digest,
            sealed=seal.seal(f"contact:{ref}", canonical.encode({"name": name, "phone": phone})),
        )
        for (supplier, digest), (ref, (_supplier, name, phone)) in sorted(fresh.items())
    ]
    Contact.objects.bulk_create(rows, ignore_conflicts=True)
