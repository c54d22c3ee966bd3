"""Rosters, counts and findings over JSON: masked, in scope; refusals change nothing."""

import json

import pytest
from django.test import Client

from niangjia.blocks.cases.finding_models import Finding
from niangjia.blocks.households.models import Household
from niangjia.blocks.orgs.public import token_make
from niangjia.core import jobs, seal
from niangjia.core.models import JournalEntry
from niangjia.programmes.assistance_ledger.crosschecks import jobs as crosschecks
from niangjia.programmes.assistance_ledger.tests import given
from tests.households.given import bring, browser, entered, person
from tests.households.holder import holding

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
NOBODY = "0" * 32
ROWS = [
    person(1, 1, "户主", **{"脱贫年度": "2019", "人数": 3, "增收金额(元)": 1200}),
    person(2, 1, "配偶"),
    person(3, 2, "户主", **{"脱贫属性": "未脱贫", "增收金额(元)": 300.5}),
]


@pytest.fixture
def review(db, tmp_path, settings):
    settings.NIANGJIA_HOME = str(tmp_path)
    seal._read_key.cache_clear()
    with holding(tmp_path / "holder", settings, "assistance_ledger-2020"):
        given.city()
        given.take(*(given.purchase(n) for n in (1, 2, 3)))
        found = entered()
        bring(found, ROWS)
        jobs.drain_slow()
        yield found


def get(who, address, **query):
    return browser(who).get(f"/api{address}", query)


def post(who, address, **body):
    return browser(who).post(f"/api{address}", json.dumps(body), content_type="application/json")


def code(answer):
    return answer.status_code, answer.json()["code"]


def n_looks():
    return JournalEntry.objects.filter(kind="roster.looked").count()


def test_a_roster_is_read_masked(review):
    answer = get("reviewer", f"/reviews/{review.ref}/roster")
    found = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert (found["n_households"], found["n_people"], found["gain_fen"]) == (2, 4, 150_050)
    assert (found["next"], found["looks"], found["review"]) == (0, [], review.ref)
    one = found["items"][0]
    assert (one["n_people"], one["gain_fen"], one["left"]) == (3, 120_000, "2019")
    assert (one["place"], one["in_clear"], one["n_rosters"]) == ("", False, 1)
    assert [person["name"] for person in one["persons"]] == ["示**", "示**"]
    assert "示例1" not in answer.content.decode()
    assert str(ROWS[0]["证件号码"]) not in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 403), ("member", 403), ("city", 200), ("auditor", 200), ("supplier", 200)],
)
def test_who_may_read_a_roster(review, who, status):
    assert get(who, f"/reviews/{review.ref}/roster").status_code == status
    assert get("auditor", f"/reviews/{NOBODY}/roster").status_code == 404


def test_a_look_has_a_reason_and_is_noted_and_shown(review):
    one = Household.objects.order_by("id").first()
    at = f"/reviews/{review.ref}/roster/households/{one.ref}/look"
    assert code(post("reviewer", at, reason=" "))[0] == 422
    assert code(post("city", at, reason="抽查")) == (403, "denied")
    assert code(post("clerk", at, reason="抽查")) == (403, "denied")
    other = f"/reviews/{review.ref}/roster/households/{NOBODY}/look"
    assert code(post("reviewer", other, reason="抽查")) == (404, "not_found")
    assert n_looks() == 0
    answer = post("reviewer", at, reason="入户核查")
    found = answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert found["persons"][0]["id_number"] == ROWS[0]["证件号码"]
    assert (found["persons"][0]["name"], found["place"]) == ("示例1", "示例乡 示例村")
    assert found["in_clear"] is True
    entry = JournalEntry.objects.get(kind="roster.looked")
    assert entry.detail == {"reason": "入户核查", "household": one.ref}
    (look,) = get("supplier", f"/reviews/{review.ref}/roster").json()["looks"]
    assert look["reason"] == "入户核查" and "示例reviewer" in look["who"]


