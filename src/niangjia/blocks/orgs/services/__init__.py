"""Writes of orgs, one module per use case."""

from niangjia.blocks.orgs.services.access import (
    factor_remove,
    factor_use,
    factors_reset,
    passkey_add,
    password_change,
    session_end,
    token_make,
    token_revoke,
    totp_add,
)
from niangjia.blocks.orgs.services.appointing import (
    appointment_end,
    appointment_give,
    delegation_end,
    delegation_give,
    leader_change,
)
from niangjia.blocks.orgs.services.erasing import contact_erase, person_erase
from niangjia.blocks.orgs.services.organisations import (
    organisation_close,
    organisation_correct,
    organisation_move,
    organisation_recode,
    organisation_register,
    organisation_rename,
    organisation_reopen,
    organisation_split,
    organisations_confirm,
    organisations_merge,
)
from niangjia.blocks.orgs.services.setting_up import (
    Account,
    Node,
    accounts_set_up,
    organisations_set_up,
    sign_in_note,
)

__all__ = [
    "Account",
    "Node",
    "accounts_set_up",
    "appointment_end",
    "appointment_give",
    "contact_erase",
    "delegation_end",
    "delegation_give",
    "factor_remove",
    "factor_use",
    "factors_reset",
    "leader_change",
    "organisation_close",
    "organisation_correct",
    "organisation_move",
    "organisation_recode",
    "organisation_register",
    "organisation_rename",
    "organisation_reopen",
    "organisation_split",
    "organisations_confirm",
    "organisations_merge",
    "organisations_set_up",
    "passkey_add",
    "password_change",
    "person_erase",
    "session_end",
    "sign_in_note",
    "token_make",
    "token_revoke",
    "totp_add",
]
