"""Hostile bytes: one exception, a closed list of codes, bounded work."""

import io
import struct
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import einvoices as made

from niangjia.lib.archives import BadArchive, Limits, opened
from niangjia.lib.einvoice import ofd, qr, xml
from niangjia.lib.einvoice.types import UNREADABLE, WARNINGS, Invoice, Unreadable

OFD = made.ofd(made.older())
DIGITAL_OFD = made.ofd(made.digital(), inside=False)
DIGITAL_XML = made.digital_xml(made.two_lines())
OLDER_XML = made.older_xml(made.older())
TAGGED_OFD = made.ofd(made.digital(note="合同2020-7"), inside=False, tags=True)
FILES = st.sampled_from([OFD, DIGITAL_OFD, TAGGED_OFD])
TEXTS = st.sampled_from([DIGITAL_XML, OLDER_XML])


def outcome(read, data):
    """The invoice, or the code; any other exception fails the test."""
    try:
        found = read(data)
    except Unreadable as refused:
        assert refused.code in UNREADABLE
        return refused.code
    assert isinstance(found, Invoice)
    assert set(found.warnings) <= WARNINGS
    return found


@given(FILES, st.data())
@settings(max_examples=300, deadline=None)
def test_a_cut_ofd_gives_no_invoice(data, draw):
    cut = draw.draw(st.integers(0, len(data) - 1))
    assert outcome(ofd.read, data[:cut]) in UNREADABLE


@given(FILES, st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1))
@settings(max_examples=500, deadline=None)
def test_an_ofd_with_changed_bytes_raises_nothing_else(data, changes):
    changed = bytearray(data)
    for place, mask in changes:
        changed[place % len(changed)] ^= mask
    outcome(ofd.read, bytes(changed))


PARTS = {
    name: opened(TAGGED_OFD).read(name, 1 << 20)
    for name in opened(TAGGED_OFD).names
    if "Signs" not in name
}


@given(st.sampled_from(sorted(PARTS)), st.lists(st.tuples(st.integers(0), st.binary(max_size=9))))
@settings(max_examples=400, deadline=None)
def test_an_ofd_of_changed_parts_raises_nothing_else(name, changes):
    changed = bytearray(PARTS[name])
    for place, new in changes:
        start = place % len(changed)
        changed[start : start + len(new)] = new
    outcome(ofd.read, made.zipped(PARTS | {name: bytes(changed)}))


@given(TEXTS, st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1))
@settings(max_examples=500, deadline=None)
def test_an_xml_with_changed_bytes_raises_nothing_else(data, changes):
    changed = bytearray(data)
    for place, byte in changes:
        changed[place % len(changed)] = byte
    outcome(xml.read, bytes(changed))


@given(TEXTS, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_an_xml_cut_and_joined_raises_nothing_else(data, start, end, cut):
    a, b, c = start % len(data), end % len(data), cut % len(data)
    outcome(xml.read, data[:a] + data[b:])
    outcome(xml.read, data[:c])


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_raise_nothing_else(data):
    outcome(xml.read, data)
    outcome(ofd.read, data)
    outcome(ofd.read, b"PK\x03\x04" + data)


@given(st.text(max_size=400) | st.from_regex(r"01,(10|32),[0-9]*,[0-9]*,.{0,60},[0-9]{0,9},.*"))
@settings(max_examples=300, deadline=None)
def test_any_text_in_a_qr_code_raises_nothing(text):
    found = qr.read(text)
    assert found is None or isinstance(found, Invoice)


@given(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32)))),
        max_size=60,
    )
)
@settings(max_examples=300, deadline=None)
def test_any_text_in_any_field_raises_nothing_else(text):
    for old in (b"5000.00", b"2020-03-06", b"0.09", made.SELLER_USCC.encode(), b">100<"):
        new = text.replace("&", "").replace("<", "").encode()
        new = b">" + new + b"<" if old.startswith(b">") else new
        outcome(xml.read, DIGITAL_XML.replace(old, new))


def test_an_archive_that_unpacks_without_end_is_refused_before_it_is_unpacked():
    inside = {"OFD.xml": b"<a>" + b" " * (150 << 20) + b"</a>"}
    data = made.zipped(inside)
    tracemalloc.start()
    assert outcome(ofd.read, data) == "too_large"
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_an_archive_that_lies_about_sizes_is_refused():
    data = bytearray(made.zipped({"OFD.xml": b"<a>" + b" " * (20 << 20) + b"</a>"}))
    directory = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, directory + 24, 1_000)  # uncompressed size
    assert outcome(ofd.read, bytes(data)) in UNREADABLE


