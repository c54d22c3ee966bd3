"""Released head counts: the public page and its data files."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from niangjia.programmes.assistance_ledger.pages import heads as parts
from niangjia.programmes.assistance_ledger.selectors.heads import HeadsShown, heads_get


def _found(period: str) -> HeadsShown:
    found = heads_get(period)
    if found is None:
        raise Http404
    return found


@require_GET
def heads(request: HttpRequest, period: str) -> HttpResponse:
    """The quarter's households and people helped, as released."""
    return render(request, "assistance_ledger/heads.html", parts.parts(_found(period)))


@require_GET
def heads_csv(request: HttpRequest, period: str) -> HttpResponse:
    """The same as a file for a spreadsheet."""
    found = _found(period)
    answer = HttpResponse(parts.as_csv(found), content_type="text/csv; charset=utf-8")
    name = f"heads-{found.data['period']}-{found.data['version']}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_GET
def heads_json(request: HttpRequest, period: str) -> JsonResponse:
    """The same as JSON, with what reproduces it."""
    return JsonResponse(dict(_found(period).data))
