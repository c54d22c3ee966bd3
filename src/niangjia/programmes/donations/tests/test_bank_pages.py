"""Pages of what came in, as a clerk of the foundation and a unit's clerk use them."""

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from niangjia.core import jobs
from niangjia.programmes.donations.bank_models import BankAccount, BankLine, Statement
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.roster_models import Roster
from niangjia.programmes.donations.tests import bank_files, given
from niangjia.programmes.donations.tests.test_rosters import people, workbook

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


def browser(who):
    client = Client(headers={"accept-language": "en"})
    login = get_user_model().objects.get(username=who)
    client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(client, slug, raw, name="a.csv", **more):
    file = SimpleUploadedFile(name, raw)
    return client.post(reverse("donations:bank"), {"raising": slug, "file": file, **more})


def test_a_statement_is_brought_taken_and_its_lines_are_confirmed():
    slug, client = given.raising(), browser("foundation")
    page = sent(client, slug, bank_files.bank_csv())
    assert page.status_code == 302
    assert b"5,900.00" in client.get(page["Location"]).content
    client.post(page["Location"], {"do": "take"})
    assert Statement.objects.get().state == "taken"
    lines = reverse("donations:bank_lines")
    assert "示例一号企业" in client.get(lines).content.decode()
    refs = list(BankLine.objects.filter(state="open").values_list("ref", flat=True))
    answer = client.post(lines, {"line": refs, **{f"as-{ref}": "gift:" for ref in refs}})
    assert answer.status_code == 302 and Gift.objects.count() == 2
    for state in ("open", "matched", "out"):
        assert client.get(lines, {"state": state}).status_code == 200
    assert b"0.00" in client.get(reverse("donations:bank_reconcile")).content
    gift = Gift.objects.first()
    assert client.get(reverse("donations:gift", args=[gift.ref])).status_code == 200


def test_a_statement_that_does_not_add_up_says_by_how_much_and_leaves_nothing():
    slug = given.raising()
    page = sent(browser("foundation"), slug, bank_files.bank_csv(opening="1000.50"))
    assert page.status_code == 422 and b"-0.50" in page.content
    assert not Statement.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"%PDF-1.4", b"\xff\xfe\x00\x01", b"hello"], ids="abcd")
def test_a_file_that_is_no_statement_is_refused_in_words(raw):
    slug = given.raising()
    page = sent(browser("foundation"), slug, raw)
    assert page.status_code == 422 and not Statement.objects.exists()


def test_one_line_is_said_to_be_a_person_s_directed_gift():
    slug, client = given.raising(), browser("foundation")
    bank_files.taken(slug, bank_files.bank_csv())
    line = BankLine.objects.get(fen=10_000)
    page = reverse("donations:bank_line", args=[line.ref])
    assert "公交职工" in client.get(page).content.decode()
    empty = client.post(page, {"how": "gift:", "donor_kind": "person", "name": ""})
    assert empty.status_code == 422 and not Gift.objects.exists()
    said = {"how": "gift:", "donor_kind": "person", "name": "示例张三", "beneficiary": "公交职工"}
    assert client.post(page, said).status_code == 302
    assert Gift.objects.get().direction.beneficiary == "公交职工"


def test_a_unit_sees_the_account_announces_and_brings_its_list():
    slug, client = given.raising(), browser("foundation")
    account = {"number": bank_files.ACCOUNT, "bank": "示例银行", "holder": "示例温暖基金会"}
    assert client.post(reverse("donations:bank_account", args=[slug]), account).status_code == 302
    assert bank_files.ACCOUNT.encode() not in bytes(BankAccount.objects.get().sealed)
    unit, page = browser("clerk"), reverse("donations:unit_gifts")
    assert bank_files.ACCOUNT in unit.get(page).content.decode()
    said = {"key": "k", "raising": slug, "fen": "100", "people": "people"}
    assert unit.post(page, said).status_code == 302
    pledge = Gift.objects.get()
    file = SimpleUploadedFile("名单.xlsx", workbook(people(100)))
    answer = unit.post(reverse("donations:unit_roster", args=[pledge.ref]), {"file": file})
    jobs.drain()
    jobs.drain_slow()
    assert Roster.objects.get().state == "checked"
    assert unit.get(answer["Location"]).status_code == 200
    assert unit.get(reverse("donations:roster_template")).status_code == 200
    assert unit.get(reverse("donations:bank")).status_code == 403
    act = reverse("donations:roster_act", args=[Roster.objects.get().ref])
    unit.post(act, {"do": "take", "version": Roster.objects.get().version})
    assert Roster.objects.get().state == "checked" and Gift.objects.count() == 1


def test_bad_rows_are_mended_on_the_page():
    slug, client = given.raising(), browser("foundation")
    rows = people(2)
    rows[1][4] = "一元"
    said = {
        "raising": slug,
        "unit_name": "示例制造厂",
        "stated_fen": "2",
        "received_at": "2020-03-05T10:00:00",
        "file": SimpleUploadedFile("名单.xlsx", workbook(rows)),
    }
    page = client.post(reverse("donations:rosters"), said)
    jobs.drain()
    jobs.drain_slow()
    assert "cell|名册|4|fen" in client.get(page["Location"]).content.decode()
    row = Roster.objects.get()
    act = reverse("donations:roster_act", args=[row.ref])
    client.post(act, {"do": "mend", "version": row.version, "cell|名册|4|fen": "1"})
    jobs.drain()
    jobs.drain_slow()
    client.post(act, {"do": "take", "version": Roster.objects.get().version})
    jobs.drain()
    jobs.drain_slow()
    assert Gift.objects.count() == 2
    assert b"2 of 2 rows" in client.get(page["Location"]).content


def test_another_unit_sees_nothing_of_a_roster():
    slug = given.raising()
    client = browser("foundation")
    said = {
        "raising": slug,
        "unit_name": "示例制造厂",
        "stated_fen": "2",
        "file": SimpleUploadedFile("名单.xlsx", workbook(people(2))),
    }
    page = client.post(reverse("donations:rosters"), said)["Location"]
    for who in ("clerk", "foundation_b"):
        assert browser(who).get(page).status_code == 404


def test_a_program_brings_a_statement_and_takes_it_once():
    slug, client = given.raising(), browser("foundation")

    def post():
        file = SimpleUploadedFile("a.csv", bank_files.bank_csv())
        return client.post("/api/statements", {"raising": slug, "file": file})

    found = post().json()
    assert (found["opening_fen"], found["closing_fen"], found["state"]) == (
        100_000,
        590_000,
        "read",
    )
    taken = client.post(f"/api/statements/{found['ref']}/take")
    assert (taken.status_code, taken.json()["state"], taken.json()["n_known"]) == (200, "taken", 0)
    assert client.post(f"/api/statements/{found['ref']}/take").status_code == 409
    assert post().json()["ref"] == found["ref"] and BankLine.objects.count() == 3
    assert browser("clerk").get(f"/api/statements/{found['ref']}").status_code == 403
    assert client.get("/api/statements/unknown").status_code == 404
