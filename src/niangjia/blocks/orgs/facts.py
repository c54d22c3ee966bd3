"""Facts of orgs."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare

REGISTERED = declare(
    FactKind(
        name="organisation.registered",
        version=1,
        title=_("Organisation registered"),
        policy="demonstration-2020-03",
        open=("category", "district", "line"),
        sealed=("code", "kind", "name", "organisation", "to_confirm", "uscc"),
    )
)


def _changed(what: str, title: object, *sealed: str, opened: tuple[str, ...] = ()) -> FactKind:
    """A change of an organisation: category, district and line are open, as when registered."""
    return declare(
        FactKind(
            name=f"organisation.{what}",
            version=1,
            title=title,
            policy="demonstration-2020-03",
            open=tuple(sorted(("category", "district", "line", *opened))),
            sealed=tuple(sorted(("organisation", "reason", *sealed))),
        )
    )


CONFIRMED = _changed("confirmed", _("Organisation confirmed"))
RENAMED = _changed("renamed", _("Organisation renamed"), "before", "name", "since")
RECODED = _changed("recoded", _("Code of the organisation corrected"), "before", "uscc")
MOVED = _changed("moved", _("Organisation moved"), "before", "parent", "since", opened=("tree",))
CLOSED = _changed("closed", _("Organisation closed"), "last_day")
REOPENED = _changed("reopened", _("Organisation reopened"))
MERGED = _changed("merged", _("Organisation merged into another"), "into")
SPLIT = _changed("split", _("Merged organisation split again"), "out_of")
APPOINTED_1 = declare(
    FactKind(
        name="appointment.given",
        version=1,
        title=_("Appointment given"),
        policy="demonstration-2020-03",
        open=("role",),
        sealed=("organisation", "person", "valid_from"),
    )
)
APPOINTED = declare(
    FactKind(
        name="appointment.given",
        version=2,
        title=_("Appointment given"),
        policy="demonstration-2020-03",
        open=("role",),
        sealed=("organisation", "person", "reason", "valid_from"),
    )
)
RELIEVED = declare(
    FactKind(
        name="appointment.ended",
        version=1,
        title=_("Appointment ended"),
        policy="demonstration-2020-03",
        open=("role",),
        sealed=("organisation", "person", "reason", "valid_to"),
    )
)
DELEGATED = declare(
    FactKind(
        name="delegation.given",
        version=1,
        title=_("Deputy named"),
        policy="demonstration-2020-03",
        open=("role",),
        sealed=("deputy", "organisation", "valid_from", "valid_to"),
    )
)
RETURNED = declare(
    FactKind(
        name="delegation.ended",
        version=1,
        title=_("Deputy relieved"),
        policy="demonstration-2020-03",
        open=("role",),
        sealed=("deputy", "organisation", "valid_from", "valid_to"),
    )
)

ERASED = declare(
    FactKind(
        name="person.erased",
        version=1,
        title=_("Personal data erased"),
        policy="demonstration-2020-03",
        open=("key",),
        sealed=("reason",),
    )
)
