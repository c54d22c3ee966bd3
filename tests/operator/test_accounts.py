"""Commands about somebody's account act as the city's office, not as that account."""

import pytest

from tests.concurrency import site as sites

pytestmark = pytest.mark.both


def test_a_lost_second_factor_is_removed_by_the_city(template, tmp_path):
    site = sites.copy_of(template, tmp_path / "home")
    code, out, err = site.command("accounts", "reset-second-factor", "city")
    assert code == 0 and "0 second factors removed" in out, out + err
    code, out, err = site.command("accounts", "reset-second-factor", "nobody")
    assert code == 4 and "no account" in err, out + err
