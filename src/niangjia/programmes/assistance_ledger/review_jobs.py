"""After the commit: what a review decided is handed on to its records, a few at a time."""

from collections.abc import Mapping
from typing import Any

from niangjia.core import jobs
from niangjia.core.actor import system_actor
from niangjia.core.outbox import Interrupted, handles
from niangjia.programmes.assistance_ledger.services.reviews import APPLY, review_apply

SYSTEM = system_actor("help reviews")


@handles(APPLY, slow=True)
def apply(payload: Mapping[str, Any]) -> None:
    """Every record says what was decided of it."""
    while review_apply(SYSTEM, review_ref=payload["review"]):
        if jobs.stopping():
            raise Interrupted
