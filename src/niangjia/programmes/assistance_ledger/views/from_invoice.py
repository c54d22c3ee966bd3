"""A purchase entered from an e-invoice: its line fills the form, its file becomes evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.blocks.evidence.public import DocumentView
from niangjia.blocks.orgs.public import OrgRef
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.programmes.assistance_ledger.forms import invoices
from niangjia.programmes.assistance_ledger.pages.evidence import invoice_line, invoice_warnings
from niangjia.programmes.assistance_ledger.selectors.evidence import (
    document_get,
    last_from_supplier,
    recorded_on_invoice,
)
from niangjia.programmes.assistance_ledger.services.evidence import Placement, evidence_attach


@dataclass(frozen=True, slots=True)
class Told:
    """What the form's page says of the invoice. at, n: line of how many."""

    ref: str
    line: str
    at: int
    n: int
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class FromInvoice:
    """Line `number`, from 0, of the e-invoice in file `ref`."""

    ref: str
    number: int

    @property
    def query(self) -> str:
        return urlencode({"invoice": self.ref, "n": self.number})

    @property
    def subject(self) -> str:
        """What the draft is kept under."""
        return f"i:{self.ref}:{self.number}"[:40]

    def _found(self, actor: Actor) -> tuple[DocumentView, Mapping[str, Any]]:
        """Raises NotFound if the file is no e-invoice that the actor may see."""
        found = document_get(actor, ref=self.ref)
        if found.invoice is None:
            raise NotFound(_("There is no e-invoice in this file."))
        return found, found.invoice

    def values(self, actor: Actor) -> dict[str, str]:
        """What the form begins with."""
        invoice = self._found(actor)[1]
        before = last_from_supplier(actor, uscc=str(invoice.get("seller_uscc") or ""))
        return invoices.entry_values(invoice, self.number, before)

    def told(self, actor: Actor, unit: OrgRef | None) -> Told:
        """What is said above the form."""
        found, invoice = self._found(actor)
        lines = invoices.lines_of(invoice)
        recorded = recorded_on_invoice(actor, invoice)
        return Told(
            ref=self.ref,
            line=invoice_line(found),
            at=min(self.number, len(lines) - 1) + 1,
            n=len(lines),
            warnings=invoice_warnings(invoice, unit.uscc if unit else "", recorded),
        )

    def entered(self, actor: Actor, purchase_ref: str) -> str:
        """The file is evidence of the new record; the address of the next line's form, or empty."""
        found, invoice = self._found(actor)
        evidence_attach(actor, placement=Placement(found.ref, purchase_ref, "invoice"))
        if self.number + 1 >= len(invoices.lines_of(invoice)):
            return ""
        following = FromInvoice(self.ref, self.number + 1)
        return f"{reverse('assistance_ledger:enter')}?{following.query}&entered=1"


def asked_invoice(request: HttpRequest) -> FromInvoice | None:
    """The e-invoice that the address names; None if it names none."""
    ref, number = request.GET.get("invoice", "")[:32], request.GET.get("n", "0")
    plain = number.isascii() and number.isdigit() and len(number) < 4
    return FromInvoice(ref, int(number) if plain else 0) if ref else None
