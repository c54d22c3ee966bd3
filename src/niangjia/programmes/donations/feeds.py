"""What others subscribe to: a calendar of disclosures, and bulletins as a feed."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from niangjia.blocks.indicators.public import PublishedBulletin, bulletins
from niangjia.core import clock
from niangjia.programmes.donations.counting import INDICATOR
from niangjia.programmes.donations.disclosing import Disclosure
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors.raisings import RaisingView, raising_public

OPENS, CLOSES = 9, 18  # office hours of the day on which a disclosure is due
LISTED = 50


def calendar_of(one: RaisingView, dues: Sequence[Disclosure], address: str) -> bytes:
    """Disclosures as iCalendar (RFC 5545), with the city's time zone. address: of the board."""
    found = Calendar()
    found.add("prodid", "-//niangjia//disclosures//ZH")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"{one.title} · {_('Disclosure calendar')}")
    for due in dues:
        found.add_component(_event(one, due, address))
    found.add_missing_timezones()
    return bytes(found.to_ical())


def _event(one: RaisingView, due: Disclosure, address: str) -> Event:
    event = Event()
    name = _("Final disclosure") if due.final else _("Periodic disclosure")
    event.add("uid", f"{one.slug}-{due.due_on:%Y%m%d}-{int(due.final)}@niangjia")
    event.add("dtstamp", one.opened_at or clock.city_now())
    event.add("summary", f"{one.title} · {name}")
    zone = clock.zone()
    event.add("dtstart", dt.datetime.combine(due.due_on, dt.time(OPENS), zone))
    event.add("dtend", dt.datetime.combine(due.due_on, dt.time(CLOSES), zone))
    told = _("up to %(covers)s, due by %(due)s")
    told = told % {"covers": shown.day(due.as_of), "due": shown.day(due.due_on)}
    if due.number:
        told += " · " + _("Bulletin %(n)s") % {"n": due.number}
    event.add("description", told)
    event.add("url", address)
    return event


if TYPE_CHECKING:
    _Feed = Feed[PublishedBulletin, RaisingView]
else:
    _Feed = Feed


class BulletinFeed(_Feed):
    """Bulletins and corrections of a raising, the newest first, as RSS."""

    def get_object(self, request: HttpRequest, slug: str) -> RaisingView:
        """Raises NotFound."""
        return raising_public(slug)

    def title(self, obj: RaisingView) -> str:
        return f"{obj.title} · {_('Bulletins')}"

    def description(self, obj: RaisingView) -> str:
        return f"{obj.organisation} · {settings.NIANGJIA_TITLE}"

    def link(self, obj: RaisingView) -> str:
        return reverse("donations:bulletins", args=[obj.slug])

    def items(self, obj: RaisingView) -> list[PublishedBulletin]:
        return bulletins(INDICATOR, obj.slug)[:LISTED]

    def item_title(self, item: PublishedBulletin) -> str:
        name = _("Bulletin %(n)s") % {"n": item.number}
        return f"{name} · {_('Correction notice')}" if item.corrects else name

    def item_description(self, item: PublishedBulletin) -> str:
        told = _("As of %(as_of)s") % {"as_of": shown.moment(item.as_of)}
        whole = _("together %(wan)s (10,000 yuan)") % {"wan": shown.wan(sum(item.root.sums))}
        return " · ".join(filter(None, (told, whole, item.explanation)))

    def item_link(self, item: PublishedBulletin) -> str:
        return reverse("donations:bulletin", args=[item.scope, item.number])

    def item_guid(self, item: PublishedBulletin) -> str:
        return item.fact_ref

    item_guid_is_permalink = False

    def item_pubdate(self, item: PublishedBulletin) -> dt.datetime:
        return item.published_at
