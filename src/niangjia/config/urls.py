"""Every address of the site."""

from django.urls import include, path

from niangjia.config.api import api
from niangjia.core.http import healthz, readyz
from niangjia.programmes.assistance_ledger.views.board import board
from niangjia.ui import errors
from niangjia.ui.preferences import prefer

urlpatterns = [
    path("", board, name="home"),
    path("preferences", prefer, name="preferences"),
    path("healthz", healthz),
    path("readyz", readyz),
    path("", include("niangjia.blocks.orgs.urls")),
    path("", include("niangjia.blocks.ledger.urls")),
    path("", include("niangjia.blocks.desk.urls")),
    path("", include("niangjia.programmes.assistance_ledger.urls")),
    path("", include("niangjia.programmes.donations.urls")),
    path("", include("niangjia.config.system.urls")),
    path("api/", api.urls),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
