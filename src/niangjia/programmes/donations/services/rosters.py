"""Rosters: brought, checked, mended, taken in batches that no crash takes twice."""

import json
from collections.abc import Mapping, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Stored
from niangjia.blocks.orgs.public import organisation
from niangjia.core import seal
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, JOURNAL, NOTHING, service
from niangjia.core.work import Work
from niangjia.lib.money import format_yuan
from niangjia.programmes.donations import pledge_steps, rules, steps
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.donors import unit_donor
from niangjia.programmes.donations.facts import TAKEN
from niangjia.programmes.donations.models import Gift, Raising
from niangjia.programmes.donations.online import room
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.roster_sheet import Checked, Giver
from niangjia.programmes.donations.services.banking import FORGET
from niangjia.programmes.donations.services.raisings import raising_of
from niangjia.programmes.donations.types import DirectionIn, DonorIn, GiftIn, RosterIn

CHECK, TAKE = "donations.roster_check", "donations.roster_take"
BATCH = 200
MOST_EDITS = 500
Edit = tuple[str, int, str, str]  # sheet, row, column, text; no column: the row is left out


@service(permission="gifts.take", records=NOTHING)
def roster_bring(work: Work, /, *, slug: str, roster: RosterIn, stored: Stored, name: str) -> str:
    """The roster waits to be checked; its ref. Raises NotFound, Denied, Conflict, Invalid."""
    return brought(work, raising_of(work, slug), roster, stored, name)


@service(permission="gifts.give_for_unit", records=NOTHING)
def roster_bring_for_unit(work: Work, /, *, pledge_ref: str, stored: Stored, name: str) -> str:
    """The roster of a transfer that the actor's unit announced. Raises NotFound, Conflict."""
    pledge = Gift.objects.select_related("raising", "donor").filter(ref=pledge_ref).first()
    if pledge is None or not pledged_by(work, pledge):
        raise NotFound(_("There is no such announced transfer of your unit."))
    if pledge.state != "pledged":
        raise Conflict(_("This transfer has arrived already."), code="not_pledged")
    unit = pledge.donor.name if pledge.donor else ""
    given = RosterIn(unit, pledge.pledged_fen or 0, pledge_ref=pledge_ref)
    return brought(work, pledge.raising, given, stored, name)


def pledged_by(work: Work, pledge: Gift) -> bool:
    """Whether the actor's unit made the pledge."""
    unit = unit_donor(organisation(work.actor.organisation_id or 0))
    return pledge.donor is not None and pledge.donor.pk == (unit.pk if unit else None)


def brought(work: Work, raising: Raising, given: RosterIn, stored: Stored, name: str) -> str:
    """A roster waits to be checked; one brought before for the same promise is given up."""
    if raising.state == "draft":
        raise Conflict(_("Open the raising first."), code="raising_not_open")
    if not given.unit_name.strip():
        text = str(_("Say which unit gave together."))
        raise Invalid(text, code="unit_missing", fields={"unit_name": text})
    if not 0 < given.stated_fen <= rules.MOST_FEN:
        raise Invalid(_("An amount in yuan, more than 0."), code="amount")
    if work.actor.organisation_id is None:
        raise Denied(_("A roster is brought by who acts for an organisation."))
    pledge = _pledge(work, raising, given)
    row = Roster.objects.create(
        ref=work.new_id(),
        raising=raising,
        organisation_id=work.actor.organisation_id,
        unit_name=given.unit_name.strip()[:120],
        stated_fen=given.stated_fen,
        received_at=given.received_at,
        pledge=pledge,
        name=name[-200:],
        sha256=stored.sha256,
        upload_ref=stored.ref,
        brought_by=work.actor.person_ref,
        brought_at=work.at,
    )
    _send(work, CHECK, row)
    return row.ref


def _pledge(work: Work, raising: Raising, given: RosterIn) -> Gift | None:
    if not given.pledge_ref:
        return None
    rows = Gift.objects.filter(ref=given.pledge_ref, raising=raising, state="pledged", kind="cash")
    pledge = rows.first()
    if pledge is None:
        raise Conflict(_("This is no pledge of money that is open."), code="not_pledged")
    for row in Roster.objects.select_for_update(of=("self",)).filter(pledge=pledge):
        if row.state not in ("checking", "checked"):
            raise Conflict(_("The roster of this transfer is taken already."), code="roster_taken")
        _let_go(work, row)
    return pledge


def _let_go(work: Work, row: Roster) -> None:
    """Nothing of the roster is taken. Raises Conflict where its money is here."""
    if BankLine.objects.filter(roster=row).exists():
        raise Conflict(
            _(
                "The money of this roster has arrived, so it cannot be given up. Bring the "
                "corrected file on the roster's own page."
            ),
            code="has_line",
        )
    row.state, row.version, row.sealed_edits, row.pledge = "given_up", row.version + 1, b"", None
    row.problems = []
    row.save()
    work.send(FORGET, {"upload": row.upload_ref})


