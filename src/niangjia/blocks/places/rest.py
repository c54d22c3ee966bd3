"""JSON: the city's districts."""

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema

from niangjia.blocks.places.selectors import districts
from niangjia.ui.rest import SIGNED_IN

router = Router(tags=["places"])


class Place(Schema):
    """code: GB/T 2260."""

    code: str
    name: str


@router.get("/districts", response={200: list[Place], **SIGNED_IN}, operation_id="districts")
def city_districts(request: HttpRequest) -> list[Place]:
    """Districts of the city in force today, by code."""
    return [Place(code=code, name=name) for code, name in districts(settings.NIANGJIA_CITY_CODE)]
