"""Invoices read off XML, OFD and QR codes, figure by figure."""

import datetime as dt

import pytest
from tests import einvoices as made

from niangjia.lib.einvoice import ofd, plain, qr, xml
from niangjia.lib.einvoice.figures import Reading
from niangjia.lib.einvoice.types import UNREADABLE, WARNINGS, Invoice, Line, Unreadable

ARCHIVE = (
    "OFD.xml",
    "Doc_0/Document.xml",
    "Doc_0/Tags/CustomTag.xml",
    "Doc_0/Pages/Page_0/Content.xml",
)
RICE = Line(
    name="*谷物*五常大米",
    spec="5kg/袋",
    unit="袋",
    quantity_milli=100_000,
    price_micro=50_000_000,
    amount_fen=500_000,
    tax_rate_permille=90,
    tax_fen=45_000,
)


def test_a_digital_invoice_is_read_from_its_xml():
    assert xml.read(made.digital_xml(made.digital(note="合同2020-7"))) == Invoice(
        kind="digital",
        code="",
        number="20112000000000000017",
        issued_on=dt.date(2020, 3, 6),
        source="xml",
        seller_name=made.SELLER,
        seller_uscc=made.SELLER_USCC,
        buyer_name=made.BUYER,
        buyer_uscc=made.BUYER_USCC,
        lines=(RICE,),
        total_fen=500_000,
        tax_fen=45_000,
        total_with_tax_fen=545_000,
        note="合同2020-7",
    )


def test_an_older_invoice_is_read_from_its_ofd():
    found = ofd.read(made.ofd(made.older()))
    assert (found.kind, found.code, found.number) == ("old_electronic", "011001900311", "21010038")
    assert (found.source, found.issued_on) == ("ofd", dt.date(2020, 3, 6))
    assert found.check_code == "01731581649436515692"
    assert (found.seller_name, found.buyer_uscc) == (made.SELLER, made.BUYER_USCC)
    assert found.lines == (RICE,)
    assert (found.total_fen, found.tax_fen, found.total_with_tax_fen) == (500_000, 45_000, 545_000)
    assert (found.red, found.warnings, found.complete) == (False, (), True)


def test_a_digital_ofd_without_data_inside_gives_number_day_codes_and_totals():
    found = ofd.read(made.ofd(made.digital(), inside=False))
    assert found == Invoice(
        kind="digital",
        code="",
        number="20112000000000000017",
        issued_on=dt.date(2020, 3, 6),
        source="ofd",
        seller_uscc=made.SELLER_USCC,
        buyer_uscc=made.BUYER_USCC,
        total_fen=500_000,
        tax_fen=45_000,
        total_with_tax_fen=545_000,
    )


def test_a_digital_ofd_with_tags_gives_the_names_on_its_page():
    found = ofd.read(made.ofd(made.digital(note="合同2020-7"), inside=False, tags=True))
    assert (found.seller_name, found.buyer_name) == (made.SELLER, made.BUYER)
    assert (found.note, found.total_with_tax_fen) == ("合同2020-7", 545_000)
    assert (found.lines, found.warnings) == ((), ())


def test_a_red_letter_ofd_with_tags_names_the_one_it_takes_back():
    paper = made.red(made.digital(), "20112000000000000099")
    found = ofd.read(made.ofd(paper, inside=False, tags=True))
    assert (found.red, found.original_number) == (True, "20112000000000000017")


def test_tags_that_name_another_number_are_told_and_broken_ones_left_alone():
    outer = made.ofd(made.digital(), inside=False, tags=True)
    members = {name: made_read(outer, name) for name in ARCHIVE}
    tags, page = ARCHIVE[2:]
    changed = members[page].replace(b"00017<", b"00018<")
    found = ofd.read(made.zipped(members | {page: changed}))
    assert (found.number, found.warnings) == ("20112000000000000017", ("number_differs",))
    found = ofd.read(made.zipped(members | {tags: b"<broken"}))
    assert (found.number, found.seller_name, found.warnings) == ("20112000000000000017", "", ())