def test_a_key_for_programs_opens_and_strikes_nobody(review):
    scopes = ["read", "import", "report"]
    key = token_make(given.actor("reviewer"), title="示例", scopes=scopes, days=1)
    one = Household.objects.first()
    at = f"/api/reviews/{review.ref}/roster"
    program = {"headers": {"Authorization": f"Bearer {key}"}, "content_type": "application/json"}
    assert Client().get(at, headers=program["headers"]).status_code == 200
    for step in ("look", "strike"):
        body = json.dumps({"reason": "抽查"})
        answer = Client().post(f"{at}/households/{one.ref}/{step}", body, **program)
        assert answer.status_code == 403
    assert n_looks() == 0
    assert Household.objects.exclude(struck="").count() == 0


def test_a_strike_and_taking_it_back(review):
    one = Household.objects.order_by("id").first()
    at = f"/reviews/{review.ref}/roster/households/{one.ref}/strike"
    assert code(post("supplier", at, reason="查无此户")) == (403, "denied")
    assert code(post("reviewer", at, reason="")) == (409, "changed_meanwhile")
    assert Household.objects.get(pk=one.pk).struck == ""
    found = post("reviewer", at, reason="查无此户").json()
    assert (found["ref"], found["struck"], found["in_clear"]) == (one.ref, "查无此户", False)
    roster = get("reviewer", f"/reviews/{review.ref}/roster", struck="true").json()
    assert (roster["n_struck"], [line["ref"] for line in roster["items"]]) == (1, [one.ref])
    assert code(post("reviewer", at, reason="再次")) == (409, "changed_meanwhile")
    assert Household.objects.get(pk=one.pk).struck == "查无此户"
    assert post("reviewer", at, reason="").json()["struck"] == ""


def test_counts_are_of_the_readers_scope(review):
    whole = get("city", "/households", year=2020).json()
    assert whole["kinds"] == ["county", "district", "unit", "supplier"]
    one = whole["whole"]
    assert (one["households"], one["people"], one["gain_fen"]) == (2, 4, 150_050)
    assert (one["confirmed_households"], one["left"]) == (0, {"2019": 1, "no": 1})
    own = get("district", "/households", year=2020).json()
    assert (own["whole"]["label"], own["kinds"]) == ("110101", ["unit"])
    assert [line["name"] for line in own["lines"]] == ["示例甲工会"]
    assert get("district_b", "/households", year=2020).json()["whole"] is None
    assert get("city", "/households", year=2018).json()["whole"] is None
    for who in ("clerk", "member", "supplier"):
        assert code(get(who, "/households", year=2020)) == (403, "denied")
    assert get("city", "/households").status_code == 422


def test_findings_are_listed_read_and_decided_in_scope(review):
    crosschecks.run({"year": 2020})
    listed = get("city", "/findings", kind="invoices").json()
    (one,) = listed["items"]
    assert (one["kind"], one["state"], one["version"], listed["next"]) == ("invoices", "open", 0, 0)
    assert "示例甲工会" in one["text"] and "1至3" in one["text"]
    assert len(one["subjects"]) == 3
    assert get("city", "/findings", state="gone").json()["items"] == []
    assert get("city", "/findings", kind="nonsense").status_code == 422
    assert code(get("member", "/findings")) == (403, "denied")
    at = f"/findings/{one['ref']}"
    assert get("city", at).json() == one
    assert code(get("city", f"/findings/{NOBODY}")) == (404, "not_found")
    said = {"verdict": "explained", "reason": "联合采购", "version": 0}
    assert code(post("auditor", at, **said)) == (403, "denied")
    assert code(post("city", at, **{**said, "reason": ""})) == (422, "reason_missing")
    assert code(post("city", at, **{**said, "version": 7})) == (409, "changed_meanwhile")
    assert post("city", at, **{**said, "verdict": "gone"}).status_code == 422
    assert Finding.objects.get(ref=one["ref"]).state == "open"
    done = post("city", at, **said).json()
    assert (done["state"], done["reason"], done["version"]) == ("explained", "联合采购", 1)
    assert done["person"] == "示例city"
    assert [
        line["ref"] for line in get("city", "/findings", state="explained").json()["items"]
    ] == [one["ref"]]


def test_a_finding_of_another_is_not_there(review):
    crosschecks.run({"year": 2020})
    ref = Finding.objects.get(kind="invoices").ref
    assert code(get("district_b", f"/findings/{ref}")) == (404, "not_found")
    said = {"verdict": "faulty", "reason": "不对", "version": 0}
    assert code(post("district_b", f"/findings/{ref}", **said)) == (404, "not_found")
    assert Finding.objects.get(ref=ref).state == "open"
