"""Writes of the operator: backups, failed work, people's accounts. All journalled."""

from niangjia.config.system.backing_up import Made
from niangjia.core.service import JOURNAL, service
from niangjia.core.work import Work

BACKED_UP = "system.backed_up"


@service(permission="system.backup", records=JOURNAL)
def backup_note(work: Work, /, *, made: Made) -> None:
    """The journal says that a backup was made, where it lies and how the keys are in it."""
    work.journal(
        BACKED_UP,
        made.path.name,
        folder=str(made.path.parent),
        bytes=made.size_bytes,
        seconds=made.seconds,
        keys=made.manifest.keys,
        log_size=made.manifest.log_size,
    )