def _send(work: Work, topic: str, row: Roster) -> None:
    who = work.actor
    work.send(
        topic,
        {
            "roster": row.ref,
            "version": row.version,
            "login": who.login_id,
            "organisation": who.organisation_id,
            "role": who.role,
            "language": get_language() or "zh-hans",
        },
    )


def _alone(work: Work, ref: str, version: int, states: Sequence[str]) -> Roster:
    """A roster that the actor may change, held until the commit. Raises NotFound, Conflict."""
    rows = Roster.objects.select_for_update(of=("self",)).select_related("raising__organisation")
    row = rows.filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such roster."))
    own = row.organisation_id == work.actor.organisation_id
    if not own:
        raising_of(work, row.raising.slug)
    if row.version != version or row.state not in states:
        raise Conflict(
            _(
                "Meanwhile this roster was changed in another window or by a colleague. Look at it "
                "as it is now, then go on."
            ),
            code="changed_meanwhile",
        )
    return row


@service(permission="gift_rosters.mend", records=NOTHING)
def roster_checked(work: Work, /, *, ref: str, version: int, found: Checked) -> None:
    """What the roster holds is known. Raises Conflict where it was changed meanwhile."""
    row = _alone(work, ref, version, ["checking"])
    row.state, row.version, row.error = "checked", version + 1, ""
    row.n_rows, row.n_people, row.sum_fen = found.n_rows, found.n_people, found.sum_fen
    row.n_problems = found.n_bad
    row.problems = [[b.sheet, b.row_no, b.key, b.header, b.code] for b in found.bad]
    row.save()


@service(permission="gift_rosters.mend", records=NOTHING)
def roster_refused(work: Work, /, *, ref: str, version: int, text: str) -> None:
    """The file cannot be read as a roster; it says why."""
    row = _alone(work, ref, version, ["checking"])
    row.state, row.version, row.error = "checked", version + 1, text[:500]
    row.n_rows = row.n_people = row.sum_fen = row.n_problems = 0
    row.problems = []
    row.save()


@service(permission="gift_rosters.mend", records=NOTHING)
def roster_mend(work: Work, /, *, ref: str, version: int, edits: Sequence[Edit]) -> None:
    """What was mended is kept sealed, and the roster waits to be checked again.

    Raises NotFound, Denied, Conflict, Invalid (too many).
    """
    row = _alone(work, ref, version, ["checked"])
    kept = [*edits_of(row), *edits]
    if len(kept) > MOST_EDITS:
        raise Invalid(
            _("More than %(n)s mendings. Mend the file itself and bring it again."),
            code="too_many_edits",
            n=MOST_EDITS,
        )
    row.sealed_edits = seal.seal(f"roster:{ref}", json.dumps(kept, ensure_ascii=False).encode())
    row.state, row.version = "checking", version + 1
    row.save()
    _send(work, CHECK, row)


def edits_of(row: Roster) -> list[Edit]:
    """What was mended so far."""
    if not row.sealed_edits:
        return []
    found: list[Edit] = json.loads(seal.unseal(bytes(row.sealed_edits)))
    return found


@service(permission="gift_rosters.mend", records=NOTHING)
def roster_again(work: Work, /, *, ref: str, version: int, stored: Stored, name: str) -> None:
    """A corrected file stands in the place of the first; it waits to be checked.

    Raises NotFound, Denied, Conflict.
    """
    row = _alone(work, ref, version, ["checked"])
    work.send(FORGET, {"upload": row.upload_ref})
    row.upload_ref, row.sha256, row.name = stored.ref, stored.sha256, name[-200:]
    row.sealed_edits, row.state, row.version = b"", "checking", version + 1
    row.save()
    _send(work, CHECK, row)


@service(permission="gift_rosters.mend", records=NOTHING)
def roster_give_up(work: Work, /, *, ref: str, version: int) -> None:
    """Nothing of it is taken; its file is gone. Raises NotFound, Denied, Conflict."""
    row = _alone(work, ref, version, ["checking", "checked"])
    _let_go(work, row)


@service(permission="gifts.take", records=JOURNAL)
def roster_take(work: Work, /, *, ref: str, version: int) -> None:
    """The worker takes the roster, row by row, each once.

    Raises NotFound, Denied, Conflict (changed meanwhile), Invalid (rows to be mended, the sum
    differs from what was received: with the difference; more than the goal leaves; not received
    yet).
    """
    slug = Roster.objects.filter(ref=ref).values_list("raising__slug", flat=True).first()
    raising = raising_of(work, slug, alone=True) if slug else None
    row = _alone(work, ref, version, ["checked"])
    _check_ready(row)
    if raising is not None and raising.capped:
        _check_room(raising, row)
    row.state, row.version, row.error = "taking", version + 1, ""
    row.save()
    work.journal("donations.roster", subject=f"roster:{ref}", n=row.n_rows)
    _send(work, TAKE, row)


