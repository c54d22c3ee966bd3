"""Each thing that can go wrong has a light of its own, and the light says what to do."""

import json
import os
import time

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both
FAILED = """
from django.utils import timezone
from niangjia.core.models import OutboxMessage
OutboxMessage.objects.create(topic="x", payload={}, due_at=timezone.now(), attempts=10,
                             failed_at=timezone.now(), error="KeyError: x")
"""
APPOINTED = """
from niangjia.blocks.orgs.models import Appointment
Appointment.objects.filter(person__login__username="clerk", role="{0}").update(role="{1}")
"""
MISPLACED, PLACED = APPOINTED.format("clerk", "city"), APPOINTED.format("city", "clerk")
MEND = "from niangjia.core.models import OutboxMessage; OutboxMessage.objects.all().delete()"
TAMPER = """
from django.db import connection
with connection.cursor() as cursor:
    if connection.vendor == "postgresql":
        cursor.execute("DROP TRIGGER ledger_storedfact_no_change ON ledger_storedfact")
    else:
        cursor.execute("DROP TRIGGER ledger_storedfact_no_update")
    cursor.execute("UPDATE ledger_storedfact SET body = %s WHERE id ="
                   " (SELECT max(id) FROM ledger_storedfact)", [b"{}"])
"""
UNAPPLY = """
from django.core.management import call_command
call_command("migrate", "orgs", "0002", verbosity=0)
"""


@pytest.fixture
def site(template, tmp_path):
    return sites.copy_of(template, tmp_path / "home")


def lights(site, *more):
    """(exit code, state by name); whatever needs doing says what."""
    code, out, err = site.command("doctor", "--json", *more)
    assert out, err
    found = json.loads(out)["lights"]
    assert all(bool(one["todo"]) == (one["state"] != "good") for one in found)
    assert code == int(any(one["state"] == "bad" for one in found))
    return {one["name"]: one["state"] for one in found}


def test_a_site_in_order_has_no_red_light(site):
    found = lights(site, "--full")
    assert "bad" not in found.values()
    assert (found["whole_log"], found["sums"], found["files"]) == ("good", "good", "good")
    assert found["books"] == "good"
    assert found["backup"] == "warn"


def test_failed_work_an_open_key_and_rubbish_are_seen_and_gone_once_mended(site):
    site.run(FAILED)
    key = site.home / "secrets" / "master.key"
    key.chmod(0o644)
    (site.home / "exports").mkdir(exist_ok=True)
    rubbish = site.home / "exports" / "x.part"
    rubbish.write_text("x")
    ago = time.time() - 7200
    os.utime(rubbish, (ago, ago))
    found = lights(site)
    assert (found["failed"], found["master_key"], found["strays"]) == ("bad", "bad", "warn")
    site.run(MEND)
    key.chmod(0o600)
    rubbish.unlink()
    found = lights(site)
    assert (found["failed"], found["master_key"], found["strays"]) == ("good", "good", "good")


def test_a_role_that_reaches_beyond_its_place_is_seen(site):
    assert lights(site)["roles"] == "good"
    site.run(MISPLACED)
    assert lights(site)["roles"] == "bad"
    site.run(PLACED)
    assert lights(site)["roles"] == "good"


def test_a_missing_master_key_is_told_and_no_other_is_made(site):
    key = site.home / "secrets" / "master.key"
    held = key.read_bytes()
    key.unlink()
    found = lights(site)
    assert found["master_key"] == "bad" and found["database"] == "bad"
    assert not key.exists()
    key.write_bytes(held)
    key.chmod(0o600)
    assert "bad" not in lights(site).values()


def test_a_changed_entry_is_found_among_the_newest(site):
    site.run(TAMPER)
    assert lights(site)["log"] == "bad"


def test_databases_of_an_older_version_are_named(site):
    site.run(UNAPPLY)
    assert lights(site)["migrations"] == "bad"


def test_a_backup_turns_its_light(site, tmp_path):
    code, _out, err = site.command("backup", "--to", tmp_path / "b", "--without-keys")
    assert code == 0, err
    code, out, _err = site.command("doctor", "--json")
    (light,) = [one for one in json.loads(out)["lights"] if one["name"] == "backup"]
    assert light["state"] == "warn" and "same disk" in light["todo"]
    for path in (tmp_path / "b").glob("*.tar.gz"):
        path.unlink()
    code, out, _err = site.command("doctor", "--json")
    (light,) = [one for one in json.loads(out)["lights"] if one["name"] == "backup"]
    assert "not there any more" in light["todo"]
