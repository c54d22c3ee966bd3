"""A file whose rows differ from the records: shown line by line, then corrected with a reason."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from niangjia.blocks.intake.public import file_of
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.programmes.assistance_ledger.importing import bridge_holds
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.services import purchase_correct
from niangjia.programmes.assistance_ledger.services.uploads import import_correct, import_restart
from niangjia.programmes.assistance_ledger.tests import books
from niangjia.programmes.assistance_ledger.tests import given as cast
from niangjia.programmes.assistance_ledger.tests.test_import_wizard import (
    checked,
    taken,
    total,
    upload,
    view,
)

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
REASON = "原表金额录错"


@pytest.fixture(autouse=True)
def city(monkeypatch):
    books.city(monkeypatch)


@pytest.fixture
def differing(tmp_path):
    """A file of which two rows differ from the records and one is new."""
    for name, rows in (
        ("old.xlsx", [books.line(1), books.line(2)]),
        ("new.xlsx", [books.line(1, amount_fen=90), books.line(2, note="补注"), books.line(3)]),
    ):
        ref = upload(books.simple(tmp_path / name, *rows))
        checked(ref)
        taken(ref)
    return ref


def correct(ref, who="city", reason=REASON):
    import_correct(cast.actor(who), ref=ref, version=view(ref).version, reason=reason)
    jobs.drain_slow()
    jobs.settle()
    return view(ref)


def browser():
    client = Client()
    client.post(reverse("orgs:sign_in"), {"username": "city", "password": "示例口令-2020"})
    return client


def test_what_differs_is_told_and_corrected_with_a_reason(differing):
    before = view(differing).result
    assert (before["accepted_rows"], before["more"]["changed_rows"]) == (1, 2)
    assert ["amount_fen", "10100", "9000"] in [list(x) for x in before["changed"][0]["lines"]]
    assert total() == 101_00 + 102_00 + 103_00
    after = correct(differing)
    assert after.state == "done" and after.result["changed"] == []
    assert (after.result["accepted_rows"], after.result["more"]["corrected_rows"]) == (3, 2)
    assert bridge_holds(dict(after.result)) and total() == 90_00 + 102_00 + 103_00
    gone = Purchase.objects.filter(reversed_at__isnull=False)
    assert (
        gone.count() == 2 and Purchase.objects.filter(corrects__in=gone.values("ref")).count() == 2
    )
    with pytest.raises(Invalid, match="No row"):
        correct(differing)
    assert total() == 90_00 + 102_00 + 103_00


def test_without_a_reason_in_another_hat_or_from_an_old_page_nothing_happens(differing):
    with pytest.raises(Invalid):
        correct(differing, reason=" ")
    for who in ("auditor", "district"):
        with pytest.raises(Denied):
            correct(differing, who=who)
    with pytest.raises(Conflict):
        import_correct(
            cast.actor("city"), ref=differing, version=view(differing).version - 1, reason=REASON
        )
    assert view(differing).state == "done" and total() == 306_00


def by_hand(unit_row, fen):
    record = Purchase.objects.get(contract_no=f"HT-{unit_row}", reversed_at=None)
    purchase_correct(
        cast.actor("city"),
        purchase_ref=record.ref,
        reason="发票金额有误",
        changes={"amount_fen": fen},
    )


def test_only_what_was_shown_is_corrected(differing):
    by_hand(1, 95_00)  # was shown with another amount
    by_hand(3, 55_00)  # was equal, and was not shown
    after = correct(differing)
    assert after.result["more"]["corrected_rows"] == 1
    assert total() == 95_00 + 102_00 + 55_00
    assert sorted(one["row"] for one in after.result["changed"]) == [2, 4]


def test_a_row_that_stands_twice_is_told_and_never_offered(tmp_path):
    for name, rows in (
        ("old.xlsx", [books.line(1)]),
        ("new.xlsx", [books.line(1, amount_fen=90), books.line(1, amount_fen=80)]),
    ):
        ref = upload(books.simple(tmp_path / name, *rows))
        checked(ref)
        taken(ref)
    assert [one["ref"] for one in view(ref).result["changed"]] == ["", ""]
    with pytest.raises(Invalid, match="No row"):
        correct(ref)


def test_where_the_file_was_changed_meanwhile_it_stays_done_and_says_so(differing):
    file_of(differing).write_bytes(b"changed")
    after = correct(differing)
    assert after.state == "done" and "changed or removed" in after.error["text"]
    assert total() == 306_00


def test_a_correction_that_shows_no_life_begins_again_with_its_reason(differing):
    city = cast.actor("city")
    import_correct(city, ref=differing, version=view(differing).version, reason=REASON)
    import_restart(city, ref=differing, version=view(differing).version)
    jobs.drain_slow()
    jobs.settle()
    assert view(differing).result["more"]["corrected_rows"] == 2
    assert view(differing).state == "done" and total() == 90_00 + 102_00 + 103_00


def test_on_the_page_and_by_json(differing):
    client = browser()
    address = reverse("assistance_ledger:import_done", args=[differing])
    page = client.get(address).content.decode()
    assert "<del>101.00</del>" in page and "<ins>90.00</ins>" in page
    version = view(differing).version
    to = reverse("assistance_ledger:import_correct", args=[differing])
    refused = client.post(to, {"version": version, "reason": ""})
    assert refused.status_code == 422 and 'id="reason-error"' in refused.content.decode()
    sent = json.dumps({"version": version, "reason": REASON})
    by_key = client.post(f"/api/imports/{differing}/correct", sent, content_type="application/json")
    assert by_key.status_code == 200 and by_key.json()["state"] == "taking"
    late = client.post(to, {"version": version, "reason": REASON})
    assert late.status_code == 302
    jobs.drain_slow()
    assert "<del>" not in client.get(address).content.decode()
