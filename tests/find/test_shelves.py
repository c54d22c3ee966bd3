"""What is looked through where it stands: an office's own files and lines of other sources."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from niangjia.blocks.desk import searching
from niangjia.programmes.assistance_ledger.tests import books, given
from niangjia.programmes.assistance_ledger.tests.test_sources import ORDERS, bring, order

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


@pytest.fixture(autouse=True)
def city(monkeypatch):
    books.city(monkeypatch)


def shelf(who, query):
    """What the one search finds of files and lines: name of the kind -> titles."""
    found = searching.find(given.actor(who), query)
    names = ("files", "lines")
    return {one.name: [hit.title for hit in one.hits] for one in found if one.name in names}


def test_files_and_lines_are_found_by_their_own_office_alone(tmp_path):
    bring(
        tmp_path / "平台导出.csv",
        ORDERS,
        order("DD7788", 12_300),
        order("DD7799", 900, goods="蜂蜜"),
    )
    assert shelf("clerk", "平台") == {"files": ["平台导出.csv"]}
    assert shelf("clerk", "ptdc") == {"files": ["平台导出.csv"]}
    assert shelf("clerk", "DD7788") == {"lines": ["小米 5斤"]}
    assert shelf("clerk", "蜂蜜 唐县") == {"lines": ["蜂蜜 5斤"]}
    assert shelf("clerk", "蜂蜜 定州") == {}
    for other in ("clerk_b", "auditor", "reviewer"):
        assert shelf(other, "DD7788") == shelf(other, "平台") == {}


def test_a_found_line_leads_to_the_list_that_holds_it(tmp_path):
    bring(tmp_path / "orders.csv", ORDERS, order("DD7788", 12_300))
    client = Client()
    client.force_login(
        get_user_model().objects.get(username="clerk"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    [hit] = next(
        one for one in searching.find(given.actor("clerk"), "DD7788 小米") if one.name == "lines"
    ).hits
    page = client.get(hit.href).content.decode()
    assert "DD7788" in page and "123.00" in page
