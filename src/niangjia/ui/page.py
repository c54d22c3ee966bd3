"""What a page needs of its request: who acts, which theme and size of type were chosen."""

from typing import Literal, cast

from django.http import HttpRequest
from django.utils.translation import get_language

from niangjia.core.actor import ANONYMOUS, Actor

Theme = Literal["system", "light", "dark"]
THEMES: tuple[Theme, ...] = ("system", "light", "dark")
THEME_COOKIE = "theme"
Size = Literal["normal", "large"]
SIZES: tuple[Size, ...] = ("normal", "large")
SIZE_COOKIE = "size"


def actor_of(request: HttpRequest) -> Actor:
    """The actor that the middleware found; ANONYMOUS before it ran."""
    return cast(Actor, getattr(request, "actor", ANONYMOUS))


def theme_of(request: HttpRequest) -> Theme:
    """The theme chosen on this device; `system` if none or an unknown one."""
    chosen = request.COOKIES.get(THEME_COOKIE, "system")
    return chosen if chosen in THEMES else "system"


def size_of(request: HttpRequest) -> Size:
    """The size of type chosen on this device; `normal` if none or an unknown one."""
    chosen = request.COOKIES.get(SIZE_COOKIE, "normal")
    return chosen if chosen in SIZES else "normal"


def language_of() -> str:
    """The language of this page, `zh-hans` or `en`."""
    return get_language() or "zh-hans"
