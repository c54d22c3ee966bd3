"""What the index keeps of a purchase."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from niangjia.blocks.desk.public import Document, code_tokens, joined, text_tokens
from niangjia.blocks.orgs.public import organisations_with
from niangjia.blocks.places.public import region_names
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors import wanted as words

COLUMNS = (
    "id",
    "product",
    "category",
    "channel",
    "mode",
    "county_code",
    "district_code",
    "flags",
    "upload_ref",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "voucher_no",
    "order_no",
    "occurred_on",
    "amount_fen",
    "reversed_at",
    "unit_id",
    "supplier_id",
    "unit__name",
    "unit__territory_path",
    "supplier__name",
    "unit__succeeded_by__name",
    "supplier__succeeded_by__name",
)
CODES = ("contract_no", "invoice_no", "voucher_no", "invoice_code", "order_no")


def documents(refs: Sequence[str]) -> list[Document]:
    """What to index of the purchases with these refs, whoever asks."""
    return _documents(Purchase.objects.filter(ref__in=list(refs)).values(*COLUMNS))


def _documents(rows: Iterable[Mapping[str, Any]]) -> list[Document]:
    listed = list(rows)
    counties = region_names({row["county_code"] for row in listed})
    return [_document(row, counties.get(row["county_code"], "")) for row in listed]


def _document(of: Mapping[str, Any], county: str) -> Document:
    tokens = [
        *code_tokens(*(of[name] for name in CODES)),
        *words.day_tokens(of["occurred_on"]),
        *words.path_tokens(of["unit__territory_path"]),
        f"a_{of['amount_fen']}",
        f"u_{of['unit_id']}",
        f"s_{of['supplier_id']}",
        words.token("c", of["county_code"]),
        words.token("d", of["district_code"]),
        words.token("o", of["mode"]),
        words.token("k", of["category"]),
        words.token("h", of["channel"]),
    ]
    tokens += [words.token("f", flag) for flag in of["flags"].split(",") if flag]
    if of["upload_ref"]:
        tokens.append(words.token("p", of["upload_ref"]))
    if of["reversed_at"]:
        tokens.append(words.REVERSED)
    texts = (of["product"], of["unit__name"], of["supplier__name"], county, of["category"])
    merged = filter(None, (of["unit__succeeded_by__name"], of["supplier__succeeded_by__name"]))
    return Document(of["id"], joined(*map(text_tokens, (*texts, *merged)), more=tokens))


def hanging(organisation: str, after: int, limit: int) -> list[tuple[int, str]]:
    """(id, ref) of the next purchases whose index says something of an organisation."""
    units, suppliers = organisations_with(organisation)
    found: dict[int, str] = {}
    for column, ids in (("unit_id", units), ("supplier_id", suppliers)):
        rows = Purchase.objects.filter(**{f"{column}__in": ids}, id__gt=after).order_by("id")
        found |= dict(rows.values_list("id", "ref")[:limit]) if ids else {}
    return sorted(found.items())[:limit]
