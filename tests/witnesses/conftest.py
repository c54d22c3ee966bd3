"""A log that eight departments witness."""

import pytest

from niangjia.blocks.ledger import opening, services
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from tests.witnesses.departments import Departments, log_vkey
from tests.witnesses.state import SYSTEM


@pytest.fixture
def city(tmp_path):
    """Eight departments trusted by a log of one entry; their witnesses are not running yet."""
    record(fact(0, subject="test:first"))
    sequence()
    found = Departments(tmp_path, log_vkey(opening.newest_log()))
    services.policy_set(
        SYSTEM,
        text=found.policy(),
        text_ml_dsa=found.policy(number=1),
        resolution="联席会议〔2020〕1号",
    )
    sequence()
    yield found
    found.stop()
