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
