"""Writes: the region list, and the national list of assisted counties."""

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from stdnum import numdb

from niangjia.blocks.places import rules
from niangjia.blocks.places.models import AssistedCounty, Region
from niangjia.blocks.places.types import ImportReport
from niangjia.core.errors import Invalid
from niangjia.core.service import JOURNAL, service
from niangjia.core.work import Work

DATA = Path(__file__).parent / "data"
COLUMNS = (
    "code_listed",
    "name_listed",
    "code_2024",
    "name_2024",
    "province",
    "prefecture",
    "exit_year",
)


def _package_regions(successors: Mapping[str, str], have: set[tuple[str, str]]) -> list[Region]:
    """Every code of the maintained list with its dated names, but those in the table already."""
    found: dict[tuple[str, str], Region] = {}
    table = numdb.get("cn/loc")
    for _length, low, _high, properties, children in table.prefixes:
        province = properties.get("province", "")
        for _clength, child, _chigh, names, _more in children:
            code = f"{low}{child}"
            for name, start, end in rules.dated_names(names.get("county", "")):
                if (code, name) in have:
                    continue
                found[code, name] = Region(
                    code=code,
                    name=name,
                    level=rules.level_of(code),
                    province=province,
                    valid_from=start,
                    valid_to=end,
                    successor=successors.get(code, ""),
                )
    return list(found.values())


@service(permission="places.load", records=JOURNAL)
def regions_load(work: Work, /) -> int:
    """All regions of the maintained list are in the table; returns how many are new."""
    lines = tomllib.loads((DATA / "successors.toml").read_text("utf-8"))["successor"]
    successors = {line["old"]: line["new"] for line in lines}
    have = set(Region.objects.values_list("code", "name"))
    Region.objects.bulk_create(
        _package_regions(successors, have), ignore_conflicts=True, batch_size=500
    )
    n_new = Region.objects.count() - len(have)
    work.journal("places.regions_loaded", n_new=n_new)
    return n_new


@service(permission="places.load", records=JOURNAL)
def demonstration_counties_load(work: Work, /) -> int:
    """The demonstration city's own counties are in the list; returns their number."""
    rows = tomllib.loads((DATA / "demonstration_counties.toml").read_text("utf-8"))["county"]
    AssistedCounty.objects.bulk_create(
        [AssistedCounty(city_link="sourced", **row) for row in rows], ignore_conflicts=True
    )
    work.journal("places.demonstration_counties", n=len(rows))
    return len(rows)


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(
        _("The file is neither UTF-8 nor GB18030 text. Save it as “CSV UTF-8” and try again."),
        code="broken_encoding",
    )


def _county(row: Mapping[str, str], line: int) -> AssistedCounty:
    year = (row.get("exit_year") or "").strip()
    if not year.isdigit():
        raise Invalid(
            _("Line %(line)s: “exit_year” is “%(value)s”, not a year. Nothing was imported."),
            code="bad_year",
            line=line,
            value=year,
        )
    return AssistedCounty(
        listed_code=row["code_listed"].strip(),
        listed_name=row["name_listed"].strip(),
        code=row["code_2024"].strip(),
        name=row["name_2024"].strip(),
        province=row["province"].strip(),
        prefecture=row["prefecture"].strip(),
        exit_year=int(year),
        city_link=(row.get("beijing_assisted") or "").strip(),
        district=(row.get("beijing_district") or "").strip(),
    )


def _parsed(data: bytes) -> list[AssistedCounty]:
    reader = csv.DictReader(io.StringIO(_decoded(data)))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise Invalid(
            _("These columns are missing: %(columns)s. Nothing was imported."),
            code="columns_missing",
            columns=", ".join(missing),
        )
    return [_county(row, number) for number, row in enumerate(reader, start=2)]


def _fill_successors(counties: Sequence[AssistedCounty]) -> None:
    """A listed code that differs from today's names its successor."""
    for county in counties:
        if county.code and county.listed_code != county.code:
            Region.objects.filter(code=county.listed_code, successor="").update(
                successor=county.code
            )


@service(permission="places.import", records=JOURNAL)
def counties_import(work: Work, /, *, data: bytes) -> ImportReport:
    """The national list is as the file says (CSV, header of COLUMNS); all or nothing.

    Raises Invalid with the line at fault. Places without a code are kept and reported.
    """
    counties = _parsed(data)
    before = {
        (row["province"], row["listed_name"]): row
        for row in AssistedCounty.objects.values(*_KEPT, "province", "listed_name")
    }
    AssistedCounty.objects.bulk_create(
        counties,
        update_conflicts=True,
        unique_fields=["province", "listed_name"],
        update_fields=list(_KEPT),
        batch_size=200,
    )
    _fill_successors(counties)
    n_new = sum((c.province, c.listed_name) not in before for c in counties)
    n_changed = sum(_differs(c, before.get((c.province, c.listed_name))) for c in counties)
    report = ImportReport(
        n=len(counties),
        n_new=n_new,
        n_changed=n_changed,
        renamed=tuple(
            (c.listed_name, c.name) for c in counties if c.code and c.listed_name != c.name
        ),
        without_code=tuple(c.listed_name for c in counties if not c.code),
    )
    work.journal("places.counties_imported", n=report.n, n_new=n_new, n_changed=n_changed)
    return report


_KEPT = ("code", "listed_code", "name", "prefecture", "exit_year", "city_link", "district")


def _differs(county: AssistedCounty, before: Mapping[str, object] | None) -> bool:
    return before is not None and any(getattr(county, name) != before[name] for name in _KEPT)
