"""Steps that other rooms take inside their own Work: organisations that an import brought."""

import datetime as dt
from collections.abc import Iterable, Mapping

from niangjia.blocks.orgs import rules
from niangjia.blocks.orgs.facts import REGISTERED
from niangjia.blocks.orgs.models import LINE, TERRITORY, Contact, Organisation, Placement
from niangjia.blocks.orgs.types import BuyerIn, ContactRef, OrgRef, SupplierIn
from niangjia.core import seal
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.work import Work
from niangjia.lib import canonical


def _ref(row: Organisation) -> OrgRef:
    return OrgRef(
        row.pk, row.ref, row.name, row.uscc, row.district_code, row.line_code, row.to_confirm
    )


def known(category: str, keys: Iterable[str]) -> dict[str, OrgRef]:
    """Organisations of a category by key."""
    rows = Organisation.objects.filter(category=category, key__in=list(keys), valid_to=None)
    return {row.key: _ref(row) for row in rows}


def buyers_take(work: Work, buyers: Iterable[BuyerIn]) -> dict[str, OrgRef]:
    """Every buyer is registered; new ones are marked to be confirmed. By rules.key_of."""
    wanted = {rules.key_of(one.uscc, one.name): one for one in buyers}
    found = known("buyer", wanted)
    nodes = _nodes()
    fresh = [_new_buyer(work, key, one, nodes) for key, one in wanted.items() if key not in found]
    return found | _add(work, "buyer", fresh, nodes)


def suppliers_take(work: Work, suppliers: Iterable[SupplierIn]) -> dict[str, OrgRef]:
    """Every supplier is registered; new ones are marked to be confirmed. By rules.key_of."""
    wanted = {rules.key_of(one.uscc, one.name): one for one in suppliers}
    found = known("supplier", wanted)
    fresh = [
        Organisation(
            ref=work.new_id(),
            category="supplier",
            kind="supplier",
            key=key,
            name=one.name,
            uscc=one.uscc,
            region_code=one.region_code,
            to_confirm=True,
            valid_from=work.at.date(),
        )
        for key, one in wanted.items()
        if key not in found
    ]
    return found | _add(work, "supplier", fresh, {})


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
        valid_from=work.at.date(),
        district_code=district.code if district else rules.UNPLACED,
        line_code=line.code if line else rules.UNASSIGNED,
    )


def _add(
    work: Work, category: str, fresh: list[Organisation], nodes: Mapping[str, Organisation]
) -> dict[str, OrgRef]:
    """Insert; where another import was first, its row stands."""
    if not fresh:
        return {}
    Organisation.objects.bulk_create(fresh, ignore_conflicts=True)
    rows = list(Organisation.objects.filter(category=category, key__in=[r.key for r in fresh]))
    ours = {row.ref for row in fresh}
    mine = [row for row in rows if row.ref in ours]
    if category == "buyer":
        _place(work, mine, nodes)
    if mine:
        work.record_many([registered(row) for row in mine])
    return {row.key: _ref(row) for row in rows}


def _place(work: Work, rows: list[Organisation], nodes: Mapping[str, Organisation]) -> None:
    placements = []
    for row in rows:
        district = nodes.get(row.district_code)
        line = nodes.get(row.line_code)
        row.territory_path = rules.path_below(district.territory_path if district else "", row.pk)
        row.line_path = rules.path_below(line.line_path if line else "", row.pk)
        for tree, parent in ((TERRITORY, district), (LINE, line)):
            placements.append(
                Placement(organisation=row, tree=tree, parent=parent, valid_from=work.at.date())
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
    digests = set(wanted.values())
    rows = {
        (row.supplier_id, row.digest): row for row in Contact.objects.filter(digest__in=digests)
    }
    fresh = {}
    for one, digest in wanted.items():
        if (one[0], digest) not in rows and (one[0], digest) not in fresh:
            fresh[one[0], digest] = (work.new_id(), one)
    seal.ensure(f"contact:{ref}" for ref, _one in fresh.values())
    Contact.objects.bulk_create(
        [
            Contact(
                ref=ref,
                supplier_id=one[0],
                digest=digest,
                sealed=seal.seal(
                    f"contact:{ref}", canonical.encode({"name": one[1], "phone": one[2]})
                ),
            )
            for (_supplier, digest), (ref, one) in fresh.items()
        ],
        ignore_conflicts=True,
    )
    if fresh:
        rows = {
            (row.supplier_id, row.digest): row for row in Contact.objects.filter(digest__in=digests)
        }
    return {
        one: ContactRef(rows[one[0], digest].pk, f"contact:{rows[one[0], digest].ref}")
        for one, digest in wanted.items()
    }
