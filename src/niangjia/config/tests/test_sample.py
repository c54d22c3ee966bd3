"""The demonstration city: the same every time, whole after a break, one size in one site."""

import datetime as dt

import pytest

from niangjia.blocks.indicators.public import bulletin_as_of, bulletin_printed, stored
from niangjia.blocks.orgs.public import actor_by_account
from niangjia.config.sample import city, donations
from niangjia.config.sample.donations import SLUG
from niangjia.core.errors import Conflict
from niangjia.programmes.assistance_ledger.selectors import n_of_upload
from niangjia.programmes.donations.selectors.goods import hand_overs

pytestmark = pytest.mark.django_db(databases=["default", "keys"])
TINY = {
    "small": city.Size("sample", 1, 20, 5, 400, dt.date(2019, 10, 8), 84),
    "city": city.Size("sample-city", 3, 50, 8, 600, dt.date(2019, 1, 2), 400, skewed=True),
}


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(city, "SIZES", TINY)


def totals():
    return sum(s.n for s in stored("purchases").values()), sum(
        s.fen for s in stored("purchases").values()
    )


@pytest.mark.parametrize("name", ["small", "city"])
def test_broken_off_and_repeated_it_is_whole(name):
    def stop(n):
        if n == 400 - 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        city.load_sample(name, stop)
    assert city.sample_begun() == name and not city.sample_is_loaded(name)
    told = []
    assert city.load_sample(name, told.append) == TINY[name].purchases
    assert told[-1] == TINY[name].purchases and city.sample_is_loaded(name)
    assert totals()[0] == TINY[name].purchases
    one = bulletin_as_of("donations", SLUG, dt.datetime(2020, 3, 16, 7, tzinfo=dt.UTC))
    assert {**one.counts, "times": 0} == {
        "people": 130_584,
        "units": 209,
        "goods_donors": 3,
        "times": 0,
        "unvalued": 0,
    }
    lines, sums = bulletin_printed(one)
    assert [part.wan for part in (*lines, *sums)] == [1_936, 837, 1_302, 2_774, 4_076]


def test_broken_off_among_the_donations_it_goes_on_there(monkeypatch):
    def stop():
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(donations, "_goods", stop)
        city.load_sample("small")
    assert not city.sample_is_loaded("small")
    city.load_sample("small")
    assert (
        city.sample_is_loaded("small")
        and len(hand_overs(actor_by_account("foundation"), slug=SLUG)) == 1
    )


def test_two_sizes_do_not_mix():
    city.load_sample("small")
    with pytest.raises(Conflict):
        city.load_sample("city")
    assert n_of_upload("sample-city") == 0
