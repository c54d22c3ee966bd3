"""What must hold whatever was done to organisations."""

from django.apps import apps

from niangjia.blocks.orgs.models import Organisation, Placement
from niangjia.programmes.assistance_ledger.content import sums_by_unit
from niangjia.programmes.assistance_ledger.models import Purchase

CODE = "91110101MA00A1B2X4"
PATHS = {"territory": "territory_path", "line": "line_path"}


def of_everything():
    """Every row of the rooms that organisations and their reports lie in."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for label in ("orgs", "desk", "cases", "assistance_ledger", "ledger")
        for model in apps.get_app_config(label).get_models()
        if model._meta.model_name != "findposition"
    }


def check(*periods):
    """Paths agree with placements, successors are final, each record has one unit, sums agree."""
    rows = {one.pk: one for one in Organisation.objects.all()}
    for row in rows.values():
        head = rows.get(row.succeeded_by_id)
        open_ones = Placement.objects.filter(organisation=row, valid_to=None)
        for tree, column in PATHS.items():
            path = getattr(row, column)
            if head is not None:
                assert head.succeeded_by_id is None and row.valid_to is not None
                assert path == f"{getattr(head, column) or '/'}{row.pk}/"
                assert (row.district_code, row.line_code) == (head.district_code, head.line_code)
            for placed in open_ones.filter(tree=tree):
                assert head is None
                above = rows.get(placed.parent_id)
                assert path == f"{getattr(above, column) if above else '/'}{row.pk}/"
    heads = {pk: row.succeeded_by_id or pk for pk, row in rows.items()}
    for unit_id in Purchase.objects.values_list("unit_id", flat=True).distinct():
        assert rows[heads[unit_id]].succeeded_by_id is None
    for period in periods:
        assert set(sums_by_unit(period)) <= set(heads.values())
