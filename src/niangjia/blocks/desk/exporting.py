"""Tables of the desk that can be exported."""

from collections.abc import Iterator, Mapping

from django.http import QueryDict
from django.utils.translation import gettext as _

from niangjia.blocks.desk.exports import Rows, export_kind
from niangjia.blocks.desk.forms.organisations import RegisterFiltersForm
from niangjia.blocks.desk.pages.organisations import CATEGORIES, STATES
from niangjia.blocks.desk.searching import organisation_ids
from niangjia.blocks.desk.tables import Cell
from niangjia.blocks.orgs.public import Listed, organisations_each
from niangjia.core.actor import Actor

WIDTHS = (36, 22, 12, 12, 14, 14, 30, 12, 30)


def organisations_rows(actor: Actor, params: Mapping[str, object]) -> Rows:
    """The register as its list shows it. params: query. Raises NotSignedIn, Denied."""
    filters = RegisterFiltersForm(QueryDict(str(params.get("query", "")))).filters()
    found = organisations_each(actor, filters=filters, ids=organisation_ids(filters.text))
    header = (
        _("Name"),
        _("Unified social credit code"),
        _("What it is"),
        _("Kind of organisation"),
        _("District"),
        _("System"),
        _("Former names"),
        _("State"),
        _("Merged into"),
    )
    return Rows(_("Units and suppliers"), header, WIDTHS, _cells(found))


def _cells(found: Iterator[Listed]) -> Iterator[tuple[Cell, ...]]:
    for one in found:
        state = "merged" if one.into else "closed" if one.closed_on else "in_force"
        yield (
            one.name,
            one.uscc,
            str(CATEGORIES[one.category]),
            one.kind,
            one.district,
            one.line,
            "、".join(one.former),
            str(STATES["to_confirm" if one.to_confirm else state]),
            one.into[1] if one.into else "",
        )


ORGANISATIONS = export_kind("organisations", organisations_rows)