def _check_ready(row: Roster) -> None:
    if row.n_problems or not row.n_rows:
        raise Invalid(_("Mend the rows that are kept out first."), code="rows_to_mend")
    if row.sum_fen != row.stated_fen:
        raise Invalid(
            _(
                "The rows add up to %(sum)s yuan, received were %(stated)s yuan: a difference of "
                "%(gap)s yuan. Nothing is taken before they are equal."
            ),
            code="roster_sum",
            sum=format_yuan(row.sum_fen),
            stated=format_yuan(row.stated_fen),
            gap=format_yuan(row.sum_fen - row.stated_fen),
        )
    if row.pledge is not None and row.pledge.state != "pledged":
        raise Conflict(
            _("The announced transfer was taken already without its list."), code="not_pledged"
        )
    if row.received_at is None:
        raise Invalid(
            _("The transfer has not arrived. Match its line of a statement first."),
            code="not_received",
        )


def _check_room(raising: Raising, row: Roster) -> None:
    """The whole roster fits into what the goal leaves; what its own pledge holds is room too."""
    held = row.pledge.pledged_fen or 0 if row.pledge else 0
    left = max(room(raising) + held, 0)
    if row.sum_fen > left:
        raise Conflict(
            _(
                "The roster has %(sum)s yuan, the goal of this raising leaves %(left)s yuan. "
                "Nothing of it is taken. Bring a smaller roster, or give the rest back."
            ),
            code="goal_reached",
            sum=format_yuan(row.sum_fen),
            left=format_yuan(left),
        )


@service(permission="gifts.take", records=JOURNAL)
def roster_back(work: Work, /, *, ref: str, version: int, why: str = "") -> None:
    """A roster of which nothing is taken yet waits again; why: what kept it from being taken.

    Raises NotFound, Denied, Conflict (changed meanwhile, some rows are gifts already).
    """
    row = _alone(work, ref, version, ["taking"])
    raising_of(work, row.raising.slug)
    if row.n_done:
        raise Conflict(_("Rows of this roster are gifts already."), code="rows_taken")
    row.state, row.version, row.error = "checked", version + 1, why[:500]
    row.save()
    work.journal("donations.roster_back", subject=f"roster:{ref}")


@service(permission="gifts.take", records=FACT)
def roster_batch(work: Work, /, *, ref: str, at: int, rows: Sequence[Giver]) -> int:
    """The next rows (at most 200) are gifts; how many of the roster are taken by then.

    at: how many were taken before: a batch that was committed is never taken again, whatever
    crashed after it. Raises Conflict where another worker was first, or its pledge is no more.
    """
    roster = Roster.objects.select_for_update(of=("self",)).get(ref=ref)
    raising = raising_of(work, roster.raising.slug)
    if roster.state != "taking" or roster.n_done != at:
        raise Conflict(_("This roster was changed meanwhile."), code="changed_meanwhile")
    if roster.pledge is not None and at == 0:
        _end_pledge(work, roster, roster.pledge.pk)
    steps.gifts_take(work, raising, [_gift(roster, one) for one in rows])
    roster.n_done += len(rows)
    if roster.n_done == roster.n_rows:
        roster.state, roster.taken_at, roster.sealed_edits = "taken", work.at, b""
        roster.version += 1
        work.send(FORGET, {"upload": roster.upload_ref})
    roster.save()
    work.record(_taken(work, raising, roster, at, rows))
    return roster.n_done


def _end_pledge(work: Work, roster: Roster, pledge_id: int) -> None:
    """What was promised comes in row by row. Raises Conflict where it came in otherwise."""
    rows = Gift.objects.select_for_update(of=("self",)).select_related("raising__organisation")
    pledge = rows.select_related("direction").get(pk=pledge_id)
    if pledge.state != "pledged":
        raise Conflict(
            _("The announced transfer was taken already without its list."), code="not_pledged"
        )
    reason = f"arrived as roster {roster.ref}"
    pledge_steps.pledge_ended(work, pledge, reason, with_roster=True)


def _gift(roster: Roster, one: Giver) -> GiftIn:
    known_by = f"{roster.unit_name} {one.staff_no}" if one.staff_no else ""
    donor = DonorIn("person", one.name, one.phone, known_by=known_by)
    received_at = roster.received_at or roster.brought_at
    return GiftIn(
        key=f"roster:{roster.ref}:{one.place}",
        fen=one.fen,
        received_at=received_at,
        channel="roster",
        donor=donor if one.name or one.phone or known_by else None,
        direction=_direction(roster),
        show_name=one.show_name,
        source=f"roster:{roster.ref}",
    )


def _direction(roster: Roster) -> DirectionIn | None:
    """What the unit said the transfer is for."""
    where = roster.pledge.direction if roster.pledge else None
    return DirectionIn(where.beneficiary, where.area, where.use) if where else None


def _taken(work: Work, raising: Raising, roster: Roster, at: int, rows: Sequence[Giver]) -> Fact:
    values: Mapping[str, Value] = {
        "raising": raising.slug,
        "n": len(rows),
        "fen": sum(one.fen for one in rows),
        "source": f"roster:{roster.ref}",
        "file_sha256": roster.sha256,
        "first_row": at + 1,
        "last_row": at + len(rows),
    }
    owner = {BUSINESS: f"org:{raising.organisation.ref}"}
    return Fact(TAKEN, f"roster:{roster.ref}", work.at, dict(values), owner)
