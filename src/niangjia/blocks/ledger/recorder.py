"""Keeping facts in the caller's transaction: bytes once, a pending row each."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.ledger import envelope, freezing
from niangjia.blocks.ledger.models import Pending, StoredFact
from niangjia.core import seal
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, Unavailable
from niangjia.core.facts import Fact


class LedgerRecorder:
    """Fills core's port `fact recorder`."""

    def record(
        self, facts: Sequence[Fact], *, actor: Mapping[str, str], owner: str, at: dt.datetime
    ) -> list[str]:
        """Store facts and their pending rows; returns their random ids in order.

        Raises Unavailable while the log is frozen.
        """
        if freezing.in_force() is not None:
            raise Unavailable(freezing.READ_ONLY, code="ledger_frozen")
        owners = {owner} | {name for fact in facts for name in fact.owners.values()}
        seal.ensure(owners)
        try:
            rows = [_stored(fact, actor, owner, at) for fact in facts]
        except seal.Erased as error:
            raise Conflict(
                _("Personal data of an account or contact in this were erased. Nothing is kept."),
                code="erased",
            ) from error
        refs = [row[0] for row in rows]
        insert_rows(StoredFact, COLUMNS, rows)
        ids = StoredFact.objects.filter(ref__in=refs).order_by("id").values_list("id")
        insert_rows(Pending, ("fact_id",), list(ids))
        return refs


COLUMNS = (
    "ref",
    "kind",
    "subject",
    "occurred_at",
    "recorded_at",
    "body",
    "reverses",
    "sealed_business",
    "sealed_personal",
)
Row = tuple[str, str, str, dt.datetime, dt.datetime, bytes, str, bytes, dict[str, str]]


def _stored(fact: Fact, actor: Mapping[str, str], owner: str, at: dt.datetime) -> Row:
    """A row of StoredFact, in the order of COLUMNS."""
    envelope.check_fields(fact)
    ref = fact.ref or secrets.token_hex(16)
    values = {**fact.values, **actor}
    sealed = envelope.close(fact.kind, values, envelope.fresh_seeds(fact.kind))
    business, personal = envelope.encrypt(fact, sealed, owner)
    body = envelope.body(fact, ref, at, sealed)
    return (
        ref,
        fact.kind.id,
        fact.subject,
        fact.occurred_at,
        at,
        body,
        fact.reverses or "",
        business,
        personal,
    )
