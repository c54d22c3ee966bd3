"""Is a printed list what the system holds? Open to whoever has the paper in hand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from niangjia.blocks.desk.printed import verified
from niangjia.lib.money import capitals, format_yuan


@never_cache
@require_GET
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Number, total and fingerprint of the print, and whether its rows still stand."""
    found = verified(code.lower())
    context = {
        "found": found,
        "code": code.lower(),
        "total": format_yuan(found.total_fen),
        "capitals": capitals(found.total_fen),
        "total_now": format_yuan(found.total_now_fen),
        "printed_at": f"{localtime(found.printed_at):%Y-%m-%d %H:%M}",
    }
    return render(request, "desk/verify.html", context)
