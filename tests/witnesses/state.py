"""What the tests of witnesses do to their log."""

from niangjia.blocks.ledger import cosigning, opening, services
from niangjia.blocks.ledger.agreement import AGREEMENT
from niangjia.blocks.ledger.models import WitnessState
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from niangjia.core.actor import system_actor
from tests.witnesses.departments import NAMES

SYSTEM = system_actor("tests")


def serve(city, *names):
    city.start(*names)
    for name in names or NAMES:
        services.witness_address_set(SYSTEM, department=name, url=city.url(name))


def add(n=1, subject="test:1"):
    record(*[fact(k, subject=subject) for k in range(n)])
    sequence()


def served_size():
    return cosigning.newest_published(opening.newest_log()).checkpoint.size


def forget():
    """As after a start: nothing known, no rest for who failed a moment ago."""
    AGREEMENT.forget()
    WitnessState.objects.update(tried_at=None)
