"""Language, theme and size of type of this device, kept in cookies; forms without JavaScript."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from niangjia.core.errors import Invalid
from niangjia.ui.page import SIZE_COOKIE, SIZES, THEME_COOKIE, THEMES

ONE_YEAR_S = 365 * 24 * 3600


@csrf_exempt  # a display preference only; without a token, public pages can be kept whole
@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Keep `language`, `theme` or `size`; back to the page it was chosen on. Raises Invalid."""
    back = request.headers.get("Referer", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    language, theme = request.POST.get("language"), request.POST.get("theme")
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, str(language))
    elif theme in THEMES:
        _keep(response, THEME_COOKIE, str(theme))
    elif request.POST.get("size") in SIZES:
        _keep(response, SIZE_COOKIE, str(request.POST["size"]))
    else:
        raise Invalid(_("Choose one of what is offered at the foot of the page."))
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=ONE_YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
