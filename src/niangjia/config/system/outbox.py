"""A backup that was asked for on the page: made beside the worker's round."""

from collections.abc import Mapping
from typing import Any

from niangjia.config.system.backing_up import back_up, usual_order
from niangjia.config.system.services import BACKUP, backup_note
from niangjia.core import jobs
from niangjia.core.actor import system_actor
from niangjia.core.outbox import Interrupted, handles

WORKER = system_actor("backups")


@handles(BACKUP, slow=True)
def backup(_payload: Mapping[str, Any]) -> None:
    """A backup as the settings describe it lies in its folder, and the journal says so."""
    made = back_up(usual_order(), between=_break_off)
    backup_note(WORKER, made=made)


def _break_off() -> None:
    if jobs.stopping():
        raise Interrupted
