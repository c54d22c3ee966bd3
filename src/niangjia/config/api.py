"""The JSON API: every room's router under one address, described by OpenAPI 3.1."""

from ninja import NinjaAPI
from ninja.security import django_auth

from niangjia.blocks.desk.rest import router as desk
from niangjia.blocks.orgs.rest import router as orgs
from niangjia.blocks.places.rest import router as places
from niangjia.programmes.assistance_ledger.rest import open_router
from niangjia.programmes.assistance_ledger.rest import router as ledger
from niangjia.ui.rest import map_errors

api = NinjaAPI(
    title="Niangjia",
    version="1",
    description="Reading by session. Sign in on the site first; writes need the CSRF token.",
    docs_url=None,
    auth=django_auth,
    urls_namespace="api",
)
map_errors(api)
api.add_router("/orgs", orgs)
api.add_router("/desk", desk)
api.add_router("/places", places)
api.add_router("/purchases", ledger)
api.add_router("/board", open_router)
