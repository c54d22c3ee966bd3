"""Evidence as pages show it: the checklist of a record, files to be placed, one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.evidence.public import (
    EITHER,
    CheckLine,
    DocumentView,
    Kind,
    LinkView,
    guessed_kind,
)
from niangjia.programmes.assistance_ledger import requirements
from niangjia.programmes.assistance_ledger.forms.invoices import gap_fen, lines_of, total_of
from niangjia.programmes.assistance_ledger.pages import shown
from niangjia.programmes.assistance_ledger.selectors.evidence import (
    Checklist,
    OnInvoice,
    Proposal,
)
from niangjia.ui.page import language_of
from niangjia.ui.words import file_size

FORMATS = {
    "pdf": "PDF",
    "ofd": "OFD",
    "jpeg": "JPEG",
    "png": "PNG",
    "xlsx": "XLSX",
    "xml": "XML",
}
WHY = {
    "code": gettext_lazy("our code is on the page"),
    "invoice": gettext_lazy("same invoice number"),
    "number": gettext_lazy("its number is in the file's name"),
}


def _language() -> str:
    return "zh" if language_of().startswith("zh") else "en"


def kind_name(code: str) -> str:
    """A kind of evidence, or alternatives, in words."""
    kinds = requirements.kinds()
    names = [kinds[one].title[_language()] if one in kinds else one for one in code.split(EITHER)]
    return _(" or ").join(names)


def missing_names(codes: str) -> list[str]:
    """What models.Purchase.missing says, in words."""
    return [kind_name(code) for code in codes.split(",") if code]


def kind_choices(of: str) -> list[tuple[str, str]]:
    """(code, name) of the kinds that a person can choose from."""
    return [(code, kind_name(code)) for code, one in requirements.kinds().items() if one.of == of]


@dataclass(frozen=True, slots=True)
class File:
    """A file as a list shows it. small: address of its small picture, empty if none is shown."""

    ref: str
    name: str
    detail: str
    href: str
    small: str
    warning: str
    erased: bool
    kind: str = ""


def file_of(one: DocumentView, *, personal: bool = False, kind: str = "") -> File:
    """personal: its picture is not shown in lists."""
    detail = [FORMATS.get(one.format, one.format), file_size(one.n_bytes)]
    if one.n_pages > 1:
        detail.append(_("%(n)s pages") % {"n": one.n_pages})
    if one.is_signed:
        detail.append(_("with an electronic signature"))
    small = reverse("assistance_ledger:evidence_part", args=[one.ref, "small"])
    return File(
        ref=one.ref,
        name=one.name or _("(erased file)"),
        detail=" · ".join(detail),
        href=reverse("assistance_ledger:evidence_one", args=[one.ref]),
        small=small if one.has_picture and not personal and not one.erased_at else "",
        warning=_("Nothing could be read off this file; please look at it yourself.")
        if one.problem
        else "",
        erased=one.erased_at is not None,
        kind=kind,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the checklist. state: `good`, `bad` (needed and missing), `more`."""

    code: str
    name: str
    hint: str
    state: str
    files: Sequence[File]


def lines(found: Sequence[CheckLine]) -> list[Line]:
    """The checklist in red and green."""
    kinds = requirements.kinds()
    return [_line(one, kinds) for one in found]


def _line(one: CheckLine, kinds: Mapping[str, Kind]) -> Line:
    first = kinds.get(one.kind.split(EITHER)[0])
    state = "bad" if not one.is_there else "good" if one.is_needed else "more"
    return Line(
        code=one.kind.split(EITHER)[0],
        name=kind_name(one.kind),
        hint="" if one.is_there or first is None else first.hint[_language()],
        state=state,
        files=[_file(link, kinds) for link in one.links],
    )


def _file(link: LinkView, kinds: Mapping[str, Kind]) -> File:
    kind = kinds.get(link.kind)
    return file_of(link.document, personal=kind is None or kind.personal, kind=link.kind)


@dataclass(frozen=True, slots=True)
class Panel:
    """The evidence card of a record. n_there of n: of what is needed of the record itself."""

    lines: Sequence[Line]
    of_supplier: Sequence[Line]
    n: int
    n_there: int


def panel(found: Checklist) -> Panel:
    """The checklist of a record with that of its supplier."""
    needed = [one for one in found.lines if one.is_needed]
    there = [one for one in needed if one.is_there]
    return Panel(lines(found.lines), lines(found.of_supplier), len(needed), len(there))


@dataclass(frozen=True, slots=True)
class Lacking:
    """A record that lacks evidence."""

    ref: str
    title: str
    detail: str
    yuan: str
    missing: Sequence[str]


