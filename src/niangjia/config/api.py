"""The JSON API: every room's router under one address, described by OpenAPI 3.1."""

from ninja import NinjaAPI
from ninja.security import django_auth

from niangjia.blocks.desk.rest import router as desk
from niangjia.blocks.orgs.rest import router as orgs
from niangjia.blocks.places.rest import router as places
from niangjia.programmes.assistance_ledger.rest import open_router
from niangjia.programmes.assistance_ledger.rest import router as ledger
from niangjia.programmes.assistance_ledger.rest_evidence import router as evidence
from niangjia.programmes.assistance_ledger.rest_findings import router as findings
from niangjia.programmes.assistance_ledger.rest_imports import router as imports
from niangjia.programmes.assistance_ledger.rest_pivot import router as pivot
from niangjia.programmes.assistance_ledger.rest_reports import (
    periods_router,
    releases_router,
)
from niangjia.programmes.assistance_ledger.rest_reports import router as reports
from niangjia.programmes.assistance_ledger.rest_reviews import router as reviews
from niangjia.programmes.assistance_ledger.rest_rosters import households_router as households
from niangjia.programmes.assistance_ledger.rest_rosters import router as rosters
from niangjia.programmes.assistance_ledger.rest_sources import router as sources
from niangjia.programmes.assistance_ledger.rest_targets import router as unit_targets
from niangjia.programmes.assistance_ledger.tracing.rest import router as trace
from niangjia.programmes.donations.rest import router as donations
from niangjia.programmes.donations.rest_statements import router as statements
from niangjia.ui.rest import Key, map_errors

api = NinjaAPI(
    title="Niangjia",
    version="1",
    description="With a key from the page `Keys for programs`: `Authorization: Bearer nj_...`; it "
    "opens what its scopes say. Or by the session of a browser; writes then need the CSRF token.",
    docs_url=None,
    auth=[Key(), django_auth],
    urls_namespace="api",
)
map_errors(api)
api.add_router("/orgs", orgs)
api.add_router("/desk", desk)
api.add_router("/places", places)
api.add_router("/purchases", ledger)
api.add_router("/reports", reports)
api.add_router("/periods", periods_router)
api.add_router("/releases", releases_router)
api.add_router("/pivot", pivot)
api.add_router("/trace", trace)
api.add_router("/targets", unit_targets)
api.add_router("/imports", imports)
api.add_router("/sources", sources)
api.add_router("/statements", statements)
api.add_router("/evidence", evidence)
api.add_router("/reviews", reviews)
api.add_router("/reviews", rosters)
api.add_router("/households", households)
api.add_router("/findings", findings)
api.add_router("/board", open_router)
api.add_router("/donations", donations)
