"""The requests of `giving`, measured in a home of their own. Prints one JSON object."""

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
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from niangjia.programmes.donations import providers, trial  # noqa: E402
from niangjia.programmes.donations.models import Gift, Payment, TrialPayment  # noqa: E402
from niangjia.programmes.donations.tests import given  # noqa: E402
from niangjia.programmes.donations.views import giving  # noqa: E402

N = 300


def _measured(calls: list[Callable[[], object]]) -> tuple[float, float, float]:
    cpu, wall = [], []
    for call in calls:
        began, clock = time.process_time(), time.perf_counter()
        call()
        cpu.append((time.process_time() - began) * 1000)
        wall.append((time.perf_counter() - clock) * 1000)
    ordered = sorted(cpu)
    return statistics.median(cpu), ordered[int(len(cpu) * 0.95)], statistics.median(wall)


def main() -> None:
    settings.ALLOWED_HOSTS = ["*"]
    giving.limits.check = lambda *_args, **_more: None  # type: ignore[assignment]
    providers.provide(trial.TrialProvider())
    for alias in ("default", "keys"):
        call_command("migrate", database=alias, verbosity=0)
    given.city()
    slug = given.raising()
    client = Client()
    address = f"/donations/{slug}/give"

    def give(number: int) -> Callable[[], object]:
        form = {"key": f"k{number}", "chosen": 100, "name": "示例", "phone": f"139{number:08d}"}
        return lambda: client.post(address, form)

    forms = [give(number) for number in range(N)]
    forms[0]()
    found = {"form": _measured(forms[1:])}
    TrialPayment.objects.update(state="paid", paid_at=given.at("2020-03-01 10:00:00"))
    notices = []
    for payment in Payment.objects.order_by("id"):
        body = trial.body_of(TrialPayment.objects.get(payment_ref=payment.ref))
        headers = {"X-Signature": providers.signed(trial.secret(), body)}

        def told(body: bytes = body, headers: dict[str, str] = headers) -> object:
            return client.post(
                "/donations/notices/test", body, content_type="application/json", headers=headers
            )

        notices.append(told)
    notices[0]()
    found["gift"] = _measured(notices[1:])
    assert Gift.objects.count() == N, Gift.objects.count()
    found["told again"] = _measured(notices)
    found["bare page"] = _measured([lambda: client.get("/healthz")] * N)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
