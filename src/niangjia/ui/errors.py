"""Pages for what went wrong outside a service: unknown address, lost form token, our own fault."""

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from niangjia.core.http import request_id


def _page(
    request: HttpRequest, status: int, message: str, *, expired: bool = False
) -> HttpResponse:
    context = {
        "status": status,
        "message": message,
        "expired": expired,
        "number": request_id.get(),
    }
    return render(request, "ui/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = _("The browser sent something that cannot be read. Go back and try again.")
    if isinstance(exception, TooManyFilesSent):
        message = _(
            "That were more than %(n)s files at once; none was taken. Go back and choose at most "
            "%(n)s at a time, or switch scripts on: then any number is sent one after the other."
        ) % {"n": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    return _page(request, 400, message)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        403,
        _("Your role does not include this. Ask your unit's head or the city office for it."),
    )


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is no page at this address. Check the address, or start from the first page."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault; needs no database, and shows the number to quote."""
    return _page(
        request,
        500,
        _(
            "Something failed on our side; nothing was recorded by this step. Try again in a "
            "minute. If it fails again, tell the site operator the number below."
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from another site."""
    return _page(
        request,
        403,
        _(
            "This form was open too long, or cookies are off, so it was not taken; nothing was "
            "changed. Go back, reload the page and send it again."
        ),
        expired=True,
    )
