"""Workbooks as offices write them, for tests: rows by column key, and the oddities around them."""

import datetime as dt
import struct
from contextlib import contextmanager

import xlsxwriter
from stdnum.cn import uscc as standard

from niangjia.programmes.assistance_ledger.sheet import schema
from niangjia.programmes.assistance_ledger.tests import given

KEYS = (
    "unit_name",
    "unit_uscc",
    "occurred_on",
    "mode",
    "channel",
    "product",
    "category",
    "province",
    "county",
    "measure",
    "quantity_milli",
    "price_milli",
    "amount_fen",
    "supplier_name",
    "supplier_uscc",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "households",
    "people",
    "note",
)
HEADERS = {column.key: column.header for column in schema().columns}


def whole(code):
    """The code with the check character that belongs to it."""
    return code[:17] + standard.calc_check_digit(code[:17])


UNITS = {name: whole(code) for name, code in given.UNITS.items()}
SUPPLIER = whole("931306270000000001")


def city(monkeypatch):
    """The test city with codes whose check characters fit."""
    placed = {"uscc:" + given.UNITS[name]: "uscc:" + code for name, code in UNITS.items()}
    for who, at in given.CAST.items():
        monkeypatch.setitem(given.CAST, who, placed.get(at, at))
    for name, code in UNITS.items():
        monkeypatch.setitem(given.UNITS, name, code)
    given.city()


def line(number, unit="甲", **changes):
    """A good row by column key; amounts of 100 yuan and `number`."""
    return {
        "unit_name": f"示例{unit}工会",
        "unit_uscc": UNITS[unit],
        "occurred_on": "2020-02-10",
        "mode": "直接采购",
        "channel": "食堂",
        "product": "小米",
        "category": "粮油",
        "province": "河北省",
        "county": "唐县",
        "measure": None,
        "quantity_milli": None,
        "price_milli": None,
        "amount_fen": 100 + number,
        "supplier_name": "唐县示例合作社",
        "supplier_uscc": SUPPLIER,
        "contract_no": f"HT-{number}",
        "invoice_code": "011001900104",
        "invoice_no": f"{number:08d}",
        "households": None,
        "people": None,
        "note": None,
    } | changes


@contextmanager
def book(path):
    """A workbook under way: `add(name, rows, ...)`."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as opened:

        def add(name, rows, *, above=(), header=None, footer=(), hidden=False, keys=KEYS, **more):
            return _sheet(opened, name, rows, above, header, footer, hidden, keys, **more)

        yield add


def _sheet(opened, name, rows, above, header, footer, hidden, keys, merges=(), hidden_rows=()):
    page = opened.add_worksheet(name)
    day = opened.add_format({"num_format": "yyyy-mm-dd"})
    lines = [*above, *(header or [[HEADERS[key] for key in keys]])]
    lines += [[row.get(key) for key in keys] for row in rows]
    for place, cells in enumerate([*lines, *footer]):
        for column, value in enumerate(cells):
            _write(page, place, column, value, day)
    for first, last, key, value in merges:
        column = keys.index(key)
        page.merge_range(first - 1, column, last - 1, column, value)
    for row in hidden_rows:
        page.set_row(row - 1, None, None, {"hidden": True})
    if hidden:
        page.hide()
    return page


def _write(page, place, column, value, day):
    if isinstance(value, dt.date):
        page.write_datetime(place, column, value, day)
    elif isinstance(value, str):
        page.write_string(place, column, value)
    elif value is not None:
        page.write_number(place, column, value)


def simple(path, *rows, **more):
    """A workbook of one sheet."""
    with book(path) as add:
        add("采购台账", rows, **more)
    return path


def old_xls(path, rows):
    """An .xls (BIFF8 in a compound file) of one sheet with texts and numbers."""
    book_part = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6))
    name = "采购台账"
    bound = struct.pack("<IHBB", 0, 0, len(name), 1) + name.encode("utf-16-le")
    end = _record(0x000A, b"")
    offset = len(book_part) + len(_record(0x0085, bound)) + len(end)
    bound = struct.pack("<I", offset) + bound[4:]
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6))
    width = max(map(len, rows))
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for place, cells in enumerate(rows):
        for column, value in enumerate(cells):
            head = struct.pack("<HHH", place, column, 0)
            if isinstance(value, str):
                text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                sheet += _record(0x0204, head + text)
            elif value is not None:
                sheet += _record(0x0203, head + struct.pack("<d", value))
    stream = book_part + _record(0x0085, bound) + end + sheet + end
    path.write_bytes(_compound(stream))
    return path


def _record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream):
    """A compound file (MS-CFB) with one stream, `Workbook`, in sectors of 512 bytes."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    n = len(stream) // 512
    fats = -(-(n + 2) // 128) or 1
    while fats * 128 < n + 1 + fats:
        fats += 1
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [*range(1, n), end, end, *[fat_mark] * fats]
    chain += [free] * (fats * 128 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, fats, n, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<109I", *[n + 1 + i for i in range(fats)], *[free] * (109 - fats))
    entries = _entry("Root Entry", 5, end, 0, child=1) + _entry("Workbook", 2, 0, len(stream))
    entries = entries.ljust(512, b"\0")
    return header + stream + entries + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name, kind, start, size, child=0xFFFFFFFF):
    raw = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    tail = struct.pack("<HBBIII", len(raw), kind, 1, none, none, child) + b"\0" * 36
    return raw.ljust(64, b"\0") + tail + struct.pack("<IQ", start, size)
