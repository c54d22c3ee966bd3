"""Erasing a person: planted values and the key that sealed them are in no byte that the site keeps,
an older backup put back erases them again, and every proof stands."""

import base64
import json
import shutil
import zipfile

import pytest

from tests.concurrency import site as sites

pytestmark = [pytest.mark.slow]
NAME, PHONE, PERSON = "鸢尾金丝雀", "13907414147", "苜蓿金丝雀"
PLANT = f"""
import json
from niangjia.blocks.orgs.public import Account, accounts_set_up
from niangjia.core import clock, jobs
from niangjia.core.models import SealKey
from niangjia.core.actor import system_actor
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.services import purchases_take
from niangjia.blocks.orgs.models import Appointment, Contact, Login
account = Account("canary", "x" * 20, {PERSON!r}, "clerk", "uscc:" + given.UNITS["甲"])
accounts_set_up(system_actor("t"), accounts=[account], valid_from=clock.city_today())
rows = [given.purchase(900 + n, contact_name={NAME!r}, contact_phone={PHONE!r}) for n in range(3)]
from niangjia.blocks.orgs.public import actor_by_account
purchases_take(actor_by_account("canary"), rows=rows)
jobs.settle()
Appointment.objects.filter(person__login__username="canary").update(valid_to="2020-01-01")
Login.objects.filter(username="canary").update(is_active=False)
owners = ["person:" + Login.objects.get(username="canary").person.ref,
          "contact:" + Contact.objects.order_by("-id").first().ref]
print(json.dumps([bytes(k.wrapped).hex() for k in SealKey.objects.filter(owner__in=owners)]))
"""
WHO = """
import json
from niangjia.blocks.ledger.public import history
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.blocks.orgs.public import contact_masked
one = Purchase.objects.order_by("-id").first()
print(json.dumps([history("purchase:" + one.ref)[0].who, list(contact_masked(one.contact_id))]))
"""

NAMES = """
from niangjia.blocks.orgs.models import Login
print(*Login.objects.values_list("username", flat=True))
"""


def forms(text):
    plain = text.encode()
    yield from (plain, text.encode("utf-16-le"), text.encode("gb18030"))
    yield json.dumps(text)[1:-1].encode()
    yield base64.b64encode(plain)[:-4]


def bytes_kept(home):
    """(where, bytes) of every file of the site; also of what archives hold."""
    for path in sorted(home.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield str(path.relative_to(home)), data
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    for name in archive.namelist():
                        yield f"{path.name}:{name}", archive.read(name)


def found(home, wanted):
    return [(where, one) for where, data in bytes_kept(home) for one in wanted if one in data]


@pytest.fixture
def site(template, tmp_path):
    if template.database:
        pytest.skip("the scan reads SQLite's files")
    return sites.copy_of(template, tmp_path / "home")


def erased(site):
    for words in (
        ("accounts", "erase", "canary", "--reason", "保存期满"),
        ("accounts", "erase-contact", NAME, PHONE, "--reason", "本人要求"),
    ):
        code, out, err = site.command(*words)
        assert code == 0, out + err


def test_no_planted_value_and_no_key_is_left_in_any_stored_byte(site, tmp_path):
    wrapped = [bytes.fromhex(one) for one in json.loads(site.run(PLANT))]
    canaries = [form for text in (NAME, PHONE, PERSON) for form in forms(text)]
    assert json.loads(site.run(WHO)) == [PERSON, ["鸢" + "*" * 4, "*" * 7 + "4147"]]
    assert len(found(site.home, wrapped)) >= 2
    code, out, err = site.command("backup", "--to", tmp_path / "b", "--json")
    assert code == 0, err
    backup = json.loads(out)["path"]
    # when
    erased(site)
    # then
    assert found(site.home, canaries + wrapped) == []
    assert json.loads(site.run(WHO)) == ["", ["", ""]]
    code, out, err = site.command("ledger", "audit")
    assert code == 0, out + err
    # an older backup brings the keys back: they are erased again before anybody is served
    code, out, err = site.command("restore", backup, "--replace")
    assert code == 0 and "2 keys" in out, out + err
    assert "canary" in site.run(NAMES)
    code, out, err = site.command("migrate")  # as `up` and `upgrade` do before they serve
    assert code == 0 and "canary" not in site.run(NAMES), out + err
    assert json.loads(site.run(WHO)) == ["", ["", ""]]
    assert found(site.home, canaries) == []
    assert not [where for where, _one in found(site.home, wrapped) if "replaced" not in where]


def test_a_copy_of_the_log_tells_a_restored_site_what_was_erased(site, template, tmp_path):
    site.run(PLANT)
    code, out, err = site.command("backup", "--to", tmp_path / "b", "--json")
    backup = json.loads(out)["path"]
    erased(site)
    code, out, err = site.command("ledger", "export", "--out", tmp_path / "copy")
    assert code == 0, err
    other = sites.empty_like(template, tmp_path / "elsewhere")
    code, out, err = other.command("restore", backup)
    assert code == 0 and "ledger erasures" in out, out + err
    assert json.loads(other.run(WHO))[0] == PERSON
    strange = tmp_path / "strange"
    shutil.copytree(tmp_path / "copy", strange)
    kept = (strange / "checkpoint").read_text()
    (strange / "checkpoint").write_text(kept.replace("\n", "x\n", 1))
    for words in (("--from", strange), ("--from", tmp_path), ("--as", "clerk", "--from", strange)):
        code, out, err = other.command("ledger", "erasures", *words)
        assert code in (2, 3, 5), out + err
    assert json.loads(other.run(WHO))[0] == PERSON
    code, out, err = other.command("ledger", "erasures", "--from", tmp_path / "copy")
    assert code == 0 and "2 erasures" in out, out + err
    assert json.loads(other.run(WHO)) == ["", ["", ""]]
