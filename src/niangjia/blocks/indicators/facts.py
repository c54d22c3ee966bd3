"""Facts of published figures. All of it is open: it is what outsiders recount."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare

DISCLOSURE = "indicators-1"
OWNER = "system"  # of what these facts seal

PUBLISHED = declare(
    FactKind(
        name="bulletin.published",
        version=1,
        title=_("Bulletin published"),
        policy=DISCLOSURE,
        open=(
            "adjusted",
            "as_of",
            "corrects",
            "counts",
            "document_sha256",
            "indicator",
            "late",
            "lines",
            "log_first",
            "log_origin",
            "log_root",
            "log_size",
            "n",
            "number",
            "policy",
            "previous",
            "rule",
            "scope",
            "since",
            "sums",
            "tree_root",
        ),
    )
)
SAMPLED = declare(
    FactKind(
        name="bulletin.sampled",
        version=1,
        title=_("Audit sample drawn"),
        policy=DISCLOSURE,
        open=("bulletin", "n", "seed"),
    )
)