def test_lines_keep_discounts_and_goods_free_of_tax():
    found = xml.read(made.digital_xml(made.two_lines()))
    assert [line.amount_fen for line in found.lines] == [500_000, 109_253, -50_000]
    assert [line.tax_rate_permille for line in found.lines] == [90, None, 90]
    assert found.lines[1].quantity_milli == 12_345
    assert found.lines[1].price_micro == 88_500_000
    assert (found.lines[2].quantity_milli, found.lines[2].unit) == (None, "")
    assert (found.total_fen, found.tax_fen) == (559_253, 40_500)
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("blue", "number", "original"),
    [
        (made.digital(), "20112000000000000099", ("", "20112000000000000017")),
        (made.older(), "21010099", ("011001900311", "21010038")),
    ],
)
def test_a_red_letter_invoice_names_the_one_it_takes_back(blue, number, original):
    found = ofd.read(made.ofd(made.red(blue, number)))
    assert (found.red, found.total_with_tax_fen) == (True, -545_000)
    assert (found.original_code, found.original_number) == original
    assert found.lines[0].quantity_milli == -100_000
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("overrides", "warnings"),
    [
        ({"total": 500_001}, ("lines_differ_from_total",)),
        ({"total": 499_999}, ("lines_differ_from_total",)),
        ({"tax": 45_001}, ("line_taxes_differ_from_tax",)),
        ({"with_tax": 545_100}, ("total_differs_from_parts",)),
    ],
)
def test_figures_that_contradict_are_told_and_kept(overrides, warnings):
    found = xml.read(made.digital_xml(made.digital(overrides=overrides)))
    assert found.warnings == warnings
    key, value = next(iter(overrides.items()))
    read = {"total": found.total_fen, "tax": found.tax_fen, "with_tax": found.total_with_tax_fen}
    assert read[key] == value


def test_two_numbers_in_one_file_are_told():
    data = made.digital_xml(made.digital()).replace(b"<EIid>20112", b"<EIid>20113")
    assert xml.read(data).warnings == ("number_differs",)
    inner = made.older_xml(made.older(number="21010039")).decode()
    outer = made.ofd(made.older(), inside=False)
    archive = {name: made_read(outer, name) for name in ("OFD.xml", "Doc_0/Document.xml")}
    both = made.zipped(archive | {"Doc_0/Attachs/original_invoice.xml": inner})
    found = ofd.read(both)
    assert (found.number, found.warnings) == ("21010039", ("number_differs",))


def test_the_list_of_an_ofd_is_held_against_the_data_inside():
    inner = made.older_xml(made.older(items=(made.Item(fen=4_000_00, tax_fen=360_00),))).decode()
    outer = made.ofd(made.older(), inside=False)
    archive = {name: made_read(outer, name) for name in ("OFD.xml", "Doc_0/Document.xml")}
    found = ofd.read(made.zipped(archive | {"Doc_0/Attachs/original_invoice.xml": inner}))
    assert (found.total_fen, found.warnings) == (400_000, ("head_differs",))


def made_read(archive: bytes, name: str) -> bytes:
    from niangjia.lib.archives import opened

    return opened(archive).read(name, 1 << 20)


def test_a_number_of_another_year_is_told():
    found = xml.read(made.digital_xml(made.digital(number="24112000000000000017")))
    assert found.warnings == ("year_differs",)


def test_a_sellers_code_with_a_wrong_check_character_is_told():
    found = xml.read(made.digital_xml(made.digital(seller_uscc="93110000XXXX000010")))
    assert (found.seller_uscc, found.warnings) == ("93110000XXXX000010", ("seller_code_invalid",))


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        (b"<Amount>5000.00<", b"<Amount>5000.005<", "amount_unreadable"),
        (b"<Amount>5000.00<", b"<Amount>1e9999999<", "amount_unreadable"),
        (b"<Amount>5000.00<", b"<Amount>" + b"9" * 30 + b"<", "amount_unreadable"),
        (b"<Quantity>100<", b"<Quantity>NaN<", "quantity_unreadable"),
        (b"<TaxRate>0.09<", b"<TaxRate>-0.09<", "rate_unreadable"),
        (b"<IssueTime>2020-03-06<", b"<IssueTime>2020-13-06<", "date_unreadable"),
    ],
)
def test_a_figure_that_cannot_be_read_is_left_out_and_told(old, new, warning):
    data = made.digital_xml(made.digital())
    assert old in data
    found = xml.read(data.replace(old, new))
    assert found.warnings == (warning,)
    assert found.total_with_tax_fen == 545_000


