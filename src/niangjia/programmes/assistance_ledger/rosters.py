"""A roster through the wizard: bound to the help material of a review, read, taken, sealed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.households.public import HouseholdIn, RosterOf, named
from niangjia.blocks.intake.public import SheetLook, UploadView
from niangjia.core.actor import Actor
from niangjia.core.errors import Invalid
from niangjia.lib.text import compact
from niangjia.programmes.assistance_ledger.importing import Checks, Reading
from niangjia.programmes.assistance_ledger.roster_sheet import (
    RosterChecker,
    RosterRow,
    households,
    roster_schema,
)
from niangjia.programmes.assistance_ledger.selectors.rosters import county_of, roster_place
from niangjia.programmes.assistance_ledger.services.rosters import roster_take_part

BATCH = 200
HIDDEN = "***"


class RosterReading(Reading[RosterRow]):
    """A roster, read for the review that it belongs to."""

    permission = "rosters.bring"

    def _checker(self) -> Checks[RosterRow]:
        return RosterChecker(county_of(self.actor, self.subject))


def check_bound(actor: Actor, view: UploadView) -> None:
    """The roster belongs to open material that the actor may hand in. Raises Invalid, NotFound,
    Conflict."""
    if not view.subject:
        raise Invalid(
            _(
                "This is a roster of households. It is brought on the page of the help material "
                "that it belongs to; nothing of it was kept here."
            ),
            code="roster_unbound",
        )
    roster_place(actor, view.subject)


def without_people(looks: Sequence[SheetLook]) -> list[SheetLook]:
    """What the sheets hold, without anybody in it: a look is kept with the upload, unsealed. Of a
    cell only a known name of a column is kept."""
    known = {
        compact(text).partition("(")[0]
        for column in roster_schema().columns
        for text in (column.header, *column.aliases)
    }

    def told(cell: str) -> str:
        return cell if compact(cell).partition("(")[0] in known or not cell else HIDDEN

    return [
        replace(
            one,
            samples=[],
            titles=[],
            header=[told(cell) for cell in one.header],
            top=[(row, [told(cell) for cell in cells]) for row, cells in one.top],
        )
        for one in looks
    ]


def take(
    actor: Actor,
    view: UploadView,
    work: Reading[RosterRow],
    tell: Callable[[int, int], None],
) -> None:
    """Every household without a problem joins the roster; work.outcome counts the rows. Raises
    Unavailable while the key holder is away: what was taken stays, repeating takes the rest."""
    of = roster_place(actor, view.subject)
    rows = [row for _sheet_row, row in work.rows() if row is not None]
    left, n_done = households(rows), 0
    while batch := list(islice(left, BATCH)):
        _take_batch(actor, view, work, of, batch)
        n_done += sum(len(one.persons) for one in batch)
        tell(n_done, len(rows))


def _take_batch(
    actor: Actor,
    view: UploadView,
    work: Reading[RosterRow],
    of: RosterOf,
    batch: Sequence[HouseholdIn],
) -> None:
    """These households join the roster; work.outcome counts their rows."""
    public, found = named(of, batch)
    became = roster_take_part(
        actor, subject=view.subject, public=public, households=found, file_sha256=view.sha256
    )
    outcome = work.outcome
    for household, fresh in zip(batch, became, strict=True):
        for person, is_new in zip(household.persons, fresh, strict=True):
            if is_new:
                outcome.n_taken += 1
                outcome.taken_fen += person.gain_fen or 0
            else:
                outcome.n_repeated += 1
                outcome.repeated_fen += person.gain_fen or 0
