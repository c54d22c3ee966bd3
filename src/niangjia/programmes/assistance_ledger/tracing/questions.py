"""What a typed question may mean: an invoice, a supplier, a unit, a product, a county, a record, a
file of evidence, a household of a roster. Only what leads to records in the reader's scope is ever
named."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from niangjia.blocks.desk.public import in_ids, walk, wanted_of
from niangjia.blocks.households.public import household_of
from niangjia.blocks.orgs.public import (
    OrgRef,
    heads_of,
    organisation_with,
    organisations_of,
    ref_of_code,
)
from niangjia.blocks.places.public import provinces_of, region_names
from niangjia.core.actor import Actor
from niangjia.core.service import authorise
from niangjia.lib.identifiers import uscc_compact
from niangjia.programmes.assistance_ledger.pages.rosters import line
from niangjia.programmes.assistance_ledger.selectors.evidence import documents_with
from niangjia.programmes.assistance_ledger.selectors.listing import Filters, products_like
from niangjia.programmes.assistance_ledger.selectors.pivot import counties_met
from niangjia.programmes.assistance_ledger.selectors.rosters import household_seen
from niangjia.programmes.assistance_ledger.selectors.scope import visible_to
from niangjia.programmes.assistance_ledger.selectors.traced import of_household

SHORTEST, LONGEST = 2, 200  # characters
SHORTEST_HASH = 12  # hexadecimal digits
MOST = 12  # meanings of a kind
LOOKED_THROUGH = 5  # lists of what the index proposes for a name: up to 9,536
CATEGORIES = {"supplier": (3, "supplier"), "unit": (2, "buyer")}  # number in the index, category
_HEX = re.compile(r"[0-9a-f]+")
_REF = re.compile(r"(?:.*/desk/records/)?([0-9a-f]{32})(?:[/?#].*)?")
_HOUSEHOLD = re.compile(
    r"(?:.*/desk/reviews/[0-9a-f]{32}/roster/)?([0-9a-f]{32})(?:[/?#].*)?"
)  # the ref of an entry, never a number of a person or of the register
_NUMBER = re.compile(r"[0-9A-Za-z-]{4,30}")
_QR = re.compile(r"01,\d\d,(\d*),(\d+),.*")  # as the code on an invoice reads


@dataclass(frozen=True, slots=True)
class Meaning:
    """kind: name of the filter that it narrows by; value: the filter's value; detail: what tells it
    from others; exact: it is what was typed, letter by letter."""

    kind: str
    value: str
    name: str
    detail: str = ""
    exact: bool = False


def plain(question: str) -> str:
    """The question as it is looked up: full-width forms plain, no control characters, one line."""
    text = unicodedata.normalize("NFKC", question.replace("\0", ""))
    return " ".join(text.split())


def meanings(actor: Actor, *, question: str) -> list[Meaning]:
    """Everything that the question may mean, exact ones first; empty if nothing in the scope fits,
    or if it is shorter than SHORTEST or longer than LONGEST. Raises NotSignedIn, Denied."""
    authorise(actor, "purchases.see")
    text = plain(question)
    if not SHORTEST <= len(text) <= LONGEST:
        return []
    found = [
        *_records(actor, text),
        *_files(actor, text),
        *_households(actor, text),
        *_invoices(actor, text),
        *_organisations(actor, text, "supplier"),
        *_organisations(actor, text, "unit"),
        *_products(actor, text),
        *_counties(actor, text),
    ]
    return sorted(dict.fromkeys(found), key=lambda one: not one.exact)


def meaning_of(actor: Actor, filters: Filters) -> list[Meaning]:
    """What a trace is narrowed to, in words, as far as its names are the reader's to see."""
    return [one for name in KINDS if (one := _said(actor, filters, name))]


KINDS = ("invoice", "supplier", "product", "county", "unit", "record", "file", "household")


def _said(actor: Actor, filters: Filters, kind: str) -> Meaning | None:
    value = str(getattr(filters, kind))
    if not value:
        return None
    if kind in CATEGORIES:
        known = organisation_with(value, category=CATEGORIES[kind][1])
        column = f"{kind}_id__in"
        if known and visible_to(actor).filter(**{column: known[1]}).exists():
            return Meaning(kind, value, known[0].name, known[0].uscc)
        return Meaning(kind, value, value)
    if kind == "county":
        return Meaning(kind, value, region_names({value}).get(value, value))
    if kind == "file":
        named = documents_with(actor, sha256=value) if len(value) == 64 else []
        return Meaning(kind, value, named[0].name if named else value[:16], value)
    if kind == "household":
        return next(_households(actor, value), Meaning(kind, value, value))
    return Meaning(kind, value, value)


