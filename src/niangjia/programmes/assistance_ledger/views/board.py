"""The public board."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from niangjia.blocks.orgs.public import scope_of
from niangjia.core.actor import Actor
from niangjia.core.http import NOTICE
from niangjia.programmes.assistance_ledger.pages import kept
from niangjia.programmes.assistance_ledger.pages.board import board_content
from niangjia.programmes.assistance_ledger.selectors import board_key
from niangjia.ui.page import actor_of, language_of, theme_of


@require_GET
def board(request: HttpRequest, period: str = "") -> HttpResponse:
    """The city's released figures; kept whole until the next release."""
    key = board_key(period)
    if key is None and period:
        raise Http404
    ref, newest = key or ("", 0)
    traced = _traced(actor_of(request))
    inside = f"board:{ref}:{newest}:{period}:{language_of()}:{traced}"
    outside = f"{inside}:{theme_of(request)}:{actor_of(request).signed_in}:{bool(NOTICE.impl())}"
    return kept.answer(request, outside, lambda: _board(request, period, inside, traced))


def _traced(actor: Actor) -> str:
    """Whose records the reader's are: `all`, `some`, or nobody's (empty)."""
    if not actor.may("purchases.see"):
        return ""
    return "all" if scope_of(actor).kind == "all" else "some"


def _board(request: HttpRequest, period: str, key: str, traced: str) -> tuple[bytes, int]:
    """The page, and how long it is kept: what all themes and visitors share is made once."""
    (heading, content), keep_s = kept.part(key, lambda: board_content(period, traced))
    context = {"heading": heading, "content": content, "has_charts": bool(heading)}
    page = render_to_string("assistance_ledger/board.html", context, request)
    return page.encode("utf-8"), keep_s
