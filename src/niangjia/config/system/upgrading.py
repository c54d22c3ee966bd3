"""The databases brought to this version: backed up first, migrated, looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from niangjia.blocks.indicators.public import ProjectionJob
from niangjia.blocks.ledger.public import SequencerJob, adopt_entries, audit_newest
from niangjia.blocks.orgs.public import forget_erased
from niangjia.config.system import databases, locks
from niangjia.config.system.backing_up import Made, Order, back_up
from niangjia.programmes.donations.services import forget_erased as forget_donors

LOOKED_AT = 1_000  # newest entries of the log


@dataclass(frozen=True, slots=True)
class Upgraded:
    """applied: migrations that were applied, `app.name`; faults: what the log's audit found."""

    applied: list[str]
    faults: tuple[str, ...]


class Failed(Exception):
    """The upgrade broke off. applied: what stands already; backup: of the state before."""

    def __init__(self, error: Exception, applied: list[str], backup: Made | None) -> None:
        super().__init__(str(error))
        self.error, self.applied, self.backup = error, applied, backup


def pending() -> list[str]:
    """Migrations that this version has and a database lacks, `app.name` in order.

    Both databases list all of them; the records' come first, so those of the keys are named only
    where the records have theirs.
    """
    return next(filter(None, map(_lacking, databases.NAMES)), [])


def _lacking(alias: str) -> list[str]:
    executor = MigrationExecutor(connections[alias])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{one.app_label}.{one.name}" for one, _back in plan]


def migrate() -> None:
    """Both databases have every migration of this version; entries stand under a checkpoint."""
    for alias in databases.NAMES:
        call_command("migrate", database=alias, verbosity=0, skip_checks=True)
        connections[alias].close()
    adopt_entries()
    forget_erased()
    forget_donors()


def upgrade(order: Order | None, told: Callable[[Made], None] = lambda made: None) -> Upgraded:
    """The databases are at this version, sums and log followed and looked at.

    order: of the backup that is made first; None: none. told: of that backup. The index of the
    search is the worker's to catch up with. Raises Conflict (the site runs), Failed.
    """
    with locks.alone(Path(settings.NIANGJIA_HOME)):
        wanted = pending()
        if not wanted:
            return Upgraded([], ())
        made = back_up(order) if order else None
        if made:
            told(made)
        try:
            migrate()
            while any([SequencerJob().run_once(), ProjectionJob().run_once()]):
                pass
            faults = audit_newest(LOOKED_AT).faults
        except Exception as error:  # of whatever kind: it is told how the databases stand
            raise Failed(error, _applied(wanted), made) from error
    return Upgraded(wanted, faults)


def _applied(wanted: list[str]) -> list[str]:
    try:
        left = set(pending())
    except DatabaseError:
        return []
    return [one for one in wanted if one not in left]