@pytest.mark.parametrize(
    ("text", "permille"),
    [
        ("0.09", 90),
        ("9%", 90),
        ("9", 90),
        ("0.01", 10),
        ("1", 10),
        ("1.5%", 15),
        ("0", 0),
        ("免税", None),
        ("不征税", None),
        ("***", None),
        ("", None),
    ],
)
def test_rates_are_read_in_all_their_forms(text, permille):
    reading = Reading()
    assert (reading.rate_permille(text), reading.warnings) == (permille, ())


def test_amounts_that_tags_give_in_words_are_left_out():
    outer = made.ofd(made.digital(), inside=False, tags=True)
    members = {name: made_read(outer, name) for name in ARCHIVE}
    page = members[ARCHIVE[3]].replace(b">5450.00<", "伍仟肆佰伍拾圆整".encode().join((b">", b"<")))
    found = ofd.read(made.zipped(members | {ARCHIVE[3]: page}))
    assert (found.total_with_tax_fen, found.warnings) == (545_000, ())


def test_prices_with_many_places_are_rounded_to_millionths():
    item = made.Item(price="0.88495575221239", quantity="1.2345")
    line = xml.read(made.digital_xml(made.digital(items=(item,)))).lines[0]
    assert (line.price_micro, line.quantity_milli) == (884_956, 1_235)


def test_names_lose_control_and_direction_characters():
    found = xml.read(made.digital_xml(made.digital(seller="样例\u202e合作社\u200b")))
    assert found.seller_name == "样例合作社"


def test_namespaces_wrappers_and_gbk_are_understood():
    data = made.digital_xml(made.digital())
    spaced = data.replace(b"<EInvoice>", b'<EInvoice xmlns="urn:example:einvoice">')
    body = data.partition(b"?>")[2]
    wrapped = b"<Response><Data>" + body + b"</Data></Response>"
    gbk = b'<?xml version="1.0" encoding="GBK"?>' + body.decode().encode("gbk")
    assert xml.read(spaced) == xml.read(wrapped) == xml.read(gbk) == xml.read(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "01,10,011001900311,21010038,300,20200407,01731581649436515692,53F1,",
            ("old_electronic", "011001900311", "21010038", 30_000, None, False),
        ),
        (
            "01,04,4200161350,00015045,165106.00,20160501,48114255542168294433,DBFE,",
            ("old_paper", "4200161350", "00015045", 16_510_600, None, False),
        ),
        (
            "01,32,,23442000000014209621,112,20230215,,74AE",
            ("digital", "", "23442000000014209621", None, 11_200, True),
        ),
        (
            "01,31,,24922000000012341234,-666.00,20240208,,76A1",
            ("digital", "", "24922000000012341234", None, -66_600, True),
        ),
    ],
)
def test_a_qr_code_gives_before_tax_if_older_and_with_tax_if_digital(text, expected):
    found = qr.read(text)
    assert found is not None
    kind, code, number, before, with_tax, complete = expected
    assert (found.kind, found.code, found.number) == (kind, code, number)
    assert (found.total_fen, found.total_with_tax_fen, found.complete) == (
        before,
        with_tax,
        complete,
    )
    assert found.red == ("-" in text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/pay",
        "01,10,011001900311,21010038",
        "01,10,011001900311,2101003,300,20200407,1",
        "01,10,0110019003,21010038,many,20200407,1",
        "01,32,,23442000000014209621,112,20231315,,74AE",
        "01,99,011001900311,21010038,300,20200407,1",
        "02,32,,23442000000014209621,112,20230215,,74AE",
        "01,10,011001900311,23442000000014209621,112,20230215,,74AE",
        "01,32,,2344200000001420962１,112,20230215,,74AE",
    ],
)
def test_other_texts_are_no_invoice(text):
    assert qr.read(text) is None


def test_every_invoice_survives_the_way_to_plain_values_and_back():
    for data in (made.digital_xml(made.two_lines()), made.older_xml(made.older())):
        found = xml.read(data)
        assert plain.from_plain(plain.as_plain(found)) == found


def test_the_builders_agree_with_each_other():
    paper = made.digital()
    code = qr.read(made.qr_text(paper))
    inside = xml.read(made.digital_xml(paper))
    assert code is not None
    assert code.total_with_tax_fen == inside.total_with_tax_fen == paper.with_tax_fen


def test_codes_are_a_closed_list():
    with pytest.raises(Unreadable) as refused:
        xml.read(b"<other/>")
    assert refused.value.code == "not_an_invoice"
    assert refused.value.code in UNREADABLE
    assert not UNREADABLE & WARNINGS
