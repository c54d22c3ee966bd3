"""The pivot's page, file, paper and JSON."""

import csv
import io
import re
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from niangjia.blocks.desk.public import rows_of
from niangjia.core import jobs
from niangjia.core.errors import Denied
from niangjia.programmes.assistance_ledger.exporting import PIVOT
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.services import purchase_reverse
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture
def books(db):
    given.city()
    given.take(
        given.purchase(1, "甲", amount_fen=1_234_567),
        given.purchase(2, "乙", amount_fen=2_000_001, mode="helped"),
        given.purchase(3, "丙", amount_fen=3_000_009, channel="专柜"),
    )


def browser(who=""):
    client = Client(headers={"accept-language": "en"})
    if who:
        login = get_user_model().objects.get(username=who)
        client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client, query=""):
    answer = client.get(f"{reverse('assistance_ledger:pivot')}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_number_leads_to_its_records_and_from_there_to_the_invoice_in_three_clicks(books):
    client = browser("city")
    shown = page(client, "rows=district&columns=channel&money=yuan")
    href, number = re.search(r'<a href="(/desk/records[^"]*)">(30,000\.09)</a>', shown).groups()
    records = client.get(unescape(href)).content.decode()  # first click
    assert f"¥ {number}" in records and "1 records" in records
    (ref,) = re.findall(r'<a href="/desk/records/([0-9a-f]{32})"', records)
    record = client.get(reverse("assistance_ledger:record", args=[ref])).content.decode()  # second
    assert "00000003" in record  # the invoice stands on the record


def test_a_cell_of_nothing_is_a_dash_without_a_link(books):
    shown = page(browser("city"), "rows=district&columns=channel&money=yuan")
    row = next(one for one in shown.split("<tr>") if "12,345.67" in one)
    assert 'data-label="专柜">—</td>' in row


@pytest.mark.parametrize(
    "query",
    [
        "rows=x",
        "columns=district&rows=district",
        "page=-1",
        "unit=%00",
        "first=2020-13",
        "page=99999999",
        "measure=none",
        "county=%3Cb%3E",
    ],
)
def test_a_strange_address_shows_what_can_be_read(books, query):
    assert "<h1>" in page(browser("city"), query)


def test_who_may_not_see_people_gets_amounts_and_is_told(books):
    shown = page(browser("clerk"), "measure=people")
    assert "does not see this measure" in shown
    assert 'value="people"' not in shown
    assert 'value="people"' in page(browser("auditor"), "measure=people")


def test_visitors_and_members_are_kept_out(books):
    assert browser().get(reverse("assistance_ledger:pivot")).status_code in (302, 401)
    assert browser("member").get(reverse("assistance_ledger:pivot")).status_code == 403


def test_a_question_is_kept_under_a_name(books):
    client = browser("city")
    query = "rows=channel&columns=mode&measure=n&money=wan&sort=-total&first="
    kept = {"page": "assistance_ledger:pivot", "title": "渠道", "query": query}
    client.post(reverse("desk:view_save"), kept)
    assert "渠道</a>" in page(client)
    listed = client.get(reverse("desk:views")).content.decode()
    href = re.search(r'href="(/desk/pivot[^"]*)"', listed).group(1)
    assert client.get(unescape(href)).status_code == 200


def test_the_file_has_exact_money_and_the_rights_of_who_asked(books):
    client = browser("district_b")
    client.post(
        reverse("assistance_ledger:pivot_export"),
        {"format": "csv", "query": "rows=district&columns=channel&first="},
    )
    jobs.drain_slow()
    listed = client.get(reverse("desk:exports")).content.decode()
    href = re.search(r'href="(/desk/exports/[^"]+)"', listed).group(1)
    data = b"".join(client.get(unescape(href)).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data)))
    assert rows[1][1:] == ["30000.09", "20000.01", "50000.10", "100.0%"]
    assert rows[-1][1:] == ["30000.09", "20000.01", "50000.10", "100.0%"]
    assert "12345.67" not in data


def test_a_file_of_people_is_refused_without_clearance(books):
    with pytest.raises(Denied):
        rows_of(PIVOT, given.actor("clerk"), {"query": "measure=people"})


def test_the_paper_is_verified_as_of_its_moment_also_after_a_reversal(books):
    client = browser("city")
    paper = client.get(f"{reverse('assistance_ledger:pivot_print')}?rows=district&columns=mode")
    assert paper.status_code == 200
    code = re.search(r"/verify/([0-9a-f]{20})", paper.content.decode()).group(1)
    assert "holds exactly this" in browser().get(f"/verify/{code}").content.decode()
    purchase_reverse(given.actor("city"), purchase_ref=Purchase.objects.first().ref, reason="重复")
    jobs.settle()
    again = browser().get(f"/verify/{code}").content.decode()
    assert "holds exactly this" in again and "62,345.77" in again


def test_nothing_to_print_is_said(books):
    answer = browser("city").get(f"{reverse('assistance_ledger:pivot_print')}?county=000000")
    assert answer.status_code == 422


def test_json_gives_integers_and_refuses_people_to_the_uncleared(books):
    client = browser("city")
    found = client.get("/api/pivot?rows=district&columns=mode&measure=households").json()
    assert found["fields"] == ["n", "fen", "households"]
    assert found["total"] == [3, 6_234_577, 9]
    lines = {line["label"]: line["cells"] for line in found["lines"]}
    labels = [column["label"] for column in found["columns"]]
    assert lines["110101"][labels.index("helped")] is None
    assert lines["110101"][labels.index("direct")] == [1, 1_234_567, 3]
    refused = browser("clerk").get("/api/pivot?measure=households")
    assert (refused.status_code, refused.json()["code"]) == (403, "denied")
    assert browser("clerk").get("/api/pivot").json()["total"] == [1, 1_234_567]
    assert client.get("/api/pivot?rows=mode&columns=mode").status_code == 422
    assert browser().get("/api/pivot").status_code == 401
