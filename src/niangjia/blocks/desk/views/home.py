"""The desk's first page: what waits, by kind and deadline; and all of one kind."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.blocks.desk.cards import cards_for
from niangjia.blocks.desk.inbox import kind_known, kind_name
from niangjia.blocks.desk.selectors import inbox_groups, inbox_page
from niangjia.core.errors import NotFound
from niangjia.core.programme import menu_for
from niangjia.core.service import SIGNED_IN, authorise
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, the most urgent first, and what the role can do."""
    actor = authorise(actor_of(request), SIGNED_IN)
    groups = inbox_groups(actor)
    context = {
        "groups": groups,
        "cards": cards_for(actor),
        "n": sum(group.n for group in groups),
        "n_overdue": sum(group.n_overdue for group in groups),
        "tasks": menu_for(actor.may),
    }
    return render(request, "desk/home.html", context)


@never_cache
@require_GET
def inbox(request: HttpRequest, kind: str) -> HttpResponse:
    """All that waits of one kind, by deadline."""
    actor = authorise(actor_of(request), SIGNED_IN)
    if not kind_known(kind):
        raise NotFound(_("There is no such list."))
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
    lines, following = inbox_page(actor, kind=kind, after=after)
    context = {"title": kind_name(kind), "lines": lines, "next": following, "after": after}
    return render(request, "desk/inbox.html", context)
