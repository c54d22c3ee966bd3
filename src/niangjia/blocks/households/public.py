"""The door of households. Pseudonyms do not pass it."""

from niangjia.blocks.households.handling import (
    household_erase,
    household_look,
    household_strike,
)
from niangjia.blocks.households.naming import named
from niangjia.blocks.households.pseudonyms import check_set_up as check_key_holder
from niangjia.blocks.households.pseudonyms import is_set_up as has_key_holder
from niangjia.blocks.households.pseudonyms import n_held_keys
from niangjia.blocks.households.retention import sweep as households_sweep
from niangjia.blocks.households.selectors import (
    KEPT_YEARS,
    count_once,
    household_of,
    households_page,
    keys_of,
    looks_at,
    pairs_alike,
    persons_twice,
    roster_of,
    roster_of_households,
    rosters_in,
    rosters_of,
    rosters_with,
    years_of,
)
from niangjia.blocks.households.steps import Fresh, roster_end, roster_take
from niangjia.blocks.households.types import (
    HouseholdIn,
    HouseholdView,
    KeyView,
    Look,
    Named,
    Once,
    Person,
    RosterOf,
    RosterView,
)

__all__ = [
    "KEPT_YEARS",
    "Fresh",
    "HouseholdIn",
    "HouseholdView",
    "KeyView",
    "Look",
    "Named",
    "Once",
    "Person",
    "RosterOf",
    "RosterView",
    "check_key_holder",
    "count_once",
    "has_key_holder",
    "household_erase",
    "household_look",
    "household_of",
    "household_strike",
    "households_page",
    "households_sweep",
    "keys_of",
    "looks_at",
    "n_held_keys",
    "named",
    "pairs_alike",
    "persons_twice",
    "roster_end",
    "roster_of",
    "roster_of_households",
    "roster_take",
    "rosters_in",
    "rosters_of",
    "rosters_with",
    "years_of",
]
