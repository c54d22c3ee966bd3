"""The door of orgs.

Columns that other rooms may join on: Organisation.id, .ref, .name, .uscc, .kind, .territory_path,
.category, .to_confirm, .district_code, .line_code; Contact.id.
"""

from niangjia.blocks.orgs.finding import organisations_found, organisations_listed
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
    scope_of,
)
from niangjia.blocks.orgs.services import (
    Account,
    Node,
    accounts_set_up,
    organisations_set_up,
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
    "organisations_found",
    "organisations_listed",
    "organisations_set_up",
    "scope_of",
    "suppliers_take",
]
