"""CPU milliseconds per request of the record list, the board and a bare list, in one home.

Rounds alternate between the pages; the median round counts. Prints one JSON object.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ["NIANGJIA_HOME"] = sys.argv[1]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from niangjia.blocks.orgs.models import Login  # noqa: E402
from niangjia.config import urls  # noqa: E402
from niangjia.programmes.assistance_ledger.models import Purchase  # noqa: E402

ROUNDS, PER_ROUND = 15, 20
# The list that a new Django project starts with.
DEFAULT_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
BARE = (
    "<html><body><p>{{ request.user.username }}</p><table>{% for one in rows %}<tr>"
    "<td>{{ one.occurred_on }}</td><td>{{ one.unit.name }}</td><td>{{ one.product }}</td>"
    "<td>{{ one.amount_fen }}</td></tr>{% endfor %}</table></body></html>"
)
_template = engines["django"].from_string(BARE)


def bare(request: HttpRequest) -> HttpResponse:
    """One query of the same 20 rows, a plain table of four columns."""
    rows = Purchase.objects.select_related("unit").order_by("-occurred_on", "-id")[:20]
    return HttpResponse(_template.render({"rows": rows}, request))


def signed_in() -> Client:
    client = Client()
    client.force_login(
        Login.objects.get(username="city"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def cpu_ms(call: Callable[[], object]) -> float:
    """Processor milliseconds per call over one round."""
    began = time.process_time()
    for _ in range(PER_ROUND):
        call()
    return (time.process_time() - began) / PER_ROUND * 1000


def main() -> None:
    settings.ALLOWED_HOSTS = ["*"]
    urls.urlpatterns.append(path("bare", bare))
    clerk, visitor = signed_in(), Client()
    with override_settings(MIDDLEWARE=DEFAULT_MIDDLEWARE):
        plain = signed_in()
        plain.get("/bare")  # the client keeps the middleware it started with
    tag = visitor.get("/").headers["ETag"]

    def rebuilt() -> object:
        cache.clear()
        return visitor.get("/")

    pages: dict[str, Callable[[], object]] = {
        "bare": lambda: plain.get("/bare"),
        "list": lambda: clerk.get("/desk/records"),
        "board": rebuilt,
        "kept": lambda: visitor.get("/"),
        "unchanged": lambda: visitor.get("/", headers={"If-None-Match": tag}),
    }
    rounds: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, call in pages.items():
            call()
            rounds[name].append(cpu_ms(call))
    found = {name: statistics.median(values) for name, values in rounds.items()}
    print(json.dumps({"records": Purchase.objects.count(), **found}))


if __name__ == "__main__":
    main()
