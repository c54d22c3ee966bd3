"""The door of places."""

from niangjia.blocks.places.rules import short_province
from niangjia.blocks.places.selectors import (
    CountyBook,
    demonstration_counties,
    districts,
    paired_counties,
    provinces_of,
    region_at,
    region_names,
)
from niangjia.blocks.places.services import (
    counties_import,
    demonstration_counties_load,
    regions_load,
)
from niangjia.blocks.places.types import County, ImportReport

__all__ = [
    "County",
    "CountyBook",
    "ImportReport",
    "counties_import",
    "demonstration_counties",
    "demonstration_counties_load",
    "districts",
    "paired_counties",
    "provinces_of",
    "region_at",
    "region_names",
    "regions_load",
    "short_province",
]
