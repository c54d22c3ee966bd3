"""Keeping facts in the caller's transaction: bytes once, a pending row each."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence

from niangjia.blocks.ledger import envelope
from niangjia.blocks.ledger.models import Pending, StoredFact
from niangjia.core import seal
from niangjia.core.facts import Fact


class LedgerRecorder:
    """Fills core's port `fact recorder`."""

    def record(
        self, facts: Sequence[Fact], *, actor: Mapping[str, str], owner: str, at: dt.datetime
    ) -> list[str]:
        """Store facts and their pending rows; returns their random ids in order."""
        owners = {owner} | {name for fact in facts for name in fact.owners.values()}
        seal.ensure(owners)
        rows = [self._row(fact, actor, owner, at) for fact in facts]
        StoredFact.objects.bulk_create(rows, batch_size=100)
        Pending.objects.bulk_create([Pending(fact_id=row.pk) for row in rows])
        return [row.ref for row in rows]

    @staticmethod
    def _row(fact: Fact, actor: Mapping[str, str], owner: str, at: dt.datetime) -> StoredFact:
        envelope.check_fields(fact)
        ref = fact.ref or secrets.token_hex(16)
        values = {**fact.values, **actor}
        sealed = envelope.close(fact.kind, values, envelope.fresh_seeds(fact.kind))
        business, personal = envelope.encrypt(fact, sealed, owner)
        return StoredFact(
            ref=ref,
            kind=fact.kind.id,
            subject=fact.subject,
            occurred_at=fact.occurred_at,
            recorded_at=at,
            body=envelope.body(fact, ref, at, sealed),
            reverses=fact.reverses or "",
            sealed_business=business,
            sealed_personal=personal,
        )
