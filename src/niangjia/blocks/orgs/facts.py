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
APPOINTED = declare(
    FactKind(
        name="appointment.given",
        version=1,
        title=_("Appointment given"),
        policy="demonstration-2020-03",
        open=("role",),
        sealed=("organisation", "person", "valid_from"),
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
