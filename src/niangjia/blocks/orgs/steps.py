"""Steps that other rooms take inside their own Work: organisations that an import brought."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction

from niangjia.blocks.orgs import rules
from niangjia.blocks.orgs.facts import REGISTERED
from niangjia.blocks.orgs.models import LINE, TERRITORY, Contact, Organisation, Placement
from niangjia.blocks.orgs.types import BuyerIn, ContactRef, OrgRef, SupplierIn
from niangjia.core import clock, seal
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.work import Work
from niangjia.lib import canonical


def known(category: str, keys: Iterable[str]) -> dict[str, OrgRef]:
    """Organisations of a category by key."""
    rows = Organisation.objects.filter(category=category, key__in=list(keys), valid_to=None)
    columns = ("id", "ref", "name", "uscc", "district_code", "line_code", "to_confirm")
    return {key: OrgRef(*values) for key, *values in rows.values_list("key", *columns)}


def buyers_take(work: Work, buyers: Iterable[BuyerIn]) -> dict[str, OrgRef]:
    """Every buyer is registered; new ones are marked to be confirmed. By rules.key_of."""
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
    found |= _named(work, category, [one.name for one in named.values()])
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


def _named(work: Work, category: str, names: Sequence[str]) -> dict[str, OrgRef]:
    """Organisations that a name without a code can only mean: the actor's own, or the one of it."""
    if not names:
        return {}
    rows = Organisation.objects.filter(category=category, name__in=list(names), valid_to=None)
    listed = list(rows.values_list("name", "key", "ref"))
    meant = {}
    for name in names:
        keys = {key: ref for named, key, ref in listed if named == name}
        own = [key for key, ref in keys.items() if ref == work.actor.organisation_ref]
        if own or len(keys) == 1:
            meant[rules.key_of("", name)] = (own or list(keys))[0]
    found = known(category, meant.values())
    return {wanted: found[key] for wanted, key in meant.items()}


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
    return known(category, [row.key for row in fresh])


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
    wanted = {
        one: seal.lookup_digest(f"contact:{one[0]}", f"{one[1]}\0{one[2]}") for one in set(contacts)
    }
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
