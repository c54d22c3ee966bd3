"""What was chosen in the list, and what is to be done with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from niangjia.programmes.assistance_ledger.forms.records import FiltersForm
from niangjia.programmes.assistance_ledger.selectors import Filters

MOST_REFS = 1_000
_REF = re.compile(r"[0-9a-zA-Z]{1,32}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """refs: in the order of the list; without them, and with `everything`, all that match.

    query: address of the list behind the `?`.
    """

    refs: tuple[str, ...]
    everything: bool
    query: str
    filters: Filters
    sort: str

    @property
    def nothing(self) -> bool:
        return not self.refs and not self.everything


def chosen_of(data: QueryDict) -> Chosen:
    """Read the list's form; what is no ref is left out."""
    which, query = data.get("which", "chosen"), data.get("query", "")[:2000]
    listed = data.get("page", "").split() if which == "page" else data.getlist("ref")
    narrowed = QueryDict(query.replace("\0", ""))
    return Chosen(
        refs=() if which == "all" else refs_of(listed),
        everything=which == "all",
        query=query,
        filters=FiltersForm(narrowed).filters(),
        sort=narrowed.get("sort", "-recorded"),
    )


def refs_of(listed: Sequence[str]) -> tuple[str, ...]:
    """At most 1,000 different refs; anything else is left out."""
    good = (ref for ref in listed if _REF.fullmatch(ref))
    return tuple(dict.fromkeys(good))[:MOST_REFS]