@pytest.mark.parametrize(
    "xml_text",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><EInvoice>&b;</EInvoice>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><EInvoice>&b;</EInvoice>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><EInvoice/>',
        b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;">'
        b'<!ENTITY z "&y;&y;&y;&y;&y;&y;">]><EInvoice>&z;</EInvoice>',
    ],
)
def test_document_types_and_entities_are_dangerous(xml_text):
    assert outcome(xml.read, xml_text) == "dangerous_xml"
    assert outcome(ofd.read, made.zipped({"OFD.xml": xml_text})) == "dangerous_xml"


def test_nesting_and_elements_without_end_stop_early():
    deep = b"<a>" * 1_000_000
    many = b"<EInvoice>" + b"<a/>" * 1_000_000 + b"</EInvoice>"
    started = time.process_time()
    assert outcome(xml.read, deep) == "too_large"
    assert outcome(xml.read, many) == "too_large"
    assert time.process_time() - started < 2


def test_a_few_levels_too_many_are_refused():
    assert outcome(xml.read, b"<a>" * 61 + b"</a>" * 61) == "too_large"
    assert outcome(xml.read, b"<a>" * 60 + b"</a>" * 60) == "not_an_invoice"


def test_an_xml_that_is_too_large_is_not_parsed():
    assert outcome(xml.read, b"<a>" + b" " * (9 << 20)) == "too_large"


def test_too_many_lines_are_refused():
    data = made.digital_xml(made.digital())
    line = data[data.index(b"<IssuItem") : data.index(b"<AdditionalInf")]
    assert outcome(xml.read, data.replace(line, line * 3_001)) == "too_large"


@pytest.mark.parametrize(
    "name", ["../OFD.xml", "/OFD.xml", "a/../../b", "a\\b", "C:/x", "a//b", "./OFD.xml"]
)
def test_names_that_lead_out_are_refused(name):
    data = made.zipped({"OFD.xml": b"<a/>", name: b"x"})
    assert outcome(ofd.read, data) == "not_what_it_says"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["OFD.xml", "ofd.XML"])
def test_two_members_of_one_name_are_refused(second):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("OFD.xml", b"<a/>")
        archive.writestr(second, b"<b/>")
    assert outcome(ofd.read, out.getvalue()) == "not_what_it_says"


def test_bytes_around_an_archive_are_refused():
    assert outcome(ofd.read, OFD + b"<script>") == "not_what_it_says"
    assert outcome(ofd.read, OFD + OFD) == "not_what_it_says"
    assert outcome(ofd.read, b"#!/bin/sh\n" + OFD) == "damaged"


def test_a_member_that_the_directory_hides_is_refused():
    out = io.BytesIO(b"PK\x03\x04" + bytes(60))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("OFD.xml", b"<a/>")
    assert outcome(ofd.read, out.getvalue()) == "not_what_it_says"


def test_an_encrypted_member_asks_for_its_password():
    data = bytearray(OFD)
    place = -1
    while (place := data.find(b"PK\x01\x02", place + 1)) >= 0:
        data[place + 8] |= 1
    assert outcome(ofd.read, bytes(data)) == "password"


def test_a_truncated_ofd_says_so():
    assert outcome(ofd.read, OFD[: len(OFD) // 2]) == "truncated"
    assert outcome(xml.read, DIGITAL_XML[: len(DIGITAL_XML) // 2]) == "truncated"


def test_another_archive_is_no_invoice():
    assert outcome(ofd.read, made.zipped({"xl/workbook.xml": b"<workbook/>"})) == "not_an_invoice"
    empty = made.zipped({"OFD.xml": f"<ofd:OFD {made.OFD_NAMESPACE}/>"})
    assert outcome(ofd.read, empty) == "not_an_invoice"


def test_an_archive_reads_no_more_of_a_member_than_asked():
    archive = opened(made.zipped({"a": b"x" * 1_000}))
    with pytest.raises(BadArchive) as refused:
        archive.read("a", 999)
    assert refused.value.code == "too_large"
    assert archive.read("a", 1_000) == b"x" * 1_000


def test_an_archive_of_too_many_members_is_refused():
    data = made.zipped({str(no): b"" for no in range(11)})
    with pytest.raises(BadArchive) as refused:
        opened(data, Limits(members=10))
    assert refused.value.code == "too_large"
