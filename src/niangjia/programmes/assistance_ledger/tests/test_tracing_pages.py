"""Tracing in the browser's and a program's hands; from the public board back to the records."""

import datetime as dt
import json
import re
from html import unescape

import pytest
from django.urls import reverse

from niangjia.blocks.ledger.public import entry_body, history
from niangjia.core import jobs
from niangjia.core.actor import ANONYMOUS
from niangjia.core.errors import Denied, Invalid, NotFound, NotSignedIn
from niangjia.programmes.assistance_ledger.models import Purchase, Release
from niangjia.programmes.assistance_ledger.selectors import board_get
from niangjia.programmes.assistance_ledger.services import purchase_correct, purchase_reverse
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_pivot_pages import browser
from niangjia.programmes.assistance_ledger.tracing.released import Cell, released_get

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
TRACE = "/desk/trace"


@pytest.fixture
def books(db):
    """Four of each of three units in two counties, both modes; the quarter is released, and only
    then one record is taken back, one corrected, one brought late."""
    given.city()
    rows = [
        given.purchase(
            10 * at + number,
            unit,
            occurred_on=dt.date(2020, 1 + number % 2, 10),
            amount_fen=10_000 * at + number,
            mode="helped" if number < 2 else "direct",
            county_code="130627" if number % 4 < 2 else "130624",
        )
        for at, unit in enumerate("甲乙丙", start=1)
        for number in range(8)
    ]
    taken = given.take(*rows).taken
    purchase_reverse(given.actor("city"), purchase_ref=taken[0], reason="重复登记")
    jobs.settle()
    return given.release("2020Q1")


def later():
    """What comes after the release changes no released figure."""
    clerk = given.actor("clerk")
    first, second = Purchase.objects.filter(reversed_at=None, unit__name="示例甲工会")[:2]
    purchase_reverse(clerk, purchase_ref=first.ref, reason="重复登记")
    changes = {"amount_fen": 99, "quantity_milli": None, "price_milli": None}
    purchase_correct(clerk, purchase_ref=second.ref, reason="金额", changes=changes)
    given.take(given.purchase(500, "甲", occurred_on=dt.date(2020, 1, 5)))
    jobs.settle()


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def document(ref):
    return json.loads(bytes(Release.objects.get(ref=ref).document))


def figures(found):
    """(cell, fen, n or None) of every figure of a release's document."""
    yield Cell(), found["counted_fen"], found["n"]
    for mode in ("direct", "helped"):
        yield Cell(mode=mode), found[f"{mode}_fen"], None
    for table, rows in found["tables"].items():
        for row in rows:
            yield Cell(table, row["label"]), row["direct_fen"] + row["helped_fen"], row["n"]
            for mode in ("direct", "helped"):
                yield Cell(table, row["label"], mode), row[f"{mode}_fen"], None


def all_rows(who, ref, cell):
    rows, after = [], ""
    while True:
        found = released_get(given.actor(who), ref=ref, cell=cell, after=after)
        rows += found.rows
        after = found.next
        if not after:
            return found, rows


@pytest.mark.parametrize("changed", [False, True])
def test_every_released_figure_is_the_sum_of_its_records_as_they_stood_then(books, changed):
    if changed:
        later()
    n_figures = 0
    for cell, fen, n in figures(document(books)):
        found, rows = all_rows("auditor", books, cell)
        assert found.fen == fen == found.own.fen == sum(row["amount_fen"] for row in rows), cell
        assert found.n == n and n in (None, found.own.n), cell
        n_figures += 1
    assert n_figures > 20
    assert found.fact.kind == "figures.released/1" and found.fact.index is not None


def test_whose_scope_holds_a_part_sees_that_part_and_is_told(books):
    later()
    found, rows = all_rows("district_b", books, Cell())
    assert (found.n, found.own.n, len(rows)) == (23, 16, 16)
    assert {row["unit__name"] for row in rows} == {"示例乙工会", "示例丙医院"}
    shown = page(browser("district_b"), f"{TRACE}/released/{books}")
    assert "16 of the figure&#x27;s 23 records are in your scope." in shown
    own = page(browser("clerk"), f"{TRACE}/released/{books}?mode=direct")
    assert "yuan of the figure&#x27;s" in own and "records are in your scope" not in own
    whole = page(browser("auditor"), f"{TRACE}/released/{books}")
    assert "in your scope" not in whole
    (line,) = [x for x in history(f"release:{books}") if x.kind.startswith("figures.released/")]
    index = line.index
    assert f'href="/log/entries/{index}"' in whole


