"""One search over everything the actor may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.blocks.desk import searching
from niangjia.blocks.desk.following import lag
from niangjia.blocks.desk.tokens import LONGEST_QUERY, marked, wanted_of
from niangjia.blocks.desk.types import FoundGroup
from niangjia.ui.page import actor_of


@never_cache
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """What of each kind is found, the first few; hints if nothing is."""
    query = request.GET.get("q", "").replace("\0", "").strip()
    groups = searching.find(actor_of(request), query)
    context = {
        "find_query": query[:LONGEST_QUERY],
        "groups": [_shown(group, query) for group in groups],
        "query": query[:LONGEST_QUERY],
        "cut": len(query) > LONGEST_QUERY,
        "readable": bool(wanted_of(query)),
        "behind": f"{lag():,}" if lag() else "",
    }
    return render(request, "desk/find.html", context)


def _marked(text: str, query: str) -> SafeString:
    """The text with `<mark>` around what was looked for."""
    pieces = marked(text, query)
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", p) if hit else p,) for p, hit in pieces)
    )


def _shown(group: FoundGroup, query: str) -> dict[str, object]:
    """A group with its texts in pieces, those marked that were looked for."""
    lines = [
        {
            "href": hit.href,
            "title": _marked(hit.title, query),
            "facts": [_marked(fact, query) for fact in hit.facts],
            "number": hit.number,
            "state": hit.state,
        }
        for hit in group.hits
    ]
    n = f"{group.n:,}+" if group.n_more else f"{group.n:,}"
    more = group.n > len(group.hits) or group.n_more
    return {
        "name": group.name,
        "title": group.title,
        "lines": lines,
        "n": n,
        "whole": group.whole if more else "",
    }
