"""Side bar, bottom bar and foot, rendered once per role, language, theme and page."""

from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from niangjia.core.actor import Actor
from niangjia.core.programme import menu_for, public_menu

Line = tuple[str, str, str, bool]


def _desk_lines(role: str, here: str) -> list[Line]:
    actor = Actor(name="", role=role, login_id=0)
    lines = [(reverse("desk:home"), "inbox", _("Desk"), here == "desk:home")]
    for entry in menu_for(actor.may):
        mine = here == entry.url_name
        lines.append((reverse(entry.url_name), entry.icon, str(entry.title), mine))
    return lines


def _member_lines(role: str, here: str) -> list[Line]:
    lines = [
        (reverse("home"), "home", _("Home"), here == "home"),
        (reverse("desk:home"), "inbox", _("Desk"), here == "desk:home"),
        (reverse("orgs:me"), "person", _("Me"), here == "orgs:me"),
    ]
    lines[2:2] = _desk_lines(role, here)[1:3] if role else []
    return lines


@lru_cache(maxsize=512)
def navigation(role: str, language: str, here: str) -> tuple[SafeString, SafeString]:
    """(side bar, bottom bar) as HTML. here: name of the page's route, `desk:home`."""
    with override(language):
        side = render_to_string("ui/parts/side.html", {"lines": _desk_lines(role, here)})
        bottom = render_to_string("ui/parts/bottom.html", {"lines": _member_lines(role, here)})
    return side, bottom


@lru_cache(maxsize=4)
def head(language: str) -> tuple[tuple[str, str, str], ...]:
    """(address, icon, title) of what programmes put into the head of public pages."""
    with override(language):
        return tuple((reverse(one.url_name), one.icon, str(one.title)) for one in public_menu())


@lru_cache(maxsize=16)
def foot(language: str, theme: str, size: str, site_title: str) -> SafeString:
    """The foot of every page: title, switches of language, theme and size of type."""
    context = {
        "page_language": language,
        "theme": theme,
        "size": size,
        "site_title": site_title,
    }
    with override(language):
        return render_to_string("ui/parts/foot.html", context)
