"""What does not fit: found by checks, decided by people; and what suppliers can deliver."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import (
    Found,
    finding_decide,
    finding_of,
    findings_close,
    findings_put,
)
from niangjia.blocks.orgs.public import organisation_with, scope_of
from niangjia.core import clock
from niangjia.core.errors import Denied, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, NOTHING, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger.capacity_models import Capacity
from niangjia.programmes.assistance_ledger.facts import CAPACITY
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.findings import sight_of
from niangjia.programmes.assistance_ledger.selectors.rosters import PROGRAMME

RUN, BATCH = "crosschecks.run", 200


def asked(year: int) -> dict[str, int | str]:
    """The message that a year be checked; a run that begins after it answers it too."""
    return {"year": year, "at": clock.real_now().isoformat()}


@service(permission="findings.raise", records=FACT)
def findings_found(work: Work, /, *, year: int, found: Sequence[Found]) -> int:
    """At most 200 things that do not fit in a year stand; returns how many say something new."""
    named = [replace(one, key=f"{year}:{one.key}") for one in found]
    return findings_put(work, programme=PROGRAMME, found=named)


@service(permission="findings.raise", records=NOTHING)
def findings_gone(work: Work, /, *, kind: str, year: int, but: Collection[str]) -> int:
    """Things of a kind and year that fit again, at most 200; returns how many."""
    return findings_close(work, programme=PROGRAMME, kind=kind, but=but, prefix=f"{year}:")


@service(permission="findings.decide", records=FACT)
def finding_say(work: Work, /, *, ref: str, verdict: str, reason: str, version: int) -> None:
    """It is explained, faulty, or open again, and why. Raises NotFound, Invalid, Conflict."""
    row = finding_of(sight_of(work.actor), ref)
    finding_decide(work, row, verdict=verdict, reason=reason, version=version)


@service(permission="findings.run", records=NOTHING)
def crosschecks_ask(work: Work, /) -> None:
    """The cross-checks run soon, for this and the last year."""
    year = clock.city_today().year
    for one in (year - 1, year):
        work.send(RUN, asked(one))


@service(permission="capacity.declare", records=FACT)
def capacity_declare(
    work: Work, /, *, supplier_ref: str, product: str, year: int, fen: int, source: str
) -> None:
    """What a supplier can deliver of a product in a year, in fen; the newest word counts.

    Raises NotFound, Denied (another's), Invalid.
    """
    found = organisation_with(supplier_ref, category="supplier")
    if found is None:
        raise NotFound(_("There is no such supplier, or it is not yours to see."))
    supplier, ids = found
    scope = scope_of(work.actor)
    rows = Purchase.objects.filter(supplier_id__in=ids)
    county = rows.order_by("-id").values_list("county_code", flat=True).first() or ""
    own = scope.kind == "supplier" and supplier.id in scope.ids
    if not (own or scope.kind == "all" or (scope.kind == "county" and scope.code == county)):
        raise Denied(_("You may say this of your own county's suppliers only."))
    _check(product, year, fen, source)
    row = Capacity(
        supplier_id=supplier.id,
        product=product.strip()[:200],
        year=year,
        fen=fen,
        county_code=county,
        source=source.strip()[:200],
        declared_at=work.at,
    )
    values: dict[str, Value] = {
        "county": county,
        "fen": fen,
        "product": row.product,
        "source": row.source,
        "supplier": supplier.ref,
        "year": year,
    }
    subject = f"supplier:{supplier.ref}"
    owners = {BUSINESS: f"org:{supplier.ref}"}
    row.fact_ref = work.record(Fact(CAPACITY, subject, work.at, values, owners))
    row.save()
    work.send(RUN, asked(year))


def _check(product: str, year: int, fen: int, source: str) -> None:
    fields: dict[str, str] = {}
    if not product.strip():
        fields["product"] = str(_("Say which product."))
    if not 2000 <= year <= 2100:
        fields["year"] = str(_("A year of four digits."))
    if not 0 < fen < 10**15:
        fields["value"] = str(_("An amount above nothing."))
    if len(source.strip()) < 2:
        fields["source"] = str(_("Say where this is written, such as the recognition's number."))
    if fields:
        raise Invalid(
            _("The form is not complete; see the fields."), code="form_incomplete", fields=fields
        )
