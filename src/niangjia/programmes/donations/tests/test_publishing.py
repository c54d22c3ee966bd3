"""A bulletin is prepared by one person and signed by another; what was published stands."""

import datetime as dt
import re

import pytest
from django.contrib.auth import get_user_model

from niangjia.blocks.desk.public import inbox_page
from niangjia.blocks.indicators.public import (
    bulletin_document,
    bulletin_get,
    bulletin_holds,
    bulletins,
)
from niangjia.core import jobs
from niangjia.core.errors import Conflict, Denied, Invalid, NotFound
from niangjia.programmes.donations import publishing
from niangjia.programmes.donations.bulletin_models import Proposal
from niangjia.programmes.donations.models import Ask, Gift
from niangjia.programmes.donations.selectors.bulletins import bulletin_view, proposal_get
from niangjia.programmes.donations.services import (
    bulletin_return,
    change_ask,
    change_decide,
    gifts_record,
)
from niangjia.programmes.donations.tests import given

pytestmark = [pytest.mark.django_db, pytest.mark.both]
FIRST, SECOND = given.at("2020-03-16 15:00:00"), given.at("2020-03-17 00:00:00")


@pytest.fixture(autouse=True)
def _city(settings):
    settings.NIANGJIA_CITY_DATE = "2020-03-17"
    given.city()


@pytest.fixture
def slug():
    return given.raising()


def gave(slug, *rows):
    gifts_record(given.actor("foundation"), slug=slug, rows=list(rows))
    jobs.settle()


def waiting(name, kind):
    return inbox_page(given.actor(name), kind=kind)[0]


def published(slug, as_of=FIRST, **more):
    ref = publishing.prepare(given.actor("foundation"), slug, as_of, **more)
    made = publishing.sign(given.actor("treasurer"), ref, 0)
    jobs.settle()
    return bulletin_get(made)


def test_two_people_publish_and_a_gift_one_second_late_is_not_in_it(slug):
    # given
    gave(
        slug,
        given.gift(1, received_at=FIRST),
        given.gift(2, received_at=FIRST + dt.timedelta(seconds=1)),
        given.unit_gift(3),
    )
    # when
    ref = publishing.prepare(given.actor("foundation"), slug, FIRST)
    # then
    assert [one.href for one in waiting("treasurer", "bulletin.sign")] == [
        f"/desk/donations/bulletins/{ref}"
    ]
    for name in ("foundation", "auditor", "city", "clerk"):
        with pytest.raises(Denied):
            publishing.sign(given.actor(name), ref, 0)
    assert not bulletins("donations", slug)
    made = bulletin_get(publishing.sign(given.actor("treasurer"), ref, 0))
    jobs.settle()
    assert (made.number, made.root.n, made.root.sums) == (1, 2, (10_000, 100_000, 0))
    assert made.counts["people"] == 1 and made.counts["units"] == 1
    assert bulletin_holds(made)
    assert not waiting("treasurer", "bulletin.sign")
    row = Proposal.objects.get(ref=ref)
    assert (row.waits, row.bulletin_ref) == (False, made.ref)


def test_of_a_raising_one_draft_waits_at_a_time_and_nothing_is_published_unsigned(slug):
    gave(slug, given.gift(1))
    clerk = given.actor("foundation")
    ref = publishing.prepare(clerk, slug, FIRST)
    with pytest.raises(Conflict) as error:
        publishing.prepare(clerk, slug, SECOND)
    assert error.value.code == "proposal_waits"
    assert Proposal.objects.count() == 1
    with pytest.raises(Invalid):
        bulletin_return(given.actor("treasurer"), ref=ref, version=0, reason="")
    bulletin_return(given.actor("treasurer"), ref=ref, version=0, reason="先对账")
    with pytest.raises(Conflict):
        publishing.sign(given.actor("treasurer"), ref, 1)
    assert not bulletins("donations", slug)
    assert len(waiting("foundation", "bulletin.returned")) == 1
    assert publishing.prepare(clerk, slug, SECOND) != ref


def test_another_foundation_prepares_and_sees_nothing_of_it(slug):
    gave(slug, given.gift(1))
    with pytest.raises((NotFound, Denied)):
        publishing.prepare(given.actor("foundation_b"), slug, FIRST)
    ref = publishing.prepare(given.actor("foundation"), slug, FIRST)
    with pytest.raises(NotFound):
        proposal_get(given.actor("foundation_b"), ref=ref)


def test_a_refund_after_publication_leaves_the_bulletin_and_the_next_explains(slug, settings):
    # given
    gave(slug, given.gift(1), given.gift(2, fen=20_000))
    old = published(slug)
    page = bulletin_document(old.ref)
    # when
    gift = Gift.objects.get(fen=10_000)
    change_ask(given.actor("foundation"), gift_ref=gift.ref, why="refund", fen=4_000, reason="退款")
    ask = Ask.objects.get()
    change_decide(given.actor("treasurer"), ask_ref=ask.ref, step="approve", version=0)
    late = given.gift(3, fen=500, received_at=given.at("2020-03-16 12:00:00"))
    gave(slug, late)
    settings.NIANGJIA_CITY_DATE = "2020-03-19"
    new = published(slug, given.at("2020-03-19 00:00:00"))
    # then
    assert bulletin_get(old.ref).root.sums == (30_000, 0, 0)
    assert bulletin_document(old.ref) == page
    assert new.root.sums == (26_500, 0, 0)
    assert (new.late.n, new.late.sums) == (1, (500, 0, 0))
    assert (new.adjusted.n, new.adjusted.sums) == (1, (-4_000, 0, 0))


def test_a_correction_has_its_explanation_and_two_people_and_the_old_one_stands_beside_it(slug):
    gave(slug, given.gift(1))
    old = published(slug)
    gave(slug, given.gift(2, fen=7_000, received_at=given.at("2020-03-16 12:00:00")))
    clerk = given.actor("foundation")
    with pytest.raises(Invalid) as error:
        publishing.prepare(clerk, slug, FIRST, corrects=old.ref)
    assert error.value.code == "explanation_missing"
    assert not Proposal.objects.filter(waits=True).exists()
    with pytest.raises(Conflict):
        publishing.prepare(clerk, slug, FIRST)  # the cut-off is taken
    new = published(slug, corrects=old.ref, explanation="漏记一笔，已补记。")
    assert (new.number, new.as_of, new.corrects) == (2, old.as_of, old.ref)
    assert new.root.sums == (17_000, 0, 0)
    before, after = bulletin_view(slug, 1), bulletin_view(slug, 2)
    assert before.after == new and before.bulletin.root.sums == (10_000, 0, 0)
    assert after.before == old and after.bulletin.explanation == "漏记一笔，已补记。"


def test_a_gift_says_in_which_bulletin_it_was_disclosed_first(slug, client):
    gave(slug, given.gift(1))
    gave(slug, given.gift(2, received_at=SECOND))
    published(slug)
    published(slug, given.at("2020-03-17 00:00:00"))
    gave(slug, given.gift(3))
    login = get_user_model().objects.get(username="foundation")
    client.force_login(login, backend="django.contrib.auth.backends.ModelBackend")
    said = {}
    for gift in Gift.objects.all():
        page = client.get(f"/desk/donations/gifts/{gift.ref}", headers={"accept-language": "en"})
        found = re.search(r"<dt>Stages</dt><dd>([^<]*)</dd>", page.content.decode())
        said[gift.pk] = found.group(1)
    first, second, third = (said[key] for key in sorted(said))
    assert first.endswith("Disclosed in bulletin 1") and second.endswith("Disclosed in bulletin 2")
    assert "Disclosed" not in third
