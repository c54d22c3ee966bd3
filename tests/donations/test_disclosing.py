"""The calendar, its reminders, the feeds, and open data that a stranger's tool accepts."""

import datetime as dt
import json
import xml.etree.ElementTree as ET
import zipfile

import pytest
from frictionless import Package, system
from icalendar import Calendar

from niangjia.blocks.desk.public import inbox_page
from niangjia.config.cli import main as niangjia
from niangjia.core import jobs
from niangjia.programmes.donations.disclosing import Disclosure, mark_of
from niangjia.programmes.donations.reminding import remind
from niangjia.programmes.donations.services import gifts_record
from niangjia.programmes.donations.tests import given
from tests.donations.test_bulletins import published

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def slug(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()
    slug = given.raising()
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift(1), given.unit_gift(2)])
    jobs.settle()
    return slug


def waiting(name="foundation"):
    return [one.due_on for one in inbox_page(given.actor(name), kind="disclosure.due")[0]]


def test_a_disclosure_is_soon_overdue_met_or_late():
    due = Disclosure(dt.date(2020, 4, 25), dt.date(2020, 4, 26), False)
    days = [(3, 26), (3, 27), (4, 26), (4, 27)]
    found = [due.state(dt.date(2020, month, day)) for month, day in days]
    assert found == ["later", "soon", "soon", "overdue"]
    met = Disclosure(due.as_of, due.due_on, False, 1, dt.date(2020, 4, 26))
    late = Disclosure(due.as_of, due.due_on, False, 1, dt.date(2020, 4, 27))
    assert (met.state(dt.date(2020, 5, 1)), late.state(dt.date(2020, 5, 1))) == ("met", "late")
    assert [mark_of(due.due_on, dt.date(2020, month, day)) for month, day in days] == [
        None,
        30,
        7,
        0,
    ]


def test_the_foundation_is_reminded_once_for_each_mark_and_no_more_once_it_is_met(slug, settings):
    remind()
    assert waiting() == []
    for day in ("2020-03-27", "2020-03-28", "2020-04-20", "2020-04-27"):
        settings.NIANGJIA_CITY_DATE = day
        remind()
        remind()
        assert waiting() == waiting("treasurer") == [dt.date(2020, 4, 26)]
    assert waiting("foundation_b") == []
    published(slug, given.at("2020-04-27 00:00:00"))
    remind()
    assert waiting() == []


def test_the_calendar_has_the_days_in_the_citys_zone(slug, client):
    found = Calendar.from_ical(client.get(f"/donations/{slug}/disclosure.ics").content)
    assert [one["TZID"] for one in found.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    days = [one.decoded("DTSTART") for one in found.walk("VEVENT")]
    assert [one.date() for one in days] == [dt.date(2020, 4, 26), dt.date(2020, 9, 30)]
    assert {one.utcoffset() for one in days} == {dt.timedelta(hours=8)}


def test_the_feed_tells_of_bulletins_and_corrections(slug, client):
    old = published(slug)
    published(slug, corrects=old.ref, explanation="示例更正说明")
    root = ET.fromstring(client.get(f"/donations/{slug}/feed.xml").content)
    links = [one.findtext("link") for one in root.iter("item")]
    assert [link.rsplit("/", 1)[1] for link in links] == ["2", "1"]
    assert "示例更正说明" in next(root.iter("item")).findtext("description")


def test_open_data_is_a_valid_package_without_a_person(slug, client, tmp_path):
    published(slug)
    answer = client.get(f"/donations/{slug}/data.zip")
    path = tmp_path / "data.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "data")
    gifts = (tmp_path / "data" / "gifts.csv").read_text("utf-8").splitlines()
    assert len(gifts) == 3 and "示例" not in "".join(gifts)
    with system.use_context(trusted=True):
        report = Package(str(tmp_path / "data" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])


def test_a_bulletin_is_prepared_and_signed_by_commands(slug, capsys):
    assert niangjia(["donations", "bulletin", "prepare", slug, "--as", "foundation"]) == 2
    when = ["--as-of", "2020-03-16T15:00", "--as", "foundation"]
    capsys.readouterr()
    assert niangjia(["donations", "bulletin", "prepare", slug, *when]) == 0
    ref = capsys.readouterr().out.strip()
    assert niangjia(["donations", "bulletin", "sign", ref, "--as", "foundation"]) != 0
    capsys.readouterr()
    assert niangjia(["donations", "bulletin", "sign", ref, "--as", "treasurer"]) == 0
    assert capsys.readouterr().out.strip() == f"donations/{slug}/1"
    niangjia(["bulletin", "donations", slug, "--as-of", "2020-03-16T15:00", "--json"])
    assert json.loads(capsys.readouterr().out)["bulletin"] == 1
