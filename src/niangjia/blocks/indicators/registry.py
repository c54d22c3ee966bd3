"""The indicators that programmes declare, each with who gathers what it adds up."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.bulletin_types import Gather, Gathered, Indicator
from niangjia.core import clock
from niangjia.core.errors import NotFound, ProgrammingError
from niangjia.core.facts import kind_of

ADDED, CHANGED = ("fen", "hour", "line"), ("fen", "hour", "of")
_versions: dict[str, dict[dt.date, Indicator]] = {}
_gather: dict[str, Gather] = {}


def declare_indicator(indicator: Indicator, gather: Gather) -> Indicator:
    """Register a version of an indicator. gather(scope, as_of, log_size): the contributions among
    the first `log_size` entries of the site, received by `as_of`; the same for ever.

    Raises ProgrammingError if a kind of fact does not show openly what outsiders recount by.
    """
    for ids, fields in ((indicator.adds, (*ADDED, indicator.match)), (indicator.changes, CHANGED)):
        for kind_id in ids:
            _check_kind(indicator, kind_id, fields)
    if _gather.setdefault(indicator.id, gather) is not gather:
        raise ProgrammingError(f"indicator {indicator.id}: two rooms gather it")
    known = _versions.setdefault(indicator.id, {})
    if known.setdefault(indicator.valid_from, indicator) != indicator:
        raise ProgrammingError(f"indicator {indicator.id} is declared twice for one date")
    return indicator


def _check_kind(indicator: Indicator, kind_id: str, fields: tuple[str, ...]) -> None:
    try:
        missing = set(fields) - set(kind_of(kind_id).open)
    except KeyError:
        raise ProgrammingError(f"indicator {indicator.id}: no kind of fact {kind_id}") from None
    if missing:
        raise ProgrammingError(f"indicator {indicator.id}: {kind_id} seals {sorted(missing)}")


def indicators() -> tuple[Indicator, ...]:
    """All that are declared, every version."""
    return tuple(
        _versions[name][since] for name in sorted(_versions) for since in sorted(_versions[name])
    )


def indicator_at(name: str, at: dt.datetime) -> Indicator:
    """The version in force on the city's day of `at`. Raises NotFound."""
    day = clock.day_of(at)
    dates = [since for since in _versions.get(name, {}) if since <= day]
    if not dates:
        raise NotFound(_("There is no figure of that name for that day."), code="no_indicator")
    return _versions[name][max(dates)]


def gathered(name: str, scope: str, as_of: dt.datetime, log_size: int) -> Gathered:
    """What the programme gathers for an indicator."""
    return _gather[name](scope, as_of, log_size)
