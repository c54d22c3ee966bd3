"""A report as a paper: one sheet, with the code that verifies the version printed."""

import datetime as dt
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.models import Purchase, Report
from niangjia.programmes.assistance_ledger.services import period_open, purchase_reverse
from niangjia.programmes.assistance_ledger.tests import given

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
IN_IT = dt.date(2019, 11, 5)


@pytest.fixture(autouse=True)
def city(db):
    given.city()
    given.take(
        given.purchase(1, occurred_on=IN_IT),
        given.purchase(2, occurred_on=IN_IT),
        given.purchase(3, unit="乙", occurred_on=IN_IT),
    )
    period_open(given.actor("city"), period="2019Q4")
    jobs.settle()


def paper():
    """(the page, code on it)."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(
        get_user_model().objects.get(username="clerk"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    report = Report.objects.get(unit__name="示例甲工会")
    page = client.get(f"/desk/reports/{report.ref}/print").content.decode()
    return page, re.search(r'class="code">([0-9a-f]{20})<', page)[1]


def verified(code):
    return Client(headers={"accept-language": "en"}).get(f"/verify/{code}").content.decode()


def test_the_paper_verifies_by_its_code_until_something_changes():
    page, code = paper()
    assert "<svg" in page and "622.00" in page
    assert 'class="topbar"' not in page  # a sheet of its own, not the site's page
    assert "holds exactly this list" in verified(code) and "622.00" in verified(code)
    assert paper()[1] == code
    one = Purchase.objects.get(contract_no="HT-1")
    purchase_reverse(given.actor("clerk"), purchase_ref=one.ref, reason="退货")
    jobs.settle()
    assert "1 of its rows were taken back" in verified(code)
    assert paper()[1] != code


def test_an_amount_changed_behind_our_back_is_told():
    code = paper()[1]
    Purchase.objects.filter(contract_no="HT-2").update(amount_fen=5)
    assert "does not hold this list" in verified(code)
