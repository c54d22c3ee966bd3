"""A stored file is brought as a statement, then read again and taken, 200 lines a transaction."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Stored, file_of, remove, sha256_of
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, DomainError, NotFound
from niangjia.programmes.donations.bank_models import Statement
from niangjia.programmes.donations.services.banking import (
    BATCH,
    Named,
    statement_bring,
    statement_close,
    statement_lines_take,
)
from niangjia.programmes.donations.statement_files import read_file
from niangjia.programmes.donations.statement_rules import identities
from niangjia.programmes.donations.statement_types import ReadStatement


def bring(actor: Actor, slug: str, stored: Stored, name: str, number: str) -> str:
    """The stored file is a statement that waits to be taken; its ref. Gone if it is none."""
    try:
        found = read_file(file_of(stored.ref), name)
        return statement_bring(
            actor, slug=slug, found=found, stored=stored, name=name, account_number=number
        )
    except DomainError:
        remove(stored.ref)
        raise


def take(actor: Actor, ref: str) -> int:
    """Every line of the statement is there once; how many were there before. Raises NotFound where
    its file is gone or changed, and what the services raise."""
    row = Statement.objects.select_related("account").filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such statement."))
    if row.state == "read" and sha256_of(file_of(row.upload_ref)) != row.sha256:
        raise NotFound(_("The file of this statement is gone. Bring it again."), code="file_gone")
    if row.state != "read":
        raise Conflict(
            _("This statement was taken or given up already. Nothing is taken twice."),
            code="statement_taken",
        )
    return taken(actor, ref, row.account.digest, read_file(file_of(row.upload_ref), row.name))


def taken(actor: Actor, ref: str, account: str, found: ReadStatement) -> int:
    """The lines of what was read are there once; how many were there before."""
    texts = identities(account, found.lines)
    named = [Named(line, text) for line, text in zip(found.lines, texts, strict=True)]
    n_known = 0
    for at in range(0, len(named), BATCH):
        n_known += statement_lines_take(actor, ref=ref, lines=named[at : at + BATCH])
    statement_close(actor, ref=ref, n_known=n_known)
    return n_known
