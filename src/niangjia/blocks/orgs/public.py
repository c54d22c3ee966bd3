"""The door of orgs.

Columns that other rooms may join on: Organisation.id, .ref, .name, .uscc, .kind, .territory_path,
.category, .to_confirm, .district_code, .line_code; Contact.id.
"""

from niangjia.blocks.orgs.access import actor_of_request
from niangjia.blocks.orgs.finding import organisations_found, organisations_listed
from niangjia.blocks.orgs.rules import UNASSIGNED, UNPLACED, key_of
from niangjia.blocks.orgs.selectors import (
    actor_by_account,
    actor_under,
    buyers_in_force,
    city_office,
    contact,
    contact_masked,
    covered_hats,
    demonstration_accounts,
    known_code,
    masked,
    nodes,
    offices_above,
    organisation,
    organisation_names,
    people_named,
    registered_names,
    roles_filled,
    scope_of,
)
from niangjia.blocks.orgs.services import (
    Account,
    Node,
    accounts_set_up,
    appointment_end,
    appointment_give,
    organisations_set_up,
    token_make,
)
from niangjia.blocks.orgs.steps import buyers_take, contacts_take, known, suppliers_take
from niangjia.blocks.orgs.types import (
    BuyerIn,
    ContactRef,
    ListedOrg,
    Offices,
    OrgRef,
    Scope,
    SupplierIn,
)

__all__ = [
    "UNASSIGNED",
    "UNPLACED",
    "Account",
    "BuyerIn",
    "ContactRef",
    "ListedOrg",
    "Node",
    "Offices",
    "OrgRef",
    "Scope",
    "SupplierIn",
    "accounts_set_up",
    "actor_by_account",
    "actor_of_request",
    "actor_under",
    "appointment_end",
    "appointment_give",
    "buyers_in_force",
    "buyers_take",
    "city_office",
    "contact",
    "contact_masked",
    "contacts_take",
    "covered_hats",
    "demonstration_accounts",
    "key_of",
    "known",
    "known_code",
    "masked",
    "nodes",
    "offices_above",
    "organisation",
    "organisation_names",
    "organisations_found",
    "organisations_listed",
    "organisations_set_up",
    "people_named",
    "registered_names",
    "roles_filled",
    "scope_of",
    "suppliers_take",
    "token_make",
]
