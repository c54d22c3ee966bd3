"""Facts of cases."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.facts import FactKind, declare

DECIDED = declare(
    FactKind(
        name="case.decided",
        version=1,
        title=_("Decision"),
        policy="demonstration-2020-03",
        open=("district", "line", "period", "step", "type"),
        sealed=(
            "after",
            "before",
            "content",
            "content_sha256",
            "fields",
            "organisation",
            "reason",
            "subject",
        ),
    )
)
_FINDING = ("finding", "params", "subjects")
FINDING_RAISED = declare(
    FactKind(
        name="finding.raised",
        version=1,
        title=_("Something does not fit"),
        policy="demonstration-2020-03",
        open=("kind",),
        sealed=_FINDING,
    )
)
FINDING_DECIDED = declare(
    FactKind(
        name="finding.decided",
        version=1,
        title=_("Decision on what does not fit"),
        policy="demonstration-2020-03",
        open=("kind", "verdict"),
        sealed=tuple(sorted((*_FINDING, "reason"))),
    )
)