def lacking(rows: Sequence[Mapping[str, Any]]) -> list[Lacking]:
    """Records of a page with what each lacks."""
    return [
        Lacking(
            ref=row["ref"],
            title=row["product"],
            detail=" · ".join(
                (row["occurred_on"].isoformat(), row["unit__name"], row["supplier__name"])
            ),
            yuan=shown.yuan(row["amount_fen"]),
            missing=missing_names(row["missing"]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Proved:
    """Something that a file is evidence of. purchase, supplier: refs; one of them is empty."""

    name: str
    kind: str
    kind_name: str
    purchase: str
    supplier: str
    since: str


def proved(links: Sequence[LinkView], named: Mapping[str, str]) -> list[Proved]:
    """What a file proves, as far as the reader may see it."""
    made = []
    for one in links:
        if one.subject in named:
            what, _mark, ref = one.subject.partition(":")
            made.append(
                Proved(
                    name=named[one.subject],
                    kind=one.kind,
                    kind_name=kind_name(one.kind),
                    purchase=ref if what == "purchase" else "",
                    supplier=ref if what == "supplier" else "",
                    since=shown.moment(one.linked_at),
                )
            )
    return made


def guess(one: DocumentView | None) -> str:
    """The kind of evidence of a record that a file probably is; empty if unknown."""
    if one is None:
        return ""
    kinds = {code: kind for code, kind in requirements.kinds().items() if kind.of == "record"}
    return guessed_kind(one.name, one.invoice is not None, kinds)


@dataclass(frozen=True, slots=True)
class Target:
    """A record that a file may belong to."""

    ref: str
    title: str
    detail: str
    why: str
    key: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that proves nothing yet, with where it may belong."""

    file: File
    kind: str
    kind_name: str
    sure: bool
    targets: Sequence[Target]
    invoice: str


def waiting(found: Sequence[Proposal]) -> list[Waiting]:
    """Files to be placed, as the list shows them."""
    return [
        Waiting(
            file=file_of(one.document),
            kind=one.kind,
            kind_name=kind_name(one.kind) if one.kind else "",
            sure=one.sure,
            targets=[
                Target(
                    ref=hit.ref,
                    title=f"{hit.product} · ¥ {shown.yuan(hit.amount_fen)}",
                    detail=" · ".join((hit.day, hit.supplier)),
                    why=str(WHY[hit.why]),
                    key=f"{one.document.ref}:{hit.ref}",
                )
                for hit in one.candidates
            ],
            invoice=invoice_line(one.document),
        )
        for one in found
    ]


def invoice_line(one: DocumentView) -> str:
    """What an e-invoice says, in a line; empty if the file is none."""
    found = one.invoice
    if not found:
        return ""
    parts = [
        " ".join(str(found[k]) for k in ("code", "number") if found.get(k)),
        str(found.get("issued_on") or ""),
        str(found.get("seller_name") or ""),
    ]
    fen = total_of(found)
    if isinstance(fen, int):
        parts.append(f"¥ {shown.yuan(fen)}")
    return " · ".join(part for part in parts if part)


def invoice_warnings(invoice: Mapping[str, Any], unit_uscc: str, recorded: OnInvoice) -> list[str]:
    """What a clerk should look at before an invoice is entered or attached. unit_uscc: of the unit
    that enters it; empty if it is not known."""
    told = []
    buyer = str(invoice.get("buyer_uscc") or "")
    if unit_uscc and buyer and buyer != unit_uscc:
        said = {"name": str(invoice.get("buyer_name") or ""), "code": buyer}
        told.append(_("It is made out to “%(name)s” (%(code)s), not to your unit.") % said)
    if recorded.elsewhere:
        told.append(_("Another unit has registered this invoice, too; both will be marked."))
    if invoice.get("red"):
        told.append(
            _(
                "This is a red-letter invoice: it takes back %(number)s. Reverse that record, or "
                "enter the part that was returned with a minus."
            )
            % {"number": invoice.get("original_number") or "—"}
        )
    gap = gap_fen(invoice, recorded.mine)
    if gap:
        said = {
            "records": shown.yuan(sum(recorded.mine)),
            "invoice": shown.yuan(total_of(invoice) or 0),
            "gap": shown.yuan(abs(gap)),
        }
        told.append(
            _(
                "Records on this invoice add up to %(records)s yuan, the invoice to %(invoice)s: "
                "%(gap)s apart."
            )
            % said
        )
    if total_of(invoice) is None:
        told.append(_("Its code tells only the amount before tax; please fill in what was paid."))
    if invoice.get("warnings"):
        told.append(_("Some of its figures contradict each other; please check it by eye."))
    return told


def n_lines(invoice: Mapping[str, Any] | None) -> int:
    """Lines that can be entered from an e-invoice; 0 if it is none."""
    return len(lines_of(invoice)) if invoice else 0
