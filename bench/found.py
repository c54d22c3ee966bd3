"""Lists and searches of one home, in milliseconds of wall and CPU, each beside its peer.

Peers: a bare list (Django's own middleware, one query, four columns) and a full scan with LIKE, the
list's search before there was an index. Prints one JSON object. Run in a process of its own.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from urllib.parse import quote

os.environ["NIANGJIA_HOME"] = sys.argv[1]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import path  # noqa: E402

from bench.measure import percentile  # noqa: E402
from niangjia.blocks.desk.public import proposed, wanted_of  # noqa: E402
from niangjia.blocks.orgs.models import Login  # noqa: E402
from niangjia.config import urls  # noqa: E402
from niangjia.programmes.assistance_ledger.models import Purchase  # noqa: E402
from niangjia.programmes.assistance_ledger.selectors.wanted import INDEX  # noqa: E402

ROUNDS = int(os.environ.get("NIANGJIA_BENCH_ROUNDS", "25"))
SCANS = 3
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
# account, address: what is asked for all day, and what is hard
LISTS = {
    "list": ("city", "/desk/records"),
    "list of a district": ("district", "/desk/records"),
    "list of a unit": ("clerk", "/desk/records"),
    "district": ("city", "/desk/records?district=110105"),
    "district, kind, month": (
        "city",
        "/desk/records?district=110105&category=粮油&first=2019-06-01&last=2019-06-30",
    ),
    "channel, mode, by amount": (
        "city",
        "/desk/records?channel=832平台&mode=helped&sort=-amount",
    ),
    "reversed": ("city", "/desk/records?state=reversed"),
    "a day, by amount": ("city", "/desk/records?first=2020-02-10&last=2020-02-10&sort=-amount"),
    "text, by amount": ("city", "/desk/records?text=小米&sort=-amount"),
    "text and filters": ("city", "/desk/records?text=小米&district=110101&mode=helped"),
}
SEARCHES = {
    "two characters, many": "小米",
    "two characters, few": "绥滨",
    "two words": "胡麻 演示",
    "nothing": "没有",
    "initials": "hmy",
    "initials of a unit": "ysjdzgh",
    "contract": "YS-2019-77777",
    "invoice, beginning": "2077",
    "invoice, last six": "777777",
    "amount": "12345.60",
}


def bare(request: HttpRequest) -> HttpResponse:
    """One query of 20 rows, a plain table of four columns."""
    rows = Purchase.objects.select_related("unit").order_by("-occurred_on", "-id")[:20]
    return HttpResponse(_template.render({"rows": rows}, request))


def scan(text: str) -> object:
    """The newest 20 that have the text in product or unit, found by reading them all."""
    rows = Purchase.objects.filter(reversed_at__isnull=True).filter(
        Q(product__contains=text) | Q(unit__name__contains=text) | Q(supplier__name__contains=text)
    )
    return list(rows.order_by("-id").values_list("id", "product", "unit__name")[:20])


def signed_in(name: str) -> Client:
    client = Client()
    login = Login.objects.get(username=name)
    client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    return client


def times(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, dict[str, float]]:
    """Median and p95 of each call, the calls taking turns; what is cached is forgotten."""
    wall: dict[str, list[float]] = {name: [] for name in calls}
    cpu: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            began, spent = time.perf_counter(), time.process_time()
            call()
            if number:  # the first warms up
                wall[name].append((time.perf_counter() - began) * 1000)
                cpu[name].append((time.process_time() - spent) * 1000)
    return {name: figures(wall[name], cpu[name]) for name in calls}


def figures(wall: Sequence[float], cpu: Sequence[float]) -> dict[str, float]:
    return {
        "cpu": statistics.median(cpu),
        "cpu_p95": percentile(cpu, 0.95),
        "wall": statistics.median(wall),
        "p95": percentile(wall, 0.95),
    }


def main() -> None:
    settings.ALLOWED_HOSTS = ["*"]
    urls.urlpatterns.append(path("bare", bare))
    clients = {name: signed_in(name) for name in ("city", "district", "clerk")}
    with override_settings(MIDDLEWARE=DEFAULT_MIDDLEWARE):
        plain = signed_in("city")
        plain.get("/bare")  # the client keeps the middleware it started with

    def page(account: str, address: str) -> Callable[[], object]:
        def call() -> object:
            answer = clients[account].get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            return answer

        return call

    lists: dict[str, Callable[[], object]] = {"bare": lambda: plain.get("/bare")}
    lists |= {name: page(*asked) for name, asked in LISTS.items()}
    finds = {name: page("city", f"/desk/find?q={quote(q)}") for name, q in SEARCHES.items()}
    asks: dict[str, Callable[[], object]] = {
        name: lambda q=q: proposed(INDEX, wanted_of(q), limit=21)  # type: ignore[misc]
        for name, q in SEARCHES.items()
    }
    cache.clear()
    found = {
        "records": Purchase.objects.count(),
        "lists": times(lists, ROUNDS),
        "finds": times(finds, ROUNDS),
        "asks": times(asks, ROUNDS),
        "scans": times(
            {name: lambda q=q: scan(q) for name, q in SEARCHES.items()},  # type: ignore[misc]
            SCANS,
        ),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
