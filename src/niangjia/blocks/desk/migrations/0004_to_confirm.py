"""What imports brought before it was told to anybody waits at its office too."""

from django.db import migrations
from django.utils import timezone


def tell(apps, schema_editor):
    organisations = apps.get_model("orgs", "Organisation").objects
    nodes = organisations.filter(category="node", kind__in=("city", "district"))
    city = nodes.filter(kind="city").order_by("id").first()
    districts = dict(nodes.filter(kind="district").values_list("code", "id"))
    items = apps.get_model("desk", "InboxItem")
    for one in organisations.filter(to_confirm=True, valid_to=None).iterator(500):
        district = districts.get(one.district_code) if one.category == "buyer" else None
        if district is None and city is None:
            continue
        items.objects.get_or_create(
            kind="organisation.confirm",
            subject=f"organisation.confirm:{one.ref}",
            organisation_id=district or city.pk,
            role="district" if district else "city",
            done_at=None,
            defaults={
                "params": {"name": one.name},
                "href": f"/desk/organisations/{one.ref}",
                "created_at": timezone.now(),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("desk", "0003_find_debt"), ("orgs", "0005_short_names")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
