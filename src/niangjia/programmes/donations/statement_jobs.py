"""A stored statement is read again and taken, at most 200 lines a transaction."""

from niangjia.blocks.intake.public import file_of, sha256_of
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound
from niangjia.programmes.donations.bank_models import Statement
from niangjia.programmes.donations.services.banking import (
    BATCH,
    Named,
    statement_close,
    statement_lines_take,
)
from niangjia.programmes.donations.statement_files import read_file
from niangjia.programmes.donations.statement_rules import identities
from niangjia.programmes.donations.statement_types import ReadStatement


def take(actor: Actor, ref: str) -> int:
    """Every line of the statement is there once; how many were there before. Raises NotFound where
    its file is gone or changed, and what the services raise."""
    row = Statement.objects.select_related("account").filter(ref=ref).first()
    if row is None or sha256_of(file_of(row.upload_ref)) != row.sha256:
        raise NotFound("The file of this statement is gone. Bring it again.")
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
