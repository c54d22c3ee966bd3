"""Facts of evidence. What a document proves is the fact of the programme that says so."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare

POLICY = "demonstration-2020-03"
RECEIVED = declare(
    FactKind(
        name="evidence.received",
        version=1,
        title=_("Evidence received"),
        policy=POLICY,
        sealed=("document", "format", "n_bytes", "sha256"),
    )
)
ERASED = declare(
    FactKind(
        name="evidence.erased",
        version=1,
        title=_("Evidence erased"),
        policy=POLICY,
        open=("key",),
        sealed=("document", "reason", "sha256"),
    )
)