def test_what_stands_under_others_is_told_to_nobody_who_sees_a_part(books):
    release = Release.objects.get(ref=books)
    found = document(books)
    found["tables"]["channel"][0]["label"] = "*"
    Release.objects.filter(ref=books).update(
        document=json.dumps(found).encode(), others={"channel": ["食堂"]}
    )
    cell = Cell("channel", "*")
    assert released_get(given.actor("city"), ref=release.ref, cell=cell).own.n == 23
    for who in ("clerk", "district", "reviewer", "supplier"):
        with pytest.raises(NotFound):
            released_get(given.actor(who), ref=release.ref, cell=cell)


def test_a_figure_that_is_not_there_is_said_to_be_nowhere(books):
    auditor = given.actor("auditor")
    for cell in (Cell("county", "000000"), Cell("unit", "x"), Cell("", "x"), Cell(mode="x")):
        with pytest.raises(NotFound):
            released_get(auditor, ref=books, cell=cell)
    with pytest.raises(NotFound):
        released_get(auditor, ref="0" * 32, cell=Cell())
    with pytest.raises(Invalid):
        released_get(auditor, ref=books, cell=Cell(), after="x")
    for actor, error in ((ANONYMOUS, NotSignedIn), (given.actor("member"), Denied)):
        with pytest.raises(error):
            released_get(actor, ref=books, cell=Cell())


def test_the_board_leads_who_may_see_records_to_them_and_nobody_else(books):
    link = f"{TRACE}/released/{books}"
    assert link not in page(browser(), "/board/2020Q1")
    assert link not in page(browser("member"), "/board/2020Q1")
    shown = page(browser("auditor"), "/board/2020Q1")
    hrefs = {unescape(one) for one in re.findall(rf'href="({link}[^"]*)"', shown)}
    assert len(hrefs) > 15
    for href in hrefs:
        assert "<h1>" in page(browser("auditor"), href)
    assert link in page(browser("clerk"), "/board/2020Q1")
    assert link not in page(browser(), "/board/2020Q1")  # what is kept is kept apart


def test_the_board_names_the_entry_of_the_release_and_not_of_its_proposal(books):
    body = entry_body(board_get("2020Q1").fact.index)
    assert body["open"]["document_sha256"] == Release.objects.get(ref=books).sha256


def test_one_thing_is_opened_at_once_several_are_offered(books):
    client = browser("auditor")
    answer = client.get(f"{TRACE}?q=00000011")
    assert answer.status_code == 302
    shown = page(client, answer["Location"])
    assert "Amount registered" in shown and 'value="00000011"' in shown
    assert "Several things fit" in page(client, f"{TRACE}?q=示例")
    assert "Nothing in your scope fits" in page(client, f"{TRACE}?q=无此产品")
    assert "Too short" in page(client, f"{TRACE}?q=米")
    assert "Too long" in page(client, f"{TRACE}?q={'9' * 201}")
    assert "What do you want to trace?" in page(client, TRACE)


def test_a_stranger_s_record_is_said_to_be_nowhere(books):
    other = Purchase.objects.filter(unit__name="示例乙工会").first().ref
    client = browser("clerk")
    assert "Nothing in your scope fits" in page(client, f"{TRACE}?q={other}")
    assert "Nothing in your scope belongs to it" in page(client, f"{TRACE}?record={other}")
    page(client, f"/desk/records/{other}", 404)
    page(browser("member"), TRACE, 403)
    assert browser().get(TRACE).status_code in (302, 401)
    page(browser("member"), f"{TRACE}/released/{books}", 403)


