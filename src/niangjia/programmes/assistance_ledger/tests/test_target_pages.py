"""Pages of the yearly assessment: list, form, sheet, sealed scan, JSON."""

import io

import pypdfium2
import pytest
import segno
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from niangjia.blocks.desk.public import rows_of, sheet_keep
from niangjia.core.errors import Denied
from niangjia.programmes.assistance_ledger.assessing import TargetForm
from niangjia.programmes.assistance_ledger.exporting import TARGETS
from niangjia.programmes.assistance_ledger.selectors.unit_targets import target_get
from niangjia.programmes.assistance_ledger.target_files import sheet_code, sheet_rows, sheet_title
from niangjia.programmes.assistance_ledger.tests import given
from niangjia.programmes.assistance_ledger.tests.test_pages import browser
from niangjia.programmes.assistance_ledger.tests.test_unit_targets import OWN, decided, filed
from niangjia.programmes.assistance_ledger.unit_target_models import SealedSheet, UnitTarget

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
FORM = {"canteen": "own", "food": "6220.00", "members": "2", "gift": "1000", "version": "0"}


@pytest.fixture(autouse=True)
def city(db):
    cache.clear()
    given.city()
    given.take(given.purchase(1))


def scanned(row, codes, reason="", name="scan.png", who="clerk"):
    """A page with these texts as QR codes comes back."""
    paper = Image.new("RGB", (900, 1200), "white")
    for at, text in enumerate(codes):
        out = io.BytesIO()
        segno.make(text, error="q").save(out, kind="png", scale=6, border=4)
        paper.paste(Image.open(out).convert("RGB"), (40, 40 + at * 500))
    paper.putpixel((5, 5), (len(codes), len(reason), len(name)))
    out = io.BytesIO()
    paper.save(out, "PNG")
    file = SimpleUploadedFile(name, out.getvalue())
    address = reverse("assistance_ledger:target_scan", args=[row.ref])
    return browser(who).post(address, {"file": file, "reason": reason})


def address_of(version) -> str:
    return "http://testserver" + reverse("desk:verify", args=[sheet_code(version)])


def verdicts(row) -> list[str]:
    return [one.verdict for one in target_get(given.actor("clerk"), ref=row.ref).sheets]


def test_a_clerk_files_on_the_page_and_the_office_accepts_what_it_ticked():
    answer = browser("clerk").post("/desk/targets/new?year=2020", FORM)
    row = UnitTarget.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/targets/{row.ref}")
    ticked = f"x:{row.ref}:1"
    answer = browser("district").post("/desk/targets/many", {"act": "accept", "unit": ticked})
    row.refresh_from_db()
    assert (answer.status_code, row.accepted_n) == (302, 1)
    page = browser("city").get("/desk/targets").content.decode()
    assert "922.00" in page and "311.00" in page and "33.7%" in page


def test_a_refused_form_shows_why_and_keeps_what_was_typed():
    answer = browser("clerk").post("/desk/targets/new?year=2020", {**FORM, "gift": "1"})
    assert answer.status_code == 422 and b"6220.00" in answer.content
    assert not UnitTarget.objects.exists()


def test_a_shared_canteen_is_named_by_the_units_full_name():
    form = {"canteen": "shared", "filed_with": "示例乙工会", "version": "0"}
    assert browser("clerk").post("/desk/targets/new?year=2020", form).status_code == 302
    assert UnitTarget.objects.get().versions.get().filed_with.name == "示例乙工会"


def test_every_page_answers_each_role_with_what_is_its_own():
    row = filed()
    for who, status in (("clerk", 200), ("district", 200), ("district_b", 404), ("supplier", 403)):
        assert browser(who).get(f"/desk/targets/{row.ref}").status_code == status
        assert browser(who).get(f"/desk/targets/{row.ref}/sheet.pdf").status_code == status


