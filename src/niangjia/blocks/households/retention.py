"""Rosters kept long enough go with their pseudonyms; and the department's destruction of a key is
put on record."""

import datetime as dt

from niangjia.blocks.households import facts
from niangjia.blocks.households.models import PseudonymKey, Roster
from niangjia.blocks.households.pseudonyms import held_keys, is_set_up, label_of
from niangjia.blocks.households.selectors import KEPT_YEARS
from niangjia.blocks.households.steps import roster_end
from niangjia.core import clock
from niangjia.core.actor import system_actor
from niangjia.core.errors import Unavailable
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work

SYSTEM = system_actor("retention of rosters")
KEPT_LONG_ENOUGH = "kept long enough"


@service(permission="households.retain", records=FACT)
def roster_expire(work: Work, /, *, roster_ref: str) -> None:
    """The roster's households are gone; its totals stay. Raises NotFound."""
    roster_end(work, roster_ref=roster_ref, reason=KEPT_LONG_ENOUGH)


@service(permission="households.retain", records=FACT)
def key_destroyed(
    work: Work, /, *, programme: str, year: int, public: str, destroyed_at: str
) -> None:
    """The department says that the key is gone: no roster of the year can be taken any more."""
    row = PseudonymKey.objects.select_for_update().get(programme=programme, year=year)
    if row.destroyed_at is not None:
        work.repeated()
        return
    values: dict[str, Value] = {
        "destroyed_at": destroyed_at,
        "programme": programme,
        "public": public,
        "year": year,
    }
    subject = f"pseudonym_key:{programme}-{year}"
    work.record(Fact(facts.KEY_DESTROYED, subject, work.at, values, {BUSINESS: "system"}))
    PseudonymKey.objects.filter(pk=row.pk).update(
        destroyed_at=dt.datetime.fromisoformat(destroyed_at)
    )


def sweep() -> int:
    """One roster that was kept long enough is ended; returns how many were."""
    before = clock.city_today().year - KEPT_YEARS
    refs = Roster.objects.filter(year__lt=before, ended_at__isnull=True).order_by("id")
    ref = refs.values_list("ref", flat=True).first()
    if ref is not None:
        roster_expire(SYSTEM, roster_ref=ref)
        return 1
    return _destroyed()


def _destroyed() -> int:
    """Keys that the holder says are gone are noted as gone."""
    known = PseudonymKey.objects.filter(destroyed_at__isnull=True)
    rows = {label_of(row.programme, row.year): row for row in known}
    if not rows or not is_set_up():
        return 0
    try:
        held = held_keys()
    except Unavailable:
        return 0
    n = 0
    for one in held:
        row = rows.get(one.label)
        if row is not None and one.gone_at and one.public == row.public:
            key_destroyed(
                SYSTEM,
                programme=row.programme,
                year=row.year,
                public=one.public,
                destroyed_at=one.gone_at,
            )
            n += 1
    return n
