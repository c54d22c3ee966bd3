"""Reads: which county a text means, and whether it is assisted."""

import datetime as dt
from collections import defaultdict
from hashlib import sha256

from django.core.cache import cache
from django.db.models import F, Q

from niangjia.blocks.places import rules
from niangjia.blocks.places.models import AssistedCounty, Region
from niangjia.blocks.places.types import County

NAMES_KEPT_S = 300


class CountyBook:
    """All counties by (province, name), old names included; made once per import.

    A name is looked up as listed, as today's, and as GB/T 2260 ever had it; a former code leads to
    its successor.
    """

    def __init__(self) -> None:
        self._by_name: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._names: dict[str, tuple[str, str]] = {}
        self._assisted: dict[str, tuple[int, str]] = {}
        self._read_regions()
        self._read_assisted()

    def _read_regions(self) -> None:
        successor: dict[str, str] = {}
        rows = Region.objects.filter(level="county").values_list(
            "code", "name", "province", "valid_to", "successor"
        )
        listed = list(rows)
        for code, name, province, valid_to, next_code in listed:
            if next_code:
                successor[code] = next_code
            if valid_to is None:
                self._names[code] = (name, province)
        for code, name, province, _valid_to, _next in listed:
            final = rules.last_of(code, successor)
            if final in self._names:
                self._add(province, name, final)

    def _read_assisted(self) -> None:
        for county in AssistedCounty.objects.exclude(code=""):
            self._names.setdefault(county.code, (county.name, county.province))
            self._assisted[county.code] = (county.exit_year, county.district)
            for name in {county.listed_name, county.name}:
                self._by_name[rules.short_province(county.province), name] = {county.code}
                self._by_name["", name].add(county.code)

    def _add(self, province: str, name: str, code: str) -> None:
        self._by_name[rules.short_province(province), name].add(code)
        self._by_name["", name].add(code)

    def find(self, province: str, name: str) -> County | None:
        """The county, or None if unknown or, without a province, ambiguous."""
        codes = self._by_name.get((rules.short_province(province), name), set())
        if len(codes) > 1:
            codes = {code for code in codes if self._names[code][0] == name} or codes
        if len(codes) != 1:
            return None
        return self.by_code(next(iter(codes)))

    def named(self, name: str) -> list[County]:
        """Every county of this name, whatever its province."""
        found = (self.by_code(code) for code in sorted(self._by_name.get(("", name), ())))
        return [one for one in found if one is not None]

    def names(self, province: str) -> list[str]:
        """Names, old ones included, of the counties of a province; of all if it is empty."""
        wanted = rules.short_province(province)
        return [name for where, name in self._by_name if where == wanted]

    def by_code(self, code: str) -> County | None:
        if code not in self._names:
            return None
        name, province = self._names[code]
        assisted = self._assisted.get(code)
        return County(code, name, province, assisted is not None, assisted[1] if assisted else "")


def region_names(codes: set[str]) -> dict[str, str]:
    """Names of region codes, today's where there are several; kept for 5 minutes."""
    key = f"places:names:{sha256(','.join(sorted(codes)).encode()).hexdigest()}"
    found: dict[str, str] | None = cache.get(key)
    if found is None:
        found = _region_names(codes)
        cache.set(key, found, NAMES_KEPT_S)
    return found


def _region_names(codes: set[str]) -> dict[str, str]:
    rows = Region.objects.filter(code__in=codes).order_by(F("valid_from").asc(nulls_first=True))
    found = dict(rows.values_list("code", "name"))
    listed = AssistedCounty.objects.filter(code__in=codes).values_list("code", "name")
    return found | dict(listed)


def provinces_of(codes: set[str]) -> dict[str, str]:
    """Province names by county code."""
    return dict(Region.objects.filter(code__in=codes).values_list("code", "province"))


def paired_counties() -> set[str]:
    """Today's codes of counties that the installation's own city assists."""
    rows = AssistedCounty.objects.exclude(city_link="").exclude(code="")
    return set(rows.values_list("code", flat=True))


def region_at(code: str, on: dt.date) -> Region | None:
    """The region that carried `code` in the year of `on`; in the year of a change, the new one."""
    year = on.year
    return (
        Region.objects.filter(code=code)
        .filter(Q(valid_from=None) | Q(valid_from__lte=year))
        .filter(Q(valid_to=None) | Q(valid_to__gt=year))
        .first()
    )


def districts(city_code: str) -> list[tuple[str, str]]:
    """(code, name) of the city's districts in force, by code.

    city_code: of a municipality (`110000`) or of a prefecture (`130100`).
    """
    stem = city_code[:2] if city_code.endswith("0000") else city_code[:4]
    rows = Region.objects.filter(
        code__startswith=stem, level="county", valid_to__isnull=True
    ).order_by("code")
    return [(row.code, row.name) for row in rows]


def demonstration_counties() -> list[County]:
    """The counties that the city itself is named to assist, by code."""
    rows = AssistedCounty.objects.filter(city_link="sourced").exclude(code="").order_by("code")
    return [County(row.code, row.name, row.province, True, row.district) for row in rows]
