"""What the tests of rosters are given: a city with a review, a key holder, made-up people."""

import io

import xlsxwriter
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from stdnum.cn import ric

from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase
from niangjia.programmes.assistance_ledger.reviewing import HelpForm
from niangjia.programmes.assistance_ledger.services.reviews import review_enter
from niangjia.programmes.assistance_ledger.tests import given

HEADERS = (
    "县",
    "乡",
    "行政村",
    "户编号",
    "姓名",
    "证件号码",
    "人数",
    "与户主关系",
    "脱贫属性",
    "脱贫年度",
    "人均纯收入",
    "电话",
    "增收金额(元)",
)
FORM = HelpForm(("purchase",), 2, 5, 50_000, "2020-02-20", "2020-02-27")


def id_number(n: int) -> str:
    """The n-th made-up resident identity number of the county; its check digit holds."""
    text = f"13062719{50 + n % 50:02d}0{1 + n % 9}1{n % 10}{n % 1000:03d}"
    return text + ric.calc_check_digit(text + "0")


def person(n: int, household: int, relation: str = "", **cells: str) -> dict[str, object]:
    """A row of a roster: person n of a household of the register. cells: by header."""
    row = {
        "县": "唐县",
        "乡": "示例乡",
        "行政村": "示例村",
        "户编号": f"1306270010{household:06d}",
        "姓名": f"示例{n}",
        "证件号码": id_number(n),
        "与户主关系": relation or ("户主" if n % 2 else "配偶"),
    }
    return {**row, **cells}


def workbook(rows, headers=HEADERS) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, headers)
    for at, row in enumerate(rows, 1):
        for place, header in enumerate(headers):
            value = row.get(header, "")
            if isinstance(value, str):
                sheet.write_string(at, place, value)
            else:
                sheet.write(at, place, value)
    book.close()
    return out.getvalue()


def entered(product="小米", who="supplier", supplier="", form=FORM) -> HelpReview:
    """Help material of a product, in the first quarter of 2020, waiting for the county."""
    named = Purchase.objects.filter(product=product)
    ref = review_enter(
        given.actor(who),
        supplier_ref=supplier or named.first().supplier.ref,
        product=product,
        period="2020Q1",
        county_code="130627",
        form=form,
    )
    return HelpReview.objects.select_related("case").get(ref=ref)


def browser(who: str) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    login = get_user_model().objects.get(username=who)
    client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return client


class Bringing:
    """A roster on its way through the wizard, on its pages."""

    def __init__(self, review, rows, who="supplier", name="名单.xlsx"):
        self.client, self.review = browser(who), review
        data = rows if isinstance(rows, bytes) else workbook(rows)
        sent = {"file": SimpleUploadedFile(name, data), "review": review.ref}
        self.answer = self.client.post("/desk/imports/new", sent)
        self.ref = self.answer.headers.get("Location", "").rstrip("/").rpartition("/")[2]
        jobs.drain_slow()

    def page(self, step=""):
        return self.client.get(f"/desk/imports/{self.ref}{step}", follow=True)

    def text(self, step=""):
        return self.page(step).content.decode()

    def post(self, step, **data):
        from niangjia.blocks.intake.models import Upload

        version = Upload.objects.get(ref=self.ref).version
        answer = self.client.post(f"/desk/imports/{self.ref}/{step}", {"version": version, **data})
        jobs.drain_slow()
        jobs.settle()
        return answer

    def checked(self):
        """The columns as found are confirmed."""
        import re

        page = self.text("/columns")
        names = re.findall(r'<select class="select" name="([^"]+)"', page)
        data = {"read-0": "1", "hidden_rows": "take"}
        for name in names:
            part = page.split(f'name="{name}"')[1].split("</select>")[0]
            chosen = re.search(r'value="([^"]*)" selected', part)
            data[name] = chosen[1] if chosen else ""
        self.post("columns", **data)
        return self

    def taken(self):
        self.checked()
        self.post("take")
        return self


def bring(review, rows, who="supplier", **more):
    return Bringing(review, rows, who, **more).taken()