def test_the_sheet_has_capitals_pages_and_a_code_that_verifies_it():
    row = filed()
    made = browser("clerk").get(f"/desk/targets/{row.ref}/sheet.pdf")
    if made.status_code == 503:
        pytest.skip("no Chinese font here")
    document = pypdfium2.PdfDocument(made.content)
    text = document[0].get_textpage().get_text_range()
    code = sheet_code(row.versions.get())
    assert len(document) == 1 and "玖佰贰拾贰元整" in text and code in text
    page = browser().get(reverse("desk:verify", args=[code]))
    assert page.status_code == 200 and "922.00" in page.content.decode()


def test_the_sealed_scan_is_green_for_the_version_printed_and_red_once_the_target_changed():
    row = filed()
    scanned(row, [address_of(row.versions.get())])
    assert verdicts(row) == ["same"]
    decided(row)
    filed(form=TargetForm("own", food_fen=100), reason="食堂停伙")
    assert verdicts(row) == ["changed"]
    scanned(row, [address_of(row.versions.get(n=2))], name="second.png")
    assert verdicts(row) == ["same", "changed"]


def test_a_scan_of_another_units_sheet_is_told_from_this_ones():
    row, other = filed(), filed("clerk_b")
    scanned(row, [address_of(other.versions.get())])
    assert verdicts(row) == ["other"]
    assert SealedSheet.objects.get().version_id is None


def test_without_a_code_a_person_says_so_with_a_reason():
    row = filed()
    scanned(row, [])
    assert not SealedSheet.objects.exists()
    scanned(row, [], reason="二维码被印章盖住")
    assert verdicts(row) == ["person"]
    assert SealedSheet.objects.get().reason == "二维码被印章盖住"


def test_only_the_unit_itself_brings_its_sheet():
    row = filed()
    for who, status in (("clerk_b", 404), ("district", 403)):
        assert scanned(row, [address_of(row.versions.get())], who=who).status_code == status
    assert not SealedSheet.objects.exists()


def test_a_version_altered_in_the_database_no_longer_matches_its_sheet():
    row = filed()
    version = row.versions.get()
    sheet_keep(
        given.actor("clerk"),
        kind="unit_target",
        title=sheet_title(version),
        rows=sheet_rows(version),
    )
    scanned(row, [address_of(version)])
    code = sheet_code(version)
    row.versions.update(food_fen=1)
    assert verdicts(row) == ["changed"]
    page = browser().get(reverse("desk:verify", args=[code])).content.decode()
    assert "922.00" in page


def test_the_workbook_has_the_list_and_no_percentage_where_nothing_is_owed():
    decided(filed())
    rows = rows_of(TARGETS, given.actor("city"), {"year": "2020"})
    listed = [(row[0], row[1], *map(str, (row[8], row[10], row[11]))) for row in rows.rows]
    assert listed[0] == (1, "示例甲工会", "922.00", "0.00", "33.7")
    assert [row[4] for row in listed[1:]] == ["None", "None"]
    with pytest.raises(Denied):
        rows_of(TARGETS, given.actor("member"), {"year": "2020"})


def test_the_same_by_json():
    client = browser("clerk")
    body = {"year": 2020, "canteen": "own", "food_fen": OWN.food_fen}
    made = client.post("/api/targets", body, content_type="application/json")
    assert made.status_code == 200
    ref = made.json()["ref"]
    step = {"step": "accept", "version": 1}
    refused = client.post(f"/api/targets/{ref}/steps", step, content_type="application/json")
    assert refused.status_code == 403
    done = browser("city").post(f"/api/targets/{ref}/steps", step, content_type="application/json")
    assert done.json() == {"state": "accepted"}
    listed = browser("city").get("/api/targets?year=2020").json()
    assert (listed["n"], listed["items"][0]["permille"], listed["items"][0]["place"]) == (3, 500, 1)
    assert browser("city").get(f"/api/targets/{ref}").json()["versions"][0]["n"] == 1
