"""The door of orgs.

Columns that other rooms may join on: Organisation.id, .name, .territory_path, .category,
.to_confirm, .district_code, .line_code; Contact.id.
"""

from niangjia.blocks.orgs.rules import UNASSIGNED, UNPLACED, key_of
from niangjia.blocks.orgs.selectors import (
    actor_by_account,
    actor_of_request,
    actor_under,
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
    registered_names,
    scope_of,
)
from niangjia.blocks.orgs.services import (
    Account,
    Node,
    accounts_set_up,
    organisations_set_up,
)
from niangjia.blocks.orgs.steps import buyers_take, contacts_take, known, suppliers_take
from niangjia.blocks.orgs.types import BuyerIn, ContactRef, Offices, OrgRef, Scope, SupplierIn

__all__ = [
    "UNASSIGNED",
    "UNPLACED",
    "Account",
    "BuyerIn",
    "ContactRef",
    "Node",
    "Offices",
    "OrgRef",
    "Scope",
    "SupplierIn",
    "accounts_set_up",
    "actor_by_account",
    "actor_of_request",
    "actor_under",
    "buyers_take",
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
    "organisations_set_up",
    "registered_names",
    "scope_of",
    "suppliers_take",
]
