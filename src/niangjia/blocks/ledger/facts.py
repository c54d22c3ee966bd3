"""Facts of the ledger about itself. All of it is open: it is what outsiders check us by."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare

DISCLOSURE = "ledger-1"
OWNER = "ledger"  # of what these facts seal

POLICY = declare(
    FactKind(
        name="ledger.policy",
        version=1,
        title=_("Witness policy set"),
        policy=DISCLOSURE,
        open=("ml_dsa_sha256", "number", "policy_sha256", "resolution", "text"),
    )
)
CONTINUED = declare(
    FactKind(
        name="ledger.continued",
        version=1,
        title=_("Log continued under another origin"),
        policy=DISCLOSURE,
        open=("checkpoint", "first", "lost_from", "lost_to", "origin", "resolution"),
    )
)
SM3_ROOT = declare(
    FactKind(
        name="ledger.sm3_root",
        version=1,
        title=_("SM3 root of the log"),
        policy=DISCLOSURE,
        open=("origin", "sha256_root", "size", "sm3_root"),
    )
)
DISCLOSED = declare(
    FactKind(
        name="ledger.disclosed",
        version=1,
        title=_("Evidence pack handed out"),
        policy=DISCLOSURE,
        open=("n_entries", "n_fields", "size"),
        sealed=("entries", "manifest_sha256", "title"),
    )
)
