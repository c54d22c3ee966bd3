"""A synthetic purchase workbook of any size: the template's columns, fictitious units."""

import datetime as dt
import random
from pathlib import Path

import xlsxwriter

from niangjia.config.sample.city import CHANNELS, PRODUCTS
from niangjia.config.sample.codes import uscc
from niangjia.programmes.assistance_ledger.sheet import schema

COUNTIES = (("河北省", "唐县", "130627"), ("河北省", "康保县", "130723"))
FIRST = dt.date(2020, 1, 2)


def write(
    path: Path, n_rows: int, *, n_units: int = 300, n_suppliers: int = 200, first: int = 1
) -> None:
    """Write a workbook of n_rows good rows, their papers numbered from `first`; deterministic."""
    rng = random.Random(n_rows)
    units = [(f"演示{i:03d}工会", uscc("81", "110105", rng)) for i in range(n_units)]
    suppliers = [(f"演示{i:03d}合作社", uscc("93", "130627", rng)) for i in range(n_suppliers)]
    headers = [column.header for column in schema().columns]
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("采购台账")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [h for h in headers if h != "主管部门"])
        for number in range(1, n_rows + 1):
            _row(sheet, number, first + number - 1, rng, units, suppliers, day)


def _row(sheet, number, paper, rng, units, suppliers, day) -> None:  # type: ignore[no-untyped-def]
    unit, supplier = units[number % len(units)], suppliers[number % len(suppliers)]
    product, category, spec, measure, price_milli = rng.choice(PRODUCTS)
    quantity = rng.randrange(10, 400)
    province, county, _code = rng.choice(COUNTIES)
    households = rng.randrange(2, 40)
    values = [
        number,
        unit[0],
        unit[1],
        "工会",
        "朝阳区",
        None,
        rng.choice(CHANNELS),
        "直接采购",
        product,
        category,
        f"RD2020{rng.randrange(10_000, 99_999)}",
        province,
        county,
        spec,
        measure,
        quantity,
        price_milli / 1000,
        quantity * price_milli / 1000,
        supplier[0],
        supplier[1],
        f"示例联系人{number % len(suppliers)}",
        f"1380000{number % len(suppliers):04d}",
        f"JZ-2020-{paper:06d}",
        "021001900104",
        f"{30_000_000 + paper}",
        f"JZFK{paper:07d}",
        households,
        households * 3,
        300,
        None,
    ]
    for column, value in enumerate(values):
        if value is not None:
            sheet.write(number, column, value)
    sheet.write_datetime(
        number, 5, dt.datetime.combine(FIRST, dt.time()) + dt.timedelta(days=number % 70), day
    )
