"""Facts of rosters. Who stands in one is in no fact, sealed or open."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare

POLICY = "demonstration-2020-03"
_ROSTER = ("gain_fen", "n_households", "n_people", "party", "roster", "subject")
TAKEN = declare(
    FactKind(
        name="roster.taken",
        version=1,
        title=_("Roster taken"),
        policy=POLICY,
        open=("county", "year"),
        sealed=tuple(sorted((*_ROSTER, "file_sha256"))),
    )
)
ENDED = declare(
    FactKind(
        name="roster.ended",
        version=1,
        title=_("Roster withdrawn or kept long enough"),
        policy=POLICY,
        open=("county", "year"),
        sealed=tuple(sorted((*_ROSTER, "reason"))),
    )
)
STRUCK = declare(
    FactKind(
        name="roster.struck",
        version=1,
        title=_("Household of a roster not confirmed, or confirmed again"),
        policy=POLICY,
        open=("year",),
        sealed=("gain_fen", "household", "n_people", "reason", "roster", "sign"),
    )
)
ERASED = declare(
    FactKind(
        name="household.erased",
        version=1,
        title=_("Household of a roster erased"),
        policy=POLICY,
        open=("key",),
        sealed=("household", "reason", "roster"),
    )
)
KEY_ADOPTED = declare(
    FactKind(
        name="pseudonym_key.adopted",
        version=1,
        title=_("Pseudonym key adopted"),
        policy=POLICY,
        open=("programme", "public", "year"),
    )
)
KEY_DESTROYED = declare(
    FactKind(
        name="pseudonym_key.destroyed",
        version=1,
        title=_("Pseudonym key destroyed by its department"),
        policy=POLICY,
        open=("destroyed_at", "programme", "public", "year"),
    )
)
