"""What every template gets."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from niangjia.core.actor import Actor
from niangjia.core.http import NOTICE, WAITING
from niangjia.ui import navigation
from niangjia.ui import page as request_page
from niangjia.ui.csp import nonce_of
from niangjia.ui.words import role_name


def page(request: HttpRequest) -> dict[str, Any]:
    """actor, role_name, titles, theme, size, language, navigation, public_menu, site_notice,
    csp_nonce (called when used)."""
    actor = request_page.actor_of(request)
    match = request.resolver_match
    here = match.view_name if match else ""
    language = request_page.language_of()
    theme, size = request_page.theme_of(request), request_page.size_of(request)
    found: dict[str, Any] = {
        "actor": actor,
        "site_title": settings.NIANGJIA_TITLE,
        "site_short_title": settings.NIANGJIA_SHORT_TITLE,
        "theme": theme,
        "size": size,
        "page_language": language,
        "here": here,
        "public_menu": navigation.head(language),
        "foot": navigation.foot(language, theme, size, settings.NIANGJIA_TITLE),
        "csp_nonce": partial(nonce_of, request),
        "site_notice": NOTICE.impl(),
    }
    if actor.signed_in:
        side, bottom = navigation.navigation(actor.role, language, here)
        found |= {"side_bar": side, "bottom_bar": bottom, "role_name": role_name(actor.role)}
        found["waiting"] = SimpleLazyObject(partial(_waiting, actor))
        found["may_find"] = actor.may("desk.find")
    return found


def _waiting(actor: Actor) -> dict[str, int]:
    n, n_overdue = WAITING.impl(actor)
    return {"n": n, "n_overdue": n_overdue}