@pytest.mark.parametrize(
    "query",
    [
        "q=%00%00",
        "q=a%00b",
        "product=%00",
        "file=xyz",
        "file=" + "a" * 300,
        "unit=%27",
        "county=%3Cb%3E",
        "invoice=%25",
        "supplier=" + "x" * 400,
        "record=-1",
        "district=x&county=130627",
        "by=nothing&county=130627",
    ],
)
def test_a_strange_address_is_read_as_far_as_it_can_be(books, query):
    shown = page(browser("city"), f"{TRACE}?{query}")
    assert "<b>" not in shown


def test_a_damaged_link_to_a_page_is_refused(books):
    page(browser("city"), f"{TRACE}?county=130627&after=x", 422)


def test_the_record_leads_on_to_all_it_belongs_to(books):
    one = Purchase.objects.filter(unit__name="示例乙工会").first()
    client = browser("auditor")
    shown = page(client, f"/desk/records/{one.ref}")
    hrefs = [unescape(href) for href in re.findall(r'href="(/desk/trace\?[^"]+)"', shown)]
    assert [href.split("?")[1].split("=")[0] for href in hrefs] == [
        "invoice",
        "supplier",
        "product",
        "county",
        "unit",
    ]
    for href in hrefs:
        assert f"/desk/records/{one.ref}" in page(client, href) or "Next 20" in page(client, href)


def test_every_node_is_a_link_and_the_file_holds_what_the_page_adds_up(books):
    client = browser("auditor")
    shown = page(client, f"{TRACE}?county=130624")
    total = re.search(r'Amount registered</h2><p class="value">¥\xa0([\d,.]+)', shown)[1]
    assert f"<strong>{total}</strong>" in shown  # the table behind the picture
    drawn = json.loads(re.search(r'id="trace-data"[^>]*>(.*?)</script>', shown)[1])
    supplier = next(one for one in drawn["nodes"] if one["depth"] == 0)
    assert supplier["said"] == total and "supplier=" in supplier["href"]
    form = {"query": "county=130624&state=all", "which": "all", "do": "csv"}
    answer = client.post(reverse("assistance_ledger:chosen"), form)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1:]
    assert len(lines) == 12


def test_a_unit_s_trace_and_its_page_lead_to_its_pack(books):
    unit = Purchase.objects.filter(unit__name="示例乙工会").first().unit
    shown = page(browser("auditor"), f"{TRACE}?unit={unit.ref}")
    assert f'href="/desk/packs?unit={unit.uscc}"' in shown
    pack = page(browser("auditor"), f"/desk/packs?unit={unit.ref}&year=2020")
    assert "示例乙工会" in pack and 'value="2020"' in pack
    listed = page(browser("city"), f"/desk/organisations/{unit.ref}")
    assert f"/desk/packs?unit={unit.uscc}" in listed and f"/desk/trace?unit={unit.ref}" in listed
    assert "/desk/packs?" not in page(browser("reviewer"), f"{TRACE}?unit={unit.ref}")
    stranger = page(browser("clerk"), f"/desk/packs?unit={unit.ref}")
    assert "示例乙工会" not in stranger


def test_json_gives_meanings_sums_picture_and_records(books):
    client = browser("auditor")
    (one,) = client.get("/api/trace/meanings?q=00000011").json()["items"]
    assert (one["kind"], one["value"]) == ("invoice", "011001900104 00000011")
    found = client.get("/api/trace?county=130624").json()
    assert found["levels"] == ["supplier", "county", "unit", "district"]
    assert found["n"] == 12 and found["n_reversed"] == 0
    assert found["fen"] == sum(line["amount_fen"] for line in found["items"])
    for level in range(4):
        nodes = [one for one in found["nodes"] if one["level"] == level]
        assert sum(one["fen"] for one in nodes) == found["fen"]
    assert client.get("/api/trace").status_code == 422
    assert client.get("/api/trace/meanings?q=x").status_code == 422
    assert client.get("/api/trace?county=a%00").status_code == 422
    assert browser("clerk").get("/api/trace?county=130624").json()["n"] == 4
    assert browser("member").get("/api/trace?county=130624").status_code == 403
    assert browser().get("/api/trace/meanings?q=小米").status_code == 401