def _records(actor: Actor, text: str) -> Iterator[Meaning]:
    match = _REF.fullmatch(text.lower())
    if match is None:
        return
    rows = visible_to(actor).filter(ref=match[1])
    for product, unit in rows.values_list("product", "unit__name"):
        yield Meaning("record", match[1], product, unit, exact=True)


def _files(actor: Actor, text: str) -> Iterator[Meaning]:
    digits = text.lower().replace(" ", "")
    if not _HEX.fullmatch(digits) or not SHORTEST_HASH <= len(digits) <= 64:
        return
    named = {one.sha256: one.name for one in documents_with(actor, sha256=digits)}
    for sha256, name in list(named.items())[:MOST]:
        yield Meaning("file", sha256, name, sha256, exact=True)


def _households(actor: Actor, text: str) -> Iterator[Meaning]:
    """By its page's address or its ref, as masked as that page; for those who may see rosters."""
    match = _HOUSEHOLD.fullmatch(text.lower())
    roster = household_seen(actor, match[1]) if match else None
    if match is None or roster is None:
        return
    if not visible_to(actor).filter(of_household(actor, match[1])).exists():
        return
    shown = line(household_of(roster.ref, match[1]))
    yield Meaning("household", match[1], shown.title, shown.detail, exact=True)


def _invoices(actor: Actor, text: str) -> list[Meaning]:
    """A number, a number with its code in front, what its QR code reads; leading noughts may be
    lost, as a spreadsheet loses them."""
    if scanned := _QR.fullmatch(text):
        text = f"{scanned[1]} {scanned[2]}".strip()
    code, _blank, number = text.rpartition(" ")
    if not _NUMBER.fullmatch(number) or (code and not _NUMBER.fullmatch(code)):
        return []
    numbers = {number, number.zfill(8)} if number.isdigit() else {number}
    rows = visible_to(actor).exclude(invoice_no="").filter(invoice_no__in=numbers)
    if code:
        rows = rows.filter(invoice_code=code)
    pairs = sorted(rows.order_by().values_list("invoice_code", "invoice_no").distinct()[:MOST])
    values = [f"{code} {number}".strip() for code, number in pairs]
    found = [Meaning("invoice", value, value, exact=True) for value in values]
    several = {number for _code, number in pairs}
    if len(pairs) > len(several):
        found += [Meaning("invoice", one, one) for one in sorted(several) if one not in values]
    return found


def _organisations(actor: Actor, text: str, kind: str) -> list[Meaning]:
    """By unified social credit code, by name, old names too; as what it is today."""
    number, category = CATEGORIES[kind]
    code = uscc_compact(text)
    ids: set[int] = set()
    if ref := ref_of_code(code, category=category) if len(code) == 18 else "":
        known = organisation_with(ref, category=category)
        ids |= _bought(actor, kind, known[1] if known else ())
    else:
        wanted = wanted_of(text)
        for turn, listed in enumerate(walk(number, wanted) if wanted else ()):
            ids |= _bought(actor, kind, listed)
            if turn + 1 == LOOKED_THROUGH or len(ids) >= MOST:
                break
    named = organisations_of(heads_of(ids).values())
    found = [_organisation(kind, one, text, code) for one in named]
    return sorted(found, key=lambda one: (not one.exact, one.name))[:MOST]


def _organisation(kind: str, one: OrgRef, text: str, code: str) -> Meaning:
    return Meaning(kind, one.ref, one.name, one.uscc, exact=text == one.name or code == one.uscc)


def _bought(actor: Actor, kind: str, ids: Iterable[int]) -> set[int]:
    """Those of whom there is a record in the reader's scope."""
    column = f"{kind}_id"
    rows = visible_to(actor).filter(**{f"{column}__in": in_ids(ids)}).order_by()
    return set(rows.values_list(column, flat=True).distinct()[: MOST + 1])


def _products(actor: Actor, text: str) -> list[Meaning]:
    names = products_like(actor, text=text)
    found = [Meaning("product", name, name, exact=name == text) for name in names]
    return sorted(found, key=lambda one: (not one.exact, len(one.name), one.name))[:MOST]


def _counties(actor: Actor, text: str) -> list[Meaning]:
    """By name, with or without the province's, or by code."""
    codes = counties_met(actor)
    names, provinces = region_names(codes), provinces_of(codes)
    found = [
        Meaning("county", code, name, provinces.get(code, ""), exact=text in (name, code))
        for code, name in sorted(names.items())
        if text == code or text in f"{provinces.get(code, '')}{name}"
    ]
    return sorted(found, key=lambda one: not one.exact)[:MOST]


def narrowed_by(one: Meaning) -> Filters:
    """The filters of a trace by this alone."""
    named: dict[str, str] = {one.kind: one.value}
    return replace(Filters(state="all"), **named)  # type: ignore[arg-type]
