"""One bulletin, the same figures everywhere; a receipt that checks without us."""

import json
import re
import subprocess
from argparse import Namespace

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory

from niangjia.blocks.indicators.public import bulletin_get
from niangjia.blocks.ledger.public import signed_root
from niangjia.core import jobs
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.lib import canonical
from niangjia.programmes.donations import publishing
from niangjia.programmes.donations.cli import run_bulletin
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.selectors.samples import sample_get, samples
from niangjia.programmes.donations.services import (
    change_ask,
    change_decide,
    consent_give,
    gift_pledge,
    gifts_record,
    sample_check,
    sample_draw,
)
from niangjia.programmes.donations.tests import given
from niangjia.programmes.donations.types import DirectionIn, DonorIn, Proof
from niangjia.witness.bulletin_command import main
from tests.bulletins.city import City, entries_of_site

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
FIRST = given.at("2020-03-16 15:00:00")
PHONE = "13900000001"


@pytest.fixture
def slug(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()
    slug = given.raising(goal_fen=1_000_000_000)
    rows = [
        given.gift(1, fen=1_234_567_89, show_name=True, show_amount=True),
        given.gift(2, fen=3_000_000, show_name=True),
        given.unit_gift(3, fen=2_345_678_90, show_name=True, show_amount=True),
        given.unit_gift(4, fen=99_999_999),
        given.unit_gift(6, fen=1),
        given.gift(5, fen=50, donor=None, channel="collection", n_people=7, n_times=9),
    ]
    gifts_record(given.actor("foundation"), slug=slug, rows=rows)
    jobs.settle()
    return slug


@pytest.fixture
def client(client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def published(slug, as_of=FIRST, **more):
    ref = publishing.prepare(given.actor("foundation"), slug, as_of, **more)
    made = bulletin_get(publishing.sign(given.actor("treasurer"), ref, 0))
    jobs.settle()
    return made


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def paper_of(client, address, folder):
    (folder / "b.pdf").write_bytes(client.get(address).content)
    done = subprocess.run(
        ["pdftotext", "-layout", str(folder / "b.pdf"), "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


def test_command_page_paper_and_document_print_the_same(slug, client, capsys, tmp_path):
    # given
    published(slug)
    # when
    run_bulletin(Namespace(scope=slug, as_of="2020-03-16T15:00", json=True))
    told = json.loads(capsys.readouterr().out)
    document = json.loads(client.get(f"/donations/{slug}/bulletins/1.json").content)
    page = text_of(client.get(f"/donations/{slug}/bulletins/1"))
    paper = paper_of(client, f"/donations/{slug}/bulletins/1.pdf", tmp_path)
    # then
    same = [(one["id"], one["fen"], one["wan"]) for one in told["lines"] + told["sums"]]
    assert same == [
        ("1", 126_456_839, 126),
        ("2", 334_567_890, 334),
        ("3", 0, 0),
        ("cash", 461_024_729, 461),
        ("total", 461_024_729, 461),
    ]
    listed = document["lines"] + document["sums"]
    assert [(one["id"], one["fen"], one["wan"]) for one in listed] == same
    for _id, fen, wan in same:
        exact = f"{fen / 100:,.2f}"
        assert exact in page and exact in paper
        assert f" {wan} " in page and re.search(rf"\b{wan}\b", paper)
    assert told["note"] and "cut, not rounded" in page and "cut, not rounded" in paper
    assert told["counts"] == {c["id"]: c["n"] for c in document["counts"]}
    assert (told["counts"]["people"], told["counts"]["times"]) == (9, 11)
    assert "11 times" in page and "11 times" in paper


def test_the_old_page_stays_and_the_next_explains(slug, client, settings):
    published(slug)
    before = client.get(f"/donations/{slug}/bulletins/1.json").content
    gift = Gift.objects.get(fen=3_000_000)
    change_ask(given.actor("foundation"), gift_ref=gift.ref, why="refund", fen=5, reason="退款")
    change_decide(given.actor("treasurer"), ask_ref=gift.asks.get().ref, step="approve", version=0)
    jobs.settle()
    settings.NIANGJIA_CITY_DATE = "2020-03-19"
    published(slug, given.at("2020-03-19 00:00:00"))
    assert client.get(f"/donations/{slug}/bulletins/1.json").content == before
    assert "1,264,568.39" in text_of(client.get(f"/donations/{slug}/bulletins/1"))
    new = text_of(client.get(f"/donations/{slug}/bulletins/2"))
    assert "1,264,568.34" in new and "Adjusted: of 1 gifts" in new and "-0.05" in new


def test_a_correction_stands_beside_what_it_corrects_everywhere(slug, client):
    old = published(slug)
    published(slug, corrects=old.ref, explanation="示例：更正口径说明")
    for address in ("bulletins", "bulletins/1", "bulletins/2"):
        assert "示例：更正口径说明" in client.get(f"/donations/{slug}/{address}").content.decode()
    assert "Corrected by bulletin 2" in text_of(client.get(f"/donations/{slug}/bulletins/1"))
    assert "Correction notice" in text_of(client.get(f"/donations/{slug}"))
    assert client.get(f"/donations/{slug}/bulletins/3").status_code == 404


def test_my_record_is_in_the_total_and_the_file_checks_without_us(slug, client, tmp_path, capsys):
    # given
    published(slug)
    gift = Gift.objects.get(fen=3_000_000)
    address = f"/donations/{slug}/bulletins/1/receipt"
    # when
    page = text_of(client.post(address, {"number": gift.number.lower()}))
    answer = client.post(address, {"number": gift.number, "file": "1"})
    # then
    assert "is counted: From people, 30,000.00 yuan, once" in page
    assert "one other gift" in page and "not whose it is" in page
    assert answer["Content-Disposition"].startswith("attachment")
    value = json.loads(answer.content)
    entries = entries_of_site()
    city = City(entries, signed_root(len(entries)).origin)
    assert value["checkpoint"].split("\n\n")[0] == city.note().split("\n\n")[0]
    value["checkpoint"] = city.note()
    (tmp_path / "r.json").write_bytes(canonical.encode(value, limit=None))
    (tmp_path / "policy").write_bytes(city.policy)
    given_to = ["--receipt", str(tmp_path / "r.json"), "--policy", str(tmp_path / "policy")]
    assert main([*given_to, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "verified" and told["fen"] == 3_000_000


def test_an_unknown_number_is_refused_and_one_that_came_late_is_not_counted(slug, client):
    published(slug)
    address = f"/donations/{slug}/bulletins/1/receipt"
    answer = client.post(address, {"number": "0000-0000-0000"})
    assert answer.status_code == 422 and "no receipt of that number" in text_of(answer)
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift(9, fen=77)])
    jobs.settle()
    late = Gift.objects.get(fen=77)
    answer = client.post(address, {"number": late.number})
    assert answer.status_code == 422 and "not counted in that bulletin" in text_of(answer)


def test_the_board_names_who_agreed_and_forgets_them_at_once(slug, client):
    # given
    page = text_of(client.get(f"/donations/{slug}"))
    assert "示例捐赠人1" in page and "1,234,567.89" in page
    assert "示例捐赠人2" in page and "30,000.00" not in page
    assert "示例4号企业" not in page and "Collected in a group of 7 people" in page
    # when
    gift = Gift.objects.get(fen=1_234_567_89)
    proof = Proof(phone_digest=given.phone_digest(PHONE))
    consent_give(ANONYMOUS, gift_ref=gift.ref, proof=proof, show_name=False, show_amount=False)
    # then
    after = text_of(client.get(f"/donations/{slug}"))
    assert "示例捐赠人1" not in after and "1,234,567.89" not in after


def test_what_is_said_to_one_reader_stands_on_no_page_kept_for_others(slug, client):
    # given: somebody who was told something, and has not seen it yet
    told = RequestFactory().get("/")
    told.session, told._messages = {}, CookieStorage(told)
    messages.success(told, "Said to one reader only")
    answer = HttpResponse()
    told._messages.update(answer)
    client.cookies["messages"] = answer.cookies["messages"].value
    # when, then: the page that is made for them holds nothing of it, and the next one does
    assert "Said to one reader" not in client.get(f"/donations/{slug}").content.decode()
    assert "Said to one reader" in client.get("/donations/find").content.decode()


def test_a_poll_brings_the_live_part_or_nothing_new(slug, client):
    page = client.get(f"/donations/{slug}").content.decode()
    assert "htmx.js" in page
    address = re.search(r'hx-get="([^"]+)"', page).group(1)
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 204
    gifts_record(given.actor("foundation"), slug=slug, rows=[given.gift(9, fen=7_000_000)])
    jobs.settle()
    part = client.get(address, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in part.content.decode()
    assert "468" in text_of(part)


def test_a_pledge_stands_outside_the_total_with_its_direction_and_referrer(slug, client):
    pledge = given.pledge(
        fen=9_980_000,
        direction=DirectionIn("示例医务人员"),
        referrer=DonorIn("unit", "示例介绍单位"),
        show_name=True,
    )
    gift_pledge(given.actor("foundation"), slug=slug, pledge=pledge)
    jobs.settle()
    page = text_of(client.get(f"/donations/{slug}"))
    assert "99,800.00" in page and "示例医务人员" in page and "示例介绍单位" in page
    assert re.search(r"Received in all\s+461", page)


def test_what_is_overdue_is_said(slug, client, settings):
    settings.NIANGJIA_CITY_DATE = "2020-05-02"
    assert "Overdue" in text_of(client.get(f"/donations/{slug}/disclosure"))
    published(slug, given.at("2020-05-01 00:00:00"))
    page = text_of(client.get(f"/donations/{slug}/disclosure"))
    assert "Overdue" not in page and "Published late" in page


def test_the_disclosure_page_adds_up(slug, client):
    page = text_of(client.get(f"/donations/{slug}/disclosure"))
    assert "4,610,247.29" in page and "1,264,568.39" in page and "3,345,678.90" in page


def test_an_auditor_draws_a_sample_and_the_checklist_adds_up(slug, client):
    # given
    published(slug)
    address = f"/desk/donations/{slug}/bulletins/1/samples"
    assert client.get(address).status_code in (302, 403)
    auditor, clerk = given.actor("auditor"), given.actor("foundation")
    with pytest.raises(Denied):
        sample_draw(clerk, slug=slug, number=1, seed="3141-5926-5358")
    with pytest.raises(Invalid):
        sample_draw(auditor, slug=slug, number=1, seed="short")
    # when
    ref = sample_draw(auditor, slug=slug, number=1, seed="3141-5926-5358")
    # then
    bulletin_ref, rows = sample_get(auditor, ref=ref)
    assert len(rows) == 6 and sum(one.fen for one in rows) == 461_024_729
    assert all("示例捐赠人" not in one.donor for one in rows)
    with pytest.raises(Conflict):
        sample_draw(auditor, slug=slug, number=1, seed="3141-5926-5358")
    with pytest.raises(Invalid):
        sample_check(auditor, ref=ref, place=1, found="differs")
    for place in range(1, 6):
        sample_check(auditor, ref=ref, place=place, found="seen")
    sample_check(auditor, ref=ref, place=6, found="differs", note="金额少一分")
    line = samples(auditor, bulletin_ref=bulletin_ref)[0]
    assert (line.n_checked, line.n_seen, line.n_differs) == (6, 5, 1)


def test_the_auditor_checks_on_the_page(slug, client):
    published(slug)
    client.post("/sign-in", {"username": "auditor", "password": "示例口令-2020"})
    address = f"/desk/donations/{slug}/bulletins/1/samples"
    made = client.post(address, {"seed": "2718-2818-2845"})
    assert made.status_code == 302
    page = client.get(made["Location"])
    assert page.status_code == 200 and "0 / 6" in text_of(page)
    client.post(made["Location"] + "/check", {"place": 2, "found": "seen"})
    assert "1 / 6" in text_of(client.get(made["Location"]))
    assert client.get(made["Location"] + "/csv").content.decode().count("\n") == 7


def test_programs_read_the_same(slug, client):
    published(slug)
    assert [one["slug"] for one in client.get("/api/donations").json()] == [slug]
    totals = client.get(f"/api/donations/{slug}/totals").json()
    one = client.get(f"/api/donations/{slug}/bulletins/1").json()
    assert totals["fen"] == sum(one["sums"]) == 461_024_729
    assert client.get(f"/api/donations/{slug}/bulletins").json() == [one]
    gift = Gift.objects.get(fen=3_000_000)
    body = {"number": gift.number}
    send = {"data": body, "content_type": "application/json"}
    found = client.post(f"/api/donations/{slug}/bulletins/1/receipt", **send)
    assert found.json()["type"] == "niangjia-receipt"
    assert client.get(f"/api/donations/{slug}/bulletins/2").status_code == 404


def test_by_hand_a_clerk_prepares_a_correction_and_the_treasurer_signs_it(slug, client):
    # given
    old = published(slug)
    address = f"/desk/donations/raisings/{slug}/bulletins/new"
    client.post("/sign-in", {"username": "foundation", "password": "示例口令-2020"})
    taken = client.get(address, {"as_of": "2020-03-16T15:00"})
    assert "already as of" in text_of(taken)
    looked = text_of(client.get(address, {"corrects": old.ref}))
    assert "4,610,247.29" in looked
    # when
    refused = client.post(address, {"corrects": old.ref, "explanation": ""})
    assert refused.status_code == 422 and "its explanation is published" in text_of(refused)
    made = client.post(address, {"corrects": old.ref, "explanation": "示例更正：改正说明"})
    assert made.status_code == 302
    assert "It waits for the treasurer" in text_of(client.get(made["Location"]))
    client.post("/sign-out")
    client.post("/sign-in", {"username": "treasurer", "password": "示例口令-2020"})
    client.post(made["Location"] + "/decide", {"step": "sign", "version": "0"})
    jobs.settle()
    # then
    page = client.get(f"/donations/{slug}/bulletins/2").content.decode()
    assert "示例更正：改正说明" in page
    assert "Bulletin published" in text_of(client.get(made["Location"]))
