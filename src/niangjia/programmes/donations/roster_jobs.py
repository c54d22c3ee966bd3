"""What the worker does with a roster: it is checked; it is taken, in batches of 200.

A message may be repeated, and the process killed at any point: each batch moves the count of what
is taken in the transaction that takes it, and the next start goes on from there.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import translation

from niangjia.blocks.intake.public import Edits, file_of, remove, sha256_of
from niangjia.blocks.orgs.public import actor_under
from niangjia.core import jobs
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, DomainError, Invalid, Unavailable
from niangjia.core.outbox import Interrupted, handles
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.roster_sheet import Checked, Giver, givers, shuffled
from niangjia.programmes.donations.services.banking import FORGET
from niangjia.programmes.donations.services.rosters import (
    BATCH,
    CHECK,
    TAKE,
    edits_of,
    roster_back,
    roster_batch,
    roster_checked,
    roster_refused,
)

LEFT_OUT = "left out on the page"


@handles(CHECK, slow=True)
def check(payload: Mapping[str, Any]) -> None:
    """The roster's rows are checked, or it says why it cannot be read."""
    _carry_out(payload, "checking", _check)


@handles(TAKE, slow=True)
def take(payload: Mapping[str, Any]) -> None:
    """Every row of the roster is a gift, once."""
    _carry_out(payload, "taking", _take)


@handles(FORGET)
def forget(payload: Mapping[str, Any]) -> None:
    """A file that is done with is gone."""
    remove(payload["upload"])


def _carry_out(
    payload: Mapping[str, Any], state: str, step: Callable[[Actor, Roster], None]
) -> None:
    row = Roster.objects.filter(ref=payload["roster"]).first()
    if row is None or (row.state, row.version) != (state, payload["version"]):
        return
    with translation.override(payload["language"]):
        actor = actor_under(payload["login"], payload["organisation"], payload["role"])
        step(actor, row)


def edits(row: Roster) -> Edits:
    """What was mended on the page, as the reader wants it."""
    kept = edits_of(row)
    return Edits(
        cells={(sheet, row_no, key): text for sheet, row_no, key, text in kept if key},
        rows={(sheet, row_no): LEFT_OUT for sheet, row_no, key, _text in kept if not key},
    )


def _check(actor: Actor, row: Roster) -> None:
    found = Checked()
    try:
        for _one in givers(file_of(row.upload_ref), row.name, edits(row), found):
            if jobs.stopping():
                raise Interrupted
        roster_checked(actor, ref=row.ref, version=row.version, found=found)
    except Unavailable:
        raise
    except Conflict:
        return
    except DomainError as error:
        roster_refused(actor, ref=row.ref, version=row.version, text=str(error))


def _take(actor: Actor, row: Roster) -> None:
    rows = read(row)
    at = row.n_done
    while at < len(rows):
        if jobs.stopping():
            raise Interrupted
        try:
            at = roster_batch(actor, ref=row.ref, at=at, rows=rows[at : at + BATCH])
        except (Conflict, Invalid) as error:
            if error.code == "changed_meanwhile":
                return
            if at or error.code == "busy":
                raise
            roster_back(actor, ref=row.ref, version=row.version, why=str(error))
            return


def read(row: Roster) -> list[Giver]:
    """The rows in the order in which they are taken. Raises Conflict where the file changed."""
    path = file_of(row.upload_ref)
    if sha256_of(path) != row.sha256:
        raise Conflict("The roster's file is gone or was changed.", code="file_changed")
    return shuffled(list(givers(path, row.name, edits(row), Checked())), row.ref)
