"""What of the ledger can be found: purchases, units, suppliers, files, lines of other sources."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.desk.public import (
    Document,
    Hit,
    Shelf,
    Source,
    Wanted,
    code_tokens,
    find_shelf,
    find_source,
    fits,
    in_ids,
    joined,
    text_tokens,
)
from niangjia.blocks.intake.public import uploads_named
from niangjia.blocks.orgs.public import (
    ListedOrg,
    organisations_beneath,
    organisations_found,
    organisations_listed,
    scope_of,
)
from niangjia.core.actor import Actor
from niangjia.programmes.assistance_ledger.pages import imports, shown, sources
from niangjia.programmes.assistance_ledger.selectors import wanted
from niangjia.programmes.assistance_ledger.selectors.documents import documents, hanging
from niangjia.programmes.assistance_ledger.selectors.scope import visible_to
from niangjia.programmes.assistance_ledger.selectors.sources import lines_found


def _purchases(actor: Actor, ids: Sequence[int]) -> list[Hit]:
    rows = visible_to(actor).filter(pk__in=ids).order_by("-id")
    return [
        Hit(
            id=row[0],
            href=reverse("assistance_ledger:record", args=[row[1]]),
            title=row[2],
            facts=(row[3], row[4], shown.day(row[5])),
            number=f"¥ {shown.yuan(row[6])}",
            state=_("Reversed") if row[7] else "",
        )
        for row in rows.values_list(
            "id",
            "ref",
            "product",
            "unit__name",
            "supplier__name",
            "occurred_on",
            "amount_fen",
            "reversed_at",
        )
    ]


def _n_purchases(actor: Actor, ids: Sequence[int]) -> int:
    return visible_to(actor).filter(pk__in=in_ids(ids)).count()


def _all_purchases(query: str) -> str:
    return f"{reverse('assistance_ledger:records')}?{urlencode({'text': query, 'state': 'all'})}"


def _organisations(refs: Sequence[str], category: str) -> Iterable[Document]:
    return [_organisation(one) for one in organisations_listed(refs, category=category)]


def _organisation(one: ListedOrg) -> Document:
    tokens = [*code_tokens(one.uscc), f"u_{one.id}", wanted.token("c", one.region)]
    tokens += wanted.path_tokens(one.path)
    texts = (one.name, one.kind, *one.former)
    return Document(one.id, joined(*map(text_tokens, texts), more=tokens))


def _hits(actor: Actor, ids: Sequence[int], category: str, name: str) -> list[Hit]:
    address = reverse("assistance_ledger:records")
    return [
        Hit(one.id, f"{address}?{name}={one.ref}", one.name, _told_by(one))
        for one in organisations_found(actor, ids, category=category)
    ]


def _told_by(one: ListedOrg) -> tuple[str, ...]:
    former = (_("formerly %(name)s") % {"name": name} for name in one.former)
    return tuple(filter(None, (one.uscc, *former)))


def _n_organisations(actor: Actor, ids: Sequence[int], category: str) -> int:
    return len(organisations_found(actor, ids, category=category))


def _buyers_scope(actor: Actor) -> Wanted | None:
    scope = scope_of(actor)
    if scope.kind in ("supplier", "county"):
        return None
    return wanted.scope_clauses(scope)


def _suppliers_scope(actor: Actor) -> Wanted | None:
    scope = scope_of(actor)
    if scope.kind == "supplier":
        return (((f"u_{scope.id}",),),)
    if scope.kind == "county":
        return wanted.scope_clauses(scope)
    return () if scope.kind in ("all", "beneath", "unit") else None


MOST = 101


def _files(actor: Actor, query: str, wanted: Wanted) -> list[Hit]:
    return [
        Hit(
            id=pk,
            href=reverse("assistance_ledger:import", args=[one.ref]),
            title=one.name,
            facts=(shown.moment(one.received_at), imports.told(one)),
            state="" if one.state == "done" else str(imports.STATES[one.state]),
        )
        for pk, one in uploads_named(actor)
        if fits(wanted, text_tokens(one.name))
    ][:MOST]


def _lines(actor: Actor, query: str, wanted: Wanted) -> list[Hit]:
    return [_line(one, query) for one in lines_found(actor, text=query, limit=MOST)]


def _line(one: Any, query: str) -> Hit:
    side = sources.line_side(one)
    where = sources.query(source=one.source, tab=one.state, q=query)
    return Hit(
        id=one.pk,
        href=f"{reverse('assistance_ledger:sources')}?{where}",
        title=side.title,
        facts=(str(sources.SOURCES[one.source]), side.detail),
        number=f"¥ {side.yuan}",
        state=str(sources.TABS[one.state]) if one.state != "matched" else "",
    )


# After these what lies beneath an organisation, or was merged into it, stands elsewhere.
MOVING = frozenset({"organisation.moved", "organisation.merged", "organisation.split"})

find_source(
    Source(
        name="purchases",
        number=wanted.INDEX,
        subject="purchase",
        title=gettext_lazy("Purchase records"),
        permission="purchases.see",
        documents=documents,
        scope=lambda actor: wanted.scope_clauses(scope_of(actor)),
        hits=_purchases,
        count=_n_purchases,
        whole=_all_purchases,
        follows=MOVING | {"organisation.renamed"},
        hanging=hanging,
    )
)
for _number, _category, _name, _title, _scope in (
    (2, "buyer", "unit", gettext_lazy("Units that buy"), _buyers_scope),
    (3, "supplier", "supplier", gettext_lazy("Suppliers"), _suppliers_scope),
):
    find_source(
        Source(
            name=_name,
            number=_number,
            subject="organisation",
            title=_title,
            permission="purchases.see",
            documents=partial(_organisations, category=_category),
            scope=_scope,
            hits=partial(_hits, category=_category, name=_name),
            count=partial(_n_organisations, category=_category),
            whole=lambda query: "",
            follows=MOVING,
            hanging=partial(organisations_beneath, category=_category),
        )
    )
find_shelf(
    Shelf("files", gettext_lazy("Files brought in"), "purchases.import", _files, lambda query: "")
)
find_shelf(
    Shelf(
        name="lines",
        title=gettext_lazy("Orders and payments"),
        permission="sources.see",
        look=_lines,
        whole=lambda query: "",
    )
)
